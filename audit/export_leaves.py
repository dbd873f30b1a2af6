"""Bring leaves out of the database, each with the sealed event beside it: what is signed must survive its loss."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from audit.event import AuditDisclosure, AuditEvent
from audit.evidence.export_entries import EntryToKeep, export_entries
from audit.evidence.index_columns import COLUMNS
from audit.evidence.log_store import LogStore
from audit.evidence.sealed_records import SealedEvent, SealedPart
from audit.house import House
from audit.log_tables import LogLeaf
from audit.look import Prepared
from audit.sessions import ask
from foundation.identifiers import EventId

__all__ = ["export_leaves"]

_WITHIN = (LogLeaf.idx >= bindparam("first"), LogLeaf.idx < bindparam("end"))
_LEAVES = Prepared(
    select(
        LogLeaf.idx,
        LogLeaf.leaf,
        AuditEvent.event_id,
        AuditEvent.digests,
        *(AuditEvent.__table__.columns[name] for name in COLUMNS),
    )
    .outerjoin(AuditEvent, AuditEvent.event_id == LogLeaf.event_id)
    .where(*_WITHIN)
    .order_by(LogLeaf.idx)
)
_PARTS = Prepared(
    select(LogLeaf.idx, AuditDisclosure.key_id, AuditDisclosure.sealed)
    .join(LogLeaf, LogLeaf.event_id == AuditDisclosure.event_id)
    .where(*_WITHIN)
)


def export_leaves(house: House, store: LogStore, first: int, end: int) -> None:
    """Make leaves `first` up to `end`, which have their places, durable in `store`; done again, it changes nothing.

    Raises:
        StoredDifferently: something else lies in the store already.
        NotInStore: the store lacks what lies before.
        OSError: the store cannot be written.
    """
    within = {"first": first, "end": end}
    parts: dict[int, list[SealedPart]] = defaultdict(list)
    for idx, key_id, sealed in ask(house, _PARTS, **within):
        parts[idx].append(SealedPart(key_id, sealed))
    entries = [
        EntryToKeep(leaf, b"" if event is None else _record(event, digests, index, parts[idx]))
        for idx, leaf, event, digests, *index in ask(house, _LEAVES, **within)
    ]
    export_entries(store, first, entries)


def _record(event: EventId, digests: bytes, index: Sequence[Any], parts: list[SealedPart]) -> bytes:
    """The sealed event of a leaf: index columns without those that say nothing, parts in the order of their keys."""
    said = {name: value for name, value in zip(COLUMNS, index, strict=True) if value is not None}
    parts.sort(key=lambda part: part.key_id.bytes)
    return SealedEvent(event, digests, said, tuple(parts)).encode()
