"""Read a disclosure that the rules hold: what is asked for, why, and what has been said of it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select

from audit.actions import Action
from audit.actor import Actor
from audit.operation import Operation, operation
from consent.held_case import HeldCase, HeldCaseStep, HeldState, HeldStep, own_held_case, state_on
from consent.views import service_names
from foundation.identifiers import EventId, HeldCaseId, PersonId, ServiceId, StaffId
from people.person import entry_of
from people.staff import Staff

__all__ = ["HeldCaseView", "HeldStepView", "read_held_case"]

_STEPS = (
    select(HeldCaseStep, Staff.name)
    .join(Staff, Staff.staff_id == HeldCaseStep.staff_id)
    .where(HeldCaseStep.held_case_id == bindparam("held_case"))
    .order_by(HeldCaseStep.number)
)


@dataclass(frozen=True)
class HeldStepView:
    """What somebody did with the case, and why."""

    step: str
    by: str
    taken_at: datetime
    reason: str


@dataclass(frozen=True)
class HeldCaseView:
    """A held case; `may` names what the reader may do with it now: `decide`, `refuse`, `approve`."""

    id: HeldCaseId
    person: PersonId
    person_name: str
    to_service: ServiceId
    to_service_name: str
    purpose: str
    categories: tuple[str, ...]
    rules: tuple[str, ...]
    asked_at: datetime
    state: str
    version: int
    valid_to: date | None
    steps: tuple[HeldStepView, ...]
    may: tuple[str, ...]
    event_id: EventId


def read_held_case(actor: Actor, held_case: HeldCaseId) -> HeldCaseView:
    """A held case of one's own service, opened.

    Raises:
        NotFound: there is no such case, or it is another service's.
    """
    with operation(actor, Action.READ_HELD_CASE) as op:
        row = own_held_case(op, held_case)
        entry = entry_of(op, row.person_id, op.service)
        steps = op.rows(_STEPS, held_case=row.held_case_id)
        state = state_on(row, op.date(op.house.installed.jurisdiction))
        return op.view(
            HeldCaseView(
                id=row.held_case_id,
                person=row.person_id,
                person_name=entry.name.open(op) or "",
                to_service=row.to_service,
                to_service_name=service_names(op, [row.to_service])[row.to_service],
                purpose=row.purpose,
                categories=tuple(row.categories.split()),
                rules=tuple(row.rules.split()),
                asked_at=row.asked_at,
                state=state.value,
                version=row.version,
                valid_to=row.valid_to,
                steps=tuple(
                    HeldStepView(step.step, name, step.taken_at, step.reason.open(op) or "") for step, name in steps
                ),
                may=_may(op, row, {HeldStep(step.step): step.staff_id for step, _ in steps}),
                event_id=op.event_id,
            )
        )


def _may(op: Operation, row: HeldCase, said: dict[HeldStep, StaffId]) -> tuple[str, ...]:
    """What the reader may do; the deeds ask the same again."""
    state, may = HeldState(row.state), op.actor.may
    found = []
    if may(Action.DECIDE_HELD_CASE) and op.staff != said[HeldStep.ASK]:
        found += ["decide", "refuse"] if state is HeldState.ASKED else []
        found += ["refuse"] if state in (HeldState.DECIDED, HeldState.PERMITTED) else []
    if may(Action.APPROVE_HELD_CASE) and state is HeldState.DECIDED and op.staff not in said.values():
        found.append("approve")
    return tuple(found)
