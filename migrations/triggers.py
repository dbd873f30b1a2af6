"""The triggers of a revision's tables, made after the tables and taken away before them."""

from collections.abc import Iterable

from alembic import op

from audit.triggers import POSTGRESQL_FUNCTION, TableKind, triggers_of

__all__ = ["create_triggers", "drop_triggers"]


def create_triggers(tables: Iterable[tuple[str, TableKind]]) -> None:
    """Make the triggers of `tables` on the database that is being migrated."""
    dialect = op.get_context().dialect.name
    if dialect == "postgresql":
        op.execute(POSTGRESQL_FUNCTION)
    for table, kind in tables:
        for trigger in triggers_of(table, kind, dialect):
            op.execute(trigger.create)


def drop_triggers(tables: Iterable[tuple[str, TableKind]]) -> None:
    """Take the triggers of `tables` away; the function they call stays until the first revision goes."""
    dialect = op.get_context().dialect.name
    for table, kind in tables:
        for trigger in triggers_of(table, kind, dialect):
            op.execute(trigger.drop)
