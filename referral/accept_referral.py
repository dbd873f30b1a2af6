"""Accept a referral that was opened."""

from audit.actions import Action
from audit.actor import Actor
from audit.operation import operation
from foundation.identifiers import ReferralId
from referral.lifecycle import Step
from referral.own_referral import own_referral, side_of, take_step
from referral.views import StepReceipt

__all__ = ["accept_referral"]


def accept_referral(actor: Actor, referral: ReferralId, *, version: int | None = None) -> StepReceipt:
    """Say yes for the receiving service; the sender is told what the consent lets flow back.

    Raises:
        NotFound: there is no such referral, or it is between other services.
        NotThisParty, StepNotDrawn, VersionPassed: it is not the actor's to accept, or not as it stands.
    """
    with operation(actor, Action.ACCEPT_REFERRAL) as op:
        row = own_referral(op, referral, to_change=True)
        take_step(op, row, Step.ACCEPT, side_of(op, row), version=version)
        return op.answered(StepReceipt(row.referral_id, row.state, row.version, op.event_id))
