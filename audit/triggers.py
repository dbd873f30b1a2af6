"""The three kinds of table, as triggers of the database: belts beneath the operation, which is the only door.

Steps and the log's own tables refuse change and removal. Rows of today and rights refuse a change that names no new
event. A superuser can take triggers away; what finds that out is the tree, and `doctor`, which compares the triggers in
place with this list.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from foundation.tables import Base, Right, RowOfToday, Step

__all__ = ["TableKind", "Trigger", "expected_triggers", "kinds_of_tables", "triggers_of"]


class TableKind(StrEnum):
    """What may be done to the rows of a table."""

    STEP = "step"
    ROW_OF_TODAY = "row_of_today"
    RIGHT = "right"
    #: A log table that is only ever added to.
    LOG = "log"
    #: Sealed disclosures: an erase may set `sealed` to null, nothing else may change.
    DISCLOSURE = "disclosure"
    #: The queue of the sequencer: added to, taken from, never changed.
    QUEUE = "queue"
    #: The head of the tree: it grows, and is never taken away.
    TREE = "tree"
    #: How far the log has left the database: each mark only grows.
    WATERMARK = "watermark"


@dataclass(frozen=True)
class Trigger:
    """One trigger: its name, and the statements that make and drop it on one kind of database."""

    name: str
    create: str
    drop: str


_LOG_TABLES = {
    "audit_event": TableKind.LOG,
    "audit_event_subject": TableKind.LOG,
    "audit_disclosure": TableKind.DISCLOSURE,
    "audit_pending": TableKind.QUEUE,
    "log_leaf": TableKind.LOG,
    "checkpoint": TableKind.LOG,
    "tree_state": TableKind.TREE,
    "watermark": TableKind.WATERMARK,
}

#: What each kind refuses: the trigger's last name, the statement it stands before, and when (None: always).
_REFUSALS: dict[TableKind, tuple[tuple[str, str, str | None], ...]] = {
    TableKind.STEP: (("no_update", "UPDATE", None), ("no_delete", "DELETE", None)),
    TableKind.LOG: (("no_update", "UPDATE", None), ("no_delete", "DELETE", None)),
    TableKind.ROW_OF_TODAY: (
        ("new_event", "UPDATE", "NEW.recorded_in = OLD.recorded_in"),
        ("no_delete", "DELETE", None),
    ),
    TableKind.RIGHT: (("new_event", "UPDATE", "NEW.recorded_in = OLD.recorded_in"),),
    TableKind.DISCLOSURE: (
        (
            "erase_only",
            "UPDATE",
            "NEW.sealed IS NOT NULL OR NEW.event_id <> OLD.event_id OR NEW.key_id <> OLD.key_id",
        ),
        ("no_delete", "DELETE", None),
    ),
    TableKind.QUEUE: (("no_update", "UPDATE", None),),
    TableKind.TREE: (
        ("only_grows", "UPDATE", "NEW.origin <> OLD.origin OR NEW.size <= OLD.size OR NEW.root = OLD.root"),
        ("no_delete", "DELETE", None),
    ),
    TableKind.WATERMARK: (
        ("only_grows", "UPDATE", "NEW.origin <> OLD.origin OR NEW.exported < OLD.exported OR NEW.signed < OLD.signed"),
        ("no_delete", "DELETE", None),
    ),
}

#: PostgreSQL needs a function to raise; one for all tables.
POSTGRESQL_FUNCTION = (
    "CREATE OR REPLACE FUNCTION tillit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'tillit: % on % is refused', TG_OP, TG_TABLE_NAME "
    "USING ERRCODE = 'check_violation'; END $$"
)
POSTGRESQL_DROP_FUNCTION = "DROP FUNCTION IF EXISTS tillit_refuse()"


def triggers_of(table: str, kind: TableKind, dialect: str) -> list[Trigger]:
    """The triggers of one table on `dialect` (`sqlite` or `postgresql`)."""
    return [_trigger(table, last, statement, when, dialect) for last, statement, when in _REFUSALS[kind]] + (
        [_no_truncate(table)] if dialect == "postgresql" else []
    )


def kinds_of_tables() -> dict[str, TableKind]:
    """Every table that has triggers, and its kind, as the classes say."""
    kinds = dict(_LOG_TABLES)
    for mapper in Base.registry.mappers:
        for base, kind in ((Step, TableKind.STEP), (RowOfToday, TableKind.ROW_OF_TODAY), (Right, TableKind.RIGHT)):
            if issubclass(mapper.class_, base):
                kinds[mapper.class_.__tablename__] = kind
    return kinds


def expected_triggers(dialect: str, kinds: Iterable[tuple[str, TableKind]] | None = None) -> set[str]:
    """The names of all triggers that must be in place."""
    return {
        trigger.name
        for table, kind in (kinds if kinds is not None else kinds_of_tables().items())
        for trigger in triggers_of(table, kind, dialect)
    }


def _trigger(table: str, last: str, statement: str, when: str | None, dialect: str) -> Trigger:
    name = f"{table}_{last}"
    condition = f" WHEN ({when})" if when else ""
    if dialect == "postgresql":
        return Trigger(
            name,
            f"CREATE TRIGGER {name} BEFORE {statement} ON {table} FOR EACH ROW{condition} "
            "EXECUTE FUNCTION tillit_refuse()",
            f"DROP TRIGGER IF EXISTS {name} ON {table}",
        )
    return Trigger(
        name,
        f"CREATE TRIGGER {name} BEFORE {statement} ON {table} FOR EACH ROW{condition} "
        f"BEGIN SELECT RAISE(ABORT, 'tillit: {statement} on {table} is refused'); END",
        f"DROP TRIGGER IF EXISTS {name}",
    )


def _no_truncate(table: str) -> Trigger:
    name = f"{table}_no_truncate"
    return Trigger(
        name,
        f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION tillit_refuse()",
        f"DROP TRIGGER IF EXISTS {name} ON {table}",
    )
