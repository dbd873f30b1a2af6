"""A disclosure that the rules hold: who asked for it, what the leader and the second approver said, and until when.

One held case is about one person, one purpose, two services and some categories. What is decided opens exactly that,
and nothing else; every other rule is asked as before.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from audit.operation import Operation
from foundation.errors import Conflict, FieldProblem, Invalid, NotFound, Refused
from foundation.identifiers import HeldCaseId, PersonId, ServiceId, StaffId
from foundation.tables import Base, Id, RowOfToday, Step
from vault.sealed import SealedText

__all__ = [
    "MOST_DAYS",
    "USUAL_DAYS",
    "HeldCase",
    "HeldCasePassed",
    "HeldCaseStep",
    "HeldState",
    "HeldStep",
    "NotAlone",
    "decided_between",
    "own_held_case",
    "refuse_reason",
    "staff_of_steps",
    "state_on",
    "take_held_step",
    "usual_last_day",
]

#: How long a decision counts where the leader says nothing, and at the longest: for the help it opens, not for good.
USUAL_DAYS, MOST_DAYS = 14, 90
_SHORTEST_REASON, _LONGEST_REASON = 10, 2000


class HeldState(StrEnum):
    """Where a held case stands."""

    ASKED = "asked"
    #: The leader has said yes; a second person has not yet.
    DECIDED = "decided"
    PERMITTED = "permitted"
    REFUSED = "refused"
    #: It was permitted, and its last day has passed. Never stored.
    LAPSED = "lapsed"


class HeldStep(StrEnum):
    """What somebody did with a held case."""

    ASK = "ask"
    DECIDE = "decide"
    APPROVE = "approve"
    REFUSE = "refuse"


class HeldCase(RowOfToday, Base):
    """One disclosure that the rules hold until a leader and a second approver have decided it."""

    __tablename__ = "held_case"
    __table_args__ = (Index("ix_held_case_from_service_asked_at", "from_service", "asked_at"),)

    held_case_id: Mapped[HeldCaseId] = mapped_column(primary_key=True)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.person_id"), index=True)
    from_service: Mapped[ServiceId] = mapped_column(ForeignKey("service.service_id"))
    to_service: Mapped[ServiceId] = mapped_column(ForeignKey("service.service_id"))
    purpose: Mapped[str]
    #: Codes, in alphabetical order, separated by a space; and the rules that held them.
    categories: Mapped[str]
    rules: Mapped[str]
    asked_at: Mapped[datetime]
    state: Mapped[str]
    version: Mapped[int]
    #: The last day on which the decision counts; None until the leader has said yes.
    valid_to: Mapped[date | None]


class HeldCaseStep(Step, Base):
    """One thing that somebody did with a held case, and why; the reason is sealed under the person's key."""

    __tablename__ = "held_case_step"
    __table_args__ = (UniqueConstraint("held_case_id", "number"),)

    step_id: Mapped[UUID] = mapped_column(primary_key=True)
    held_case_id: Mapped[HeldCaseId] = mapped_column(ForeignKey("held_case.held_case_id"))
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.person_id"))
    number: Mapped[int]
    step: Mapped[str]
    staff_id: Mapped[StaffId] = mapped_column(ForeignKey("staff.staff_id"))
    taken_at: Mapped[datetime]
    reason_sealed: Mapped[bytes]

    reason = SealedText("reason_sealed")


class HeldCasePassed(Conflict):
    """Somebody took a step with this case since it was looked at; `version` and `state` are the newest."""

    code = "held_case_passed"
    title = "Somebody has decided meanwhile"
    do = "Open the case again and look at its newest state before you go on."


class NotAlone(Refused):
    """Three people stand behind a decision: who asks, the leader, and a second approver."""

    code = "not_alone"
    title = "You have had your say in this case"
    do = "Asking, deciding and approving are done by three different people. Ask a colleague."


_ONE = select(HeldCase).where(HeldCase.held_case_id == bindparam("held_case"))
# Columns that refer to another table have their type from it, and it need not be known yet where this is read.
_PERMITTED = (
    select(HeldCase)
    .where(
        HeldCase.person_id == bindparam("person", type_=Id(PersonId)),
        HeldCase.from_service == bindparam("sender", type_=Id(ServiceId)),
        HeldCase.to_service == bindparam("recipient", type_=Id(ServiceId)),
        HeldCase.purpose == bindparam("purpose"),
        HeldCase.state == HeldState.PERMITTED.value,
        HeldCase.valid_to >= bindparam("today"),
    )
    .order_by(HeldCase.held_case_id)
)
_STAFF = select(HeldCaseStep.step, HeldCaseStep.staff_id).where(HeldCaseStep.held_case_id == bindparam("held_case"))


def decided_between(
    op: Operation, *, person: PersonId, sender: ServiceId, recipient: ServiceId, purpose: str
) -> dict[str, HeldCaseId]:
    """The categories that were decided to be open between two services for a purpose, today, each with its case.

    Whoever opens something on a decision locks it in shared mode; taking it back waits, and nobody opens afterwards.
    """
    today = op.date(op.house.installed.jurisdiction)
    found = op.lock(
        _PERMITTED, shared=True, person=person, sender=sender, recipient=recipient, purpose=purpose, today=today
    )
    return {category: row.held_case_id for row in found for category in row.categories.split()}


def own_held_case(op: Operation, held_case: HeldCaseId, *, to_change: bool = False) -> HeldCase:
    """The case, if it is of the actor's own service; locked alone when it is to be changed.

    Raises:
        NotFound: there is no such case, or it is another service's: nobody can tell which.
    """
    op.note(asked_for=str(held_case))
    found = op.lock(_ONE, shared=False, held_case=held_case) if to_change else op.all(_ONE, held_case=held_case)
    if not found or found[0].from_service != op.service:
        raise NotFound
    row = found[0]
    op.draft.purpose, op.draft.recipient_service_id = row.purpose, row.to_service
    op.draft.categories.update(row.categories.split())
    op.note(held_case=str(row.held_case_id))
    op.about(row.person_id)
    return row


def staff_of_steps(op: Operation, row: HeldCase) -> dict[HeldStep, StaffId]:
    """Who asked, who decided and who approved, as far as it has come."""
    return {HeldStep(step): staff for step, staff in op.rows(_STAFF, held_case=row.held_case_id)}


def state_on(row: HeldCase, today: date) -> HeldState:
    """Where a case stands on a day: what was permitted lapses after its last day."""
    state = HeldState(row.state)
    is_over = row.valid_to is not None and row.valid_to < today
    return HeldState.LAPSED if state is HeldState.PERMITTED and is_over else state


def refuse_reason(reason: str) -> None:
    """Raise `Invalid` for a reason that says nothing, or too much."""
    if len(reason.strip()) < _SHORTEST_REASON:
        raise Invalid(fields=[FieldProblem("reason", "not_a_sentence")])
    if len(reason) > _LONGEST_REASON:
        raise Invalid(fields=[FieldProblem("reason", "too_long")])


def take_held_step(op: Operation, row: HeldCase, step: HeldStep, state: HeldState, reason: str) -> None:
    """Take one step with a case: the row, and the step with its sealed reason."""
    row.state, row.version = state.value, row.version + 1
    taken = HeldCaseStep(
        step_id=uuid4(),
        held_case_id=row.held_case_id,
        person_id=row.person_id,
        number=row.version,
        step=step.value,
        staff_id=op.staff,
        taken_at=op.time,
    )
    HeldCaseStep.reason.seal(taken, op, reason.strip())
    op.add(taken)


def usual_last_day(today: date) -> date:
    """The last day of a decision where the leader says nothing."""
    return today + timedelta(days=USUAL_DAYS)
