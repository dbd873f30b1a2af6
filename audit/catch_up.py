"""Bring a restored database up to the log's outside store, which never goes back.

A backup has the database of one moment; the store has every entry since, sealed as it was. They are put back as they
were: the event, its sealed disclosures, whom it was about where the person's key is known, and its place in the tree.
What the deeds of that time wrote beside their events is not in the store.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from audit.event import LOG_KEY_OWNER, AuditDisclosure, AuditEvent, AuditEventSubject, AuditPending, subject_lookup
from audit.evidence.checkpoint_history import history_number, history_path, parse_history
from audit.evidence.commitment import commitment
from audit.evidence.event_leaf import commits_to
from audit.evidence.export_entries import stored_records
from audit.evidence.log_store import LogStore, NotInStore
from audit.evidence.note import parse_checkpoint
from audit.evidence.publish_checkpoint import read_newest
from audit.evidence.sealed_records import MalformedRecord, SealedEvent, parse_event
from audit.evidence.store_listing import list_store
from audit.evidence.stored_tree import StoredTree
from audit.evidence.tiles import WIDTH
from audit.evidence.tree import CompactRange, leaf_hash
from audit.house import House
from audit.integrate_events import TreeMoved, grow_tree
from audit.log_tables import LogLeaf, StoredCheckpoint, TreeState, Watermark
from audit.operation import upkeep
from foundation.identifiers import EventId, PersonId
from vault.keys import DataKey

__all__ = ["catch_up"]


def catch_up(house: House, store: LogStore, *, brings_back: bool = True) -> int:
    """Put into the database what the store has behind its tree; how many entries that were.

    Args:
        house: whose database it is.
        store: the outside store.
        brings_back: True where a restore brings events back that the database lacks; without one, that they are lacking
            is for somebody to look at.

    Raises:
        TreeMoved: the tree of the database is not the beginning of the one in the store, or events are lacking.
        NotInStore: a file of the store is missing.
        MalformedTile: one is damaged, as `MalformedRecord`, `MalformedNote` and `MalformedHistory` say of others.
    """
    size = list_store(store).exported
    if not size:
        return 0
    with upkeep(house) as connection:
        tree = _begun(connection, house, store, size)
        before = tree.size
        while tree.size < size:
            tree = _one_window(connection, house, store, tree, size, brings_back=brings_back)
        _keep_heads(connection, house, store, size)
    return size - before


def _begun(connection: Connection, house: House, store: LogStore, size: int) -> CompactRange:
    """The tree of the database, as the store has it; one leaf where the database knows of no log yet."""
    origin = house.installed.origin
    known = connection.scalar(select(TreeState.size).where(TreeState.origin == origin))
    if known is not None:
        if known > size:
            raise TreeMoved
        return StoredTree(store, known).compact()
    genesis = StoredTree(store, size).entries(0)[0]
    root = leaf_hash(genesis)
    connection.execute(insert(TreeState).values(origin=origin, size=1, root=root, updated_at=house.clock.now()))
    connection.execute(insert(Watermark).values(origin=origin, exported=0, signed=0))
    connection.execute(insert(LogLeaf).values(idx=0, leaf=genesis, leaf_hash=root, is_late=False))
    return CompactRange(1, [root])


def _one_window(
    connection: Connection, house: House, store: LogStore, tree: CompactRange, size: int, *, brings_back: bool
) -> CompactRange:
    number, start = divmod(tree.size, WIDTH)
    leaves, records = StoredTree(store, size).entries(number)[start:], stored_records(store, number)[start:]
    if len(records) < len(leaves):
        raise NotInStore(f"sealed events of window {number}")
    events = [parse_event(record) if record else None for record in records[: len(leaves)]]
    for event, leaf in zip(events, leaves, strict=True):
        if event is not None and not commits_to(leaf, commitment(_each(event.digests))):
            raise MalformedRecord("a sealed event is not the one of its leaf")
    found = [event for event in events if event is not None]
    ids = [event.event_id for event in found]
    there = set(connection.scalars(select(AuditEvent.event_id).where(AuditEvent.event_id.in_(ids))))
    lacking = [event for event in found if event.event_id not in there]
    if lacking and not brings_back:
        raise TreeMoved
    _put_back(connection, house, lacking)
    connection.execute(delete(AuditPending).where(AuditPending.event_id.in_(ids)))
    placed = [
        (None if event is None else EventId(int=event.event_id.int), leaf, False)
        for event, leaf in zip(events, leaves, strict=True)
    ]
    return grow_tree(connection, house, tree, placed)


def _put_back(connection: Connection, house: House, events: Sequence[SealedEvent]) -> None:
    if not events:
        return
    connection.execute(insert(AuditEvent), [_row(event) for event in events])
    parts = [(event.event_id, part) for event in events for part in event.parts]
    connection.execute(
        insert(AuditDisclosure),
        [{"event_id": event_id, "key_id": part.key_id, "sealed": part.sealed} for event_id, part in parts],
    )
    keys = {part.key_id for _, part in parts}
    known = select(DataKey.key_id, DataKey.owner_id).where(DataKey.key_id.in_(keys))
    owners = {one.key_id: one.owner_id for one in connection.execute(known)}
    lookup_key = house.custody.derived_key("event-subjects")
    subjects = [
        {"event_id": event_id, "key_id": part.key_id, "lookup": subject_lookup(lookup_key, PersonId(int=owner.int))}
        for event_id, part in parts
        if (owner := owners.get(part.key_id, LOG_KEY_OWNER)) != LOG_KEY_OWNER
    ]
    if subjects:
        connection.execute(insert(AuditEventSubject), subjects)


def _row(event: SealedEvent) -> dict[str, Any]:
    fixed = {"event_id": event.event_id, "commitment": commitment(_each(event.digests)), "digests": event.digests}
    return {**dict.fromkeys(AuditEvent.__table__.columns.keys()), **event.columns, **fixed}


def _each(digests: bytes) -> list[bytes]:
    return [digests[at : at + 32] for at in range(0, len(digests), 32)]


def _keep_heads(connection: Connection, house: House, store: LogStore, size: int) -> None:
    """The signed heads that the database lacks, and how far the log has left it."""
    newest, origin = read_newest(store), house.installed.origin
    if newest is None:
        return
    signed = parse_checkpoint(newest.text).size
    kept = connection.scalar(select(Watermark.signed).where(Watermark.origin == origin)) or 0
    for number in range(history_number(kept + 1), history_number(signed) + 1):
        try:
            notes = parse_history(store.read(history_path(number))).notes
        except NotInStore:
            continue  # no head ended in this window
        rows = [
            {"origin": origin, "size": at, "note": note.encode()}
            for note in notes
            if (at := parse_checkpoint(note.text).size) > kept
        ]
        if rows:
            connection.execute(insert(StoredCheckpoint), rows)
    marks = update(Watermark).where(Watermark.origin == origin)
    connection.execute(marks.values(exported=size, signed=max(kept, signed)))
