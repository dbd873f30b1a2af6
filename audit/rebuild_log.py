"""Rebuild the log from its outside store alone: every event as it is sealed, every entry, every signed head.

What comes out is a copy of the store, from which every proof can be made, and an SQLite file with the log's tables as
an installation has them. Whom an event is about cannot be told from it: that takes the installation's keys, which are
not in the store. So `audit_event_subject` is not among the tables, and whether an entry was late is not known either.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, insert

from audit.event import AuditDisclosure, AuditEvent
from audit.evidence.base64url import parse_b64url
from audit.evidence.checkpoint_history import MalformedHistory, history_path, parse_history
from audit.evidence.commitment import commitment
from audit.evidence.event_leaf import MalformedLeaf
from audit.evidence.leaf import SystemLeaf, parse_leaf
from audit.evidence.log_policy import LogKey, LogPolicy
from audit.evidence.log_store import DirectoryStore, LogStore
from audit.evidence.note import ED25519, MalformedNote, Note, VerifierKey, parse_checkpoint
from audit.evidence.sealed_records import parse_event, parse_records
from audit.evidence.store_listing import StoreListing, list_store
from audit.evidence.stored_tree import StoredTree
from audit.evidence.tiles import WIDTH
from audit.evidence.tree import CompactRange, leaf_hash
from audit.log_tables import LogLeaf, StoredCheckpoint, TreeState
from foundation.engine import make_engine
from foundation.tables import Base

__all__ = ["DATABASE", "LOG", "NotALog", "Rebuilt", "policy_in", "rebuild_log"]

#: What stands in the folder that was rebuilt: the database, and the copy of the store.
DATABASE, LOG = "log.db", "log"

_TABLES = (AuditEvent, AuditDisclosure, LogLeaf, TreeState, StoredCheckpoint)


class NotALog(ValueError):
    """The store does not begin as a log begins."""


@dataclass(frozen=True)
class Rebuilt:
    """How much was rebuilt, and the root over all entries."""

    entries: int
    events: int
    heads: int
    root: bytes


def policy_in(store: LogStore) -> LogPolicy:
    """The policy that the log states about itself: its first entry and its `key` entries. Nobody else vouches for it.

    A key ended where it signed last: no entry says so, but the heads after it do without it.

    Raises:
        NotALog: the first entry does not begin a log, or its heads are not written as heads are.
    """
    listing = list_store(store)
    system = [
        (index, said)
        for index, leaf in _leaves(StoredTree(store, listing.exported))
        if b'"k":"e"' not in leaf and isinstance(said := _said(leaf), SystemLeaf)
    ]
    if not system or system[0][0] != 0 or system[0][1].kind != "genesis":
        raise NotALog("the store does not begin as a log begins")
    origin = str(system[0][1].fields["origin"])
    try:
        heads = [(parse_checkpoint(note.text).size, note) for note in _heads(store, listing)]
    except (MalformedNote, MalformedHistory) as error:
        raise NotALog(f"the heads of the log: {error}") from error
    keys = []
    for index, said in system:
        if said.kind in ("genesis", "key"):
            key = VerifierKey(origin, ED25519, parse_b64url(str(said.fields["key"])))
            keys.append(LogKey(key, index + 1, _last_signed(key, heads)))
    return LogPolicy(origin, tuple(keys))


def _last_signed(key: VerifierKey, heads: Sequence[tuple[int, Note]]) -> int | None:
    """The size of the last head that `key` signed; None where it signed the newest, or none yet."""
    signed = [size for size, note in heads if any(one.key_id == key.key_id for one in note.signatures)]
    return signed[-1] if signed and signed[-1] != heads[-1][0] else None


def _said(leaf: bytes) -> object:
    try:
        return parse_leaf(leaf)
    except MalformedLeaf:
        return None


def rebuild_log(store: DirectoryStore, policy: LogPolicy, out: Path) -> Rebuilt:
    """Rebuild a store that was verified into the folder `out`, which is empty.

    Memory does not grow with the log.

    Raises:
        NotInStore, MalformedTile, MalformedRecord: the store is not as it was when it was verified.
    """
    copy = DirectoryStore(out / LOG)
    copy.prepare()
    for path in store.paths():
        copy.put({path: store.read(path)})
    listing = list_store(copy)
    engine = make_engine(f"sqlite:///{(out / DATABASE).absolute()}")
    try:
        Base.metadata.create_all(engine, tables=[_table(one) for one in _TABLES])
        with engine.begin() as connection:
            events, root = _fill_entries(connection, copy, listing)
            connection.execute(
                insert(TreeState).values(
                    origin=policy.origin, size=listing.exported, root=root, updated_at=datetime.now(UTC)
                )
            )
            heads = _fill_heads(connection, copy, listing, policy.origin)
    finally:
        engine.dispose()
    return Rebuilt(listing.exported, events, heads, root)


def _fill_entries(connection: Connection, store: LogStore, listing: StoreListing) -> tuple[int, bytes]:
    tree, count = CompactRange(), 0
    stored = StoredTree(store, listing.exported)
    for number in range(-(-listing.exported // WIDTH)):
        records = _records(store, listing, number)
        events, parts, leaves = [], [], []
        for index, leaf in enumerate(stored.entries(number), start=number * WIDTH):
            tree.append(leaf_hash(leaf))
            record = records.get(index, b"")
            event = parse_event(record) if record else None
            if event is not None:
                each = [event.digests[at : at + 32] for at in range(0, len(event.digests), 32)]
                fixed = {"event_id": event.event_id, "commitment": commitment(each), "digests": event.digests}
                events.append(_row(event.columns, fixed))
                parts += [
                    {"event_id": event.event_id, "key_id": part.key_id, "sealed": part.sealed} for part in event.parts
                ]
            leaves.append(
                {
                    "idx": index,
                    "event_id": None if event is None else event.event_id,
                    "leaf": leaf,
                    "leaf_hash": leaf_hash(leaf),
                    "is_late": False,
                }
            )
        for table, rows in ((AuditEvent, events), (AuditDisclosure, parts), (LogLeaf, leaves)):
            if rows:
                connection.execute(insert(table), rows)
        count += len(events)
    return count, tree.root()


def _fill_heads(connection: Connection, store: LogStore, listing: StoreListing, origin: str) -> int:
    rows = [
        {"origin": origin, "size": parse_checkpoint(note.text).size, "note": note.encode()}
        for note in _heads(store, listing)
    ]
    if rows:
        connection.execute(insert(StoredCheckpoint), rows)
    return len(rows)


def _heads(store: LogStore, listing: StoreListing) -> Iterator[Note]:
    """Every head that was published, oldest first."""
    for number in sorted(listing.history):
        yield from parse_history(store.read(history_path(number))).notes


def _records(store: LogStore, listing: StoreListing, number: int) -> dict[int, bytes]:
    """The sealed events of a window by index, whichever of its files they lie in."""
    return {
        index: record
        for place in listing.sealed.get(number, ())
        for index, record in enumerate(parse_records(place, store.read(place.path)), start=place.first)
    }


def _row(columns: Mapping[str, Any], fixed: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the event table out of the index columns as a record has them."""
    return {**dict.fromkeys(AuditEvent.__table__.columns.keys()), **columns, **fixed}


def _leaves(tree: StoredTree) -> Iterator[tuple[int, bytes]]:
    for number in range(-(-tree.size // WIDTH)):
        yield from enumerate(tree.entries(number), start=number * WIDTH)


def _table(kind: type[Base]) -> Table:
    return Base.metadata.tables[kind.__tablename__]
