"""Publish a signed head: into the history of all heads, and as the newest."""

from audit.evidence.checkpoint_history import (
    Earlier,
    HistoryFile,
    MalformedHistory,
    history_number,
    history_path,
    parse_history,
)
from audit.evidence.log_store import LogStore, NotInStore
from audit.evidence.note import Note, parse_checkpoint, parse_note

NEWEST = "checkpoint"


def publish_checkpoint(store: LogStore, signed: bytes) -> None:
    """Make the head ``signed`` durable, or add its further signatures to one published before.

    The history is written first: a crash between the two leaves a head there that the next publication finds. Raises
    ``MalformedNote`` for what is no head, and ``MalformedHistory`` when it contradicts a published one or comes too
    late to be added.
    """
    note = parse_note(signed)
    size = parse_checkpoint(note.text).size
    number = history_number(size)
    newest = read_newest(store)
    newest_size = 0 if newest is None else parse_checkpoint(newest.text).size
    existing = _read_history(store, number)
    is_published = existing is not None and size in {one.size for one in existing.checkpoints}
    if size < newest_size and not is_published:
        raise MalformedHistory(f"a head of size {size} comes after one of size {newest_size}")
    if existing is not None:
        history = existing.with_note(note)
    else:
        history = HistoryFile(_file_before(store, newest_size, number), (note,))
    store.replace(history_path(number), history.encode())
    if size >= newest_size:
        kept = next(one for one in history.notes if parse_checkpoint(one.text).size == size)
        store.replace(NEWEST, kept.encode())


def read_newest(store: LogStore) -> Note | None:
    """The newest head, not verified; None when the log has none yet. Raises ``MalformedNote``."""
    try:
        note = parse_note(store.read(NEWEST))
    except NotInStore:
        return None
    parse_checkpoint(note.text)
    return note


def _file_before(store: LogStore, newest_size: int, number: int) -> Earlier | None:
    """The last file before ``number``: that of the newest head, or one written just before a crash."""
    if newest_size == 0:
        newest_size = 1
    for earlier in range(number - 1, history_number(newest_size) - 1, -1):
        history = _read_history(store, earlier)
        if history is not None:
            return history.as_earlier
    return None


def _read_history(store: LogStore, number: int) -> HistoryFile | None:
    try:
        return parse_history(store.read(history_path(number)))
    except NotInStore:
        return None
