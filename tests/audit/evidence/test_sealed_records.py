"""The sealed side of the outside store: enough to rebuild every event, bound to its leaf, noticed when it decays."""

import hashlib
import random
from dataclasses import replace
from uuid import UUID

import pytest

from audit.evidence.index_columns import encode_columns
from audit.evidence.sealed_records import (
    MalformedRecord,
    SealedEvent,
    SealedFile,
    SealedPart,
    commitments_in,
    encode_records,
    outline,
    parse_event,
    parse_records,
    sealed_file_at,
)
from tests.audit.evidence.a_log import MadeUpEvent
from tests.damage import bits_changed, bytes_changed, cut_or_lengthened

pytestmark = pytest.mark.slow

EVENT = MadeUpEvent(random.Random(3), 5)
RECORD = EVENT.entry.record
SEALED = parse_event(RECORD)


def test_an_event_is_rebuilt_as_it_was() -> None:
    assert SEALED.encode() == RECORD
    assert SEALED.digests == b"".join(EVENT.digests)
    assert SEALED.columns["action"] == "made_up"
    assert [part.sealed is None for part in SEALED.parts] == [False, False]
    assert outline(RECORD) == (EVENT.commitment, False)


def test_what_was_erased_leaves_its_digests() -> None:
    erased = replace(SEALED, parts=(replace(SEALED.parts[0], sealed=None), SEALED.parts[1]))
    assert parse_event(erased.encode()) == erased
    assert outline(erased.encode()) == (EVENT.commitment, True)


def test_an_empty_part_is_not_an_erased_one() -> None:
    empty = replace(SEALED, parts=(replace(SEALED.parts[0], sealed=b""), SEALED.parts[1]))
    assert parse_event(empty.encode()) == empty
    assert outline(empty.encode()) == (EVENT.commitment, False)


@pytest.mark.parametrize(
    "changed",
    [
        replace(SEALED, digests=b""),
        replace(SEALED, digests=SEALED.digests[:-1]),
        replace(SEALED, digests=SEALED.digests[32:] + SEALED.digests[:32]),
        replace(SEALED, digests=SEALED.digests[:32] + SEALED.digests),
        replace(SEALED, columns={"name": "x"}),
        replace(SEALED, columns={"hits": -1}),
        replace(SEALED, parts=()),
        replace(SEALED, parts=SEALED.parts[::-1]),
        replace(SEALED, parts=(SEALED.parts[0], SEALED.parts[0])),
        replace(SEALED, parts=tuple(SealedPart(UUID(int=n), b"") for n in range(1001))),
        replace(SEALED, parts=(replace(SEALED.parts[0], sealed=bytes(16_000_001)), SEALED.parts[1])),
    ],
)
def test_an_event_that_is_not_well_made_is_not_written(changed: SealedEvent) -> None:
    with pytest.raises(MalformedRecord):
        changed.encode()


def test_a_record_cut_or_lengthened_is_refused() -> None:
    for damaged in cut_or_lengthened(RECORD):
        with pytest.raises(MalformedRecord):
            outline(damaged)


def test_parts_out_of_order_are_refused() -> None:
    header, first, second, rest = RECORD[:24], RECORD[24:44], RECORD[44:64], RECORD[64:]
    for parts in (second + first, first[:16] + first[16:] + first[:16] + second[16:]):
        with pytest.raises(MalformedRecord, match="order of their keys"):
            outline(header + parts + rest)


def test_no_changed_byte_of_a_record_is_the_same_event() -> None:
    for changed in bytes_changed(RECORD):
        try:
            assert parse_event(changed) != SEALED
        except MalformedRecord:
            continue


@pytest.mark.parametrize("columns", [b"\x01", b"\x1f\x00\x00", b"\xff", encode_columns({"hits": 1}) * 2])
def test_index_columns_have_their_one_form(columns: bytes) -> None:
    before = 64 + len(SEALED.digests)
    written = len(encode_columns(SEALED.columns))
    header = RECORD[:20] + len(columns).to_bytes(4, "big") + RECORD[24:before]
    changed = header + columns + RECORD[before + written :]
    assert outline(changed) == outline(RECORD)
    with pytest.raises(MalformedRecord, match="index columns"):
        parse_event(changed)


PLACE = SealedFile(2, 10, 13)
FILE = encode_records(PLACE, [RECORD, b"", b"abc"])


def test_a_file_holds_one_record_for_each_leaf() -> None:
    assert parse_records(PLACE, FILE) == [RECORD, b"", b"abc"]
    with pytest.raises(MalformedRecord):
        encode_records(PLACE, [RECORD])


def test_no_changed_byte_of_a_file_goes_unnoticed() -> None:
    for damaged in (*bytes_changed(FILE), *cut_or_lengthened(FILE), FILE[1:], bytes(32)):
        with pytest.raises(MalformedRecord):
            parse_records(PLACE, damaged)


@pytest.mark.parametrize("length", [0, len(RECORD) - 1, len(RECORD) + 1, 2**32 - 1])
def test_records_fill_their_file_even_where_the_checksum_is_right(length: int) -> None:
    body = FILE[:26] + length.to_bytes(4, "big") + FILE[30:-32]
    changed = body + hashlib.sha256(body).digest()
    for read in (parse_records, commitments_in):
        with pytest.raises(MalformedRecord, match="as long as they should"):
            read(PLACE, changed)


def test_a_file_belongs_where_it_was_written() -> None:
    for other in (SealedFile(1, 10, 13), SealedFile(2, 9, 12), SealedFile(2, 10, 14), SealedFile(2, 10, 12)):
        with pytest.raises(MalformedRecord, match="another place"):
            parse_records(other, FILE)


def with_parts(*lengths: int | None) -> bytes:
    """The event with parts of so many bytes; None for one that was erased."""
    parts = (SealedPart(UUID(int=key), None if one is None else bytes(one)) for key, one in enumerate(lengths, start=9))
    return replace(SEALED, parts=tuple(parts)).encode()


WHOLE = [with_parts(40), RECORD, with_parts(5, 0, 7), with_parts(3, 3, 3, 3), with_parts(0)]


def as_outlined(records: list[bytes]) -> list[bytes] | None:
    """The commitments of records that are whole events, read one by one; None where one is not."""
    try:
        outlines = [outline(record) for record in records]
    except MalformedRecord:
        return None
    return None if any(one.is_partly_erased for one in outlines) else [one.commitment for one in outlines]


def read_together(records: list[bytes]) -> list[bytes] | None:
    place = SealedFile(3, 1, 1 + len(records))
    try:
        return commitments_in(place, encode_records(place, records))
    except MalformedRecord:
        return None


def test_the_commitments_of_a_file_are_those_of_its_records() -> None:
    assert read_together(WHOLE) == as_outlined(WHOLE) == [EVENT.commitment] * 5
    for other in (b"", b"abc", with_parts(None), with_parts(None, 3), with_parts(3, None), with_parts(3, 3, None)):
        for at in range(len(WHOLE) + 1):
            assert read_together([*WHOLE[:at], other, *WHOLE[at:]]) is None


@pytest.mark.parametrize("number", range(5))
def test_records_read_together_are_judged_as_one_by_one(number: int) -> None:
    """Whatever is changed in a record whose file has a right checksum."""
    record = WHOLE[number]
    digests = 24 + 20 * len(parse_event(record).parts)
    without_digests = record[:16] + bytes(2) + record[18:digests] + record[digests + len(SEALED.digests) :]
    first_key_twice = record[:44] + record[24:40] + record[60:]
    accepted = 0
    others = (record + record, record[:24] + record[44:], without_digests, first_key_twice)
    for changed in (*bits_changed(record), *cut_or_lengthened(record), *others):
        assert read_together([changed]) == as_outlined([changed])
        together = read_together([*WHOLE, changed, *WHOLE])
        assert together == as_outlined([*WHOLE, changed, *WHOLE])
        accepted += together is not None
    assert 0 < accepted < 8 * len(record)


def test_paths_have_one_spelling() -> None:
    for place in (SealedFile(0), SealedFile(1234067), PLACE, SealedFile(5, 0, 255), SealedFile(5, 255, 256)):
        assert sealed_file_at(place.path) == place
    assert PLACE.path == "sealed/002.p/010-013"
    assert SealedFile(1234067).path == "sealed/x001/x234/067"
    for path in (
        "sealed/2",
        "sealed/002.p/10-13",
        "sealed/002.p/013-010",
        "sealed/002.p/010-010",
        "sealed/002.p/000-256",
        "sealed/002.p/000-257",
        "sealed/x000/002",
        "sealed/002/",
        "sealed/002.p/010-013.new",
        "tile/0/000",
    ):
        assert sealed_file_at(path) is None
