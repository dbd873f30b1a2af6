"""Approve, as the second person, what the leader has decided about a held disclosure; or say no to it."""

from dataclasses import dataclass

from audit.actions import Action
from audit.actor import Actor
from audit.operation import operation
from consent.gather_facts import NO_CLOSENESS, Closeness
from consent.held_by_the_rules import refuse_unless_held
from consent.held_case import (
    HeldCasePassed,
    HeldState,
    HeldStep,
    NotAlone,
    own_held_case,
    refuse_reason,
    staff_of_steps,
    take_held_step,
)
from consent.submit_held_case import HeldCaseReceipt
from foundation.identifiers import HeldCaseId
from people.notice import tell

__all__ = ["ApproveHeldCase", "approve_held_case"]


@dataclass(frozen=True)
class ApproveHeldCase:
    """Which case, as it stood in `version`; yes or no, and why."""

    held_case: HeldCaseId
    permits: bool
    reason: str
    version: int | None = None
    closeness: Closeness = NO_CLOSENESS


def approve_held_case(actor: Actor, asked: ApproveHeldCase) -> HeldCaseReceipt:
    """Approve the leader's yes: from now on exactly that may be sent, until its last day. A no ends the case.

    The second person works in the same service, so that nothing about the family leaves it in order to be decided, and
    is neither the leader nor the one who asked.

    Raises:
        NotFound: there is no such case of the actor's own service.
        Invalid: a reason that says nothing.
        NotAlone: the actor asked for it or decided it.
        HeldCasePassed: it does not wait for a second person.
        NothingIsHeld, SharingRefused: what was asked about is open without a decision, or closed by another rule.
    """
    with operation(actor, Action.APPROVE_HELD_CASE) as op:
        refuse_reason(asked.reason)
        row = own_held_case(op, asked.held_case, to_change=True)
        if HeldState(row.state) is not HeldState.DECIDED or asked.version not in (None, row.version):
            raise HeldCasePassed(values={"version": row.version, "state": row.state})
        if op.staff in staff_of_steps(op, row).values():
            raise NotAlone
        if not asked.permits:
            take_held_step(op, row, HeldStep.REFUSE, HeldState.REFUSED, asked.reason)
            tell(op, op.service, "held_case_refused")
        else:
            refuse_unless_held(op, row, asked.closeness)
            take_held_step(op, row, HeldStep.APPROVE, HeldState.PERMITTED, asked.reason)
            tell(op, op.service, "held_case_permitted")
        op.note(permits=asked.permits)
        return op.answered(HeldCaseReceipt(row.held_case_id, row.state, row.version, op.event_id))
