"""What the doctor asks of the database: does it keep what it acknowledged, and are its triggers and keys in place."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, ForeignKeyConstraint, MetaData, func, inspect, select, text

from audit.event import AuditPending
from audit.triggers import expected_triggers
from foundation.engine import READING, is_sqlite, make_engine

__all__ = ["Examination", "examine_database"]

#: `PRAGMA synchronous`: 2 is FULL, 3 is EXTRA (SQLite's documentation of pragmas).
_SYNCHRONOUS_ENOUGH = (2, 3)


@dataclass(frozen=True)
class Examination:
    """What was found.

    Attributes:
        missing_triggers: triggers of `audit.triggers` that are not there, by name.
        foreign_triggers: triggers that nobody expects; they could undo what a deed writes.
        missing_keys: foreign keys of the tables that are not there, or are not deferred where they must be.
        durability: how the database promises to keep what it acknowledged, in its own words.
        is_durable: whether that is enough.
        pending: how many events wait for their place in the tree.
    """

    missing_triggers: tuple[str, ...]
    foreign_triggers: tuple[str, ...]
    missing_keys: tuple[str, ...]
    durability: str
    is_durable: bool
    pending: int


def examine_database(url: str, tables: MetaData) -> Examination:
    """Look at the database at `url`, which must be at the newest revision; nothing about anybody is read.

    Args:
        url: its address.
        tables: every table there is, as the classes describe them.
    """
    engine = make_engine(url)
    try:
        with engine.execution_options(**{READING: True}).connect() as connection:
            expected, found = expected_triggers(engine.dialect.name), _triggers(connection)
            durability, is_durable = _durability(connection)
            return Examination(
                missing_triggers=tuple(sorted(expected - found)),
                foreign_triggers=tuple(sorted(found - expected)),
                missing_keys=tuple(sorted(_keys_wanted(tables) - _keys_found(connection))),
                durability=durability,
                is_durable=is_durable,
                pending=connection.scalar(select(func.count()).select_from(AuditPending)) or 0,
            )
    finally:
        engine.dispose()


def _triggers(connection: Connection) -> set[str]:
    if is_sqlite(connection.engine):
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        # A trigger that was switched off is as good as gone.
        query = (
            "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND c.relnamespace = current_schema()::regnamespace"
        )
    return set(connection.scalars(text(query)))


def _durability(connection: Connection) -> tuple[str, bool]:
    if is_sqlite(connection.engine):
        journal = connection.scalar(text("PRAGMA journal_mode"))
        synchronous = connection.scalar(text("PRAGMA synchronous"))
        keys = connection.scalar(text("PRAGMA foreign_keys"))
        said = f"journal_mode={journal} synchronous={synchronous} foreign_keys={keys}"
        return said, journal == "wal" and synchronous in _SYNCHRONOUS_ENOUGH and keys == 1
    # What the server is set to does not matter for synchronous_commit, because every connection sets it for itself.
    fsync = connection.scalar(text("SHOW fsync"))
    pages = connection.scalar(text("SHOW full_page_writes"))
    return f"fsync={fsync} full_page_writes={pages}", fsync == "on" and pages == "on"


def _keys_wanted(tables: MetaData) -> set[str]:
    return {
        _said(table.name, key.column_keys, key.referred_table.name, deferred=key.initially == "DEFERRED")
        for table in tables.tables.values()
        for key in table.constraints
        if isinstance(key, ForeignKeyConstraint)
    }


def _keys_found(connection: Connection) -> set[str]:
    look = inspect(connection)
    return {
        _said(
            table,
            key["constrained_columns"],
            key["referred_table"],
            deferred=key["options"].get("initially") == "DEFERRED",
        )
        for table in look.get_table_names()
        for key in look.get_foreign_keys(table)
    }


def _said(table: str, columns: Sequence[str], referred: str, *, deferred: bool) -> str:
    return f"{table}({', '.join(columns)}) -> {referred}{' deferred' if deferred else ''}"
