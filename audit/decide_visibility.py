"""Decide whether the family sees an event of the log in its report; the decision is an event of its own."""

from dataclasses import dataclass
from datetime import datetime

from audit.actions import Action
from audit.actor import Actor
from audit.event import AuditEvent
from audit.family_visibility import FamilyVisibility, Visible, newest_decision
from audit.operation import operation
from foundation.errors import FieldProblem, Invalid, NotFound
from foundation.identifiers import EventId

__all__ = ["DecideVisibility", "VisibilityDecided", "decide_visibility"]

_LONGEST_REASON = 1000


@dataclass(frozen=True)
class DecideVisibility:
    """What is decided about which event, until when where it is for a time, and why."""

    event: EventId
    visible: Visible
    reason: str
    until: datetime | None = None


@dataclass(frozen=True)
class VisibilityDecided:
    """What holds from now on, and which decision on this event it is."""

    event: EventId
    visible: str
    until: datetime | None
    step: int
    event_id: EventId


def decide_visibility(actor: Actor, asked: DecideVisibility) -> VisibilityDecided:
    """Let the family see an event, or withhold it from them: for good, or until a point in time.

    The reason is sealed into the event of the decision. That event names nobody, so it does not stand in the family's
    report itself.

    Raises:
        NotFound: there is no such event. Invalid: no reason, or a time that is missing, past or not asked for.
    """
    with operation(actor, Action.DECIDE_VISIBILITY) as op:
        op.note(decided_on=str(asked.event), visible=asked.visible.value, reason=asked.reason[:_LONGEST_REASON])
        problems = []
        if not asked.reason.strip():
            problems.append(FieldProblem("reason", "required"))
        elif len(asked.reason) > _LONGEST_REASON:
            problems.append(FieldProblem("reason", "too_long"))
        if (asked.visible is Visible.UNTIL) != (asked.until is not None):
            problems.append(FieldProblem("until", "does_not_fit_scope" if asked.until else "required"))
        elif asked.until is not None and asked.until <= op.time:
            problems.append(FieldProblem("until", "ends_before_it_begins"))
        if problems:
            raise Invalid(fields=problems)
        if op.get(AuditEvent, asked.event) is None:
            raise NotFound
        before = newest_decision(op, asked.event)
        step = before.step + 1 if before else 1
        op.add(
            FamilyVisibility(
                event_id=asked.event,
                step=step,
                visible=asked.visible.value,
                until=asked.until,
                decided_by=actor.staff,
            )
        )
        return op.view(VisibilityDecided(asked.event, asked.visible.value, asked.until, step, op.event_id))
