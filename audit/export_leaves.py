"""Bring leaves out of the database, each with the sealed event beside it: what is signed must survive its loss."""

from collections import defaultdict
from typing import Any, cast

from sqlalchemy import Row, select

from audit.event import AuditDisclosure, AuditEvent, stored_index
from audit.evidence.export_entries import EntryToKeep, export_entries
from audit.evidence.log_store import LogStore
from audit.evidence.sealed_records import SealedEvent, SealedPart
from audit.house import House
from audit.log_tables import LogLeaf
from audit.operation import reading

__all__ = ["export_leaves"]


def export_leaves(house: House, store: LogStore, first: int, end: int) -> None:
    """Make leaves `first` up to `end`, which have their places, durable in `store`; done again, it changes nothing.

    Raises:
        StoredDifferently: something else lies in the store already.
        NotInStore: the store lacks what lies before.
        OSError: the store cannot be written.
    """
    within = (LogLeaf.idx >= first, LogLeaf.idx < end)
    with reading(house) as session:
        parts: dict[int, list[SealedPart]] = defaultdict(list)
        for idx, key_id, sealed in session.execute(
            select(LogLeaf.idx, AuditDisclosure.key_id, AuditDisclosure.sealed)
            .join(LogLeaf, LogLeaf.event_id == AuditDisclosure.event_id)
            .where(*within)
        ):
            parts[idx].append(SealedPart(key_id, sealed))
        entries = [
            EntryToKeep(row.leaf, b"" if row.event_id is None else _record(row, parts[row.idx]))
            for row in session.execute(
                select(LogLeaf.idx, LogLeaf.leaf, *AuditEvent.__table__.columns)
                .outerjoin(AuditEvent, AuditEvent.event_id == LogLeaf.event_id)
                .where(*within)
                .order_by(LogLeaf.idx)
            )
        ]
    export_entries(store, first, entries)


def _record(row: Row[*tuple[Any, ...]], parts: list[SealedPart]) -> bytes:
    """The sealed event of a leaf: index columns without those that say nothing, parts in the order of their keys."""
    index = stored_index(cast(AuditEvent, row))  # a row has the same names
    said = {name: value for name, value in index.items() if value is not None and name != "event_id"}
    parts.sort(key=lambda part: part.key_id.bytes)
    return SealedEvent(row.event_id, row.digests, said, tuple(parts)).encode()
