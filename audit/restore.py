"""Restore an installation from a backup into an empty place; never behind a signed head, unless a loss is accepted."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Connection, Date, Integer, LargeBinary, Text, Uuid, column, insert, table, text
from sqlalchemy.types import TypeEngine

from audit.actions import Action
from audit.actor import Actor
from audit.backup_file import Backup, Manifest, Table
from audit.evidence.log_store import DirectoryStore
from audit.evidence.note import parse_checkpoint
from audit.evidence.publish_checkpoint import read_newest
from audit.evidence.signer import STATE_FILE
from audit.operation import operation
from foundation.engine import make_engine
from foundation.errors import Refused
from foundation.identifiers import EventId
from foundation.settings import Settings
from foundation.tables import Instant

__all__ = ["LogOfAnother", "WouldLose", "fill_database", "fill_log", "refuse_loss", "restore", "signed_size"]

_BATCH = 50

_TYPES: dict[str, TypeEngine[Any]] = {
    "uuid": Uuid(),
    "instant": Instant(),
    "date": Date(),
    "bytes": LargeBinary(),
    "text": Text(),
    "boolean": Boolean(),
    "integer": Integer(),
}


class WouldLose(Refused):
    """A head of the log was signed after the backup was made: what it covers would be gone from the database."""

    code = "restore_would_lose"
    title = "Entries of the log were signed after this backup was made"
    do = "Take a newer backup; if there is none, say why with --accept-loss REASON. The reason is logged."


class LogOfAnother(Refused):
    """What survives in this place belongs to another installation's log."""

    code = "log_of_another_installation"
    title = "The log or the signer here belongs to another installation"
    do = "Restore into a place of its own, or point TILLIT_LOG_STORE to this installation's store."


def signed_size(settings: Settings, origin: str) -> int:
    """How many entries of the log are known to have been signed, by what survives outside the database.

    That is the signer's own memory in `<data dir>/signer`, and the newest head in the log's store; 0 where neither is.

    Raises:
        LogOfAnother: one of them is not of the log `origin`.
    """
    found = [(origin, 0)]
    state = settings.data_dir / "signer" / STATE_FILE
    if state.exists():
        said = json.loads(state.read_bytes())
        found.append((said["origin"], said["size"]))
    newest = read_newest(DirectoryStore(settings.store_path)) if settings.store_path.exists() else None
    if newest is not None:
        head = parse_checkpoint(newest.text)
        found.append((head.origin, head.size))
    if any(other != origin for other, _ in found):
        raise LogOfAnother
    return max(size for _, size in found)


def refuse_loss(manifest: Manifest, signed: int, *, accepted: bool) -> int:
    """How many signed entries the backup lacks; `WouldLose` when there are any and nobody accepted it."""
    lost = max(signed - manifest.log_size, 0)
    if lost and not accepted:
        raise WouldLose(values={"signed": signed, "in_backup": manifest.log_size})
    return lost


def fill_database(url: str, backup: Backup) -> None:
    """Put every row of a backup into the empty tables at `url`, which is at the backup's revision, in one transaction.

    This writes past the operation, because each row names the event it was once written in, and that event comes with
    it. Foreign keys are checked as always, at the latest when the transaction ends.
    """
    engine = make_engine(url)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                connection.execute(text("PRAGMA defer_foreign_keys = ON"))
            for one in backup.manifest.tables:
                _fill(connection, one, backup.rows(one))
    finally:
        engine.dispose()


def _fill(connection: Connection, one: Table, rows: Iterator[tuple[Any, ...]]) -> None:
    if connection.dialect.name == "postgresql":
        # One statement a table: a row may name another of its own table that comes later.
        names = ", ".join(f'"{each.name}"' for each in one.columns)
        raw: Any = connection.connection.driver_connection
        with raw.cursor() as cursor, cursor.copy(f'COPY "{one.name}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        return
    target = table(one.name, *(column(each.name, _TYPES[each.kind]) for each in one.columns))
    names_of = [each.name for each in one.columns]
    while batch := [dict(zip(names_of, row, strict=True)) for row in islice(rows, _BATCH)]:
        connection.execute(insert(target), batch)


def fill_log(settings: Settings, backup: Backup) -> None:
    """Put the log's files back where none survived that reach further; what survives is never overwritten."""
    store = DirectoryStore(settings.store_path)
    store.prepare()
    if read_newest(store) is not None:
        return
    files = {name.removeprefix("log/"): content for name, content in backup.files("log/")}
    head = files.pop("checkpoint", None)
    store.put(files)
    if head is not None:
        store.replace("checkpoint", head)


def restore(actor: Actor, manifest: Manifest, source: Path, *, lost: int, reason: str | None) -> EventId:
    """Write down that this installation was restored: from which backup, and what was lost by it and why.

    Args:
        actor: whoever runs the machine.
        manifest: what the backup said of itself.
        source: the backup's file; its name alone is kept.
        lost: how many signed entries are no longer in the database.
        reason: why that was accepted.
    """
    with operation(actor, Action.RESTORE) as op:
        op.note(
            backup=source.name[:100],
            made_at=manifest.made_at,
            revision=manifest.revision,
            events=manifest.events,
            lost=lost,
            reason=None if reason is None else reason[:500],
        )
        return op.event_id
