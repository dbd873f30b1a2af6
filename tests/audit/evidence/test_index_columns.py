"""The index columns in the outside store: every value comes back as it was, and has one spelling."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.event import AuditEvent
from audit.evidence.index_columns import COLUMNS, ColumnValue, MalformedColumns, encode_columns, parse_columns
from tests.damage import bits_changed

ID = UUID("0192f3a1-0000-7000-8000-00000000000a")
INSTANT = datetime(2026, 11, 22, 8, 15, 0, 1, UTC)
SAID: dict[str, ColumnValue] = {
    "recorded_at": INSTANT,
    "action": "read_referral",
    "staff_id": ID,
    "categories": "academic_need identity_contact",
    "rule_book": "0f" * 32,
    "hits": 0,
    "persons": 3,
}

values = (
    st.integers(0, 2**63)
    | st.text(max_size=20)
    | st.uuids()
    | st.binary(min_size=32, max_size=32).map(bytes.hex)
    | st.datetimes(timezones=st.just(UTC))
    | st.sampled_from([str(ID), "0F" * 32, "å" * 64, INSTANT.isoformat(), ""])
)


def test_the_numbered_columns_are_those_of_an_event() -> None:
    stored = {column.key for column in AuditEvent.__table__.columns}
    assert set(COLUMNS) == stored - {"event_id", "commitment", "digests"}
    assert len(COLUMNS) == len(set(COLUMNS)) <= 32


def test_no_column_changes_its_number() -> None:
    """They stand in every store there is; a new one comes last."""
    assert COLUMNS[:19] == (
        *("recorded_at", "action", "kind", "outcome", "code", "staff_id", "role", "strength", "service_id"),
        *("recipient_service_id", "purpose", "basis", "categories", "rules", "rule_book", "consent_id", "referral_id"),
        *("hits", "persons"),
    )


@given(st.dictionaries(st.sampled_from(COLUMNS), values))
def test_what_was_written_is_what_is_read(said: dict[str, ColumnValue]) -> None:
    written = encode_columns(said)
    assert parse_columns(written) == said
    assert encode_columns(dict(reversed(said.items()))) == written


def test_ids_hashes_times_and_counts_take_what_they_are() -> None:
    lengths = {name: len(encode_columns({name: value})) for name, value in SAID.items()}
    assert lengths == {
        "recorded_at": 9,
        "action": 1 + 2 + len("read_referral"),
        "staff_id": 17,
        "categories": 1 + 2 + len("academic_need identity_contact"),
        "rule_book": 33,
        "hits": 9,
        "persons": 9,
    }


def test_an_id_may_be_given_as_its_bytes() -> None:
    assert encode_columns({**SAID, "staff_id": ID.bytes}) == encode_columns(SAID)


@pytest.mark.parametrize(
    "said",
    [
        {"name": "x"},
        {"hits": -1},
        {"hits": 2**64},
        {"hits": True},
        {"hits": None},
        {"hits": 1.5},
        {"action": ["x"]},
        {"action": "\ud800"},
        {"action": "x" * 65_536},
        {"staff_id": ID.bytes[:15]},
        {"staff_id": ID.bytes * 2},
        {"recorded_at": datetime(2026, 11, 22)},  # noqa: DTZ001  # that is the point
    ],
)
def test_what_is_no_index_column_is_refused(said: dict[str, ColumnValue | bytes]) -> None:
    with pytest.raises(MalformedColumns):
        encode_columns(said)


@given(st.binary(max_size=40))
def test_any_bytes_are_read_in_one_way_or_refused(data: bytes) -> None:
    try:
        said = parse_columns(data)
    except MalformedColumns:
        return
    assert encode_columns(said) == data


def test_no_changed_bit_says_the_same() -> None:
    written = encode_columns(SAID)
    for changed in bits_changed(written):
        try:
            assert parse_columns(changed) != SAID
        except MalformedColumns:
            continue
