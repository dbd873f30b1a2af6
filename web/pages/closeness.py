"""The page on which somebody says that they are close to a person, and confirms what has to be confirmed."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from starlette.responses import Response

from audit.actions import Action
from consent.closeness import Closeness
from foundation.errors import FieldProblem, Invalid, Problem
from foundation.identifiers import PersonId, ReferralId
from referral.state_closeness import StateCloseness, state_closeness
from web.pages.router import pages_below
from web.parameters import PersonIdHere, ReferralIdHere
from web.sent import FilledIn
from web.visit import Filled, Here, HereOnce, Visit, does
from web.wording import RELATIONS

__all__ = ["Saying", "closeness_page", "router"]

router = pages_below("/closeness")


class Saying(NamedTuple):
    """Of whom it is said, by the referral or the person that one came from, and the words to choose from."""

    person: str
    referral: str
    back: str
    relations: Sequence[tuple[str, str]]
    #: The event of the refusal that brought one here, where there is one.
    event_id: UUID | None


@router.get("")
def form(here: Here, person: PersonIdHere | None = None, referral: ReferralIdHere | None = None) -> Response:
    """What one may say; nothing is looked up for it."""
    return closeness_page(here, person=person, referral=referral)


@router.post("")
@does(Action.STATE_CLOSENESS)
def say(here: HereOnce, filled: Filled) -> Response:
    """Keep what was said, and go back to where one came from."""
    person, referral = _of(filled)
    closeness = Closeness(filled.text("relation", "none"), filled.text("impartial") == "yes")
    try:
        receipt = state_closeness(here.actor, StateCloseness(closeness, person, referral))
    except Invalid as problem:
        return closeness_page(here, person=person, referral=referral, problem=problem, filled=filled)
    return here.see_other(_back(person, referral), receipt)


def closeness_page(
    here: Visit,
    *,
    person: PersonId | None = None,
    referral: ReferralId | None = None,
    problem: Problem | None = None,
    filled: FilledIn | None = None,
) -> Response:
    """The form; with a problem where the rules ask for it before they let anything through."""
    view = Saying(
        person=str(person or ""),
        referral=str(referral or ""),
        back=_back(person, referral),
        relations=[(code, here.words.gettext(words)) for code, words in RELATIONS.items()],
        event_id=problem.event_id if problem else None,
    )
    return here.page("closeness.html", view, problem=problem, filled=filled)


def _of(filled: FilledIn) -> tuple[PersonId | None, ReferralId | None]:
    person, referral = filled.text("person"), filled.text("referral")
    try:
        return PersonId.of(person) if person else None, ReferralId.of(referral) if referral else None
    except ValueError:
        raise Invalid(fields=[FieldProblem("person", "not_an_id")]) from None


def _back(person: PersonId | None, referral: ReferralId | None) -> str:
    if referral is not None:
        return f"/referrals/{referral}"
    return f"/persons/{person}" if person is not None else "/"
