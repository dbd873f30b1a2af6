"""Columns that rest sealed under a person's data key, and open only for an operation.

A column `name_sealed: Mapped[bytes | None]` gets a companion `name = SealedText("name_sealed")`. What the companion
gives is a `Sealed`: raw SQL sees a blob, and the text leaves only as `value.open(op)` (it will be in a view: the event
lists the person as *disclosed*) or `value.consult(op)` (a rule or filter looks, nobody sees: *consulted*).
"""

from dataclasses import dataclass
from typing import Any, Protocol, overload
from uuid import UUID

from sqlalchemy import inspect

from vault.blob import DoesNotOpen, open_blob, seal_blob
from vault.keys import DataKeyValue

__all__ = ["Keeper", "Sealed", "SealedText"]

_KEY_ID = 16


class Keeper(Protocol):
    """Whoever opens and seals in the name of one deed, and keeps a trace of it: an operation."""

    def data_key(self, owner_id: UUID) -> tuple[UUID, DataKeyValue]:
        """The newest data key of `owner_id`, made if there is none: its id and itself."""

    def data_key_of(self, owner_id: UUID, key_id: UUID) -> DataKeyValue:
        """The data key of `owner_id` with this id; `DoesNotOpen` when it was destroyed."""

    def keep_trace(self, owner_id: UUID, what: str, *, seen: bool) -> None:
        """Note in the event that `what` about `owner_id` was opened: seen by somebody, or only consulted."""


@dataclass(frozen=True)
class Sealed:
    """One sealed value in its place: whose it is, where it lies, and the blob (key id and sealed text), or nothing."""

    owner_id: UUID
    place: str
    row: bytes
    blob: bytes | None

    def __bool__(self) -> bool:
        """Whether there is a value at all; says nothing of what it is."""
        return self.blob is not None

    def open(self, keeper: Keeper) -> str | None:
        """The text, to be shown: the event names the person as disclosed. Raises `DoesNotOpen`."""
        return self._text(keeper, seen=True)

    def consult(self, keeper: Keeper) -> str | None:
        """The text, for a rule or a filter only: the event names the person as consulted. Raises `DoesNotOpen`."""
        return self._text(keeper, seen=False)

    def _text(self, keeper: Keeper, *, seen: bool) -> str | None:
        if self.blob is None:
            return None
        if len(self.blob) < _KEY_ID:
            raise DoesNotOpen
        key = keeper.data_key_of(self.owner_id, UUID(bytes=self.blob[:_KEY_ID]))
        clear = open_blob(key, self.blob[_KEY_ID:], _context(self.place, self.row)).decode()
        keeper.keep_trace(self.owner_id, self.place, seen=seen)
        return clear


def _context(place: str, row: bytes) -> bytes:
    return f"column/{place}/".encode() + row


class SealedText:
    """The companion of a sealed column on a mapped class that has `person_id` and a single UUID as primary key."""

    def __init__(self, column: str) -> None:
        self._column = column

    def __set_name__(self, owner: type, name: str) -> None:
        """Remember where the value lies: the table's name and the field's."""
        self._name = name

    @overload
    def __get__(self, row: None, owner: type) -> "SealedText": ...
    @overload
    def __get__(self, row: object, owner: type) -> Sealed: ...
    def __get__(self, row: Any, owner: Any) -> "SealedText | Sealed":
        """The sealed value of `row`; on the class itself, the companion."""
        if row is None:
            return self
        return Sealed(row.person_id, self._place(row), _row_id(row), getattr(row, self._column))

    def seal(self, row: Any, keeper: Keeper, text: str | None) -> None:
        """Put `text` into `row`, sealed under the data key of the person it is about; None empties the field."""
        if text is None:
            setattr(row, self._column, None)
            return
        key_id, key = keeper.data_key(row.person_id)
        blob = key_id.bytes + seal_blob(key, text.encode(), _context(self._place(row), _row_id(row)))
        setattr(row, self._column, blob)

    def _place(self, row: Any) -> str:
        return f"{row.__tablename__}.{self._name}"


def _row_id(row: Any) -> bytes:
    (column,) = inspect(type(row)).primary_key
    identity: UUID = getattr(row, column.name)
    return identity.bytes
