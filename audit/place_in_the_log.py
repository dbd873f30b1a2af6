"""Where an entry stands in the tree that outsiders check, and from which signed head on nobody can change it unseen."""

from dataclasses import dataclass

from sqlalchemy import select

from audit.log_tables import LogLeaf, StoredCheckpoint
from audit.operation import Operation
from foundation.identifiers import EventId

__all__ = ["PlaceInTheLog", "place_of"]


@dataclass(frozen=True)
class PlaceInTheLog:
    """The place of an entry.

    Attributes:
        index: which leaf of the tree it is, counted from 0.
        checkpoint: the size of the first signed head that covers it; None until there is one.
        is_late: the entry states a time that does not fit its place.
    """

    index: int
    checkpoint: int | None
    is_late: bool


def place_of(op: Operation, event: EventId) -> PlaceInTheLog | None:
    """Where the entry `event` stands; None while it waits in the queue, which is for less than a second."""
    covering = (
        select(StoredCheckpoint.size)
        .where(StoredCheckpoint.origin == op.house.installed.origin, StoredCheckpoint.size > LogLeaf.idx)
        .order_by(StoredCheckpoint.size)
        .limit(1)
        .scalar_subquery()
    )
    found = op.rows(select(LogLeaf.idx, covering, LogLeaf.is_late).where(LogLeaf.event_id == event))
    return PlaceInTheLog(*found[0]) if found else None
