"""What the outside store keeps of each event beside its leaf: enough to rebuild it, nothing readable about a person.

A record holds the event's id, the digests of all its disclosures, its index columns in clear, and its disclosures
sealed, one bundle for each key. The digests stay when a bundle is erased: from them anyone can recompute the commitment
in the leaf, so the events of others can still be proved. A file holds the records of leaves side by side in one window,
and ends with a checksum over itself. The checksum finds decay; what holds against intent is the commitment. Pure.
"""

import hashlib
import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from operator import ge
from typing import Final, NamedTuple
from uuid import UUID

from audit.evidence.commitment import COMMITMENT_LABEL, DIGEST_BYTES
from audit.evidence.index_columns import ColumnValue, MalformedColumns, encode_columns, parse_columns
from audit.evidence.tiles import WIDTH, number_path

MAGIC: Final = b"tillit-sealed/2\n"
CHECKSUM_BYTES: Final = 32
LARGEST_RECORD: Final = 16_000_000
MOST_PARTS: Final = 1_000

_HEADER: Final = struct.Struct(">QH")
_RECORD_HEADER: Final = struct.Struct(">16sHHI")
_PART_HEADER: Final = "16sI"
_ERASED: Final = 0xFFFFFFFF
#: How a record with one part or two begins, the event's id passed over.
_ONE_PART: Final = struct.Struct(">16xHHI" + _PART_HEADER)
_TWO_PARTS: Final = struct.Struct(">16xHHI" + 2 * _PART_HEADER)
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
    columns: Mapping[str, ColumnValue]
    parts: tuple[SealedPart, ...]

    def encode(self) -> bytes:
        """The record as bytes. Raises ``MalformedRecord`` for digests or parts that are not as described."""
        parts = [(part.key_id.bytes, part.sealed) for part in self.parts]
        return encode_record(self.event_id.bytes, self.digests, self.columns, parts)


def encode_record(
    event_id: bytes,
    digests: bytes,
    columns: Mapping[str, ColumnValue | bytes],
    parts: Sequence[tuple[bytes, bytes | None]],
) -> bytes:
    """As ``SealedEvent.encode``, of what an event consists of; every id is given as its 16 bytes."""
    _check_digests(digests)
    keys, sealed = [key for key, _ in parts], [one for _, one in parts]
    if any(map(ge, keys, keys[1:])):
        raise MalformedRecord("the parts of an event are in the order of their keys, each once")
    header = _parts_header(len(parts))
    try:
        written = encode_columns(columns)
    except MalformedColumns as error:
        raise MalformedRecord(str(error)) from error
    headers: list[bytes | int] = []
    for key, one in parts:
        headers += key, _ERASED if one is None else len(one)
    record = b"".join(
        (
            _RECORD_HEADER.pack(event_id, len(digests) // DIGEST_BYTES, len(parts), len(written)),
            header.pack(*headers),
            digests,
            written,
            *filter(None, sealed),
        )
    )
    if len(record) > LARGEST_RECORD:
        raise MalformedRecord("the event is too large")
    return record


class RecordOutline(NamedTuple):
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
    lengths = struct.pack(f">{len(records)}I", *map(len, records))
    data = b"".join((MAGIC, _HEADER.pack(place.first, len(records)), lengths, *records))
    return data + hashlib.sha256(data).digest()


def parse_records(place: SealedFile, data: bytes) -> list[bytes]:
    """The records in the file at ``place``. Raises ``MalformedRecord`` for any change to any byte of it."""
    return [data[start:end] for start, end in _bounds(place, data)]


def _bounds(place: SealedFile, data: bytes) -> Iterable[tuple[int, int]]:
    """Where each record in the file at ``place`` begins and ends; raises as ``parse_records`` does."""
    body, count = memoryview(data)[:-CHECKSUM_BYTES], place.end - place.start
    if hashlib.sha256(body).digest() != data[-CHECKSUM_BYTES:]:
        raise MalformedRecord("the checksum does not hold")
    at = len(MAGIC) + _HEADER.size
    if body[:at] != MAGIC + _HEADER.pack(place.first, count):
        raise MalformedRecord("the file belongs to another place")
    if len(body) < at + 4 * count:
        raise MalformedRecord("the file ends too early")
    lengths = struct.unpack_from(f">{count}I", body, at)
    bounds = list(accumulate(lengths, initial=at + 4 * count))
    if bounds[-1] != len(body):
        raise MalformedRecord("the records are not as long as they should be")
    return pairwise(bounds)


def commitments_in(place: SealedFile, data: bytes) -> list[bytes]:
    """The commitments of the events in the file at ``place``, where there are only events and nothing was erased.

    Raises ``MalformedRecord`` where that is not so, and where ``parse_records`` or ``outline`` does. Asked for every
    entry of a log: the events with one part or two, nearly all, are read in one step each.
    """
    sha256, label, read = hashlib.sha256, COMMITMENT_LABEL, _TWO_PARTS.unpack_from
    commitments: list[bytes] = []
    try:
        for start, end in _bounds(place, data):
            count, parts, columns, key, sealed, next_key, next_sealed = read(data, start)
            if parts == 2 and key < next_key:
                digests, sealed = start + _TWO_PARTS.size, sealed + next_sealed
            elif parts == 1:
                digests = start + _ONE_PART.size
            else:
                commitments.append(_whole(outline(data[start:end])))
                continue
            after = digests + count * DIGEST_BYTES
            if not count or after + columns + sealed != end:
                raise MalformedRecord("an event is not whole")
            commitments.append(sha256(label + data[digests:after]).digest())
    except struct.error as error:
        raise MalformedRecord("the last record ends too early") from error
    return commitments


def _whole(said: RecordOutline) -> bytes:
    if said.is_partly_erased:
        raise MalformedRecord("an event is not whole")
    return said.commitment


def outline(record: bytes) -> RecordOutline:
    """The commitment that the digests of a record make, and whether a part of it is missing.

    Raises ``MalformedRecord`` unless the record has the form that ``SealedEvent.encode`` gives it; the index columns
    are not read.
    """
    try:
        _, count, parts, columns = _RECORD_HEADER.unpack_from(record)
        form = _parts_header(parts)
        headers = form.unpack_from(record, _RECORD_HEADER.size)
    except struct.error as error:
        raise MalformedRecord("the record does not begin as it should") from error
    keys, lengths = headers[::2], headers[1::2]
    digests = _RECORD_HEADER.size + form.size
    end = digests + count * DIGEST_BYTES
    if not count or end + columns + sum(one for one in lengths if one != _ERASED) != len(record):
        raise MalformedRecord("the record does not end where it should")
    if any(map(ge, keys, keys[1:])):
        raise MalformedRecord("the parts of an event are in the order of their keys, each once")
    commitment = hashlib.sha256(COMMITMENT_LABEL + record[digests:end]).digest()
    return RecordOutline(commitment, _ERASED in lengths)


@lru_cache
def _parts_header(count: int) -> struct.Struct:
    if not 1 <= count <= MOST_PARTS:
        raise MalformedRecord(f"an event has 1 to {MOST_PARTS} parts")
    return struct.Struct(">" + _PART_HEADER * count)


def parse_event(record: bytes) -> SealedEvent:
    """The event of a record. Raises ``MalformedRecord`` unless it encodes to exactly these bytes."""
    outline(record)
    event_id, digests, count, columns_length = _RECORD_HEADER.unpack_from(record)
    headers = _parts_header(count).unpack_from(record, _RECORD_HEADER.size)
    digests_at = _RECORD_HEADER.size + _parts_header(count).size
    columns_at = digests_at + digests * DIGEST_BYTES
    at = columns_at + columns_length
    try:
        columns = parse_columns(record[columns_at:at])
    except MalformedColumns as error:
        raise MalformedRecord(str(error)) from error
    parts = []
    for key_id, length in zip(headers[::2], headers[1::2], strict=True):
        sealed = None if length == _ERASED else record[at : at + length]
        parts.append(SealedPart(UUID(bytes=key_id), sealed))
        at += len(sealed or b"")
    event = SealedEvent(UUID(bytes=event_id), record[digests_at:columns_at], columns, tuple(parts))
    if event.encode() != record:
        raise MalformedRecord("the record is not in its one form")
    return event


def _check_digests(digests: bytes) -> None:
    each = [digests[at : at + DIGEST_BYTES] for at in range(0, len(digests), DIGEST_BYTES)]
    if not each or len(digests) % DIGEST_BYTES or any(map(ge, each, each[1:])) or len(each) > 0xFFFF:
        raise MalformedRecord("the digests of an event are 32 bytes each, in byte order, each once")
