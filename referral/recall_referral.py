"""Recall a referral that was sent and not yet answered."""

from audit.actions import Action
from audit.actor import Actor
from audit.operation import operation
from foundation.identifiers import ReferralId
from referral.lifecycle import Step
from referral.own_referral import own_referral, side_of, take_step
from referral.views import StepReceipt

__all__ = ["recall_referral"]


def recall_referral(actor: Actor, referral: ReferralId, *, version: int | None = None) -> StepReceipt:
    """Take it back for the sending service; the receiver's keys to it are taken away. What was read is read.

    Raises:
        NotFound: there is no such referral, or it is between other services.
        NotThisParty, StepNotDrawn, VersionPassed: it is not the actor's to recall, or it is answered already.
    """
    with operation(actor, Action.RECALL_REFERRAL) as op:
        row = own_referral(op, referral, to_change=True)
        take_step(op, row, Step.RECALL, side_of(op, row), version=version)
        return op.answered(StepReceipt(row.referral_id, row.state, row.version, op.event_id))
