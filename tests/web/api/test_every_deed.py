"""Each deed once over real HTTP: what is answered, what lies in the database then, and what the log says."""

from collections.abc import Callable
from io import BytesIO
from uuid import UUID

import httpx2
import pyotp
import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from audit.actions import Action
from audit.actor import Actor
from audit.operation import operation
from consent.consent import Consent, ConsentProof, ConsentSignature, ConsentWithdrawal
from consent.record_consent import Heard, record_consent
from foundation.identifiers import PersonId, ReferralId
from foundation.tables import Base
from people.invitation import invite
from people.person import Guardianship, ProtectionCheck, RosterEntry
from people.sign_in import SignInSession
from people.staff import Declaration
from referral.referral import Referral, ReferralPart, ReferralStep
from tests.consent.a_form import a_form as a_written_consent
from tests.log_reading import StoredEvent, event_named, events
from tests.situations import CONTENT, Town, a_family, a_referral
from tests.web.api.conftest import Program, Story
from vault.container import PartWrap

As = Callable[[str], Program]


def rows(town: Town, table: type[Base]) -> int:
    columns = table.__table__.columns
    with Session(town.house.engine) as session:
        return session.scalar(select(func.count()).select_from(select(*columns).subquery())) or 0


def event_of(town: Town, answer: httpx2.Response) -> StoredEvent:
    """The event that the answer names; it is the one in the body too."""
    named = answer.headers["tillit-event"]
    if answer.content and answer.headers["content-type"] == "application/json":
        assert answer.json()["event_id"] == named
    return event_named(town.house, named)


def permitted(town: Town, answer: httpx2.Response, action: Action, *about: PersonId) -> StoredEvent:
    """The answer's event, which must say that this deed was done, about exactly these persons."""
    event = event_of(town, answer)
    assert event.shape == (action.code, "permitted", None)
    assert set(event.persons) == set(about)
    return event


def a_png() -> bytes:
    made = BytesIO()
    Image.new("L", (300, 400), 250).save(made, "PNG")
    return made.getvalue()


# People


def test_a_family_is_registered(as_: As, town: Town) -> None:
    before = rows(town, RosterEntry)
    sent = {
        "members": [
            {"ref": "child", "name": "Ida Prøvebakk", "birth_date": "2015-04-05", "language": "pl",
             "seen": {"status": "none", "where": "Folkeregisteret", "on": "2026-11-20"}},
            {"ref": "father", "name": "Jan Prøvebakk", "birth_date": "1980-01-02", "telephone": "400 00 003",
             "seen": {"status": "none", "where": "Folkeregisteret", "on": "2026-11-20"}},
        ],
        "guardianships": [
            {"child": "child", "guardian": "father", "kind": "sole", "is_resident": True, "evidence": "document_seen"}
        ],
    }  # fmt: skip
    answer = as_("housing_worker").post("/families", sent)
    assert answer.status_code == 201
    assert [member["ref"] for member in answer.json()["members"]] == ["child", "father"]
    assert answer.headers["location"] == f"/api/v1/persons/{answer.json()['members'][0]['id']}"
    ids = [PersonId.of(member["id"]) for member in answer.json()["members"]]
    permitted(town, answer, Action.REGISTER_FAMILY, *ids)
    assert rows(town, RosterEntry) == before + 2
    assert rows(town, Guardianship) == 1


def test_persons_are_listed_found_and_read(as_: As, story: Story) -> None:
    worker, family = as_("housing_worker"), story.family
    everybody = {str(family.child), str(family.mother), str(family.father)}
    listed = worker.get("/persons")
    assert {line["id"] for line in listed.json()["items"]} == everybody
    assert listed.json()["next"] is None
    permitted(story.town, listed, Action.LIST_PERSONS, family.child, *family.guardians)

    found = worker.post("/persons/search", {"words": "saga"})
    assert [(line["id"], line["birth_year"]) for line in found.json()["items"]] == [(str(family.child), 2016)]
    event = permitted(story.town, found, Action.FIND_PERSON, family.child)
    assert (event.row.hits, event.said["words"]) == (1, "saga")

    read = worker.get(f"/persons/{family.child}")
    assert (read.json()["name"], read.json()["birth_date"]) == ("Sagal Æsøy-Åmot", "2016-03-14")
    assert {guardian["id"] for guardian in read.json()["guardians"]} == everybody - {str(family.child)}
    permitted(story.town, read, Action.READ_PERSON, family.child, *family.guardians)


def test_protection_is_checked_again_and_the_answer_not_shown(as_: As, story: Story) -> None:
    before = rows(story.town, ProtectionCheck)
    answer = as_("housing_worker").post(f"/persons/{story.family.child}/protection-checks", {})
    assert answer.status_code == 200
    assert set(answer.json()) == {"id", "event_id"}
    permitted(story.town, answer, Action.RECORD_PROTECTION, story.family.child)
    assert rows(story.town, ProtectionCheck) == before + 1


def test_notices_are_seen(as_: As, story: Story) -> None:
    answer = as_("coordinator").get("/notices")
    assert [(line["kind"], line["referral_id"]) for line in answer.json()["items"]] == [
        ("referral_received", str(story.referral)),
        ("consent_recorded", None),
    ]
    permitted(story.town, answer, Action.LIST_NOTICES)


# Consents


def a_form(story: Story, **changed: object) -> dict[str, object]:
    """A consent as a program sends it, with the mother's signature."""
    day = story.town.today.isoformat()
    flow = {"from_service": str(story.town.school), "to_service": str(story.town.library), "category": "academic_need"}
    return {
        "person": str(story.family.child),
        "purpose": "homework_support_referral",
        "flows": [flow],
        "valid_from": day,
        "explained": {"on": day, "language": "so", "interpreter": "professional"},
        "heard": {"on": day, "view": "agrees"},
        "signatures": [{"person": str(story.family.mother), "signed_on": day}],
        **changed,
    }


def test_a_consent_is_recorded_signed_and_read(as_: As, story: Story) -> None:
    worker, family, before = as_("housing_worker"), story.family, rows(story.town, Consent)
    recorded = worker.post("/consents", a_form(story))
    assert recorded.status_code == 201
    assert (recorded.json()["state"], recorded.json()["valid_to"]) == ("asked", "2027-07-31")
    assert recorded.headers["location"] == f"/api/v1/consents/{recorded.json()['id']}"
    event = permitted(story.town, recorded, Action.RECORD_CONSENT, family.child, family.mother)
    assert (str(event.row.consent_id), event.row.categories) == (recorded.json()["id"], "academic_need")
    assert rows(story.town, Consent) == before + 1

    where, signatures = f"/consents/{recorded.json()['id']}", rows(story.town, ConsentSignature)
    signature = {"person": str(family.father), "signed_on": story.town.today.isoformat(), "answer": "given"}
    signed = worker.post(f"{where}/signatures", signature)
    assert (signed.status_code, signed.json()["state"], signed.json()["missing"]) == (200, "given", [])
    assert family.father is not None
    permitted(story.town, signed, Action.SIGN_CONSENT, family.child, family.father)
    assert rows(story.town, ConsentSignature) == signatures + 1

    read = worker.get(where).json()
    assert (read["state"], read["language"], read["view"]) == ("given", "so", "agrees")
    assert [flow["category"] for flow in read["flows"] if flow["is_open"]] == ["academic_need"]
    assert {signer["answer"] for signer in read["signers"]} == {"given"}

    listed = worker.get(f"/consents?person={family.child}")
    assert [line["id"] for line in listed.json()["items"]] == [recorded.json()["id"], str(story.consent)]
    permitted(story.town, listed, Action.LIST_CONSENTS, family.child)


@pytest.mark.parametrize("as_form", [False, True])
def test_a_consent_is_proved_by_a_page(as_: As, story: Story, as_form: bool) -> None:
    worker, page = as_("housing_worker"), a_png()
    body = {"files": {"page": ("whatever.png", page, "image/png")}} if as_form else {"content": page}
    kind = {} if as_form else {"content-type": "image/png"}
    where = f"/consents/{story.consent}/proofs"
    proved = worker.client.post(f"/api/v1{where}", headers={"idempotency-key": "a-page-of-mine", **kind}, **body)
    assert proved.status_code == 201
    assert proved.headers["location"] == f"/api/v1{where}/{proved.json()['id']}"
    permitted(story.town, proved, Action.ATTACH_PROOF, story.family.child)

    again = worker.client.post(f"/api/v1{where}", headers={"idempotency-key": "a-page-of-mine", **kind}, **body)
    assert (again.status_code, again.content, again.headers["location"]) == (
        201,
        proved.content,
        proved.headers["location"],
    )
    assert rows(story.town, ConsentProof) == 1

    shown = worker.get(f"{where}/{proved.json()['id']}")
    assert (shown.headers["content-type"], len(shown.content)) == ("image/png", proved.json()["size"])
    assert Image.open(BytesIO(shown.content)).size == (300, 400)
    assert "filename" not in shown.headers["content-disposition"]
    event = permitted(story.town, shown, Action.READ_PROOF, story.family.child)
    assert event.persons[story.family.child]["disclosed"] == ["consent_proof"]


def test_a_page_of_25_megabytes_is_taken_and_what_is_none_refused(as_: As, story: Story) -> None:
    where = f"/api/v1/consents/{story.consent}/proofs"
    client = as_("housing_worker").client
    large = client.post(
        where, content=bytes(25_000_000), headers={"content-type": "application/pdf", "idempotency-key": "12345678"}
    )
    assert (large.status_code, large.json()["code"]) == (422, "not_a_page")
    assert event_of(story.town, large).shape == ("attach_proof", "invalid", "not_a_page")
    larger = client.post(
        where, content=bytes(26_000_001), headers={"content-type": "application/pdf", "idempotency-key": "12345678"}
    )
    assert (larger.status_code, larger.json()["code"]) == (413, "body_too_large")
    nothing = client.post(where, files={"other": b"x"}, headers={"idempotency-key": "12345678"})
    assert (nothing.status_code, nothing.json()["errors"][0]["field"]) == (422, "page")


def test_a_consent_is_withdrawn_for_one_recipient(as_: As, story: Story) -> None:
    sent = {
        "by": str(story.family.mother),
        "channel": "oral",
        "scope": "recipient",
        "to_service": str(story.town.homework),
    }
    answer = as_("housing_worker").post(f"/consents/{story.consent}/withdrawals", sent)
    assert (answer.status_code, answer.json()["state"], answer.json()["stopped"]) == (200, "withdrawn", 1)
    event = permitted(story.town, answer, Action.WITHDRAW_CONSENT, story.family.child, story.family.mother)
    assert event.row.categories == "academic_need identity_contact service_participation"
    assert rows(story.town, ConsentWithdrawal) == 1
    refused = as_("coordinator").get(f"/referrals/{story.referral}?category=academic_need")
    assert (refused.status_code, refused.json()["code"]) == (403, "sharing_refused")


# Referrals


def test_what_may_be_sent_is_asked(as_: As, story: Story) -> None:
    sent = {"pupil": str(story.family.child), "to_service": str(story.town.homework)}
    answer = as_("teacher").post("/referrals/drafts", sent)
    results = {one["category"]: one["result"] for one in answer.json()["categories"]}
    assert {category for category, result in results.items() if result == "permit"} == {
        "identity_contact", "academic_need", "service_participation",
    }  # fmt: skip
    assert answer.json()["may_send"] is True
    permitted(story.town, answer, Action.DRAFT_REFERRAL, story.family.child)
    assert rows(story.town, Referral) == 1


def test_a_pupil_is_referred_and_the_referral_read(as_: As, story: Story) -> None:
    sent = {"pupil": str(story.family.child), "to_service": str(story.town.homework), "content": CONTENT}
    answer = as_("teacher").post("/referrals", sent)
    assert (answer.status_code, answer.json()["state"], answer.headers["etag"]) == (201, "sent", '"1"')
    assert answer.headers["location"] == f"/api/v1/referrals/{answer.json()['id']}"
    event = permitted(story.town, answer, Action.REFER_PUPIL, story.family.child)
    assert event.row.categories == "academic_need identity_contact"
    assert event.persons[story.family.child]["disclosed"] == ["academic_need", "identity_contact"]
    assert (rows(story.town, Referral), rows(story.town, ReferralPart)) == (2, 4)

    where = f"/referrals/{answer.json()['id']}"
    read = as_("coordinator").get(where)
    assert {part["category"]: part["fields"] for part in read.json()["parts"]} == CONTENT
    assert (read.json()["state"], read.json()["may"], read.headers["etag"]) == ("opened", ["accept", "decline"], '"2"')
    event = permitted(story.town, read, Action.READ_REFERRAL, story.family.child)
    assert event.row.rules == "NO-C-40 NO-C-41"

    one = as_("coordinator").get(f"{where}?category=academic_need")
    assert [part["category"] for part in one.json()["parts"]] == ["academic_need"]
    assert event_of(story.town, one).persons[story.family.child]["disclosed"] == ["academic_need", "referral"]


def test_a_closed_category_is_told_apart_from_a_refusal_of_the_whole(as_: As, story: Story) -> None:
    teacher, town = as_("teacher"), story.town
    sent = {"pupil": str(story.family.child), "to_service": str(town.homework)}
    some = teacher.post("/referrals", {**sent, "content": {**CONTENT, "attendance": {"present": "ofte"}}})
    assert (some.status_code, some.json()["code"]) == (403, "category_closed")
    results = {one["category"]: one for one in some.json()["decision"]["results"]}
    assert {name: one["result"] for name, one in results.items()} == {
        "academic_need": "permit", "attendance": "refuse", "identity_contact": "permit",
    }  # fmt: skip
    closed = results["attendance"]
    assert (closed["missing"], closed["strip"]) == (["category"], [])
    assert [rule["code"] for rule in closed["rules"]] == ["Z-99"]
    assert all(rule["because"] and rule["source"] for rule in (*closed["rules"], *closed["offers"]))
    assert [offer["code"] for offer in closed["offers"]] == ["A-52", "A-50", "A-51", "NO-D-20"]
    assert event_of(town, some).shape == ("refer_pupil", "refused", "category_closed")

    whole = teacher.post("/referrals", {**sent, "content": {"attendance": {"present": "ofte"}}})
    assert (whole.status_code, whole.json()["code"]) == (403, "sharing_refused")
    assert rows(town, Referral) == 1


def test_a_refusal_speaks_the_language_of_the_reader(as_: As, story: Story) -> None:
    sent = {
        "pupil": str(story.family.child),
        "to_service": str(story.town.homework),
        "content": {"attendance": {"present": "ja"}},
    }
    said = {
        language: as_("teacher").post("/referrals", sent, accept_language=language).json()["rules"][0]["because"]
        for language in ("nb", "nn", "da", "en")
    }
    assert said["en"] == "The duty of confidentiality holds where no rule opens for sharing."
    assert len(set(said.values())) >= 3


def test_a_referral_is_accepted(as_: As, story: Story) -> None:
    coordinator, where = as_("coordinator"), f"/referrals/{story.referral}"
    version = coordinator.get(where).headers["etag"]
    answer = coordinator.post(f"{where}/accept", if_match=version)
    assert (answer.status_code, answer.json()["state"], answer.headers["etag"]) == (200, "accepted", '"3"')
    permitted(story.town, answer, Action.ACCEPT_REFERRAL, story.family.child)
    assert rows(story.town, ReferralStep) == 3


def test_a_referral_is_declined(as_: As, story: Story) -> None:
    coordinator, where, wraps = as_("coordinator"), f"/referrals/{story.referral}", rows(story.town, PartWrap)
    version = coordinator.get(where).headers["etag"]
    answer = coordinator.post(f"{where}/decline", {"reason": "full"}, if_match=version)
    assert (answer.status_code, answer.json()["state"]) == (200, "declined")
    permitted(story.town, answer, Action.DECLINE_REFERRAL, story.family.child)
    assert rows(story.town, PartWrap) == wraps - 2


def test_a_referral_is_recalled(as_: As, story: Story) -> None:
    answer = as_("teacher").post(f"/referrals/{story.referral}/recall", if_match='"1"')
    assert (answer.status_code, answer.json()["state"], answer.headers["etag"]) == (200, "recalled", '"2"')
    permitted(story.town, answer, Action.RECALL_REFERRAL, story.family.child)


def test_referrals_are_listed_by_side_and_state(as_: As, story: Story) -> None:
    other = a_referral(story.town, story.family)
    coordinator = as_("coordinator")
    coordinator.get(f"/referrals/{other}")
    listed = coordinator.get("/referrals?side=receiver&state=opened")
    assert [(line["id"], line["person_name"]) for line in listed.json()["items"]] == [(str(other), None)]
    permitted(story.town, listed, Action.LIST_REFERRALS)
    assert coordinator.get("/referrals?side=sender").json()["items"] == []
    sent = as_("teacher").get("/referrals?side=sender")
    assert {line["id"] for line in sent.json()["items"]} == {str(other), str(story.referral)}
    permitted(story.town, sent, Action.LIST_REFERRALS, story.family.child)


# The directory, oneself, and signing in


def test_the_directory_and_oneself_leave_no_event(as_: As, town: Town) -> None:
    teacher = as_("teacher")
    before = len(events(town.house))
    services = teacher.get("/services").json()
    assert {one["service_id"] for one in services["items"]} == {
        one["service_id"] for one in as_("auditor").get("/services").json()["items"]
    }
    assert str(town.homework) in {one["service_id"] for one in services["items"]}
    me = teacher.get("/me").json()
    assert (me["role"], me["service_id"], me["declaration_signed"]) == ("teacher", str(town.school), True)
    assert len(events(town.house)) == before + 1  # the auditor signed in


def test_a_declaration_is_signed_once(as_: As, town: Town) -> None:
    before = rows(town, Declaration)
    answer = as_("teacher").post("/declarations")
    assert (answer.status_code, answer.content) == (204, b"")
    permitted(town, answer, Action.SIGN_DECLARATION)
    assert rows(town, Declaration) == before


def test_somebody_makes_an_account_signs_in_and_out(as_: As, town: Town) -> None:
    with operation(Actor.operator(town.house), Action.INVITE_STAFF) as op:
        assert town.teacher.staff is not None
        code = invite(op, town.teacher.staff).code
    stranger = as_("teacher")
    del stranger.client.headers["authorization"]
    chosen = {"code": code, "sign_in_name": "tiril", "password": "a long password indeed"}
    made = stranger.post("/invitations/take-up", chosen)
    assert (made.status_code, made.json()["sign_in_name"]) == (200, "tiril")
    permitted(town, made, Action.ACCEPT_INVITATION)
    used = stranger.post("/invitations/take-up", chosen)
    assert (used.status_code, used.json()["code"]) == (404, "not_found")

    digits = pyotp.TOTP(made.json()["code_secret"]).at(town.house.clock.now())
    typed = {"name": "Tiril", "password": "a long password indeed", "code": digits}
    wrong = stranger.post("/sign-in", {**typed, "password": "another password"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "sign_in_failed")
    signed_in = stranger.post("/sign-in", typed)
    assert (signed_in.status_code, signed_in.json()["strength"]) == (200, "high")
    permitted(town, signed_in, Action.SIGN_IN)

    stranger.client.headers["authorization"] = f"Bearer {signed_in.json()['token']}"
    sessions = rows(town, SignInSession)
    signed_out = stranger.post("/sign-out")
    assert signed_out.status_code == 204
    permitted(town, signed_out, Action.SIGN_OUT)
    assert rows(town, SignInSession) == sessions - 1
    assert stranger.get("/me").status_code == 401


def test_somebody_close_says_so(as_: As, story: Story) -> None:
    said = {"referral": str(story.referral), "closeness": {"relation": "friend", "confirmed": False}}
    answer = as_("coordinator").post("/closeness", said)
    assert answer.status_code == 200
    permitted(story.town, answer, Action.STATE_CLOSENESS, story.family.child)
    refused = as_("coordinator").get(f"/referrals/{story.referral}")
    assert (refused.status_code, "G-04" in {rule["code"] for rule in refused.json()["rules"]}) == (403, True)
    unknown = as_("coordinator").post("/closeness", {**said, "closeness": {"relation": "auntie", "confirmed": True}})
    assert [(one["field"], one["code"]) for one in unknown.json()["errors"]] == [("closeness.relation", "unknown_word")]


# What the rules hold


def test_a_held_case_is_asked_for_decided_and_approved(as_: As, town: Town) -> None:
    family = a_family(town, town.teacher, born=town.today.replace(year=2013))
    a_family(town, again=family)
    record_consent(town.housing_worker, a_written_consent(town, family, heard=Heard(town.today, "objects")))
    asked = {
        "person": str(family.child),
        "to_service": str(town.homework),
        "purpose": "homework_support_referral",
        "categories": ["academic_need"],
        "reason": "Eleven trenger hjelp før prøven.",
    }
    teacher, leader, second = as_("teacher"), as_("school_leader"), as_("second_teacher")
    submitted = teacher.post("/held-cases", asked)
    assert (submitted.status_code, submitted.json()["state"], submitted.json()["version"]) == (201, "asked", 1)
    permitted(town, submitted, Action.SUBMIT_HELD_CASE, family.child)
    path = f"/held-cases/{submitted.json()['id']}"
    listed = teacher.get("/held-cases")
    assert [line["categories"] for line in listed.json()["items"]] == [["academic_need"]]
    permitted(town, listed, Action.LIST_HELD_CASES, family.child)
    verdict = {"permits": True, "reason": "Hjelpen er liten og haster."}
    unsure = leader.post(f"{path}/decide", verdict)
    assert unsure.status_code == 428
    decided = leader.post(f"{path}/decide", verdict, if_match='"1"')
    assert (decided.json()["state"], decided.headers["etag"]) == ("decided", '"2"')
    permitted(town, decided, Action.DECIDE_HELD_CASE, family.child)
    approved = second.post(f"{path}/approve", verdict, if_match='"2"')
    assert approved.json()["state"] == "permitted"
    permitted(town, approved, Action.APPROVE_HELD_CASE, family.child)
    read = leader.get(path)
    assert [step["step"] for step in read.json()["steps"]] == ["ask", "decide", "approve"]
    permitted(town, read, Action.READ_HELD_CASE, family.child)
    passed = second.post(f"{path}/approve", verdict, if_match='"2"')
    assert (passed.status_code, passed.json()["code"]) == (409, "held_case_passed")
    assert as_("housing_leader").get(path).status_code == 404


# The policy


def test_a_policy_is_proposed_and_approved(as_: As, town: Town) -> None:
    proposed = as_("administrator").post("/policy/proposals", {"builds_on": 1, "choices": {"form": "oral_minuted"}})
    assert (proposed.status_code, proposed.json()["builds_on"]) == (201, 1)
    assert permitted(town, proposed, Action.PROPOSE_POLICY).said["changed"] == {"form": ["written", "oral_minuted"]}
    refused = as_("administrator").post(f"/policy/proposals/{proposed.json()['id']}/approve")
    assert (refused.status_code, refused.json()["code"]) == (403, "own_proposal")
    approved = as_("data_protection_officer").post(f"/policy/proposals/{proposed.json()['id']}/approve")
    assert approved.json()["number"] == 2
    permitted(town, approved, Action.APPROVE_POLICY)
    read = as_("volunteer").get("/policy").json()
    assert (read["in_force"]["policy"]["form"], read["earlier"][0]["policy"]["form"]) == ("oral_minuted", "written")
    unknown = as_("administrator").post("/policy/proposals", {"builds_on": 2, "choices": {"anything_goes": True}})
    assert [(one["field"], one["code"]) for one in unknown.json()["errors"]] == [("anything_goes", "unknown_field")]
    passed = as_("administrator").post("/policy/proposals", {"builds_on": 1, "choices": {"form": "written"}})
    assert (passed.status_code, passed.json()["code"]) == (409, "policy_passed")


# The log


def test_the_log_is_searched_and_an_entry_opened(as_: As, story: Story) -> None:
    auditor, town = as_("auditor"), story.town
    sent = next(event for event in events(town.house) if event.row.action == "refer_pupil")
    found = auditor.get(
        f"/log/events?action=refer_pupil&outcome=permitted&service={town.school}&referral={story.referral}"
    )
    assert [line["id"] for line in found.json()["items"]] == [str(sent.row.event_id)]
    event = permitted(town, found, Action.SEARCH_LOG)
    assert event.row.hits == 1

    read = auditor.get(f"/log/events/{sent.row.event_id}").json()
    assert read["line"]["categories"] == ["academic_need", "identity_contact"]
    assert read["decision"] == sent.said["decision"]
    assert read["disclosed"] == [{"person": str(story.family.child), "what": ["academic_need", "identity_contact"]}]


def test_the_log_is_searched_by_person_without_the_person_in_the_address(as_: As, story: Story) -> None:
    auditor = as_("auditor")
    found = auditor.post("/log/events/search", {"person": str(story.family.child), "action": "refer_pupil"})
    assert len(found.json()["items"]) == 1
    event = permitted(story.town, found, Action.SEARCH_LOG, story.family.child)
    assert event.said["criterion"] == {"action": "refer_pupil", "person_id": str(story.family.child)}
    unknown = auditor.get(f"/log/events?person={story.family.child}")
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "unknown_field")


def test_the_log_is_paged_and_bounded_in_time(as_: As, story: Story) -> None:
    auditor, worker = as_("auditor"), as_("housing_worker")
    for _ in range(101):
        worker.get("/notices")
    first = auditor.get("/log/events?action=list_notices").json()
    second = auditor.get(f"/log/events?action=list_notices&page={first['next']}").json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (100, 1, None)
    moments = [line["recorded_at"] for line in (*first["items"], *second["items"])]
    assert moments == sorted(moments, reverse=True)
    since, until = moments[10].replace("+00:00", "Z"), moments[5].replace("+00:00", "Z")
    between = auditor.get(f"/log/events?action=list_notices&since={since}&until={until}").json()
    assert [line["recorded_at"] for line in between["items"]] == moments[6:11]


def test_only_those_who_may_read_the_log_do(as_: As, story: Story) -> None:
    refused = as_("teacher").get("/log/events")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_in_your_role")
    assert event_of(story.town, refused).shape == ("search_log", "refused", "not_in_your_role")
    missing = as_("auditor").get(f"/log/events/{UUID(int=0)}")
    assert missing.status_code == 404
    assert ReferralId.new() != story.referral
