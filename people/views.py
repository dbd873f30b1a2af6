"""What a reader gets of a person: frozen, opened, and named in the event as disclosed."""

from dataclasses import dataclass
from datetime import date

from audit.operation import Operation
from foundation.identifiers import EventId, PersonId
from people.person import RosterEntry
from vault.blob import DoesNotOpen

__all__ = ["GuardianView", "PersonLine", "PersonList", "PersonView", "name_and_birth_date", "person_line"]


@dataclass(frozen=True)
class PersonLine:
    """A person in a list: who they are, and no more."""

    id: PersonId
    name: str
    birth_year: int


@dataclass(frozen=True)
class PersonList:
    """Persons of one's own service, and where the list goes on."""

    items: tuple[PersonLine, ...]
    next: str | None
    event_id: EventId


@dataclass(frozen=True)
class GuardianView:
    """Who has parental responsibility, as far as one's own service knows them."""

    id: PersonId
    name: str
    kind: str
    is_resident: bool


@dataclass(frozen=True)
class PersonView:
    """What one's own service has written down of a person."""

    id: PersonId
    name: str
    birth_date: date
    identity_number: str | None
    address: str | None
    telephone: str | None
    language: str | None
    school: str | None
    guardians: tuple[GuardianView, ...]
    children: tuple[PersonLine, ...]
    #: When a register last said something about protection; None when never.
    protection_checked_at: str | None
    event_id: EventId


def person_line(op: Operation, entry: RosterEntry) -> PersonLine:
    """The line of one person, opened."""
    name, birth_date = name_and_birth_date(op, entry)
    return PersonLine(entry.person_id, name, birth_date.year)


def name_and_birth_date(op: Operation, entry: RosterEntry) -> tuple[str, date]:
    """The two fields that every entry has, opened; `DoesNotOpen` where one was emptied behind our back."""
    name, birth_date = entry.name.open(op), entry.birth_date.open(op)
    if name is None or birth_date is None:
        raise DoesNotOpen
    return name, date.fromisoformat(birth_date)
