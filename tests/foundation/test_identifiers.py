import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.identifiers import ConsentId, EventId, PersonId, ReferralId, check_code, new_code, new_event_id

INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis adds the zone
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def test_ids_of_two_kinds_are_two_types_and_random() -> None:
    person = PersonId.new()
    assert isinstance(person, PersonId)
    assert not isinstance(person, ReferralId)
    assert person.version == 4
    assert PersonId.new() != person


def test_an_id_is_read_back_as_its_own_kind() -> None:
    consent = ConsentId.new()
    again = ConsentId.of(str(consent))
    assert again == consent
    assert type(again) is ConsentId
    with pytest.raises(ValueError, match="badly formed"):
        ConsentId.of("not an id")


@given(INSTANTS)
def test_an_event_id_is_a_uuid_of_version_seven_that_begins_with_the_milliseconds(at: datetime) -> None:
    made = new_event_id(at)
    assert isinstance(made, EventId)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    since_1970 = at - datetime(1970, 1, 1, tzinfo=UTC)
    assert made.int >> 80 == since_1970 // timedelta(milliseconds=1)


@given(INSTANTS, st.integers(min_value=1, max_value=10**9))
def test_a_later_event_has_a_greater_id(at: datetime, milliseconds: int) -> None:
    earlier, later = new_event_id(at), new_event_id(at + timedelta(milliseconds=milliseconds))
    assert earlier < later
    assert earlier.hex < later.hex  # SQLite orders them as text


def test_a_thousand_events_of_one_instant_have_a_thousand_ids() -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    assert len({new_event_id(at) for _ in range(1000)}) == 1000


def test_a_code_is_eight_characters_and_a_check_character_in_three_groups() -> None:
    for _ in range(100):
        code = new_code()
        assert re.fullmatch(rf"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}-[{ALPHABET}]", code)
        assert check_code(code) == code


def test_a_code_is_understood_as_people_write_it() -> None:
    code = new_code()
    assert check_code(code.lower().replace("-", " ")) == code
    assert check_code(code.replace("-", "")) == code
    assert check_code(code.replace("0", "O").replace("1", "l")) == code


@given(st.integers(min_value=0, max_value=7), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(place: int, wrong: str) -> None:
    code = new_code().replace("-", "")
    slipped = code[:place] + wrong + code[place + 1 :]
    if {code[place], wrong} in ({"0", "Z"}, {wrong}):  # the one pair that no check modulo 31 tells apart
        return
    assert check_code(slipped) is None


@given(st.integers(min_value=0, max_value=6))
def test_two_neighbours_swapped_are_noticed(place: int) -> None:
    code = new_code().replace("-", "")
    pair = code[place : place + 2]
    swapped = code[:place] + pair[::-1] + code[place + 2 :]
    if {*pair} <= {"0", "Z"} or pair[0] == pair[1]:
        return
    assert check_code(swapped) is None


@pytest.mark.parametrize("typed", ["", "K7MQ-2F9X", "K7MQ-2F9X-44", "UUUU-UUUU-U", "æøåæ-øåæø-å", "K7MQ-2F9X-!"])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert check_code(typed) is None
