"""Synthetic numbers: of people (month + 80) and of organisations, with valid check digits and nobody behind them."""

import itertools
from collections.abc import Iterator
from datetime import date

from people.identity_number import norwegian_check_digits

__all__ = ["Numbers", "organisation_number"]

_SYNTHETIC_MONTH = 80
_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)


class Numbers:
    """Synthetic Norwegian identity numbers, each given once."""

    def __init__(self) -> None:
        self._given: dict[date, Iterator[int]] = {}

    def of(self, born: date) -> str:
        """The next free number of somebody born on this day."""
        for individual in self._given.setdefault(born, iter(range(100, 1000))):
            first_nine = f"{born.day:02}{born.month + _SYNTHETIC_MONTH:02}{born.year % 100:02}{individual:03}"
            checks = norwegian_check_digits(first_nine)
            if checks is not None:
                return first_nine + checks
        raise LookupError(f"nobody more can be born on {born}")


def organisation_number(first_eight: int) -> str:
    """The first number with a valid check digit from `first_eight` on; test numbers begin with 2 or 3."""
    for eight in itertools.count(first_eight):
        rest = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, str(eight), strict=True)) % 11
        if rest != 1:
            return f"{eight}{(11 - rest) % 11}"
    raise AssertionError("counting never ends")
