"""Referring a pupil: whom, where to, the form with what is open and why the rest is closed, looking over, sending."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.responses import Response

from audit.actions import Action
from audit.refusals import SharingRefused
from confidentiality.vocabulary import OPEN
from consent.closeness import NO_CLOSENESS, Closeness
from foundation.errors import Conflict, FieldProblem, Invalid, Problem
from foundation.identifiers import EventId, PersonId, ServiceId
from people.find_person import find_person
from people.list_persons import list_persons
from people.register import CannotBeHandled
from people.standing import open_services, whoami
from people.views import PersonLine, PersonList
from referral.draft_referral import DraftReferral, draft_referral
from referral.kinds import KINDS, Content, kind_of, refuse_content
from referral.read_referral import read_referral
from referral.refer_pupil import FieldMustNotGo, ReferPupil, refer_pupil
from referral.state_closeness import StateCloseness, state_closeness
from referral.views import CategoryAnswer, DraftView
from web.cannot_be_handled import cannot_be_handled, gets_the_one_answer
from web.pages.referrals import CLOSE, ClosedPart, closed_parts, in_order
from web.pages.router import pages_below
from web.parameters import EventIdHere, PersonIdHere, ReferralIdHere, ServiceIdHere
from web.sent import FilledIn
from web.terms import Terms
from web.visit import Filled, Here, HereOnce, Visit, does
from web.wording import REFERRAL_FIELDS, REFERRAL_KINDS, RELATIONS

__all__ = ["Choosing", "Pupils", "ReferralForm", "Review", "Sending", "router"]

router = pages_below("/referrals")

#: Some are still in upper secondary school in their early twenties; whoever is older, in years, is no pupil.
_OLDEST_PUPIL = 24
_SHORT = frozenset(
    {"name", "birth_year", "school", "phone", "contact_person", "subjects", "level", "weekdays", "start", "present"}
)


class Pupils(NamedTuple):
    """The pupils of one's own service, of whom one is to be referred; None before anything was found."""

    pupils: Sequence[PersonLine] | None
    words: str
    event_id: EventId | None


class Choosing(NamedTuple):
    """Where a person may be referred to: for each kind of referral, its purpose and the services that take it."""

    pupil: PersonId
    kinds: Sequence[tuple[str, str, Sequence[tuple[str, str, str]]]]


class FieldAsked(NamedTuple):
    """One field of the form: its name, label and hint, what is known already, and whether a line is enough for it."""

    name: str
    label: str
    hint: str
    known: str
    is_short: bool


class OpenPart(NamedTuple):
    """A category that may be sent: its fields, on what basis, until when, and what must be left out."""

    category: str
    sentence: str
    basis: str
    valid_to: date | None
    fields: Sequence[FieldAsked]
    left_out: Sequence[str]


class ReferralForm(NamedTuple):
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


class Review(NamedTuple):
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


class Sending(NamedTuple):
    """That it was sent: to whom, what, and under which reference in the log."""

    path: str
    recipient: str
    sent_at: datetime
    categories: Sequence[str]
    reference: EventId | None
    pupil: PersonId
    event_id: EventId


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
            categories=[terms.category(part.category) for part in in_order(view)],
            reference=event,
            pupil=view.person,
            event_id=view.event_id,
        ),
    )


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
    if any(gets_the_one_answer(answer.rules) for answer in draft.categories):
        return cannot_be_handled(here, CannotBeHandled())
    return here.page("refer.html", _form(here, draft, filled), problem=problem, filled=filled)


def _form(here: Visit, draft: DraftView, filled: FilledIn | None) -> ReferralForm:
    terms, gettext = Terms.of(here.actor.house, here.words), here.words.gettext
    asks_closeness = any(CLOSE in answer.rules for answer in draft.categories) or (
        filled is not None and filled.text("relation", "none") != "none"
    )
    # Behind the question how close one is, what was written goes along unseen; else it stands beside what closed it.
    typed = {} if asks_closeness and not draft.may_send else _typed(here, filled)
    return ReferralForm(
        draft=draft,
        kind=gettext(REFERRAL_KINDS[draft.kind]),
        purpose=terms.purpose_sentence(draft.purpose),
        open=tuple(_open_part(here, terms, draft, answer) for answer in draft.categories if answer.result in OPEN),
        closed=closed_parts(terms, [one for one in draft.categories if one.result not in OPEN], typed),
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
