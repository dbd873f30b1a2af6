"""New rows, written by the driver itself: an event alone is four tables, and a referral that is sent is twelve.

As with what is asked all day (`audit.look`), the statement is put into the database's words once for each table.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, insert

from audit.look import driver_errors
from foundation.tables import Base

__all__ = ["insert_rows"]

#: So many rows go into PostgreSQL by COPY, which costs both sides less than half of what as many insertions do.
_MANY = 100


class _Words(NamedTuple):
    """An insertion in one database's words: its text, and each column with what to do with its value.

    `copying` is the text for many rows, None where the database knows no such thing.
    """

    text: str
    copying: str | None
    columns: tuple[tuple[str, Callable[[Any], Any] | None], ...]
    is_positional: bool

    def parameters(self, row: Mapping[str, Any]) -> Any:
        """The row's values as the driver takes them; what was never set is null."""
        sent = {
            name: value if change is None or value is None else change(value)
            for name, change in self.columns
            for value in (row.get(name),)
        }
        return list(sent.values()) if self.is_positional else sent


_PREPARED: dict[tuple[type[Base], str], _Words] = {}


def insert_rows(connection: Connection, kind: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write `rows`, each by column name, all of one table.

    Raises what SQLAlchemy would: `IntegrityError` and its kin.
    """
    dialect = connection.dialect
    words = _PREPARED.get((kind, dialect.name))
    if words is None:
        words = _PREPARED[kind, dialect.name] = _words(kind, dialect)
    with driver_errors(dialect, words.text):
        cursor: Any = connection.connection.cursor()
        try:
            if len(rows) == 1:
                cursor.execute(words.text, words.parameters(rows[0]))
            elif words.copying is not None and len(rows) >= _MANY:
                with cursor.copy(words.copying) as copying:
                    for row in rows:
                        copying.write_row(list(words.parameters(row).values()))
            else:
                cursor.executemany(words.text, [words.parameters(row) for row in rows])
        finally:
            cursor.close()


def _words(kind: type[Base], dialect: Dialect) -> _Words:
    compiled: Any = insert(kind.__table__).compile(dialect=dialect)  # type: ignore[arg-type]  # a mapped class's table
    names = compiled.positiontup if compiled.positional else tuple(compiled.binds)
    columns = tuple((name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names)
    copying = None
    if dialect.name == "postgresql":
        written = ", ".join(dialect.identifier_preparer.quote(name) for name in names)
        copying = f"COPY {dialect.identifier_preparer.format_table(kind.__table__)} ({written}) FROM STDIN"
    return _Words(str(compiled), copying, columns, compiled.positional)
