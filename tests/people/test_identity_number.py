from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import FieldProblem
from people.identity_number import IdentityNumber, IdentityNumberInvalid, norwegian_check_digits, parse_identity_number
from people.organisation import is_organisation_number
from tests.numbers import Numbers, organisation_number

SYNTHETIC = ["01811490071", "41811490065", "01813390015", "01813390023", "01813390031"]


def _taken(typed: str, *, country: str = "NOR", synthetic: bool = True) -> bool:
    try:
        number = parse_identity_number(typed, country=country, synthetic=synthetic)
    except IdentityNumberInvalid:
        return False
    return number == IdentityNumber("".join(c for c in typed if c.isdigit()), country)


def test_a_refusal_names_the_field_and_not_what_was_typed() -> None:
    with pytest.raises(IdentityNumberInvalid) as refused:
        parse_identity_number("01811490072", country="NOR", synthetic=True, field="child.identity_number")
    assert refused.value.fields == (FieldProblem("child.identity_number", "identity_number_invalid"),)
    assert "01811490072" not in f"{refused.value} {refused.value!r}"


@pytest.mark.parametrize("number", SYNTHETIC)
def test_synthetic_numbers_are_taken_in_a_demo_and_refused_on_real_data(number: str) -> None:
    assert _taken(number)
    assert not _taken(number, synthetic=False)


def test_numbers_of_2032_have_a_first_check_digit_with_another_remainder() -> None:
    """The number issued from 2032 leaves 1, 2 or 3; the rule of today leaves 0 (Skatteetaten)."""
    for number in ("01813390015", "01813390023", "01813390031"):
        assert norwegian_check_digits(number[:9]) != number[9:]
        assert _taken(number)
    assert norwegian_check_digits("018114900") == "71"


@pytest.mark.parametrize(
    "typed",
    [
        "01811490072",  # the second check digit
        "01811490061",  # the first
        "0181149007",
        "018114900711",
        "",
        "0181149007x",
        "０１８１１４９００７１",  # digits, but not ours
        "01811490071 or so",
    ],
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    assert not _taken(typed)


@pytest.mark.parametrize("typed", ["018114 90071", "018114-90071", " 01811490071\n", "018 114 900 71"])
def test_spaces_and_hyphens_do_not_matter(typed: str) -> None:
    assert _taken(typed)


def test_the_date_must_be_one() -> None:
    def with_checks(first_nine: str) -> str:
        return first_nine + (norwegian_check_digits(first_nine) or "")

    days = {
        "31 January": ("318115", True),
        "30 February": ("308215", False),
        "29 February": ("298215", True),  # the century is not told, so it may have been a leap year
        "31 April": ("318415", False),
        "day 0": ("008115", False),
        "month 13": ("019315", False),
        "D-number": ("418115", True),
        "D-number of day 32": ("728115", False),
    }
    for first_six, valid in days.values():
        numbers = [with_checks(f"{first_six}{individual}") for individual in range(100, 160)]
        whole = [number for number in numbers if len(number) == 11]
        assert whole
        assert {_taken(number) for number in whole} == {valid}


def test_real_and_synthetic_months_exclude_each_other() -> None:
    """Month + 40 (an auxiliary number) is refused in both: it is neither a person's number nor Tenor's."""
    taken = {}
    for plus in (0, 40, 80):
        first_nine = next(
            nine for nine in (f"14{3 + plus:02}16{one}" for one in range(100, 200)) if norwegian_check_digits(nine)
        )
        number = first_nine + (norwegian_check_digits(first_nine) or "")
        taken[plus] = (_taken(number, synthetic=True), _taken(number, synthetic=False))
    assert taken == {0: (False, True), 40: (False, False), 80: (True, False)}


@pytest.mark.parametrize(
    ("typed", "synthetic", "valid"),
    [
        ("1503161234", False, True),
        ("150316-1234", False, True),
        ("7503161234", True, True),  # day + 60: a replacement number
        ("7503161234", False, False),
        ("1503161234", True, False),
        ("3202161234", False, False),
        ("150316123", False, False),
        ("15031612345", False, False),
    ],
)
def test_danish_numbers_have_length_and_date_and_no_check_digit(typed: str, synthetic: bool, valid: bool) -> None:
    assert _taken(typed, country="DNK", synthetic=synthetic) is valid


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(born: date, place: int, change: int) -> None:
    """The second check digit sees every single slip, also where the first one has four good remainders."""
    number = Numbers().of(born)
    wrong = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]
    assert _taken(number)
    assert not _taken(wrong)


def test_a_number_says_nothing_by_accident() -> None:
    number = parse_identity_number(SYNTHETIC[0], country="NOR", synthetic=True)
    assert SYNTHETIC[0] not in repr(number)
    assert SYNTHETIC[0] not in f"{number}"


def test_numbers_for_tests_are_each_given_once() -> None:
    numbers, born = Numbers(), date(2016, 3, 14)
    given_out = [numbers.of(born) for _ in range(200)]
    assert len(set(given_out)) == 200
    assert all(_taken(number) for number in given_out)


@pytest.mark.parametrize(
    ("number", "valid"),
    [("889640782", True), ("974760673", True), ("312345670", False), ("88964078", False), ("88964078x", False)],
)
def test_organisation_numbers_have_a_check_digit(number: str, valid: bool) -> None:
    assert is_organisation_number(number) is valid


def test_organisation_numbers_for_tests_begin_with_three() -> None:
    made = organisation_number(31000001)
    assert is_organisation_number(made)
    assert made.startswith("3")
