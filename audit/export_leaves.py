"""Bring leaves out of the database, each with the sealed event beside it: what is signed must survive its loss."""

from collections import defaultdict
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.event import AuditDisclosure, AuditEvent, stored_index
from audit.evidence.export_entries import EntryToKeep, export_entries
from audit.evidence.log_store import LogStore
from audit.evidence.sealed_records import SealedEvent, SealedPart
from audit.house import House
from audit.log_tables import LogLeaf
from audit.operation import reading
from foundation.identifiers import EventId

__all__ = ["export_leaves"]


def export_leaves(house: House, store: LogStore, first: int, end: int) -> None:
    """Make leaves `first` up to `end`, which have their places, durable in `store`; done again, it changes nothing.

    Raises:
        StoredDifferently: something else lies in the store already.
        NotInStore: the store lacks what lies before.
        OSError: the store cannot be written.
    """
    with reading(house) as session:
        records = _records(session, first, end)
        leaves = session.execute(
            select(LogLeaf.event_id, LogLeaf.leaf).where(LogLeaf.idx >= first, LogLeaf.idx < end).order_by(LogLeaf.idx)
        ).all()
    export_entries(store, first, [EntryToKeep(one.leaf, records.get(one.event_id, b"")) for one in leaves])


def _records(session: Session, first: int, end: int) -> dict[EventId | None, bytes]:
    """The sealed events of these leaves, by id: index columns without those that say nothing, parts by their keys."""
    within = (LogLeaf.idx >= first, LogLeaf.idx < end)
    parts: dict[EventId, list[SealedPart]] = defaultdict(list)
    for event_id, key_id, sealed in session.execute(
        select(AuditDisclosure.event_id, AuditDisclosure.key_id, AuditDisclosure.sealed)
        .join(LogLeaf, LogLeaf.event_id == AuditDisclosure.event_id)
        .where(*within)
    ):
        parts[event_id].append(SealedPart(key_id, sealed))
    records: dict[EventId | None, bytes] = {}
    for row in session.execute(
        select(*AuditEvent.__table__.columns).join(LogLeaf, LogLeaf.event_id == AuditEvent.event_id).where(*within)
    ):
        index = stored_index(cast(AuditEvent, row))  # a row has the same names
        said = {name: value for name, value in index.items() if value is not None and name != "event_id"}
        in_order = tuple(sorted(parts[row.event_id], key=lambda part: part.key_id.bytes))
        records[row.event_id] = SealedEvent(row.event_id, row.digests, said, in_order).encode()
    return records
