"""What the outside store keeps of each event beside its leaf: enough to rebuild it, nothing readable about a person.

A record holds the event's id, the digests of all its disclosures, its index columns in clear, and its disclosures
sealed, one bundle for each key. The digests stay when a bundle is erased: from them anyone can recompute the commitment
in the leaf, so the events of others can still be proved. A file holds the records of leaves side by side in one window,
and ends with a checksum over itself. The checksum finds decay; what holds against intent is the commitment. Pure.
"""

import hashlib
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from audit.canonical_json import JsonValue, NotCanonical, canonical_json, parse_canonical_json
from audit.commitment import COMMITMENT_LABEL, DIGEST_BYTES
from audit.tiles import WIDTH, number_path

MAGIC: Final = b"tillit-sealed/1\n"
CHECKSUM_BYTES: Final = 32
ID_BYTES: Final = 16
LARGEST_RECORD: Final = 16_000_000

_HEADER: Final = struct.Struct(">QH")
_LENGTH: Final = struct.Struct(">I")
_COUNT: Final = struct.Struct(">H")
_ERASED: Final = 0xFFFFFFFF
_PATH: Final = re.compile(r"sealed/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([0-9]{3})-([0-9]{3}))?")


class MalformedRecord(ValueError):
    """Bytes that are not a file of records, or not a record, in their one form."""


@dataclass(frozen=True)
class SealedPart:
    """The disclosures of an event under one key, sealed; None when they were erased before the event was exported."""

    key_id: UUID
    sealed: bytes | None


@dataclass(frozen=True)
class SealedEvent:
    """An event as the outside store keeps it.

    ``digests`` are those of all disclosures, in byte order, joined: n x 32 bytes. ``columns`` are the index columns in
    clear. ``parts`` are in the order of their key ids, each once.
    """

    event_id: UUID
    digests: bytes
    columns: Mapping[str, JsonValue]
    parts: tuple[SealedPart, ...]

    def encode(self) -> bytes:
        """The record as bytes. Raises ``MalformedRecord`` for digests or parts that are not as described."""
        _check_digests(self.digests)
        if [part.key_id.bytes for part in self.parts] != sorted({part.key_id.bytes for part in self.parts}):
            raise MalformedRecord("the parts of an event are in the order of their keys, each once")
        columns = canonical_json(self.columns)
        fields = [
            self.event_id.bytes,
            _COUNT.pack(len(self.digests) // DIGEST_BYTES),
            self.digests,
            _LENGTH.pack(len(columns)),
            columns,
            _COUNT.pack(len(self.parts)),
        ]
        for part in self.parts:
            fields.append(part.key_id.bytes)
            if part.sealed is None:
                fields.append(_LENGTH.pack(_ERASED))
            else:
                fields += [_LENGTH.pack(len(part.sealed)), part.sealed]
        record = b"".join(fields)
        if len(record) > LARGEST_RECORD:
            raise MalformedRecord("the event is too large")
        return record


@dataclass(frozen=True)
class RecordOutline:
    """What can be checked of a record without any key: its commitment, and whether a part of it was erased."""

    commitment: bytes
    is_partly_erased: bool


@dataclass(frozen=True)
class SealedFile:
    """A place for records: leaves ``start`` up to ``end`` (counted within the window) of window ``number``."""

    number: int
    start: int = 0
    end: int = WIDTH

    @property
    def path(self) -> str:
        """Where it lies, relative to the store."""
        partial = "" if self.end - self.start == WIDTH else f".p/{self.start:03}-{self.end:03}"
        return f"sealed/{number_path(self.number)}{partial}"

    @property
    def first(self) -> int:
        """The index in the tree of the first leaf it is about."""
        return self.number * WIDTH + self.start


def sealed_file_at(path: str) -> SealedFile | None:
    """Which records lie at ``path``, or None when the path is not the one spelling of any such place."""
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    number, start, end = match.groups()
    place = SealedFile(
        int(number.replace("x", "").replace("/", "")), int(start or 0), WIDTH if end is None else int(end)
    )
    return place if place.start < place.end <= WIDTH and place.path == path else None


def encode_records(place: SealedFile, records: Sequence[bytes]) -> bytes:
    """The file at ``place`` with one record for each leaf; a system leaf has an empty one."""
    if len(records) != place.end - place.start:
        raise MalformedRecord(f"{len(records)} records for {place.end - place.start} leaves")
    parts = [MAGIC, _HEADER.pack(place.first, len(records))]
    for record in records:
        parts += [_LENGTH.pack(len(record)), record]
    data = b"".join(parts)
    return data + hashlib.sha256(data).digest()


def parse_records(place: SealedFile, data: bytes) -> list[bytes]:
    """The records in the file at ``place``. Raises ``MalformedRecord`` for any change to any byte of it."""
    body, checksum = data[:-CHECKSUM_BYTES], data[-CHECKSUM_BYTES:]
    if hashlib.sha256(body).digest() != checksum:
        raise MalformedRecord("the checksum does not hold")
    start = len(MAGIC) + _HEADER.size
    if body[:start] != MAGIC + _HEADER.pack(place.first, place.end - place.start):
        raise MalformedRecord("the file belongs to another place")
    records: list[bytes] = []
    at, end = start, len(body)
    while at < end:
        begin = at + _LENGTH.size
        at = begin + int.from_bytes(body[at:begin], "big")
        if begin > end or at > end:
            raise MalformedRecord("the file ends within a record")
        records.append(body[begin:at])
    if len(records) != place.end - place.start:
        raise MalformedRecord(f"the file holds {len(records)} records for {place.end - place.start} leaves")
    return records


def outline(record: bytes) -> RecordOutline:
    """The commitment that the digests of a record make, and whether a part of it is missing.

    Raises ``MalformedRecord`` unless the record has the form that ``SealedEvent.encode`` gives it; the index columns
    are not read.
    """
    end = len(record)
    at = ID_BYTES + _COUNT.size
    digests_end = at + DIGEST_BYTES * int.from_bytes(record[ID_BYTES:at], "big")
    digests = record[at:digests_end]
    at = digests_end + _LENGTH.size
    at += int.from_bytes(record[digests_end:at], "big")
    count = int.from_bytes(record[at : at + _COUNT.size], "big")
    at += _COUNT.size
    erased, previous = False, b""
    for _ in range(count):
        key_id, begin = record[at : at + ID_BYTES], at + ID_BYTES + _LENGTH.size
        length = int.from_bytes(record[at + ID_BYTES : begin], "big")
        if key_id <= previous or begin > end:
            raise MalformedRecord("the parts of an event are in the order of their keys, each once")
        previous = key_id
        erased = erased or length == _ERASED
        at = begin if length == _ERASED else begin + length
    if at != end or not digests or not count:
        raise MalformedRecord("the record does not end where it should")
    return RecordOutline(hashlib.sha256(COMMITMENT_LABEL + digests).digest(), erased)


def parse_event(record: bytes) -> SealedEvent:
    """The event of a record. Raises ``MalformedRecord`` unless it encodes to exactly these bytes."""
    outline(record)
    at = ID_BYTES + _COUNT.size
    digests_end = at + DIGEST_BYTES * int.from_bytes(record[ID_BYTES:at], "big")
    columns_at = digests_end + _LENGTH.size
    columns_end = columns_at + int.from_bytes(record[digests_end:columns_at], "big")
    try:
        columns = parse_canonical_json(record[columns_at:columns_end])
    except NotCanonical as error:
        raise MalformedRecord(f"the index columns: {error}") from error
    if not isinstance(columns, dict):
        raise MalformedRecord("the index columns are a JSON object")
    parts = []
    position = columns_end + _COUNT.size
    while position < len(record):
        key_id, begin = UUID(bytes=record[position : position + ID_BYTES]), position + ID_BYTES + _LENGTH.size
        length = int.from_bytes(record[begin - _LENGTH.size : begin], "big")
        position = begin if length == _ERASED else begin + length
        parts.append(SealedPart(key_id, None if length == _ERASED else record[begin:position]))
    event = SealedEvent(UUID(bytes=record[:ID_BYTES]), record[at:digests_end], columns, tuple(parts))
    if event.encode() != record:
        raise MalformedRecord("the record is not in its one form")
    return event


def _check_digests(digests: bytes) -> None:
    each = [digests[at : at + DIGEST_BYTES] for at in range(0, len(digests), DIGEST_BYTES)]
    if not each or len(digests) % DIGEST_BYTES or each != sorted(set(each)) or len(each) > 0xFFFF:
        raise MalformedRecord("the digests of an event are 32 bytes each, in byte order, each once")
