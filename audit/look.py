"""Rows that are only looked at: read past the mapper, for a fraction of what rows that may change cost.

A mapped row costs more in the mapper than in the database, and most of what a deed reads it never changes. Such rows
come as plain things of their own kind: they have the names of the table and its sealed companions, and no session. One
that was handed to a session by mistake is refused by it, so nobody changes one and believes it to be written.

What is asked all day is `Prepared`: put into the database's words once, and asked of the driver itself. Between a
compiled select and the driver SQLAlchemy spends ten times what SQLite needs to answer, and an opening asks a dozen.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Select, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapper

__all__ = ["Prepared", "driver_errors", "look"]

#: How many statements' shapes are remembered; those of the deeds are fewer.
_REMEMBERED = 512

#: The longest list of values that a prepared select is kept for; a longer one is rare, and goes the usual way.
_LONGEST = 40

_Tuple = tuple[Any, ...]
_Change = Callable[[Any], Any] | None


class _Kind(NamedTuple):
    """A kind of row inside the flat tuples that a statement finds: where it begins, and its columns in order."""

    mapped: type
    begin: int
    names: tuple[str, ...]
    key: int

    def of(self, found: Sequence[Any]) -> object:
        """The row of this kind in `found`, or None where an outer join found none."""
        if found[self.key] is None:
            return None
        row: object = object.__new__(self.mapped)
        row.__dict__.update(zip(self.names, found[self.begin : self.begin + len(self.names)], strict=True))
        return row


class _Words(NamedTuple):
    """A select in one database's words: its text, and what to do with each value going in and each coming out."""

    text: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]
    going_in: Sequence[_Change]
    coming_out: Sequence[tuple[int, Callable[[Any], Any]]]
    is_positional: bool

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        given = {**self.constants, **values}
        sent = [
            given[name] if change is None or given[name] is None else change(given[name])
            for name, change in zip(self.names, self.going_in, strict=True)
        ]
        return sent if self.is_positional else dict(zip(self.names, sent, strict=True))

    def read(self, found: _Tuple) -> list[Any]:
        """One row of the driver's, its values as the columns' types make them."""
        row = list(found)
        for place, change in self.coming_out:
            row[place] = change(row[place])
        return row


class Prepared:
    """A select that is asked all day: made at import, put into words once for each database and length of its lists."""

    def __init__(self, query: Select[*_Tuple]) -> None:
        if not query.is_select:
            raise TypeError("looking writes nothing")
        self.query = query
        self._words: dict[tuple[str, tuple[int, ...]], _Words] = {}

    def found(self, connection: Connection, values: dict[str, Any]) -> list[_Tuple]:
        """What the select finds. Raises what SQLAlchemy would: `DBAPIError` in its kinds."""
        lists = {name: value for name, value in values.items() if isinstance(value, (list, tuple))}
        lengths = tuple(map(len, lists.values()))
        if any(not 0 < length <= _LONGEST for length in lengths):
            return look(connection, self.query, values)
        dialect = connection.dialect
        words = self._words.get((dialect.name, lengths))
        if words is None:
            words = self._words[dialect.name, lengths] = _words(self.query, dialect, values)
        for name, several in lists.items():
            values |= {f"{name}_{place}": value for place, value in enumerate(several, start=1)}
        driver: Any = connection.connection.driver_connection
        with driver_errors(dialect, words.text):
            found = driver.execute(words.text, words.parameters(values)).fetchall()
        made = _shape(self.query)
        return [made(words.read(row)) for row in found]


@contextmanager
def driver_errors(dialect: Dialect, statement: str) -> Iterator[None]:
    """Tell what the driver itself raises as SQLAlchemy would tell it, without the values."""
    driver: Any = dialect.loaded_dbapi
    try:
        yield
    except driver.Error as error:
        raise DBAPIError.instance(
            statement, None, error, driver.Error, hide_parameters=True, dialect=dialect
        ) from error


def look(connection: Connection, query: Select[*_Tuple] | Prepared, values: dict[str, Any]) -> list[_Tuple]:
    """The tuples that `query` over tables and columns finds; `values` fill its parameters.

    Raises:
        TypeError: the statement is not a selection, so something would be written past its event.
    """
    if isinstance(query, Prepared):
        return query.found(connection, values)
    if not query.is_select:
        raise TypeError("looking writes nothing")
    found = connection.execute(query, values).all()
    made = _shape(query)
    return [made(row) for row in found]


def _words(query: Select[*_Tuple], dialect: Dialect, values: dict[str, Any]) -> _Words:
    compiled: Any = query.compile(dialect=dialect)
    expanded = compiled.construct_expanded_state(values)
    single = {one: name for name, several in expanded.parameter_expansion.items() for one in several}
    names = tuple(expanded.positiontup if compiled.positional else expanded.parameters)
    going_in = [
        compiled.binds[single.get(name, name)].type.dialect_impl(dialect).bind_processor(dialect) for name in names
    ]
    changes = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in query.selected_columns]
    return _Words(
        expanded.statement,
        names,
        compiled.params,
        going_in,
        [(place, change) for place, change in enumerate(changes) if change is not None],
        compiled.positional,
    )


@lru_cache(_REMEMBERED)
def _shape(query: Select[*_Tuple]) -> Callable[[Sequence[Any]], _Tuple]:
    """How the flat tuples of `query` are put together as what was asked for: rows of a kind, and single columns."""
    kinds: list[_Kind | int] = []
    at = 0
    for asked in query.column_descriptions:
        entity = asked.get("entity")
        if entity is None or entity is not asked["expr"]:
            kinds.append(at)
            at += 1
            continue
        mapper: Mapper[Any] = inspect(entity).mapper
        names = tuple(mapper.column_attrs.keys())
        kinds.append(_Kind(mapper.class_, at, names, at + names.index(mapper.primary_key[0].key)))
        at += len(names)
    if all(isinstance(kind, int) for kind in kinds):
        return tuple
    return lambda found: tuple(kind.of(found) if isinstance(kind, _Kind) else found[kind] for kind in kinds)
