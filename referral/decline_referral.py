"""Decline a referral, with a reason in a code."""

from audit.actions import Action
from audit.actor import Actor
from audit.operation import operation
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import ReferralId
from referral.lifecycle import Step
from referral.own_referral import own_referral, side_of, take_step
from referral.views import StepReceipt

__all__ = ["REASONS", "decline_referral"]

#: Why a service may decline, in codes; free words would be about the family.
REASONS = ("full", "outside_target_group", "other_offer_fits_better", "family_does_not_want", "not_reached")


def decline_referral(actor: Actor, referral: ReferralId, reason: str, *, version: int | None = None) -> StepReceipt:
    """Say no for the receiving service; its keys to the referral are taken away.

    Raises:
        NotFound: there is no such referral, or it is between other services.
        Invalid: `reason` is none of `REASONS`.
        NotThisParty, StepNotDrawn, VersionPassed: it is not the actor's to decline, or not as it stands.
    """
    with operation(actor, Action.DECLINE_REFERRAL) as op:
        row = own_referral(op, referral, to_change=True)
        if reason not in REASONS:
            raise Invalid(fields=[FieldProblem("reason", "unknown_word")])
        take_step(op, row, Step.DECLINE, side_of(op, row), version=version, reason=reason)
        return op.answered(StepReceipt(row.referral_id, row.state, row.version, op.event_id))
