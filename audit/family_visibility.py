"""Whether the family sees an event of the log in its report; a row of its own beside the event, never a column of it.

An event without a row is seen. A duty to report must never tell a guardian by itself, so a deed that does such a thing
adds a row that withholds its own event, and whoever is entitled to decides later.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from audit.operation import Operation
from foundation.identifiers import EventId, StaffId
from foundation.tables import Base, Step

__all__ = ["FamilyVisibility", "Visible", "newest_decision", "withheld"]


class Visible(StrEnum):
    """What the family sees of an event."""

    YES = "yes"
    WITHHELD = "withheld"
    #: Withheld until a point in time, and seen from then on.
    UNTIL = "until"


class FamilyVisibility(Step, Base):
    """What was decided on whether the family sees an event; the last step counts."""

    __tablename__ = "family_visibility"
    __table_args__ = (
        CheckConstraint("step >= 1", name="step"),
        CheckConstraint("(visible = 'until') = (until IS NOT NULL)", name="until"),
    )
    of_persons = False

    event_id: Mapped[EventId] = mapped_column(ForeignKey("audit_event.event_id"), primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True)
    visible: Mapped[str]
    until: Mapped[datetime | None]
    #: None where the deed itself withheld its event.
    decided_by: Mapped[StaffId | None]


def newest_decision(op: Operation, event: EventId) -> FamilyVisibility | None:
    """What was decided last on whether the family sees `event`; None where nobody has, and it is seen."""
    return op.one(
        select(FamilyVisibility)
        .where(FamilyVisibility.event_id == event)
        .order_by(FamilyVisibility.step.desc())
        .limit(1)
    )


def withheld(op: Operation, events: Collection[EventId]) -> set[EventId]:
    """Those of `events` that the family does not see at the time of this operation."""
    steps = op.all(
        select(FamilyVisibility)
        .where(FamilyVisibility.event_id.in_(events))
        .order_by(FamilyVisibility.event_id, FamilyVisibility.step)
    )
    latest = {one.event_id: one for one in steps}
    return {
        event
        for event, one in latest.items()
        if one.visible == Visible.WITHHELD or (one.until is not None and op.time < one.until)
    }
