"""Write a backup while the service runs: one moment of the database, the log's store, and the files beside them."""

from collections.abc import Collection, Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Connection, Date, Integer, LargeBinary, MetaData, Text, Uuid, func, select
from sqlalchemy import Table as DatabaseTable
from sqlalchemy.types import TypeEngine

from audit.actions import Action
from audit.actor import Actor
from audit.backup_file import BackupExists, BackupWriter, Column, Manifest, writing_backup
from audit.event import AuditEvent
from audit.evidence.log_store import DirectoryStore, NotInStore
from audit.evidence.note import parse_checkpoint
from audit.evidence.publish_checkpoint import read_newest
from audit.house import House
from audit.operation import operation
from foundation.engine import READING, is_sqlite
from foundation.tables import Id, Instant

__all__ = ["back_up"]

#: Rows are fetched in so many at a time; a row is at most a mebibyte of a scanned page.
_AT_A_TIME = 25

_KINDS: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (Id, "uuid"),
    (Uuid, "uuid"),
    (Instant, "instant"),
    (Date, "date"),
    (LargeBinary, "bytes"),
    (Text, "text"),
    (Boolean, "boolean"),
    (Integer, "integer"),
)


def back_up(
    actor: Actor,
    out: Path,
    tables: MetaData,
    *,
    revision: str,
    files: Mapping[str, bytes],
    without: Collection[str] = (),
) -> Manifest:
    """Write a backup of the actor's installation to `out`; what it says of itself.

    The event comes first: no backup leaves without one, and it is in the backup itself. The database is read in one
    transaction that stops nobody from writing. The log's store is read after it, so that it never lacks an entry which
    the database takes for published.

    Args:
        actor: whoever runs the machine.
        out: the file to write.
        tables: every table there is.
        revision: the revision that the database is at.
        files: further files, by name.
        without: tables whose rows are left out: rights of the moment, which must not come back to life.

    Raises:
        BackupExists: there is a file of that name; nothing was done.
    """
    house = actor.house
    if out.exists():
        raise BackupExists(values={"file": str(out)})
    with operation(actor, Action.BACK_UP) as op:
        op.note(with_files=sorted(files))
        made_at = op.time
    with writing_backup(out) as backup:
        events = _write_tables(house, backup, tables, without)
        log_size = _write_log(backup, DirectoryStore(house.settings.store_path))
        for name, content in files.items():
            backup.add_file(name, content)
        return backup.close(
            house.custody,
            installation=str(house.installed.installation_id),
            municipality=house.installed.municipality,
            is_demo=house.installed.is_demo,
            made_at=made_at.astimezone(UTC).isoformat(),
            revision=revision,
            database="sqlite" if is_sqlite(house.engine) else "postgresql",
            events=events,
            log_size=log_size,
        )


def _write_tables(house: House, backup: BackupWriter, tables: MetaData, without: Collection[str]) -> int:
    """Every table as it is at one moment; how many events there are."""
    options: dict[str, Any] = {READING: True, "postgresql_readonly": True}
    if not is_sqlite(house.engine):
        options["isolation_level"] = "REPEATABLE READ"
    with house.engine.execution_options(**options).connect() as connection:
        events = connection.scalar(select(func.count()).select_from(AuditEvent)) or 0
        for table in tables.sorted_tables:
            _write_table(connection, backup, table, empty=table.name in without)
        return events


def _write_table(connection: Connection, backup: BackupWriter, table: DatabaseTable, *, empty: bool) -> None:
    columns = tuple(Column(column.name, _kind(column.type)) for column in table.columns)
    query = select(table).limit(0) if empty else select(table)
    with connection.execution_options(yield_per=_AT_A_TIME).execute(query) as rows:
        backup.add_table(table.name, columns, rows)


def _kind(of: TypeEngine[Any]) -> str:
    for one, kind in _KINDS:
        if isinstance(of, one):
            return kind
    raise TypeError(f"a column of {of!r} has no form in a backup")


def _write_log(backup: BackupWriter, store: DirectoryStore) -> int:
    """Every file of the store; how many entries its newest head covers.

    The head comes first, and then what it stands on. A narrow file may be replaced by a wider one meanwhile, which is
    found by looking again.
    """
    newest = read_newest(store)
    copied: set[str] = set()
    if newest is not None:
        backup.add_file("log/checkpoint", newest.encode())
        copied.add("checkpoint")
    vanished = True
    while vanished:
        vanished = False
        for path in store.paths():
            if path in copied:
                continue
            try:
                content = store.read(path)
            except NotInStore:
                vanished = True
                continue
            backup.add_file(f"log/{path}", content)
            copied.add(path)
    return 0 if newest is None else parse_checkpoint(newest.text).size
