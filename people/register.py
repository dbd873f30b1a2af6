"""The register port: what an outside register says of a person's protection.

A look-up happens before the operation that needs it begins, because nothing slow happens inside one. Two back ends:
`demo` reads a file that can be made to fail; `manual` repeats what a named employee says they saw, where and when. A
national register is a later back end.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from audit.house import House
from foundation.errors import Refused
from people.identity_number import IdentityNumber

__all__ = [
    "NOT_RECORDED",
    "VALID_FOR",
    "CannotBeHandled",
    "DemoRegister",
    "ManualRegister",
    "Protection",
    "Register",
    "RegisterAnswer",
    "SeenByHand",
    "register_of",
]

#: How long an answer counts (policy); older counts as unknown.
VALID_FOR = timedelta(days=30)


class Protection(StrEnum):
    """A person's protection status (folkeregisterloven § 10-4; barnevernsloven § 13-5)."""

    NONE = "none"
    CONFIDENTIAL = "confidential"
    STRICT = "strict"
    HIDDEN_BY_CHILD_WELFARE = "hidden_by_child_welfare"
    UNKNOWN = "unknown"


#: Somebody of whom this was answered is not written down here.
NOT_RECORDED = frozenset({Protection.STRICT, Protection.UNKNOWN})


@dataclass(frozen=True)
class SeenByHand:
    """What an employee says they saw: the status, where, and on which day."""

    status: Protection
    where: str
    on: date

    def counts_on(self, today: date) -> bool:
        """Whether it is neither too old nor of a day to come."""
        return today - VALID_FOR <= self.on <= today


@dataclass(frozen=True)
class RegisterAnswer:
    """What the register said, or that it said nothing (`unknown`)."""

    status: Protection
    source: str
    where: str | None = None


class Register(Protocol):
    """Something that knows whether a person is protected.

    `asks_by_number` says whether a number is enough for an answer; where it is not, somebody must have seen one.
    """

    @property
    def asks_by_number(self) -> bool: ...  # noqa: D102  # the line above says it

    def look_up(self, number: IdentityNumber | None, seen: SeenByHand | None, today: date) -> RegisterAnswer:
        """The answer for one person; an unknown number and a failed look-up are `unknown`, never an exception."""


class ManualRegister:
    """No register at all: a named employee answers for what they saw."""

    asks_by_number = False

    def look_up(
        self,
        number: IdentityNumber | None,  # noqa: ARG002  # whoever answers by hand has looked the number up themselves
        seen: SeenByHand | None,
        today: date,
    ) -> RegisterAnswer:
        """What was seen, if it is not too old and not of a day to come."""
        if seen is None or not seen.counts_on(today):
            return RegisterAnswer(Protection.UNKNOWN, "manual")
        return RegisterAnswer(seen.status, "manual", seen.where)


class DemoRegister:
    """A file of synthetic persons: `{"fails": false, "protected": {number: status}, "known": [number, …]}`."""

    asks_by_number = True

    def __init__(self, path: Path) -> None:
        self._path = path

    def look_up(self, number: IdentityNumber | None, seen: SeenByHand | None, today: date) -> RegisterAnswer:
        """The status in the file; `unknown` for another number, and when the file is away, damaged or says it fails.

        Somebody without a number is in no register; for them it is as with `ManualRegister`.
        """
        if number is None:
            return ManualRegister().look_up(number, seen, today)
        try:
            document = json.loads(self._path.read_bytes())
            if document["fails"]:
                return RegisterAnswer(Protection.UNKNOWN, "demo")
            if number.digits in document["protected"]:
                return RegisterAnswer(Protection(document["protected"][number.digits]), "demo")
            known = number.digits in document["known"]
        except (OSError, ValueError, KeyError, TypeError):
            return RegisterAnswer(Protection.UNKNOWN, "demo")
        return RegisterAnswer(Protection.NONE if known else Protection.UNKNOWN, "demo")


class CannotBeHandled(Refused):
    """The one answer for a strictly protected person, an unknown number and a failed look-up: all are alike."""

    code = "cannot_be_handled_here"
    title = "This person cannot be handled here"
    do = "Talk to your leader, or use the direct telephone numbers below."
    names_subjects = False


def register_of(house: House) -> Register:
    """The register that this installation asks: the demo file for demo data, otherwise what employees saw."""
    return DemoRegister(house.settings.register_path) if house.installed.is_demo else ManualRegister()
