"""Rows that are only looked at: read past the mapper, for a fraction of what rows that may change cost.

A mapped row costs more in the mapper than in the database, and most of what a deed reads it never changes. Such rows
come as plain things of their own kind: they have the names of the table and its sealed companions, and no session. One
that was handed to a session by mistake is refused by it, so nobody changes one and believes it to be written.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, inspect
from sqlalchemy.orm import Mapper

__all__ = ["look"]

#: How many statements' shapes are remembered; those of the deeds are fewer.
_REMEMBERED = 512

_Tuple = tuple[Any, ...]


class _Kind(NamedTuple):
    """A kind of row inside the flat tuples that a statement finds: where it begins, and its columns in order."""

    mapped: type
    begin: int
    names: tuple[str, ...]
    key: int

    def of(self, found: _Tuple) -> object:
        """The row of this kind in `found`, or None where an outer join found none."""
        if found[self.key] is None:
            return None
        row: object = object.__new__(self.mapped)
        row.__dict__.update(zip(self.names, found[self.begin : self.begin + len(self.names)], strict=True))
        return row


def look(connection: Connection, query: Select[*_Tuple], values: dict[str, object]) -> list[_Tuple]:
    """The tuples that `query` over tables and columns finds; `values` fill its parameters.

    Raises:
        TypeError: the statement is not a selection, so something would be written past its event.
    """
    if not query.is_select:
        raise TypeError("looking writes nothing")
    found = connection.execute(query, values).all()
    made = _shape(query)
    return [made(tuple(row)) for row in found]


@lru_cache(_REMEMBERED)
def _shape(query: Select[*_Tuple]) -> Callable[[_Tuple], _Tuple]:
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
        return lambda found: found
    return lambda found: tuple(kind.of(found) if isinstance(kind, _Kind) else found[kind] for kind in kinds)
