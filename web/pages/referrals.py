"""Pages on referrals: the list, one referral and its answer, and sending one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from audit.actions import Action, Role
from audit.refusals import SharingRefused
from confidentiality.explanation import SAME_ANSWER
from confidentiality.vocabulary import CATEGORIES, OPEN
from consent.closeness import NO_CLOSENESS, Closeness
from consent.gather_facts import waits_for_people
from foundation.errors import Conflict, FieldProblem, Invalid, Problem
from foundation.identifiers import EventId, PersonId, ReferralId, ServiceId
from foundation.texts import message
from people.find_person import find_person
from people.list_persons import list_persons
from people.register import CannotBeHandled
from people.standing import open_services, whoami
from people.views import PersonLine, PersonList
from referral.accept_referral import accept_referral
from referral.decline_referral import REASONS, decline_referral
from referral.draft_referral import DraftReferral, draft_referral
from referral.kinds import KINDS, Content, kind_of, refuse_content
from referral.list_referrals import list_referrals
from referral.read_referral import read_referral
from referral.recall_referral import recall_referral
from referral.refer_pupil import FieldMustNotGo, ReferPupil, refer_pupil
from referral.state_closeness import StateCloseness, state_closeness
from referral.views import CategoryAnswer, DraftView, PartView, ReferralLine, ReferralView, StepView
from web.pages.closeness import closeness_page
from web.pages.persons import cannot_be_handled
from web.parameters import EventIdHere, PersonIdHere, ReferralIdHere, ServiceIdHere
from web.rule_words import RuleWords
from web.sent import FilledIn, Sent
from web.terms import Terms
from web.visit import Filled, Here, HereOnce, Visit, does
from web.ways import Way
from web.wording import (
    REFERRAL_FIELDS,
    REFERRAL_KINDS,
    REFERRAL_STATES,
    REFERRAL_STEPS,
    RELATIONS,
    STEP_REASONS,
)

__all__ = [
    "Choosing",
    "Declining",
    "OneReferral",
    "Passed",
    "Pupils",
    "Recalling",
    "ReferralForm",
    "Referrals",
    "Review",
    "Sending",
    "router",
    "ways",
]

router = APIRouter(prefix="/referrals")

ways = (
    Way(
        "/referrals",
        message("Referrals"),
        Action.LIST_REFERRALS,
        "referral",
        message("What was sent to your service, and what it has sent"),
    ),
)

#: Some are still in upper secondary school in their early twenties; whoever is older, in years, is no pupil.
_OLDEST_PUPIL = 24
#: The rule that asks whoever is close in another way to confirm that it weakens nobody's trust.
_CLOSE = "G-04"
_SHORT = frozenset(
    {"name", "birth_year", "school", "phone", "contact_person", "subjects", "level", "weekdays", "start", "present"}
)


@dataclass(frozen=True)
class ReferralRow:
    """A referral in a list, in words; `name` is None where one's own service does not have the person."""

    path: str
    name: str | None
    kind: str
    other: str
    sent_at: datetime
    state: str
    color: str


@dataclass(frozen=True)
class Referrals:
    """The referrals that came, or those that went."""

    side: str
    may_send: bool
    may_receive: bool
    rows: Sequence[ReferralRow]
    next: str | None
    event_id: EventId


@dataclass(frozen=True)
class Pupils:
    """The pupils of one's own service, of whom one is to be referred; None before anything was found."""

    pupils: Sequence[PersonLine] | None
    words: str
    event_id: EventId | None


@dataclass(frozen=True)
class Choosing:
    """Where a person may be referred to: for each kind of referral, its purpose and the services that take it."""

    pupil: PersonId
    kinds: Sequence[tuple[str, str, Sequence[tuple[str, str, str]]]]


@dataclass(frozen=True)
class FieldAsked:
    """One field of the form: its name, label and hint, what is known already, and whether a line is enough for it."""

    name: str
    label: str
    hint: str
    known: str
    is_short: bool


@dataclass(frozen=True)
class OpenPart:
    """A category that may be sent: its fields, on what basis, until when, and what must be left out."""

    category: str
    sentence: str
    basis: str
    valid_to: date | None
    fields: Sequence[FieldAsked]
    left_out: Sequence[str]


@dataclass(frozen=True)
class ClosedPart:
    """Categories that may not be sent, for one reason: the rules, what is lacking, and the other ways."""

    categories: Sequence[tuple[str, str]]
    rules: Sequence[RuleWords]
    lacking: Sequence[str]
    offers: Sequence[str]
    typed: Sequence[tuple[str, str]]
    #: Whether a leader and a second person may decide it.
    waits_for_people: bool


@dataclass(frozen=True)
class ReferralForm:
    """The form of one kind of referral about one person to one service; `kept` is what was written so far."""

    draft: DraftView
    kind: str
    purpose: str
    open: Sequence[OpenPart]
    closed: Sequence[ClosedPart]
    relations: Sequence[tuple[str, str]]
    asks_closeness: bool
    kept: Sequence[tuple[str, str]]
    event_id: EventId


@dataclass(frozen=True)
class Review:
    """What is about to be shared: with whom, on what basis, until when, word for word, and what is not."""

    draft: DraftView
    kind: str
    purpose: str
    recipient: str
    basis: Sequence[str]
    until: date | None
    parts: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    closed: Sequence[str]
    hidden: Sequence[tuple[str, str]]
    event_id: EventId


@dataclass(frozen=True)
class Sending:
    """That it was sent: to whom, what, and under which reference in the log."""

    path: str
    recipient: str
    sent_at: datetime
    categories: Sequence[str]
    reference: EventId | None
    pupil: PersonId
    event_id: EventId


@dataclass(frozen=True)
class PartLine:
    """One category that was opened: what it says, and why the reader may see it."""

    category: str
    fields: Sequence[tuple[str, str]]
    basis: str
    basis_sentence: str
    consent: str | None


@dataclass(frozen=True)
class OneReferral:
    """A referral in words."""

    referral: ReferralView
    kind: str
    purpose: str
    state: str
    color: str
    sentence: str
    parts: Sequence[PartLine]
    closed: Sequence[ClosedPart]
    steps: Sequence[tuple[str, datetime, str, str]]
    event_id: EventId


@dataclass(frozen=True)
class Declining:
    """Saying no, with a reason in a code."""

    path: str
    other: str
    version: int
    reasons: Sequence[tuple[str, str]]
    event_id: EventId


@dataclass(frozen=True)
class Recalling:
    """Taking a referral back."""

    path: str
    other: str
    version: int
    event_id: EventId


@dataclass(frozen=True)
class Passed:
    """Somebody took a step meanwhile: where to look at the newest state."""

    path: str


class Step(Sent):
    """The version that a step builds on."""

    version: int


class No(Step):
    """A no, with its reason."""

    reason: str


@router.get("")
@does(Action.LIST_REFERRALS)
def several(here: Here, side: str | None = None, next: str | None = None) -> Response:  # noqa: A002  # as in the link
    """The referrals that came, or those that went; teachers, and services that only send, see what they sent first."""
    kind = whoami(here.actor).service_kind
    may_send = here.actor.may(Action.REFER_PUPIL) and any(kind in one.senders for one in KINDS)
    may_receive = any(kind in one.receivers for one in KINDS)
    chosen = side or ("receiver" if may_receive and here.actor.role is not Role.TEACHER else "sender")
    found = list_referrals(here.actor, side=chosen, page=next)
    rows = tuple(_row(here, line) for line in found.items)
    return here.page("referrals.html", Referrals(chosen, may_send, may_receive, rows, found.next, found.event_id))


@router.get("/new")
@does(Action.DRAFT_REFERRAL)
def form(
    here: Here, pupil: PersonIdHere | None = None, to: ServiceIdHere | None = None, kind: str = "homework_support"
) -> Response:
    """Who, then where, then the form: each choice is in the address, so that one can go back."""
    if pupil is None:
        return here.page("choose_pupil.html", _pupils(here, list_persons(here.actor), ""))
    if to is None:
        return here.page("choose_service.html", _choosing(here, pupil))
    draft = draft_referral(here.actor, DraftReferral(pupil, to, kind))
    return _form_or_common(here, draft, None, None)


@router.post("/new")
@does(Action.REFER_PUPIL)
def send(here: HereOnce, filled: Filled) -> Response:
    """Look for a pupil; or look the form over; or say how close one is, or go back to it; or send it."""
    if filled.text("step") == "find":
        return _find(here, filled)
    to_draft, closeness = _about(filled), _closeness(filled)
    asked = DraftReferral(to_draft.pupil, to_draft.to_service, to_draft.kind, closeness=closeness)
    content = _content(filled)
    step = filled.text("step")
    if step == "closeness" or (step == "review" and closeness != NO_CLOSENESS):
        # What is said once counts from then on, also for opening; the key of this request is kept for the sending.
        state_closeness(replace(here.actor, once=None), StateCloseness(closeness, person=asked.pupil))
    if step in ("edit", "closeness"):
        return _form_or_common(here, draft_referral(here.actor, asked), None, filled)
    try:
        refuse_content(kind_of(asked.kind), content)
        if step != "send":
            return _review(here, draft_referral(here.actor, asked), content, filled)
        receipt = refer_pupil(here.actor, ReferPupil(asked.pupil, asked.to_service, content, asked.kind, closeness))
    except (Invalid, SharingRefused, FieldMustNotGo) as problem:
        return _form_or_common(here, draft_referral(here.actor, asked), problem, filled)
    return here.see_other(f"/referrals/{receipt.id}/receipt?event={receipt.event_id}", receipt)


@router.get("/{referral_id}/receipt")
@does(Action.READ_REFERRAL)
def receipt(here: Here, referral_id: ReferralIdHere, event: EventIdHere | None = None) -> Response:
    """That it was sent, and what happens next."""
    terms, view = Terms.of(here.actor.house, here.words), read_referral(here.actor, referral_id)
    return here.page(
        "referral_sent.html",
        Sending(
            path=f"/referrals/{referral_id}",
            recipient=view.to_service_name,
            sent_at=view.sent_at,
            categories=[terms.category(part.category) for part in _in_order(view)],
            reference=event,
            pupil=view.person,
            event_id=view.event_id,
        ),
    )


@router.get("/{referral_id}")
@does(Action.READ_REFERRAL)
def read(here: Here, referral_id: ReferralIdHere) -> Response:
    """A referral: what it says, why one may see it, what has happened, and what one may do."""
    try:
        view = read_referral(here.actor, referral_id)
    except SharingRefused as problem:
        if _CLOSE not in problem.rules:
            raise
        return closeness_page(here, referral=referral_id, problem=problem)
    return here.page("referral.html", _one(here, view))


@router.get("/{referral_id}/accept")
def back(here: Here, referral_id: ReferralIdHere) -> Response:
    """Accepting is posted; whoever comes back to the address sees the referral."""
    return here.see_other(f"/referrals/{referral_id}")


@router.post("/{referral_id}/accept")
@does(Action.ACCEPT_REFERRAL)
def accept(here: HereOnce, referral_id: ReferralIdHere, filled: Filled) -> Response:
    """Say yes for the receiving service."""
    try:
        receipt = accept_referral(here.actor, referral_id, version=filled.to(Step).version)
    except Conflict as problem:
        return _passed(here, referral_id, problem)
    return here.see_other(f"/referrals/{referral_id}", receipt)


@router.get("/{referral_id}/decline")
@does(Action.READ_REFERRAL)
def decline_form(here: Here, referral_id: ReferralIdHere) -> Response:
    """Why not, in a code: free words would be about the family."""
    return here.page("decline_referral.html", _declining(here, referral_id))


@router.post("/{referral_id}/decline")
@does(Action.DECLINE_REFERRAL)
def decline(here: HereOnce, referral_id: ReferralIdHere, filled: Filled) -> Response:
    """Say no for the receiving service."""
    try:
        typed = filled.to(No)
        receipt = decline_referral(here.actor, referral_id, typed.reason, version=typed.version)
    except Invalid as problem:
        return here.page("decline_referral.html", _declining(here, referral_id), problem=problem, filled=filled)
    except Conflict as problem:
        return _passed(here, referral_id, problem)
    return here.see_other(f"/referrals/{referral_id}", receipt)


@router.get("/{referral_id}/recall")
@does(Action.READ_REFERRAL)
def recall_form(here: Here, referral_id: ReferralIdHere) -> Response:
    """What happens when it is taken back."""
    view = read_referral(here.actor, referral_id)
    recalling = Recalling(f"/referrals/{referral_id}", view.to_service_name, view.version, view.event_id)
    return here.page("recall_referral.html", recalling)


@router.post("/{referral_id}/recall")
@does(Action.RECALL_REFERRAL)
def recall(here: HereOnce, referral_id: ReferralIdHere, filled: Filled) -> Response:
    """Take it back for the sending service."""
    try:
        receipt = recall_referral(here.actor, referral_id, version=filled.to(Step).version)
    except Conflict as problem:
        return _passed(here, referral_id, problem)
    return here.see_other(f"/referrals/{referral_id}", receipt)


def _passed(here: Visit, referral_id: ReferralId, problem: Problem) -> Response:
    """Says that somebody was faster, and nothing of how: the sender may not know how it was answered."""
    return here.page("referral_passed.html", Passed(f"/referrals/{referral_id}"), problem=problem)


def _row(here: Visit, line: ReferralLine) -> ReferralRow:
    state, color, _ = REFERRAL_STATES[line.state]
    return ReferralRow(
        path=f"/referrals/{line.id}",
        name=line.person_name,
        kind=here.words.gettext(REFERRAL_KINDS[line.kind]),
        other=line.other_service_name,
        sent_at=line.sent_at,
        state=here.words.gettext(state),
        color=color,
    )


# Sending -------------------------------------------------------------------------------------------------------------


def _find(here: Visit, filled: FilledIn) -> Response:
    words = filled.text("words")
    try:
        persons = find_person(here.actor, words)
    except Invalid as problem:
        return here.page("choose_pupil.html", Pupils(None, words, None), problem=problem, filled=filled)
    return here.page("choose_pupil.html", _pupils(here, persons, words), filled=filled)


def _pupils(here: Visit, persons: PersonList, words: str) -> Pupils:
    """Of the persons found those young enough to be pupils: nobody scrolls past the parents to find a child."""
    born_since = here.actor.house.clock.now().year - _OLDEST_PUPIL
    return Pupils([one for one in persons.items if one.birth_year >= born_since], words, persons.event_id)


def _choosing(here: Visit, pupil: PersonId) -> Choosing:
    own, services = whoami(here.actor).service_kind, open_services(here.actor)
    kinds = []
    for kind in KINDS:
        if own in kind.senders:
            taking = [one for one in services if one.kind in kind.receivers and one.service_id != here.actor.service]
            links = [
                (
                    "/referrals/new?" + urlencode({"pupil": pupil, "to": one.service_id, "kind": kind.code}),
                    one.name,
                    one.organisation_name,
                )
                for one in taking
            ]
            if links:
                purpose = Terms.of(here.actor.house, here.words).purpose_sentence(kind.purpose)
                kinds.append((here.words.gettext(REFERRAL_KINDS[kind.code]), purpose, links))
    return Choosing(pupil, kinds)


def _about(filled: FilledIn) -> DraftReferral:
    try:
        pupil, to_service = PersonId.of(filled.text("pupil")), ServiceId.of(filled.text("to_service"))
    except ValueError:
        raise Invalid(fields=[FieldProblem("to_service", "not_an_id")]) from None
    return DraftReferral(pupil, to_service, filled.text("kind"))


def _closeness(filled: FilledIn) -> Closeness:
    return Closeness(filled.text("relation", "none"), filled.text("impartial") == "yes")


def _content(filled: FilledIn) -> Content:
    """What was written, by category and field; fields that were left empty are left out."""
    content: Content = {}
    for name, text in filled.fields():
        prefix, _, rest = name.partition(".")
        category, _, field = rest.partition(".")
        if prefix == "content" and text.strip():
            content.setdefault(category, {})[field] = text.strip()
    return content


def _form_or_common(here: Visit, draft: DraftView, problem: Problem | None, filled: FilledIn | None) -> Response:
    if any(SAME_ANSWER & set(answer.rules) for answer in draft.categories):
        return cannot_be_handled(here, CannotBeHandled())
    return here.page("refer.html", _form(here, draft, filled), problem=problem, filled=filled)


def _form(here: Visit, draft: DraftView, filled: FilledIn | None) -> ReferralForm:
    terms, gettext = Terms.of(here.actor.house, here.words), here.words.gettext
    asks_closeness = any(_CLOSE in answer.rules for answer in draft.categories) or (
        filled is not None and filled.text("relation", "none") != "none"
    )
    # Behind the question how close one is, what was written goes along unseen; else it stands beside what closed it.
    typed = {} if asks_closeness and not draft.may_send else _typed(here, filled)
    return ReferralForm(
        draft=draft,
        kind=gettext(REFERRAL_KINDS[draft.kind]),
        purpose=terms.purpose_sentence(draft.purpose),
        open=tuple(_open_part(here, terms, draft, answer) for answer in draft.categories if answer.result in OPEN),
        closed=_closed_parts(terms, [one for one in draft.categories if one.result not in OPEN], typed),
        relations=[(code, gettext(words)) for code, words in RELATIONS.items()],
        asks_closeness=asks_closeness,
        kept=[one for one in filled.fields() if one[0].startswith("content.")] if filled is not None else [],
        event_id=draft.event_id,
    )


def _open_part(here: Visit, terms: Terms, draft: DraftView, answer: CategoryAnswer) -> OpenPart:
    return OpenPart(
        category=terms.category(answer.category),
        sentence=terms.category_sentence(answer.category),
        basis=terms.basis(answer.basis),
        valid_to=answer.valid_to,
        fields=tuple(
            FieldAsked(
                name=f"content.{answer.category}.{name}",
                label=terms.field(f"{answer.category}.{name}"),
                hint=_hint(here, answer.category, name),
                known=draft.known.get(f"{answer.category}.{name}", ""),
                is_short=name in _SHORT,
            )
            for name in answer.fields
        ),
        left_out=[terms.field(name) for name in answer.strip],
    )


def _hint(here: Visit, category: str, name: str) -> str:
    _, hint = REFERRAL_FIELDS.get(f"{category}.{name}", (name, ""))
    return here.words.gettext(hint) if hint else ""


def _typed(here: Visit, filled: FilledIn | None) -> dict[str, list[tuple[str, str]]]:
    """What was written, with its labels, by category: nothing that was typed is lost when a category closes."""
    if filled is None:
        return {}
    terms = Terms.of(here.actor.house, here.words)
    return {
        category: [(terms.field(f"{category}.{name}"), text) for name, text in fields.items()]
        for category, fields in _content(filled).items()
    }


def _closed_parts(
    terms: Terms, closed: Sequence[CategoryAnswer], typed: dict[str, list[tuple[str, str]]]
) -> Sequence[ClosedPart]:
    """The closed categories, those of one reason together."""
    by_reason: dict[tuple[tuple[str, ...], ...], list[CategoryAnswer]] = {}
    for answer in closed:
        by_reason.setdefault((answer.rules, answer.missing, answer.offers), []).append(answer)
    return tuple(
        ClosedPart(
            categories=[(terms.category(one.category), terms.category_sentence(one.category)) for one in answers],
            rules=terms.against(rules),
            lacking=terms.lacking(missing, {}),
            offers=[text for text in dict.fromkeys(terms.offer(code) for code in offers) if text],
            typed=[line for one in answers for line in typed.get(one.category, ())],
            waits_for_people=any(waits_for_people(one.result, one.missing) for one in answers),
        )
        for (rules, missing, offers), answers in by_reason.items()
    )


def _review(here: Visit, draft: DraftView, content: Content, filled: FilledIn) -> Response:
    answers = {answer.category: answer for answer in draft.categories}
    going = [answer for answer in draft.categories if answer.category in content]
    if len(going) != len(content) or any(answer.result not in OPEN for answer in going):
        return _form_or_common(here, draft, ClosedMeanwhile(), filled)
    terms = Terms.of(here.actor.house, here.words)
    ends = [answer.valid_to for answer in going if answer.valid_to]
    review = Review(
        draft=draft,
        kind=here.words.gettext(REFERRAL_KINDS[draft.kind]),
        purpose=terms.purpose_sentence(draft.purpose),
        recipient=draft.to_service_name,
        basis=list(dict.fromkeys(terms.basis(answer.basis) for answer in going)),
        until=min(ends) if ends else None,
        parts=[
            (
                terms.category(answer.category),
                [(terms.field(f"{answer.category}.{name}"), text) for name, text in content[answer.category].items()],
            )
            for answer in going
        ],
        closed=[terms.category(code) for code in answers if code not in content],
        hidden=[(name, value) for name, value in filled.fields() if name != "step"],
        event_id=draft.event_id,
    )
    return here.page("review_referral.html", review, filled=filled)


class ClosedMeanwhile(Conflict):
    """A category that was filled in is closed; nothing was sent."""

    code = "closed_meanwhile"
    title = "Some of what you wrote may not be sent"
    do = "Nothing was sent. What is closed, and why, stands below; what you wrote is still here."


# Reading -------------------------------------------------------------------------------------------------------------


def _in_order(view: ReferralView) -> list[PartView]:
    order = [category.code for category in CATEGORIES]
    return sorted(view.parts, key=lambda part: order.index(part.category) if part.category in order else len(order))


def _one(here: Visit, view: ReferralView) -> OneReferral:
    terms, gettext = Terms.of(here.actor.house, here.words), here.words.gettext
    state, color, sentence = REFERRAL_STATES[view.state]
    return OneReferral(
        referral=view,
        kind=gettext(REFERRAL_KINDS[view.kind]),
        purpose=terms.purpose_sentence(view.purpose),
        state=gettext(state),
        color=color,
        sentence=gettext(sentence),
        parts=tuple(
            PartLine(
                category=terms.category(part.category),
                fields=[(terms.field(f"{part.category}.{name}"), text) for name, text in _sorted_fields(view, part)],
                basis=terms.basis(part.basis),
                basis_sentence=terms.basis_sentence(part.basis),
                consent=f"/consents/{part.consent}" if part.consent and here.actor.may(Action.READ_CONSENT) else None,
            )
            for part in _in_order(view)
        ),
        closed=_closed_parts(terms, view.closed, {}),
        steps=[_step(here, step) for step in view.steps],
        event_id=view.event_id,
    )


def _sorted_fields(view: ReferralView, part: PartView) -> list[tuple[str, str]]:
    """The fields of a part in the order in which the form asked for them."""
    order = kind_of(view.kind).fields.get(part.category, ())
    return sorted(part.fields.items(), key=lambda field: order.index(field[0]) if field[0] in order else len(order))


_BY = message("By %(name)s")


def _step(here: Visit, step: StepView) -> tuple[str, datetime, str, str]:
    gettext = here.words.gettext
    title, color = REFERRAL_STEPS[step.step]
    said = [gettext(_BY) % {"name": step.by}] if step.by else []
    said += [gettext(STEP_REASONS[step.reason])] if step.reason and step.reason in STEP_REASONS else []
    return gettext(title), step.taken_at, ". ".join(said), color


def _declining(here: Visit, referral_id: ReferralId) -> Declining:
    view = read_referral(here.actor, referral_id)
    reasons = [(code, here.words.gettext(STEP_REASONS[code])) for code in REASONS]
    return Declining(f"/referrals/{referral_id}", view.from_service_name, view.version, reasons, view.event_id)
