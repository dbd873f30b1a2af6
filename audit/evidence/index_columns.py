"""The index columns of an event as the outside store keeps them in clear: ids, hashes and times in bytes, not text.

Each column that says something is the number of its name, with the form of its value in the upper bits, and the value:
an id in 16 bytes, a hash in 32, a point in time in 8, a count in 8, other text with its length before it. One value has
one spelling. A new column gets the next number; none is ever given another meaning. Pure.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, TypeAlias
from uuid import UUID

#: What an index column holds: words or a hash in hexadecimal, a count, an id, a point in time.
ColumnValue: TypeAlias = str | int | UUID | datetime

#: The columns in the order of their numbers.
COLUMNS: Final = (
    "recorded_at", "action", "kind", "outcome", "code", "staff_id", "role", "strength", "service_id",
    "recipient_service_id", "purpose", "basis", "categories", "rules", "rule_book", "consent_id", "referral_id", "hits",
    "persons",
)  # fmt: skip

_NAME_BITS: Final = 5
_TEXT, _ID, _HASH, _INSTANT, _COUNT = range(5)
_BYTES: Final = {_ID: 16, _HASH: 32, _INSTANT: 8, _COUNT: 8}
_LENGTH_BYTES: Final = 2
_BEGIN: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: What stands before a value: for each form a byte for each column.
_HEADS: Final = [[bytes([form << _NAME_BITS | number]) for number in range(len(COLUMNS))] for form in range(5)]
_MICROSECOND: Final = timedelta(microseconds=1)
_HASH_TEXT: Final = re.compile("[0-9a-f]{64}")
#: How many words are remembered as they are written; an entry consists of few that others have not.
_REMEMBERED: Final = 4_096


class MalformedColumns(ValueError):
    """Index columns that this log does not have, or bytes that are not the one spelling of any."""


def encode_columns(said: Mapping[str, ColumnValue | bytes]) -> bytes:
    """The columns as bytes, in the order of their numbers; an id may be given as its 16 bytes.

    Raises ``MalformedColumns`` for a name that is no column, a negative count, a point in time without a zone, text of
    more than 65,535 bytes, and every other value. Asked for every entry, and therefore written for speed.
    """
    written: list[bytes] = []
    missing, ids = len(said), _HEADS[_ID]
    try:
        for number, name in enumerate(COLUMNS):
            value = said.get(name)
            if value is None:
                continue
            missing -= 1
            if type(value) is str:
                written.append(_written_text(number, value))
            elif type(value) is bytes and len(value) == _BYTES[_ID]:
                written.append(ids[number] + value)
            else:
                written.append(_written(number, value))
    except (ValueError, TypeError, OverflowError) as error:
        raise MalformedColumns(f"an index column cannot be written: {error}") from error
    if missing:
        raise MalformedColumns(f"{sorted(said.keys() - set(COLUMNS))} are no index columns, or say nothing")
    return b"".join(written)


@lru_cache(_REMEMBERED)
def _written_text(number: int, value: str) -> bytes:
    if _HASH_TEXT.fullmatch(value):
        return _HEADS[_HASH][number] + bytes.fromhex(value)
    encoded = value.encode()
    return b"".join((_HEADS[_TEXT][number], len(encoded).to_bytes(_LENGTH_BYTES, "big"), encoded))


def _written(number: int, value: ColumnValue | bytes) -> bytes:
    if isinstance(value, UUID):
        return _HEADS[_ID][number] + value.bytes
    if isinstance(value, datetime):
        since = (value - _BEGIN) // _MICROSECOND
        return _HEADS[_INSTANT][number] + since.to_bytes(_BYTES[_INSTANT], "big", signed=True)
    if type(value) is int:
        return _HEADS[_COUNT][number] + value.to_bytes(_BYTES[_COUNT], "big")
    raise MalformedColumns(f"{COLUMNS[number]} is neither text, a count, an id nor a point in time")


def parse_columns(data: bytes) -> dict[str, ColumnValue]:
    """The columns that ``encode_columns`` writes as ``data``. Raises ``MalformedColumns`` when there are none."""
    said: dict[str, ColumnValue] = {}
    at = 0
    try:
        while at < len(data):
            form, number = data[at] >> _NAME_BITS, data[at] & (1 << _NAME_BITS) - 1
            at += 1
            length = _BYTES.get(form)
            if length is None:
                length = int.from_bytes(data[at : at + _LENGTH_BYTES], "big")
                at += _LENGTH_BYTES
            said[COLUMNS[number]] = _read(form, data[at : at + length])
            at += length
    except (IndexError, ValueError, OverflowError) as error:
        raise MalformedColumns("the index columns cannot be read") from error
    if encode_columns(said) != data:
        raise MalformedColumns("the index columns are not in their one form")
    return said


def _read(form: int, written: bytes) -> ColumnValue:
    if form == _ID:
        return UUID(bytes=written)
    if form == _HASH:
        return written.hex()
    if form == _INSTANT:
        return _BEGIN + timedelta(microseconds=int.from_bytes(written, "big", signed=True))
    return int.from_bytes(written, "big") if form == _COUNT else written.decode()
