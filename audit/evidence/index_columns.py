"""The index columns of an event as the outside store keeps them in clear: ids, hashes and times in bytes, not text.

Each column that says something is the number of its name, with the form of its value in the upper bits, and the value:
an id in 16 bytes, a hash in 32, a point in time in 8, a count in 8, other text with its length before it. One value has
one spelling. A new column gets the next number; none is ever given another meaning. Pure.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from audit.evidence.canonical_json import JsonValue

#: The columns in the order of their numbers.
COLUMNS: Final = (
    "recorded_at", "action", "kind", "outcome", "code", "staff_id", "role", "strength", "service_id",
    "recipient_service_id", "purpose", "basis", "categories", "rules", "rule_book", "consent_id", "referral_id", "hits",
    "persons",
)  # fmt: skip

_NUMBER: Final = {name: number for number, name in enumerate(COLUMNS)}
_NAME_BITS: Final = 5
_TEXT, _ID, _HASH, _INSTANT, _COUNT = range(5)
_BYTES: Final = {_ID: 16, _HASH: 32, _INSTANT: 8, _COUNT: 8}
_LENGTH_BYTES: Final = 2
_BEGIN: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ID_TEXT: Final = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HASH_TEXT: Final = re.compile("[0-9a-f]{64}")
_INSTANT_TEXT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}\+00:00")


class MalformedColumns(ValueError):
    """Index columns that this log does not have, or bytes that are not the one spelling of any."""


def encode_columns(said: Mapping[str, JsonValue]) -> bytes:
    """The columns as bytes, in the order of their numbers.

    Raises ``MalformedColumns`` for a name that is no column, and for what is neither a count nor text of 65,535 bytes
    at most.
    """
    try:
        numbered = sorted((_NUMBER[name], value) for name, value in said.items())
    except KeyError as error:
        raise MalformedColumns(f"{error} is no index column") from error
    return b"".join(_column(number, value) for number, value in numbered)


def _column(number: int, value: JsonValue) -> bytes:
    form, written = _written(value)
    length = b"" if form in _BYTES else len(written).to_bytes(_LENGTH_BYTES, "big")
    return bytes([form << _NAME_BITS | number]) + length + written


def _written(value: JsonValue) -> tuple[int, bytes]:
    if type(value) is int and value >= 0:
        return _COUNT, value.to_bytes(_BYTES[_COUNT], "big")
    if not isinstance(value, str):
        raise MalformedColumns("an index column is a count or text")
    if _ID_TEXT.fullmatch(value):
        return _ID, UUID(value).bytes
    if _HASH_TEXT.fullmatch(value):
        return _HASH, bytes.fromhex(value)
    try:
        if _INSTANT_TEXT.fullmatch(value):
            since = datetime.fromisoformat(value) - _BEGIN
            return _INSTANT, (since // timedelta(microseconds=1)).to_bytes(_BYTES[_INSTANT], "big", signed=True)
        written = value.encode()
    except ValueError as error:
        raise MalformedColumns("an index column is no point in time, or text that cannot be written") from error
    if len(written) >> (8 * _LENGTH_BYTES):
        raise MalformedColumns("the text of an index column is too long")
    return _TEXT, written


def parse_columns(data: bytes) -> dict[str, JsonValue]:
    """The columns that ``encode_columns`` writes as ``data``. Raises ``MalformedColumns`` when there are none."""
    said: dict[str, JsonValue] = {}
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


def _read(form: int, written: bytes) -> JsonValue:
    if form == _ID:
        return str(UUID(bytes=written))
    if form == _HASH:
        return written.hex()
    if form == _INSTANT:
        since = timedelta(microseconds=int.from_bytes(written, "big", signed=True))
        return (_BEGIN + since).isoformat(timespec="microseconds")
    return int.from_bytes(written, "big") if form == _COUNT else written.decode()
