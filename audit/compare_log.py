"""Hold the log's own tables against each other, against what lies sealed in them, and against the outside store.

Everything is read in batches, in one snapshot, past the operation: a table that somebody changed must be readable as it
is. Nothing that is opened here leaves, but codes and ids.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, func, select
from sqlalchemy.exc import SQLAlchemyError

from audit.event import (
    LOG_KEY_OWNER,
    AuditDisclosure,
    AuditEvent,
    AuditEventSubject,
    AuditPending,
    bundle_context,
    said_index,
    stored_index,
    subject_lookup,
)
from audit.evidence.base64url import parse_b64url
from audit.evidence.bundle import unbundle
from audit.evidence.commitment import MalformedDisclosure, commitment, digest, opened
from audit.evidence.event_leaf import MalformedLeaf, event_leaf
from audit.evidence.finding import Finding
from audit.evidence.leaf import SystemLeaf, parse_leaf
from audit.evidence.log_policy import CheckpointRefused, LogPolicy, judge_checkpoint
from audit.evidence.log_store import LogStore, NotInStore
from audit.evidence.stored_tree import StoredTree
from audit.evidence.tiles import WIDTH, MalformedTile
from audit.evidence.tree import CompactRange, leaf_hash
from audit.evidence.verify_ed25519 import verify_ed25519
from audit.house import House
from audit.log_tables import LogLeaf, StoredCheckpoint, TreeState, Watermark
from foundation.identifiers import EventId, PersonId
from vault.blob import DoesNotOpen, open_blob
from vault.keys import DataKey, DataKeyValue

__all__ = ["AT_A_TIME", "compare_log"]

AT_A_TIME = 200

_FIRST = EventId.from_int(0)
_GONE = "disclosures are gone and no erase leaf says on which decision"


@dataclass
class _Compared:
    """One snapshot of the database, what it is held against, and what was learnt on the way."""

    connection: Connection
    house: House
    store: LogStore
    policy: LogPolicy
    erased: set[bytes] = field(default_factory=set)
    tree: CompactRange = field(default_factory=CompactRange)

    def rows(self, query: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
        return self.connection.execute(query).all()


def compare_log(connection: Connection, house: House, store: LogStore, policy: LogPolicy) -> Iterator[Finding]:
    """What is wrong with the log's tables, one finding after the other; the place is a table and the id of a row."""
    compared = _Compared(connection, house, store, policy)
    for step in (_erasures, _tree, _events, _orphans):
        try:
            yield from step(compared)
        except (SQLAlchemyError, ValueError, TypeError, LookupError, AttributeError) as error:
            # A value that is not of its column's kind stops the step that met it; what it is, nobody is told.
            reason = f"a value is not of its column's kind ({type(error).__name__})"
            yield Finding("malformed", f"the log's tables ({step.__name__.strip('_')})", reason)


# The tree


def _erasures(compared: _Compared) -> Iterator[Finding]:
    """Learn what the log itself says was erased; every entry without an event must be such a line of the log's own."""
    for row in compared.rows(select(LogLeaf.idx, LogLeaf.leaf).where(LogLeaf.event_id.is_(None)).order_by(LogLeaf.idx)):
        try:
            said = parse_leaf(row.leaf)
        except MalformedLeaf as error:
            yield Finding("leaf_unknown", f"log_leaf {row.idx}", str(error), row.idx)
            continue
        if not isinstance(said, SystemLeaf):
            yield Finding("event_missing", f"log_leaf {row.idx}", "the entry of an event names no event", row.idx)
        elif said.kind == "erase":
            named = said.fields["commitments"]
            compared.erased |= {parse_b64url(str(one)) for one in named} if isinstance(named, list) else set()


def _tree(compared: _Compared) -> Iterator[Finding]:
    """Grow the tree anew out of its entries, and hold head, marks and signed heads against it."""
    origin = compared.house.installed.origin
    marks = {row.origin: row for row in compared.rows(select(*Watermark.__table__.columns))}
    exported = marks[origin].exported if origin in marks else 0
    stored = StoredTree(compared.store, exported)
    first = 0
    while True:
        leaves = compared.rows(
            select(LogLeaf.idx, LogLeaf.event_id, LogLeaf.leaf, LogLeaf.leaf_hash, AuditEvent.commitment)
            .outerjoin(AuditEvent, AuditEvent.event_id == LogLeaf.event_id)
            .where(LogLeaf.idx >= first, LogLeaf.idx < first + WIDTH)
            .order_by(LogLeaf.idx)
        )
        heads = _heads_within(compared, first)
        for expected, leaf in enumerate(leaves, start=first):
            if leaf.idx != expected:
                reason = "the entries are not numbered one after the other"
                yield Finding("tree_differs", f"log_leaf {expected}", reason, expected)
                return
        yield from _window(compared, first, leaves, stored)
        yield from _check_heads(compared, first, leaves, heads)
        if len(leaves) < WIDTH:
            break
        first += WIDTH
    yield from _check_state(compared, origin, marks)


def _window(
    compared: _Compared, first: int, leaves: Sequence[Row[*tuple[Any, ...]]], stored: StoredTree
) -> Iterator[Finding]:
    outside: list[bytes] = []
    if first < stored.size:
        try:
            outside = stored.entries(first // WIDTH)
        except (NotInStore, MalformedTile, OSError) as error:
            yield Finding("missing", "the outside store", f"entries from {first} on cannot be read: {error}", first)
    for leaf in leaves:
        place = f"log_leaf {leaf.idx}"
        if leaf.leaf_hash != leaf_hash(leaf.leaf):
            yield Finding("hash_changed", place, "the stored hash is not that of the entry", leaf.idx)
        if leaf.idx - first < len(outside) and outside[leaf.idx - first] != leaf.leaf:
            yield Finding("leaf_differs", place, "the outside store has another entry at this place", leaf.idx)
        if leaf.event_id is None:
            continue
        if leaf.commitment is None:
            if not _is_erased_leaf(compared, leaf.leaf):
                reason = "its event is not in the database, and no erase leaf says on which decision"
                yield Finding("event_missing", place, reason, leaf.idx)
        elif len(leaf.commitment) != 32 or event_leaf(leaf.commitment) != leaf.leaf:
            yield Finding("leaf_differs", place, "it is not the entry of the event that it names", leaf.idx)


def _is_erased_leaf(compared: _Compared, leaf: bytes) -> bool:
    return any(event_leaf(one) == leaf for one in compared.erased)


def _heads_within(compared: _Compared, first: int) -> dict[int, bytes]:
    """The stored heads whose last entry lies in this window, by size."""
    query = select(StoredCheckpoint.size, StoredCheckpoint.note).where(
        StoredCheckpoint.size > first, StoredCheckpoint.size <= first + WIDTH
    )
    return {row.size: row.note for row in compared.rows(query)}


def _check_heads(
    compared: _Compared, first: int, leaves: Sequence[Row[*tuple[Any, ...]]], heads: dict[int, bytes]
) -> Iterator[Finding]:
    roots = {}
    for number, leaf in enumerate(leaves, start=first + 1):
        compared.tree.append(leaf_hash(leaf.leaf))
        if number in heads:
            roots[number] = compared.tree.root()
    for size, note in sorted(heads.items()):
        place = f"checkpoint {size}"
        try:
            head = judge_checkpoint(note, compared.policy, verify_ed25519).checkpoint
        except CheckpointRefused as error:
            yield Finding("head_refused", place, str(error))
            continue
        if head.size != size or roots.get(size) != head.root:
            yield Finding("head_inconsistent", place, "the signed head does not fit the entries")


def _check_state(compared: _Compared, origin: str, marks: dict[str, Row[*tuple[Any, ...]]]) -> Iterator[Finding]:
    size, root = compared.tree.size, compared.tree.root() if compared.tree.size else None
    states = compared.rows(select(*TreeState.__table__.columns))
    if [(one.origin, one.size, one.root) for one in states] != ([(origin, size, root)] if size else []):
        yield Finding("tree_differs", f"tree_state {origin}", "it does not state the tree that the entries make")
    if set(marks) != ({origin} if size else set()):
        yield Finding("tree_differs", f"watermark {origin}", "there is not one mark for this log")
        return
    newest = compared.connection.scalar(select(func.max(StoredCheckpoint.size))) or 0
    strangers = compared.rows(select(StoredCheckpoint.origin).where(StoredCheckpoint.origin != origin))
    if strangers or newest > size:
        yield Finding("head_inconsistent", f"checkpoint {newest}", "a head is of another log, or of more entries")
    for mark in marks.values():
        if not mark.signed <= mark.exported <= size or mark.signed != newest:
            reason = "the marks are not the newest stored head and what has left the database"
            yield Finding("tree_differs", f"watermark {origin}", reason)


# The events


def _events(compared: _Compared) -> Iterator[Finding]:
    """Every event with all that is stored of it, in the order of their ids."""
    last = _FIRST
    lookup_key = compared.house.custody.derived_key("event-subjects")
    while True:
        found = compared.rows(
            select(*AuditEvent.__table__.columns)
            .where(AuditEvent.event_id > last)
            .order_by(AuditEvent.event_id)
            .limit(AT_A_TIME)
        )
        if not found:
            return
        ids = [row.event_id for row in found]
        placed = {row[0] for row in compared.rows(select(LogLeaf.event_id).where(LogLeaf.event_id.in_(ids)))}
        waiting = {row[0] for row in compared.rows(select(AuditPending.event_id).where(AuditPending.event_id.in_(ids)))}
        bundles = _by_event(compared.rows(_stored(AuditDisclosure, ids)))
        subjects = _by_event(compared.rows(_stored(AuditEventSubject, ids)))
        keys = _keys(compared, {one.key_id for each in bundles.values() for one in each})
        for row in found:
            place = f"audit_event {row.event_id}"
            if row.event_id not in placed and row.event_id not in waiting:
                yield Finding("place_missing", place, "it is neither in the tree nor in the queue")
            elif row.event_id in placed and row.event_id in waiting:
                yield Finding("place_twice", place, "it is in the tree and still in the queue")
            event = _Event(compared, row, bundles.get(row.event_id, []), subjects.get(row.event_id, []), keys)
            yield from event.compare(place, lookup_key)
        last = ids[-1]


def _stored(table: type[AuditDisclosure | AuditEventSubject], ids: Sequence[EventId]) -> Select[*tuple[Any, ...]]:
    return select(*table.__table__.columns).where(table.event_id.in_(ids))


def _by_event(rows: Sequence[Row[*tuple[Any, ...]]]) -> dict[EventId, list[Row[*tuple[Any, ...]]]]:
    found: dict[EventId, list[Row[*tuple[Any, ...]]]] = {}
    for row in rows:
        found.setdefault(row.event_id, []).append(row)
    return found


def _keys(compared: _Compared, key_ids: set[UUID]) -> dict[UUID, tuple[UUID, DataKeyValue | None]]:
    """The owner and the value of each data key that is there; no value where it does not unwrap."""
    found: dict[UUID, tuple[UUID, DataKeyValue | None]] = {}
    for row in compared.rows(select(*DataKey.__table__.columns).where(DataKey.key_id.in_(key_ids))):
        key = DataKey(key_id=row.key_id, owner_id=row.owner_id, period=row.period, wrapped=row.wrapped)
        try:
            found[row.key_id] = row.owner_id, key.unwrapped(compared.house.custody)
        except DoesNotOpen:
            found[row.key_id] = row.owner_id, None
    return found


@dataclass
class _Event:
    """One event and everything that is stored of it."""

    compared: _Compared
    row: Row[*tuple[Any, ...]]
    bundles: list[Row[*tuple[Any, ...]]]
    subjects: list[Row[*tuple[Any, ...]]]
    keys: dict[UUID, tuple[UUID, DataKeyValue | None]]

    #: What was learnt of the bundles that opened.
    digests: set[bytes] = field(default_factory=set)
    persons: dict[UUID, PersonId | None] = field(default_factory=dict)
    common: dict[str, Any] | None = None
    missing: int = 0

    def compare(self, place: str, lookup_key: bytes) -> Iterator[Finding]:
        covered = {self.row.digests[at : at + 32] for at in range(0, len(self.row.digests), 32)}
        if not self._commits_to(covered):
            yield Finding("commitment_differs", place, "its digests do not make its commitment")
        for one in self.bundles:
            reason = self._take_in(one)
            if reason is not None:
                code = "unexplained_absence" if reason == _GONE else "sealed_changed"
                yield Finding(code, f"audit_disclosure {self.row.event_id} {one.key_id}", reason)
        if not (self.digests <= covered if self.missing else self.digests == covered):
            yield Finding("sealed_changed", place, "the sealed disclosures are not those it committed to")
        if self.common is not None:
            yield from self._columns(place, self.common)
        yield from self._found_by(place, lookup_key)

    def _take_in(self, one: Row[*tuple[Any, ...]]) -> str | None:
        """Learn what one bundle says; what is wrong with it, if anything is."""
        owner, key = self.keys.get(one.key_id, (None, None))
        if owner != LOG_KEY_OWNER:
            self.persons[one.key_id] = None
        if one.sealed is None or owner is None:
            self.missing += 1
            return None if self.row.commitment in self.compared.erased else _GONE
        said = self._opened(one, key)
        if said is None:
            return "what is sealed does not open under its key at this place"
        self.digests |= {digest(each) for each in said}
        values = dict(opened(each) for each in said)
        if owner == LOG_KEY_OWNER:
            self.common = said_index(values)
            return None
        person = self.persons[one.key_id] = PersonId.of(str(_named(values.get("person"))))
        return None if person == owner else "it is sealed under another person's key"

    def _commits_to(self, covered: set[bytes]) -> bool:
        try:
            whole = b"".join(sorted(covered)) == self.row.digests
            return bool(whole and commitment(covered) == self.row.commitment)
        except MalformedDisclosure:
            return False

    def _opened(self, one: Row[*tuple[Any, ...]], key: DataKeyValue | None) -> list[bytes] | None:
        if key is None:
            return None
        try:
            return unbundle(open_blob(key, one.sealed, bundle_context(self.row.event_id, one.key_id)))
        except (DoesNotOpen, MalformedDisclosure):
            return None

    def _columns(self, place: str, common: dict[str, Any]) -> Iterator[Finding]:
        for name, value in stored_index(self.row).items():  # type: ignore[arg-type]  # a row has the same names
            if common.get(name) != value:
                yield Finding("columns_differ", place, f"the column {name} is not what was sealed")

    def _found_by(self, place: str, lookup_key: bytes) -> Iterator[Finding]:
        stored = {one.key_id: one.lookup for one in self.subjects}
        if stored.keys() != self.persons.keys():
            yield Finding("subject_differs", place, "it is not found by exactly those it is about")
        for key_id, person in self.persons.items():
            if person is not None and key_id in stored and stored[key_id] != subject_lookup(lookup_key, person):
                where = f"audit_event_subject {self.row.event_id} {key_id}"
                yield Finding("subject_differs", where, "the look-up hash is not that of the person it is about")


def _named(of_person: Any) -> object:
    return of_person.get("person") if isinstance(of_person, dict) else None


def _orphans(compared: _Compared) -> Iterator[Finding]:
    """What names an event that is not there."""
    for table in (AuditDisclosure, AuditEventSubject, AuditPending):
        query = (
            select(table.event_id)
            .outerjoin(AuditEvent, AuditEvent.event_id == table.event_id)
            .where(AuditEvent.event_id.is_(None))
            .distinct()
            .limit(AT_A_TIME)
        )
        for row in compared.rows(query):
            yield Finding("event_missing", f"{table.__tablename__} {row.event_id}", "there is no such event")
