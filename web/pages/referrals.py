"""Pages on referrals: the list, and one of them, with what it says and what has happened."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from starlette.responses import Response

from audit.actions import Action, Role
from audit.refusals import SharingRefused
from confidentiality.vocabulary import CATEGORIES
from consent.gather_facts import waits_for_people
from foundation.identifiers import EventId
from foundation.texts import message
from people.standing import whoami
from referral.kinds import KINDS, kind_of
from referral.list_referrals import list_referrals
from referral.read_referral import read_referral
from referral.views import CategoryAnswer, PartView, ReferralLine, ReferralView, StepView
from web.pages.closeness import closeness_page
from web.pages.router import pages_below
from web.parameters import ReferralIdHere
from web.rule_words import RuleWords
from web.terms import Terms
from web.visit import Here, Visit, does
from web.ways import Way
from web.wording import REFERRAL_KINDS, REFERRAL_STATES, REFERRAL_STEPS, STEP_REASONS

__all__ = ["CLOSE", "ClosedPart", "OneReferral", "Referrals", "closed_parts", "in_order", "router", "ways"]

router = pages_below("/referrals")

ways = (
    Way(
        "/referrals",
        message("Referrals"),
        Action.LIST_REFERRALS,
        "referral",
        message("What was sent to your service, and what it has sent"),
    ),
)
#: The rule that asks whoever is close in another way to confirm that it weakens nobody's trust.
CLOSE = "G-04"


class ReferralRow(NamedTuple):
    """A referral in a list, in words; `name` is None where one's own service does not have the person."""

    path: str
    name: str | None
    kind: str
    other: str
    sent_at: datetime
    state: str
    color: str


class Referrals(NamedTuple):
    """The referrals that came, or those that went."""

    side: str
    may_send: bool
    may_receive: bool
    rows: Sequence[ReferralRow]
    next: str | None
    event_id: EventId


class ClosedPart(NamedTuple):
    """Categories that may not be sent, for one reason: the rules, what is lacking, and the other ways."""

    categories: Sequence[tuple[str, str]]
    rules: Sequence[RuleWords]
    lacking: Sequence[str]
    offers: Sequence[str]
    typed: Sequence[tuple[str, str]]
    #: Whether a leader and a second person may decide it.
    waits_for_people: bool


class PartLine(NamedTuple):
    """One category that was opened: what it says, and why the reader may see it."""

    category: str
    fields: Sequence[tuple[str, str]]
    basis: str
    basis_sentence: str
    consent: str | None


class OneReferral(NamedTuple):
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


@router.get("/{referral_id}")
@does(Action.READ_REFERRAL)
def read(here: Here, referral_id: ReferralIdHere) -> Response:
    """A referral: what it says, why one may see it, what has happened, and what one may do."""
    try:
        view = read_referral(here.actor, referral_id)
    except SharingRefused as problem:
        if CLOSE not in problem.rules:
            raise
        return closeness_page(here, referral=referral_id, problem=problem)
    return here.page("referral.html", _one(here, view))


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


def closed_parts(
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


def in_order(view: ReferralView) -> list[PartView]:
    """The parts of a referral in the order of the vocabulary."""
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
            for part in in_order(view)
        ),
        closed=closed_parts(terms, view.closed, {}),
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
