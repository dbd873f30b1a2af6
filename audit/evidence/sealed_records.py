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
_PARTS_AT: Final = 18
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
    columns: Mapping[str, ColumnValue]
    parts: tuple[SealedPart, ...]

    def encode(self) -> bytes:
        """The record as bytes. Raises ``MalformedRecord`` for digests or parts that are not as described."""
        _check_digests(self.digests)
        keys = [part.key_id.bytes for part in self.parts]
        if any(map(ge, keys, keys[1:])):
            raise MalformedRecord("the parts of an event are in the order of their keys, each once")
        if not 1 <= len(self.parts) <= MOST_PARTS:
            raise MalformedRecord(f"an event has 1 to {MOST_PARTS} parts")
        columns = _columns(self.columns)
        count = len(self.digests) // DIGEST_BYTES
        headers: list[bytes | int] = []
        for key, part in zip(keys, self.parts, strict=True):
            headers += key, _ERASED if part.sealed is None else len(part.sealed)
        record = b"".join(
            (
                _RECORD_HEADER.pack(self.event_id.bytes, count, len(self.parts), len(columns)),
                _parts_header(len(self.parts)).pack(*headers),
                self.digests,
                columns,
                *(part.sealed or b"" for part in self.parts),
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
    body, count = data[:-CHECKSUM_BYTES], place.end - place.start
    if hashlib.sha256(body).digest() != data[-CHECKSUM_BYTES:]:
        raise MalformedRecord("the checksum does not hold")
    at = len(MAGIC) + _HEADER.size
    if body[:at] != MAGIC + _HEADER.pack(place.first, count):
        raise MalformedRecord("the file belongs to another place")
    if len(body) < at + 4 * count:
        raise MalformedRecord("the file ends too early")
    lengths = struct.unpack_from(f">{count}I", body, at)
    records: list[bytes] = []
    at += 4 * count
    for length in lengths:
        records.append(body[at : at + length])
        at += length
    if at != len(body):
        raise MalformedRecord("the records are not as long as they should be")
    return records


def outline(record: bytes) -> RecordOutline:
    """The commitment that the digests of a record make, and whether a part of it is missing.

    Raises ``MalformedRecord`` unless the record has the form that ``SealedEvent.encode`` gives it; the index columns
    are not read.
    """
    [commitment], erased = commitments_of([record])
    if commitment is None:
        raise MalformedRecord("the record is empty")
    return RecordOutline(commitment, bool(erased))


def commitments_of(records: Iterable[bytes]) -> tuple[list[bytes | None], list[int]]:
    """The commitment of each record, None for the empty ones of system leaves; which of them are partly erased.

    Raises as ``outline`` does. Asked for every entry of a log, and therefore written for speed.
    """
    sha256, label = hashlib.sha256, COMMITMENT_LABEL
    commitments: list[bytes | None] = []
    partly_erased: list[int] = []
    for record in records:
        if not record:
            commitments.append(None)
            continue
        try:
            form = _headers(record[_PARTS_AT] << 8 | record[_PARTS_AT + 1])
            fields = form.unpack_from(record)
        except (struct.error, IndexError) as error:
            raise MalformedRecord("the record does not begin as it should") from error
        count, keys, lengths = fields[0], fields[3::2], fields[4::2]
        sealed = sum(lengths)
        if sealed >= _ERASED and _ERASED in lengths:
            partly_erased.append(len(commitments))
            sealed -= lengths.count(_ERASED) * _ERASED
        end = form.size + count * DIGEST_BYTES
        if not count or end + fields[2] + sealed != len(record):
            raise MalformedRecord("the record does not end where it should")
        if (keys[0] >= keys[1]) if len(keys) == 2 else (keys != tuple(sorted(set(keys)))):
            raise MalformedRecord("the parts of an event are in the order of their keys, each once")
        commitments.append(sha256(label + record[form.size : end]).digest())
    return commitments, partly_erased


@lru_cache
def _headers(parts: int) -> struct.Struct:
    """The head of a record with so many parts, and the heads of the parts; the event's id is passed over."""
    _parts_header(parts)
    return struct.Struct(">16xHHI" + _PART_HEADER * parts)


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


def _columns(said: Mapping[str, ColumnValue]) -> bytes:
    try:
        return encode_columns(said)
    except MalformedColumns as error:
        raise MalformedRecord(str(error)) from error


def _check_digests(digests: bytes) -> None:
    each = [digests[at : at + DIGEST_BYTES] for at in range(0, len(digests), DIGEST_BYTES)]
    if not each or len(digests) % DIGEST_BYTES or any(map(ge, each, each[1:])) or len(each) > 0xFFFF:
        raise MalformedRecord("the digests of an event are 32 bytes each, in byte order, each once")
