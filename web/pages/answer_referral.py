"""Answering a referral for the receiving service, or taking it back for the sending one."""

from collections.abc import Sequence
from typing import NamedTuple

from starlette.responses import Response

from audit.actions import Action
from foundation.errors import Conflict, Invalid, Problem
from foundation.identifiers import EventId, ReferralId
from referral.accept_referral import accept_referral
from referral.decline_referral import REASONS, decline_referral
from referral.read_referral import read_referral
from referral.recall_referral import recall_referral
from web.pages.router import pages_below
from web.parameters import ReferralIdHere
from web.sent import Sent
from web.visit import Filled, Here, HereOnce, Visit, does
from web.wording import STEP_REASONS

__all__ = ["Declining", "Passed", "Recalling", "router"]

router = pages_below("/referrals")


class Declining(NamedTuple):
    """Saying no, with a reason in a code."""

    path: str
    other: str
    version: int
    reasons: Sequence[tuple[str, str]]
    event_id: EventId


class Recalling(NamedTuple):
    """Taking a referral back."""

    path: str
    other: str
    version: int
    event_id: EventId


class Passed(NamedTuple):
    """Somebody took a step meanwhile: where to look at the newest state."""

    path: str


class Step(Sent):
    """The version that a step builds on."""

    version: int


class No(Step):
    """A no, with its reason."""

    reason: str


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


def _declining(here: Visit, referral_id: ReferralId) -> Declining:
    view = read_referral(here.actor, referral_id)
    reasons = [(code, here.words.gettext(STEP_REASONS[code])) for code in REASONS]
    return Declining(f"/referrals/{referral_id}", view.from_service_name, view.version, reasons, view.event_id)
