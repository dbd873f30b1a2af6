"""The story that must always work, chapter by chapter: from a family's written consent to an auditor's check.

Each chapter is a function; what a later one needs of an earlier one lies in the `Scene`. A new chapter is a new
function at the end of `CHAPTERS`.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

from PIL import Image

from cli.walker import Answer, Caused, Somebody, Walker
from people.roster import Member

__all__ = ["CHAPTERS", "Scene"]

_OK, _CREATED = 200, 201
_HEX_OF_SHA256 = 64

_PURPOSE = "homework_support_referral"

#: The persons of the story, by the words that the demo uses for the members of a family.
_CHILD, _ONE, _OTHER = "child1", "guardian1", "guardian2"

#: What the form asks the family for.
_ASKED = ("identity_contact", "academic_need", "service_participation")
#: What the form could hold.
_EVERYTHING = (*_ASKED, "language_need", "attendance", "wellbeing_social")
#: What the teacher fills in.
_SENT = ("academic_need", "identity_contact")

#: What the volunteers get.
_LITTLE = ("identity_contact", "service_participation")
#: What the school's own list fills in.
_OF_THE_LIST = ("roster_entry.birth_date", "roster_entry.name", "roster_entry.school")

#: The rules that open: what the family agreed to, ticked on its own, between two services of one municipality, and to
#: volunteers.
_CONSENTED = ("NO-C-40", "NO-C-41")
_TO_VOLUNTEERS = ("NO-C-42",)
_NOTHING_OPENS = ("Z-99",)
#: A child's no, and what the guardians' consent would open to a library.
_CHILD_SAID_NO = ("B-18", "NO-C-42")
_OWN = ("NO-P-30",)


@dataclass
class Scene:
    """Who and what the story is about, as far as it has come.

    Attributes:
        walker: goes to the house.
        family: a child and two guardians who are on no roster yet, known to the register.
        strict_number: the identity number of somebody strictly protected.
        unknown_number: an identity number that the register does not know.
        today: the local date.
        ids: of the persons, by the same words.
        consent: its id.
        referrals: their ids, by a word for each.
    """

    walker: Walker
    family: Mapping[str, Member]
    strict_number: str
    unknown_number: str
    today: date
    ids: dict[str, str] = field(default_factory=dict)
    consent: str = ""
    referrals: dict[str, str] = field(default_factory=dict)

    @property
    def housing(self) -> Somebody:
        """The housing worker."""
        return self.walker.as_("housing_worker")

    @property
    def teacher(self) -> Somebody:
        """A teacher of the child's school."""
        return self.walker.as_("teacher", at=self.family[_CHILD].school)

    @property
    def other_teacher(self) -> Somebody:
        """A teacher of another school."""
        return self.walker.as_("teacher", not_at=self.family[_CHILD].school)

    @property
    def coordinator(self) -> Somebody:
        """The coordinator of the municipality's homework programme."""
        return self.walker.as_("coordinator", kind="homework_municipal")

    @property
    def volunteer(self) -> Somebody:
        """A volunteer."""
        return self.walker.as_("volunteer", kind="volunteer_org")

    @property
    def colleague(self) -> Somebody:
        """Another teacher of the child's school."""
        return self.walker.as_("teacher", at=self.family[_CHILD].school, beside=self.teacher)

    @property
    def head(self) -> Somebody:
        """The leader of the child's school."""
        return self.walker.as_("leader", at=self.family[_CHILD].school)

    @property
    def library(self) -> str:
        """The service that is the library."""
        return self.walker.services["library"][0]

    @property
    def auditor(self) -> Somebody:
        """The auditor."""
        return self.walker.as_("auditor")

    @property
    def programme(self) -> str:
        """The service that runs the homework programme."""
        return self.coordinator.service

    @property
    def said(self) -> dict[str, dict[str, str]]:
        """What the teacher fills in about the child."""
        child = self.family[_CHILD]
        return {
            "identity_contact": {"name": child.name, "birth_year": str(child.birth_date.year)},
            "academic_need": {"subjects": "Norsk og matematikk", "goal": "Lese et kapittel i uken"},
        }

    def who(self, *words: str) -> list[str]:
        """The ids of these persons."""
        return [self.ids[word] for word in words]

    def referral(self, *, to: str | None = None, **more: dict[str, str]) -> dict[str, Any]:
        """A referral of the child to the programme, or to another service; `more` fills in further categories."""
        return {"pupil": self.ids[_CHILD], "to_service": to or self.programme, "content": {**self.said, **more}}

    def seen(self, *what: str) -> dict[str, Collection[str]]:
        """That exactly this left of the child, and nothing of anybody else."""
        return {self.ids[_CHILD]: what}

    def refused(self, action: str, code: str, categories: Collection[str], rules: Collection[str]) -> Caused:
        """What a refusal by the rules leaves in the log: about the child, with everything that was asked for."""
        return Caused(action, "refused", code, self.who(_CHILD), {}, categories, rules)


def register_a_family(scene: Scene) -> None:
    """A housing worker writes a family down, the school the same child; neither sees the other's list."""
    members = [_as_written(ref, member) for ref, member in scene.family.items()]
    bonds = [
        {"child": _CHILD, "guardian": guardian, "kind": "joint", "is_resident": True, "evidence": "register"}
        for guardian in (_ONE, _OTHER)
    ]

    def caused(answer: Answer) -> Caused:
        scene.ids = {member["ref"]: member["id"] for member in answer["members"]}
        return Caused("register_family", subject=scene.who(_CHILD, _ONE, _OTHER))

    sent: dict[str, Any] = {"members": members, "guardianships": bonds}
    says = "registers a family: a child and two guardians"
    scene.housing.post("/families", sent, says, caused, status=201)
    scene.teacher.post(
        "/families",
        {"members": [one for one in members if one["ref"] == _CHILD]},
        "writes the same child down for the school; the two services see nothing of each other's lists",
        Caused("register_family", subject=scene.who(_CHILD)),
        status=201,
        also=lambda answer: {"it is the same person": answer["id"] == scene.ids[_CHILD]},
    )


def refuse_a_protected_number(scene: Scene) -> None:
    """Somebody strictly protected, typed into a form: the answer is that of any number the register does not know."""
    member = {"ref": "child", "name": "Noen Annen", "birth_date": "2013-01-01"}
    refused = Caused("register_family", "refused", "cannot_be_handled_here")
    strict = scene.teacher.post(
        "/families",
        {"members": [{**member, "identity_number": scene.strict_number}]},
        "types a strictly protected number: this person cannot be handled here, and the log names nobody",
        refused,
        status=403,
    )
    scene.teacher.post(
        "/families",
        {"members": [{**member, "identity_number": scene.unknown_number}]},
        "types a number that nobody knows: byte for byte the same answer",
        refused,
        status=403,
        also=lambda answer: {"the two answers are the same": answer.blanked() == strict.blanked()},
    )


def refuse_without_consent(scene: Scene) -> None:
    """Nothing goes without consent, and the answer says what would be needed."""
    scene.teacher.post(
        "/referrals",
        scene.referral(),
        "refers the child before anybody has consented: nothing is sent",
        scene.refused("refer_pupil", "sharing_refused", _SENT, _NOTHING_OPENS),
        status=403,
        also=lambda answer: {
            "it says that both signatures are lacking": _signatures(_missing(answer)) == len((_ONE, _OTHER)),
            "it offers to ask for consent": all(_codes(one["offers"])[0] == "A-52" for one in _results(answer)),
        },
    )


def record_a_consent(scene: Scene) -> None:
    """The family signs on paper: one guardian today, and that is not enough; then the other."""
    school, day = scene.teacher.service, scene.today.isoformat()
    flows = [
        {"from_service": school, "to_service": to, "category": category}
        for to in (scene.programme, scene.volunteer.service)
        for category in _ASKED
    ]

    def caused(answer: Answer) -> Caused:
        scene.consent = answer["id"]
        return Caused("record_consent", subject=scene.who(_CHILD, _ONE), categories=_ASKED)

    scene.housing.post(
        "/consents",
        {
            "person": scene.ids[_CHILD],
            "purpose": _PURPOSE,
            "flows": flows,
            "valid_from": day,
            "valid_to": (scene.today + timedelta(days=100)).isoformat(),
            "explained": {"on": day, "language": scene.family[_ONE].language, "interpreter": "professional"},
            "heard": {"on": day, "view": "agrees"},
            "signatures": [{"person": scene.ids[_ONE], "signed_on": day}],
        },
        "records the written consent with one guardian's signature",
        caused,
        status=201,
        also=lambda answer: {"it waits for one signature": _signatures(answer["missing"]) == 1},
    )
    scene.teacher.post(
        "/referrals",
        scene.referral(),
        "refers the child when one of two has signed: nothing is sent",
        scene.refused("refer_pupil", "sharing_refused", _SENT, _NOTHING_OPENS),
        status=403,
        also=lambda answer: {"it says that one signature is lacking": _signatures(_missing(answer)) == 1},
    )
    scene.housing.post(
        f"/consents/{scene.consent}/signatures",
        {"person": scene.ids[_OTHER], "signed_on": day},
        "records the other guardian's signature",
        Caused("sign_consent", subject=scene.who(_CHILD, _OTHER)),
        also=lambda answer: {"the consent is given": (answer["state"], answer["missing"]) == ("given", [])},
    )


def prove_the_consent(scene: Scene) -> None:
    """The signed page is photographed, checked, rewritten and sealed; whoever holds the consent may look at it."""
    attached = scene.housing.post(
        f"/consents/{scene.consent}/proofs",
        _a_photographed_page(),
        "attaches the signed page",
        Caused("attach_proof", subject=scene.who(_CHILD)),
        status=201,
        headers={"content-type": "image/png"},
    )
    page = f"/consents/{scene.consent}/proofs/{attached['id']}" if attached.body else "/consents"
    scene.housing.get(
        page,
        "looks at the page",
        Caused("read_proof", subject=scene.who(_CHILD), disclosed=scene.seen("consent_proof")),
        also=lambda answer: {"it is a picture": answer.content.startswith(b"\x89PNG")},
    )


def refer_the_pupil(scene: Scene) -> None:
    """The teacher is shown what is open, asks for too much, and then sends what the family has agreed to."""
    child = scene.who(_CHILD)
    scene.teacher.post(
        "/referrals/drafts",
        {"pupil": scene.ids[_CHILD], "to_service": scene.programme},
        "asks what may be sent to the homework programme",
        Caused("draft_referral", subject=child, disclosed=scene.seen(*_OF_THE_LIST), categories=_EVERYTHING),
        also=lambda answer: {
            "exactly what the consent covers is open": {
                one["category"] for one in answer["categories"] if one["result"] == "permit"
            }
            == set(_ASKED),
            "the name need not be typed again": answer["known"].get("identity_contact.name")
            == scene.family[_CHILD].name,
        },
    )
    scene.teacher.post(
        "/referrals",
        scene.referral(attendance={"present": "Alltid"}),
        "fills in how often the child is present, which the consent does not cover: nothing is sent",
        scene.refused("refer_pupil", "category_closed", (*_SENT, "attendance"), (*_CONSENTED, *_NOTHING_OPENS)),
        status=403,
        also=lambda answer: {
            "each category has its result": {one["category"]: one["result"] for one in _results(answer)}
            == {"academic_need": "permit", "attendance": "refuse", "identity_contact": "permit"}
        },
    )
    key, sent = uuid4().hex, scene.referral()
    first = _send(scene, "first", sent, "refers the child to the homework programme", key=key)
    scene.teacher.post(
        "/referrals",
        sent,
        "sends the same again, with the same key: it was done once, and the answer is the first one",
        Caused("refer_pupil", subject=child, disclosed=scene.seen(*_SENT), categories=_SENT, rules=_CONSENTED),
        status=201,
        key=key,
        also=lambda answer: {
            "the answer is the first one": (answer.content, answer.event) == (first.content, first.event)
        },
    )
    _send(scene, "second", sent, "refers the child once more, to be declined")
    _send(scene, "third", sent, "refers the child once more, to be recalled")


def open_and_answer(scene: Scene) -> None:
    """The programme sees what came, opens it, accepts one and declines one; the teacher recalls one."""
    child = scene.who(_CHILD)
    scene.coordinator.get(
        "/referrals?side=receiver",
        "lists what came; no name is in the list, for the programme does not have the child on a list of its own",
        Caused("list_referrals"),
        also=lambda answer: {
            "all three are there": {*scene.referrals.values()} <= {one["id"] for one in answer["items"]},
            "none has a name": all(one["person_name"] is None for one in answer["items"]),
        },
    )
    opened = _open(scene, "first")
    _step(scene, "first", "accept", opened.headers.get("etag", ""), None, "accepts it")
    scene.coordinator.post(
        f"/referrals/{scene.referrals['first']}/accept",
        None,
        "accepts it once more, on the version that has passed: somebody was faster",
        Caused("accept_referral", "conflict", "version_passed", subject=child),
        status=409,
        headers={"if-match": opened.headers.get("etag", "")},
    )
    scene.teacher.get(
        f"/referrals/{scene.referrals['first']}",
        "looks at it: without a consented way back the school learns only that it was received",
        Caused("read_referral", subject=child, disclosed=scene.seen("referral", *_SENT), categories=_SENT, rules=_OWN),
        also=lambda answer: {
            "the state is received": answer["state"] == "received",
            "no step says accepted": "accept" not in [one["step"] for one in answer["steps"]],
        },
    )
    opened = _open(scene, "second")
    _step(
        scene, "second", "decline", opened.headers.get("etag", ""), {"reason": "full"}, "declines it: there is no place"
    )
    scene.teacher.post(
        f"/referrals/{scene.referrals['third']}/recall",
        None,
        "recalls the third before anybody has opened it",
        Caused("recall_referral", subject=child),
        headers={"if-match": '"1"'},
        also=lambda answer: {"it is recalled": answer["state"] == "recalled"},
    )


def hide_from_others(scene: Scene) -> None:
    """Another service's referral looks exactly like one that does not exist."""
    hidden = Caused("read_referral", "not_found", "not_found")
    for who in (scene.other_teacher, scene.housing):
        there = who.get(
            f"/referrals/{scene.referrals['first']}", "asks for a referral between other services", hidden, status=404
        )
        who.get(
            f"/referrals/{uuid4()}",
            "asks for a referral that does not exist: byte for byte the same answer",
            hidden,
            status=404,
            also=lambda answer, there=there: {"the two answers are the same": answer.blanked() == there.blanked()},
        )


def refer_to_volunteers(scene: Scene) -> None:
    """Volunteers get what is little sensitive, and no more, whatever else they ask for."""
    child = scene.who(_CHILD)
    content = {"identity_contact": scene.said["identity_contact"], "service_participation": {"weekdays": "tirsdag"}}
    sent = {**scene.referral(to=scene.volunteer.service), "content": content}

    def caused(answer: Answer) -> Caused:
        scene.referrals["volunteers"] = answer["id"]
        return Caused(
            "refer_pupil", subject=child, disclosed=scene.seen(*_LITTLE), categories=_LITTLE, rules=_TO_VOLUNTEERS
        )

    scene.teacher.post("/referrals", sent, "refers the child to the volunteers, with little", caused, status=201)
    where = f"/referrals/{scene.referrals['volunteers']}"
    scene.volunteer.get(
        where,
        "opens it",
        _opened_by_the_volunteers(scene),
        also=lambda answer: {"it says what was sent": _parts(answer) == content},
    )
    scene.volunteer.get(
        f"{where}?category=attendance",
        "asks how often the child is present, which is more than a volunteer may know",
        scene.refused("read_referral", "sharing_refused", ("attendance",), ("B-17", *_NOTHING_OPENS)),
        status=403,
    )


def _opened_by_the_volunteers(scene: Scene) -> Caused:
    seen = scene.seen("referral", *_LITTLE)
    return Caused("read_referral", subject=scene.who(_CHILD), disclosed=seen, categories=_LITTLE, rules=_TO_VOLUNTEERS)


def withdraw_one_recipient(scene: Scene) -> None:
    """A guardian takes back what goes to the programme: nobody there opens anything any more, and the rest stands."""
    scene.housing.post(
        f"/consents/{scene.consent}/withdrawals",
        {"by": scene.ids[_ONE], "channel": "oral", "scope": "recipient", "to_service": scene.programme},
        "records that a guardian has withdrawn what goes to the programme",
        Caused("withdraw_consent", subject=scene.who(_CHILD, _ONE), categories=_ASKED),
        also=lambda answer: {
            "what was accepted is stopped": answer["stopped"] == 1,
            "the rest of the consent stands": answer["state"] == "given",
        },
    )
    scene.coordinator.get(
        f"/referrals/{scene.referrals['first']}",
        "opens the referral again: the programme may not read it any more",
        scene.refused("read_referral", "sharing_refused", _SENT, _NOTHING_OPENS),
        status=403,
        also=lambda answer: {"it says that the consent is withdrawn": _missing(answer) == {"not_withdrawn"}},
    )
    scene.teacher.post(
        "/referrals",
        scene.referral(),
        "refers the child to the programme again: nothing is sent",
        scene.refused("refer_pupil", "sharing_refused", _SENT, _NOTHING_OPENS),
        status=403,
    )
    scene.volunteer.get(
        f"/referrals/{scene.referrals['volunteers']}",
        "opens theirs, which nobody has taken back",
        _opened_by_the_volunteers(scene),
    )
    scene.teacher.get(
        "/notices",
        "reads what the school was told",
        Caused("list_notices"),
        also=lambda answer: {
            "it was told of the withdrawal": ("consent_withdrawn", scene.consent)
            in [(one["kind"], one["consent_id"]) for one in answer["items"]]
        },
    )


def let_a_childs_no_count(scene: Scene) -> None:
    """The municipality lets a child's no count from the age of seven: one proposes it, another approves."""
    proposed = scene.walker.as_("administrator").post(
        "/policy/proposals",
        {"builds_on": 1, "choices": {"child_objection_from_age": 7}},
        "proposes that a child's no counts from the age of seven",
        Caused("propose_policy"),
        status=201,
    )
    approve = f"/policy/proposals/{proposed['id']}/approve"
    scene.walker.as_("administrator").post(
        approve,
        None,
        "tries to approve it too: another person has to",
        Caused("approve_policy", "refused", "own_proposal"),
        status=403,
    )
    scene.walker.as_("data_protection_officer").post(
        approve,
        None,
        "approves it: from now on every decision asks by it",
        Caused("approve_policy"),
        also=lambda answer: {"it is the second version": answer["number"] == 2},
    )


def decide_what_the_rules_hold(scene: Scene) -> None:
    """The child does not want the library to know: the teacher asks, the head decides, a colleague approves."""
    day, child = scene.today.isoformat(), scene.who(_CHILD)
    scene.housing.post(
        "/consents",
        {
            "person": scene.ids[_CHILD],
            "purpose": _PURPOSE,
            "flows": [
                {"from_service": scene.teacher.service, "to_service": scene.library, "category": category}
                for category in _SENT
            ],
            "valid_from": day,
            "explained": {"on": day, "language": scene.family[_ONE].language, "interpreter": "professional"},
            "heard": {"on": day, "view": "objects"},
            "signatures": [{"person": scene.ids[who], "signed_on": day} for who in (_ONE, _OTHER)],
        },
        "records a consent for the library, and that the child does not want it",
        Caused("record_consent", subject=scene.who(_CHILD, _ONE, _OTHER), categories=_SENT),
        status=201,
    )
    scene.teacher.post(
        "/referrals",
        scene.referral(to=scene.library),
        "refers the child to the library: it is held, because the child has said no",
        scene.refused("refer_pupil", "sharing_refused", _SENT, _CHILD_SAID_NO),
        status=403,
        also=lambda answer: {
            "it waits for two people": {"decision_recorded", "second_approver"} <= _missing(answer),
        },
    )
    asked = scene.teacher.post(
        "/held-cases",
        {
            "person": scene.ids[_CHILD],
            "to_service": scene.library,
            "purpose": _PURPOSE,
            "categories": list(_SENT),
            "reason": "Barnet er redd for hva de andre sier, men vil ha hjelpen.",
        },
        "asks the head of the school to decide it",
        Caused("submit_held_case", subject=child, categories=_SENT, rules=_CHILD_SAID_NO),
        status=201,
    )
    where, verdict = (
        f"/held-cases/{asked['id']}",
        {"permits": True, "reason": "Hjelpen er viktig, og det lille holder."},
    )
    scene.head.post(
        f"{where}/decide",
        verdict,
        "decides as leader that it may go",
        Caused("decide_held_case", subject=child, categories=_SENT, rules=_CHILD_SAID_NO),
        headers={"if-match": '"1"'},
    )
    scene.head.post(
        f"{where}/approve",
        verdict,
        "tries to approve it too: a second person has to",
        Caused("approve_held_case", "refused", "not_alone", subject=child, categories=_SENT),
        status=403,
        headers={"if-match": '"2"'},
    )
    scene.colleague.post(
        f"{where}/approve",
        verdict,
        "approves it as the second person",
        Caused("approve_held_case", subject=child, categories=_SENT, rules=_CHILD_SAID_NO),
        headers={"if-match": '"2"'},
        also=lambda answer: {"it may be sent": answer["state"] == "permitted"},
    )

    def caused(answer: Answer) -> Caused:
        scene.referrals["library"] = answer["id"]
        return Caused(
            "refer_pupil", subject=child, disclosed=scene.seen(*_SENT), categories=_SENT, rules=_CHILD_SAID_NO
        )

    scene.teacher.post(
        "/referrals", scene.referral(to=scene.library), "refers the child to the library again", caused, status=201
    )


def look_it_up(scene: Scene) -> None:
    """The auditor lists the day's events, opens a disclosure with its decision, and finds what is about the child."""
    walked = [step for step in scene.walker.steps if step.event]
    since = f"{scene.walker.began.isoformat(timespec='milliseconds').removesuffix('+00:00')}Z"
    listed: set[str] = set()
    following: str | None = ""
    while following is not None:
        page = scene.auditor.get(
            f"/log/events?since={since}{f'&page={following}' if following else ''}",
            "lists the day's events",
            Caused("search_log"),
        )
        listed |= {line["id"] for line in page["items"]} if page.body else set()
        following = page["next"] if page.status == _OK else None
    sending = next(step for step in walked if step.request.endswith("/referrals") and step.status == _CREATED)
    scene.auditor.get(
        f"/log/events/{sending.event}",
        "opens the event of the first referral, with its decision",
        Caused("read_event", subject=scene.who(_CHILD), disclosed=scene.seen("log_entry")),
        also=lambda answer: {
            "every step of the walk was listed": {step.event for step in walked} <= listed,
            "the decision names the rule book": len(answer["decision"]["rule_book"]) == _HEX_OF_SHA256,
            "each category was permitted by a rule": [
                (one["category"], one["result"], bool(one["rules"])) for one in answer["decision"]["results"]
            ]
            == [(category, "permit", True) for category in _SENT],
            "the event says on which consent": answer["line"]["consent_id"] == scene.consent,
        },
    )
    scene.auditor.get(
        f"/log/events/{sending.event}/replay",
        "decides it again, from what was known then and by the policy of then",
        Caused("replay_decision", subject=scene.who(_CHILD), disclosed=scene.seen("log_entry")),
        also=lambda answer: {
            "it comes out the same": answer["is_same"],
            "by the rules of that day": answer["book"] == "same",
            "by the policy of that day": answer["policy_number"] == 1,
        },
    )
    scene.auditor.post(
        "/log/events/search",
        {"person": scene.ids[_CHILD], "action": "refer_pupil", "outcome": "permitted"},
        "searches for what was sent about the child",
        Caused("search_log", subject=scene.who(_CHILD)),
        also=lambda answer: {"every referral that was sent is found": len(answer["items"]) == len(scene.referrals)},
    )
    scene.teacher.get(
        "/log/events",
        "asks for the log, which is not a teacher's to read",
        Caused("search_log", "refused", "not_in_your_role"),
        status=403,
    )


def sign_out(scene: Scene) -> None:
    """Everybody goes home; the token opens nothing afterwards."""
    for who in (scene.housing, scene.teacher, scene.coordinator, scene.volunteer):
        who.post("/sign-out", None, "signs out", Caused("sign_out"), status=204)


#: The story, in order.
CHAPTERS: tuple[Callable[[Scene], None], ...] = (
    register_a_family,
    refuse_a_protected_number,
    refuse_without_consent,
    record_a_consent,
    prove_the_consent,
    refer_the_pupil,
    open_and_answer,
    hide_from_others,
    refer_to_volunteers,
    withdraw_one_recipient,
    let_a_childs_no_count,
    decide_what_the_rules_hold,
    look_it_up,
    sign_out,
)


def _as_written(ref: str, member: Member) -> dict[str, Any]:
    """A member of the family as the housing worker types it in."""
    typed = {
        "name": member.name,
        "birth_date": member.birth_date.isoformat(),
        "identity_number": member.identity_number,
        "address": member.address,
        "telephone": member.telephone,
        "language": member.language,
        "school": member.school,
    }
    return {"ref": ref, **{name: value for name, value in typed.items() if value is not None}}


def _send(scene: Scene, name: str, sent: Mapping[str, Any], says: str, key: str | None = None) -> Answer:
    def caused(answer: Answer) -> Caused:
        scene.referrals[name] = answer["id"]
        child = scene.who(_CHILD)
        return Caused("refer_pupil", subject=child, disclosed=scene.seen(*_SENT), categories=_SENT, rules=_CONSENTED)

    return scene.teacher.post("/referrals", sent, says, caused, status=201, key=key)


def _open(scene: Scene, name: str) -> Answer:
    child = scene.who(_CHILD)
    return scene.coordinator.get(
        f"/referrals/{scene.referrals[name]}",
        f"opens the {name} referral",
        Caused(
            "read_referral", subject=child, disclosed=scene.seen("referral", *_SENT), categories=_SENT, rules=_CONSENTED
        ),
        also=lambda answer: {
            "it says what was sent": _parts(answer) == scene.said,
            "it is opened": (answer["state"], answer.version) == ("opened", '"2"'),
        },
    )


def _step(scene: Scene, name: str, step: str, version: str, body: Any, says: str) -> None:
    scene.coordinator.post(
        f"/referrals/{scene.referrals[name]}/{step}",
        body,
        says,
        Caused(f"{step}_referral", subject=scene.who(_CHILD)),
        headers={"if-match": version},
        also=lambda answer: {"its version is the next": answer.version == '"3"'},
    )


def _parts(answer: Answer) -> dict[str, dict[str, str]]:
    return {part["category"]: part["fields"] for part in answer["parts"]}


def _results(answer: Answer) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = answer["decision"]["results"]
    return results


def _missing(answer: Answer) -> set[str]:
    return {code for result in _results(answer) for code in result["missing"]}


def _signatures(missing: Collection[str]) -> int:
    return sum(code.startswith("signature(") for code in missing)


def _codes(rules: list[dict[str, str]]) -> list[str]:
    return [rule["code"] for rule in rules]


def _a_photographed_page() -> bytes:
    """A grey page as PNG; what is on it is nobody's."""
    made = BytesIO()
    Image.new("L", (620, 877), 230).save(made, "PNG")
    return made.getvalue()
