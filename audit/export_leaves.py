"""Bring leaves out of the database, each with the sealed event beside it: what is signed must survive its loss."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Dialect, TypeDecorator, Uuid, bindparam, select, type_coerce

from audit.event import AuditDisclosure, AuditEvent
from audit.evidence.export_entries import EntryToKeep, export_entries
from audit.evidence.index_columns import COLUMNS
from audit.evidence.log_store import LogStore
from audit.evidence.sealed_records import encode_record
from audit.house import House
from audit.log_tables import LogLeaf
from audit.look import Prepared
from audit.sessions import ask
from foundation.tables import Id

__all__ = ["export_leaves"]


class _IdBytes(TypeDecorator[bytes]):
    """An id that comes out of the database as its 16 bytes: here it is only copied."""

    impl = Uuid
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], bytes | None]:  # noqa: ARG002  # as SQLAlchemy calls it
        """In one step from what the driver gives: a UUID, or on SQLite its digits."""
        if dialect.name == "sqlite":
            return lambda digits: None if digits is None else bytes.fromhex(digits)
        return lambda value: None if value is None else value.bytes


def _copied(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return type_coerce(column, _IdBytes()) if isinstance(column.type, Uuid | Id) else column


_WITHIN = (LogLeaf.idx >= bindparam("first"), LogLeaf.idx < bindparam("end"))
_LEAVES = Prepared(
    select(
        LogLeaf.idx,
        LogLeaf.leaf,
        _copied(AuditEvent.__table__.c.event_id),
        AuditEvent.digests,
        *(_copied(AuditEvent.__table__.c[name]) for name in COLUMNS),
    )
    .outerjoin(AuditEvent, AuditEvent.event_id == LogLeaf.event_id)
    .where(*_WITHIN)
    .order_by(LogLeaf.idx)
)
_PARTS = Prepared(
    select(LogLeaf.idx, _copied(AuditDisclosure.__table__.c.key_id), AuditDisclosure.sealed)
    .join(LogLeaf, LogLeaf.event_id == AuditDisclosure.event_id)
    .where(*_WITHIN)
    .order_by(LogLeaf.idx, AuditDisclosure.key_id)
)


def export_leaves(house: House, store: LogStore, first: int, end: int) -> None:
    """Make leaves `first` up to `end`, which have their places, durable in `store`; done again, it changes nothing.

    Raises:
        StoredDifferently: something else lies in the store already.
        NotInStore: the store lacks what lies before.
        OSError: the store cannot be written.
    """
    within = {"first": first, "end": end}
    parts: dict[int, list[tuple[bytes, bytes | None]]] = defaultdict(list)
    for idx, key_id, sealed in ask(house, _PARTS, **within):
        parts[idx].append((key_id, sealed))
    entries = []
    for idx, leaf, event, digests, *index in ask(house, _LEAVES, **within):
        said = {name: value for name, value in zip(COLUMNS, index, strict=True) if value is not None}
        record = b"" if event is None else encode_record(event, digests, said, parts[idx])
        entries.append(EntryToKeep(leaf, record))
    export_entries(store, first, entries)
