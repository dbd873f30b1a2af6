"""National identity numbers: what is one, and what is not. Pure.

Norway: fødselsnummer and D-number, eleven digits with two check digits, modulus 11 (Skatteetaten). From 2032 numbers
may be issued whose first check digit leaves a remainder of 0, 1, 2 or 3; they are taken already. Denmark: CPR number,
ten digits without a check digit rule since 2007, so length and date are all that is asked. Neither age nor sex is ever
read out of a number.
"""

from calendar import monthrange
from dataclasses import dataclass

from foundation.errors import FieldProblem, Invalid

__all__ = ["IdentityNumber", "IdentityNumberInvalid", "norwegian_check_digits", "parse_identity_number"]

_FIRST_WEIGHTS = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_SECOND_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_SYNTHETIC_MONTH = 80  # Tenor, the national test register, adds 80 to the month
_D_NUMBER_DAY = 40
_CPR_REPLACEMENT_DAY = 60


class IdentityNumberInvalid(Invalid):
    """What was typed is no identity number that this installation takes."""

    code = "identity_number_invalid"
    title = "This is not a valid identity number"
    do = "Check the digits. Demo installations take synthetic numbers only (month + 80), real ones never do."


@dataclass(frozen=True)
class IdentityNumber:
    """A number that has passed the rules of its country; shown to nobody by accident."""

    digits: str
    country: str

    def __repr__(self) -> str:
        """The country only: a number must not reach a trace or a log."""
        return f"IdentityNumber({self.country})"


def parse_identity_number(
    typed: str, *, country: str, synthetic: bool, field: str = "identity_number"
) -> IdentityNumber:
    """The number in `typed`, spaces and hyphens ignored.

    Args:
        typed: what somebody wrote.
        country: `NOR` or `DNK`.
        synthetic: True where only test numbers are taken (demo), False where none is (real data).
        field: the name of the field, for the answer.

    Raises:
        IdentityNumberInvalid: wrong length, no date, wrong check digits, or a real number in a demo and the other way
        round.
    """
    digits = "".join(character for character in typed if not character.isspace() and character != "-")
    valid = digits.isascii() and digits.isdigit()
    valid = valid and (
        _norwegian(digits, synthetic=synthetic) if country == "NOR" else _danish(digits, synthetic=synthetic)
    )
    if not valid:
        raise IdentityNumberInvalid(fields=[FieldProblem(field, "identity_number_invalid")])
    return IdentityNumber(digits, country)


def norwegian_check_digits(first_nine: str) -> str | None:
    """The two check digits after `first_nine` by the rule in force before 2032; None where none exist."""
    first = -_sum(first_nine, _FIRST_WEIGHTS) % 11
    second = -_sum(first_nine + str(first), _SECOND_WEIGHTS) % 11 if first < 10 else 10
    return f"{first}{second}" if first < 10 and second < 10 else None


def _sum(digits: str, weights: tuple[int, ...]) -> int:
    return sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=False))


def _is_day(day: int, month: int) -> bool:
    # A leap year: the century cannot be told, so 29 February is always let through.
    return 1 <= month <= 12 and 1 <= day <= monthrange(2024, month)[1]


def _norwegian(digits: str, *, synthetic: bool) -> bool:
    if len(digits) != 11 or _sum(digits, _FIRST_WEIGHTS) % 11 > 3 or _sum(digits, _SECOND_WEIGHTS) % 11:
        return False
    day, month = int(digits[:2]), int(digits[2:4])
    day = day - _D_NUMBER_DAY if day > _D_NUMBER_DAY else day
    if synthetic:
        return _is_day(day, month - _SYNTHETIC_MONTH)
    return _is_day(day, month)


def _danish(digits: str, *, synthetic: bool) -> bool:
    if len(digits) != 10:
        return False
    day, month = int(digits[:2]), int(digits[2:4])
    if synthetic:
        return _is_day(day - _CPR_REPLACEMENT_DAY, month)
    return _is_day(day, month)
