"""Decide, as leader of the sending service, a disclosure that the rules hold; a second person has to approve a yes."""

from dataclasses import dataclass
from datetime import date, timedelta

from audit.actions import Action
from audit.actor import Actor
from audit.operation import Operation, operation
from consent.gather_facts import NO_CLOSENESS, Closeness
from consent.held_by_the_rules import refuse_unless_held
from consent.held_case import (
    MOST_DAYS,
    HeldCase,
    HeldCasePassed,
    HeldState,
    HeldStep,
    NotAlone,
    own_held_case,
    refuse_reason,
    staff_of_steps,
    take_held_step,
    usual_last_day,
)
from consent.submit_held_case import HeldCaseReceipt
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import HeldCaseId
from people.notice import tell

__all__ = ["DecideHeldCase", "decide_held_case"]

#: From where a leader may say no: also to what was permitted, which takes it back.
_MAY_REFUSE = frozenset({HeldState.ASKED, HeldState.DECIDED, HeldState.PERMITTED})


@dataclass(frozen=True)
class DecideHeldCase:
    """Which case, as it stood in `version`; yes or no, why, and for a yes the last day on which it counts."""

    held_case: HeldCaseId
    permits: bool
    reason: str
    valid_to: date | None = None
    version: int | None = None
    closeness: Closeness = NO_CLOSENESS


def decide_held_case(actor: Actor, asked: DecideHeldCase) -> HeldCaseReceipt:
    """Say yes or no as leader, with a reason. A yes opens nothing before a second person has approved it.

    The rules are asked again as of the leader: close family does not decide either (forvaltningsloven § 6). A no also
    takes back what was permitted.

    Raises:
        NotFound: there is no such case of the actor's own service.
        Invalid: a reason that says nothing, or a last day that has passed or lies too far ahead.
        NotAlone: the leader asked for it.
        HeldCasePassed: it has been decided meanwhile.
        NothingIsHeld, SharingRefused: what was asked about is open without a decision, or closed by another rule.
    """
    with operation(actor, Action.DECIDE_HELD_CASE) as op:
        refuse_reason(asked.reason)
        row = own_held_case(op, asked.held_case, to_change=True)
        _refuse_passed(row, asked)
        if staff_of_steps(op, row)[HeldStep.ASK] == op.staff:
            raise NotAlone
        if not asked.permits:
            take_held_step(op, row, HeldStep.REFUSE, HeldState.REFUSED, asked.reason)
            tell(op, op.service, "held_case_refused")
        else:
            row.valid_to = _last_day(op, asked.valid_to)
            refuse_unless_held(op, row, asked.closeness)
            take_held_step(op, row, HeldStep.DECIDE, HeldState.DECIDED, asked.reason)
            tell(op, op.service, "held_case_decided")
        op.note(permits=asked.permits, valid_to=row.valid_to.isoformat() if row.valid_to else None)
        return op.answered(HeldCaseReceipt(row.held_case_id, row.state, row.version, op.event_id))


def _refuse_passed(row: HeldCase, asked: DecideHeldCase) -> None:
    state = HeldState(row.state)
    is_drawn = state is HeldState.ASKED if asked.permits else state in _MAY_REFUSE
    if not is_drawn or asked.version not in (None, row.version):
        raise HeldCasePassed(values={"version": row.version, "state": row.state})


def _last_day(op: Operation, chosen: date | None) -> date:
    today = op.date(op.house.installed.jurisdiction)
    last = chosen or usual_last_day(today)
    if last < today:
        raise Invalid(fields=[FieldProblem("valid_to", "ends_before_it_begins")])
    if last > today + timedelta(days=MOST_DAYS):
        raise Invalid(fields=[FieldProblem("valid_to", "counts_too_long")])
    return last
