"""The root key on paper: whatever key, its sheet reads back; whatever slip, it is seen, and where."""

import re
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.recovery_sheet import RecoverySheetUnreadable, mark_of, read_sheet, write_sheet

KEY = bytes(range(32))
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def _sheet(root: bytes) -> str:
    return write_sheet(
        root, municipality="Granfjord", number="9999", installation=UUID(int=7), made_on=date(2026, 11, 22)
    )


def _rows(root: bytes) -> list[str]:
    return [line for line in _sheet(root).splitlines() if re.fullmatch(r" {5}[1-7] {3}\S{11}", line)]


ROWS = _rows(KEY)


@given(st.binary(min_size=32, max_size=32))
def test_every_key_reads_back_from_its_sheet(root: bytes) -> None:
    assert read_sheet(_sheet(root)) == root


def test_the_rows_read_back_as_somebody_types_them() -> None:
    rows = [row.split()[1].lower().replace("-", " ").replace("0", "o").replace("1", "l") for row in ROWS]
    numbered = "\n".join(f"{number}) {row}" for number, row in enumerate(rows, 1))
    assert read_sheet(numbered) == KEY
    assert read_sheet("\n".join(reversed(numbered.splitlines()))) == KEY


@pytest.mark.parametrize("row", range(7))
def test_every_slip_of_one_character_is_seen_in_its_row(row: int) -> None:
    number, text = ROWS[row].split()
    for place, character in enumerate(text):
        if character == "-":
            continue
        for other in LETTERS:
            if other == character or {other, character} == {"0", "Z"} or place == len(text) - 1:
                continue  # the check character counts in 31, so 0 and Z are the one pair it cannot tell apart
            slipped = [*ROWS]
            slipped[row] = f"     {number}   {text[:place]}{other}{text[place + 1 :]}"
            with pytest.raises(RecoverySheetUnreadable) as seen:
                read_sheet("\n".join(slipped))
            assert [field.field for field in seen.value.fields] == [f"row {number}"]


def test_a_slip_that_the_row_does_not_see_is_seen_by_the_whole() -> None:
    place, row = next((place, row) for row in range(7) for place, c in enumerate(ROWS[row].split()[1][:9]) if c in "0Z")
    number, text = ROWS[row].split()
    slipped = [*ROWS]
    slipped[row] = f"     {number}   {text[:place]}{'Z' if text[place] == '0' else '0'}{text[place + 1 :]}"
    with pytest.raises(RecoverySheetUnreadable):
        read_sheet("\n".join(slipped))


def test_swapped_rows_are_seen() -> None:
    first, second = (row.split()[1] for row in ROWS[:2])
    with pytest.raises(RecoverySheetUnreadable) as seen:
        read_sheet("\n".join([f"1 {second}", f"2 {first}", *ROWS[2:]]))
    assert [field.field for field in seen.value.fields] == ["row 1", "row 2"]


def test_a_missing_row_is_named() -> None:
    with pytest.raises(RecoverySheetUnreadable) as seen:
        read_sheet("\n".join(ROWS[:6]))
    assert [field.field for field in seen.value.fields] == ["row 7"]


def test_rows_of_two_sheets_do_not_make_a_key() -> None:
    with pytest.raises(RecoverySheetUnreadable) as seen:
        read_sheet("\n".join([*_rows(bytes(32))[:1], *ROWS[1:]]))
    assert [field.code for field in seen.value.fields] == ["rows_of_different_sheets"]


def test_the_mark_says_which_key_and_nothing_of_it() -> None:
    assert mark_of(KEY) != mark_of(bytes(32))
    assert mark_of(KEY) in _sheet(KEY)
    assert KEY.hex().upper()[:6] not in mark_of(KEY)
