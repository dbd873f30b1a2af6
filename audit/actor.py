"""Who does a deed: a member of staff in one service and one role, or somebody who has no name here yet."""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Self

from audit.actions import Action, Role
from audit.house import House
from foundation.identifiers import ServiceId, StaffId

__all__ = ["Actor", "Once", "Strength"]


class Strength(IntEnum):
    """How surely we know who it is (eIDAS regulation, article 8): low, substantial, high."""

    LOW = 1
    SUBSTANTIAL = 2
    HIGH = 3

    @property
    def code(self) -> str:
        """The word for it in the log and in rules."""
        return self.name.lower()


@dataclass(frozen=True)
class Once:
    """A request that is done once however often it arrives: keyed hashes of its idempotency key and of what it says."""

    key: bytes
    body: bytes


@dataclass(frozen=True)
class Actor:
    """Somebody at work in the house, for one service at a time."""

    house: House
    role: Role
    staff: StaffId | None = None
    service: ServiceId | None = None
    strength: Strength = Strength.LOW
    once: Once | None = None

    @classmethod
    def operator(cls, house: House) -> Self:
        """Whoever may run `tillit` on the machine; known to the machine, not to us."""
        return cls(house=house, role=Role.OPERATOR, strength=Strength.HIGH)

    @classmethod
    def stranger(cls, house: House) -> Self:
        """Somebody at the door who has not yet said who they are."""
        return cls(house=house, role=Role.STRANGER)

    def doing_once(self, once: Once) -> Self:
        """The same actor, asking for a deed that is to be done once however often it is asked for."""
        return replace(self, once=once)

    def may(self, action: Action) -> bool:
        """Whether a page should offer this deed to the actor; the rules on information are asked besides."""
        return action.may(self.role)
