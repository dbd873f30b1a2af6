"""Identifiers that cannot be swapped, and the short codes that people read to each other.

Ids are random (UUIDv4); an event's id is ordered by time (UUIDv7, RFC 9562 section 5.7). Each kind is a class of its
own, so that a type checker refuses a referral's id where a person's belongs, and so that a view can be searched for the
persons it shows.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import UUID, SafeUUID

__all__ = [
    "ConsentId",
    "EventId",
    "HeldCaseId",
    "Identifier",
    "OrganisationId",
    "PersonId",
    "ReferralId",
    "ServiceId",
    "StaffId",
    "check_code",
    "new_code",
    "new_event_id",
]


_NOT_SAID = SafeUUID.unknown


class Identifier(UUID):
    """A random id of one kind of thing."""

    @classmethod
    def new(cls) -> Self:
        """A fresh random id (UUIDv4)."""
        return cls(bytes=secrets.token_bytes(16), version=4)

    @classmethod
    def from_int(cls, value: int) -> Self:
        """The id whose 128 bits are `value`, without the checks of the constructor: for what the database gives."""
        made = object.__new__(cls)
        object.__setattr__(made, "int", value)
        object.__setattr__(made, "is_safe", _NOT_SAID)
        return made

    @classmethod
    def of(cls, value: UUID | str) -> Self:
        """The same id as this kind; `ValueError` if `value` is no UUID."""
        return cls(str(value))


class PersonId(Identifier):
    """A person served: a child, a youth, a guardian, an adult."""


class OrganisationId(Identifier):
    """A municipality, a school owner, a state office, an association."""


class ServiceId(Identifier):
    """A welfare service inside an organisation: a confidentiality domain of its own."""


class StaffId(Identifier):
    """Someone who works or volunteers in a service."""


class ConsentId(Identifier):
    """A written consent about one person."""


class ReferralId(Identifier):
    """A referral from one service to another."""


class HeldCaseId(Identifier):
    """One disclosure that the rules hold until people have decided it."""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class EventId(Identifier):
    """An entry of the disclosure log."""

    @property
    def when(self) -> datetime:
        """When the deed began of which this is the entry, to the millisecond (RFC 9562 section 5.7)."""
        return _EPOCH + timedelta(milliseconds=self.int >> 80)


def new_event_id(at: datetime) -> EventId:
    """A fresh UUIDv7 whose first 48 bits are the milliseconds of `at` since 1970 (RFC 9562 section 5.7)."""
    milliseconds = (at - _EPOCH) // timedelta(milliseconds=1)
    value = (milliseconds << 80) | secrets.randbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return EventId(int=value)


#: Digits and capitals without I, L, O and U: nothing that reads as something else, and no words.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 8


def _check_character(body: str) -> str:
    # 31 is prime and the weights differ, so a swap of two neighbours and every slip but 0 for Z changes the sum.
    total = sum(weight * _ALPHABET.index(character) for weight, character in enumerate(body, start=2))
    return _ALPHABET[total % 31]


def new_code() -> str:
    """A code for people: eight random characters and a check character, shown as `K7MQ-2F9X-4` (40 bits of chance)."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return f"{body[:4]}-{body[4:]}-{_check_character(body)}"


def check_code(typed: str) -> str | None:
    """The code as it is stored, from what somebody typed; None when it cannot be one."""
    flat = typed.upper().replace("-", "").replace(" ", "").replace("O", "0").replace("I", "1").replace("L", "1")
    if len(flat) != _LENGTH + 1 or any(character not in _ALPHABET for character in flat):
        return None
    body, check = flat[:-1], flat[-1]
    return f"{body[:4]}-{body[4:]}-{check}" if check == _check_character(body) else None
