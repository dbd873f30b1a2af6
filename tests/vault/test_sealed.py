from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from audit.actions import Action
from audit.operation import operation
from foundation.identifiers import PersonId, ServiceId
from people.person import RosterEntry, entry_of
from tests.log_reading import newest
from tests.situations import Town, a_family
from vault.blob import DoesNotOpen, fresh_key
from vault.keys import DataKeyValue
from vault.sealed import Sealed, SealedText


@dataclass
class Keys:
    """A keeper with keys of its own and a trace that can be looked at."""

    keys: dict[UUID, dict[UUID, DataKeyValue]] = field(default_factory=dict)
    trace: list[tuple[UUID, str, bool]] = field(default_factory=list)

    def data_key(self, owner_id: UUID) -> tuple[UUID, DataKeyValue]:
        keys = self.keys.setdefault(owner_id, {})
        if not keys:
            keys[uuid4()] = DataKeyValue(fresh_key())
        newest_id = list(keys)[-1]
        return newest_id, keys[newest_id]

    def data_key_of(self, owner_id: UUID, key_id: UUID) -> DataKeyValue:
        try:
            return self.keys[owner_id][key_id]
        except KeyError as error:
            raise DoesNotOpen from error

    def keep_trace(self, owner_id: UUID, what: str, *, seen: bool) -> None:
        self.trace.append((owner_id, what, seen))


def _entry() -> RosterEntry:
    return RosterEntry(entry_id=uuid4(), person_id=PersonId.new(), service_id=ServiceId.new())


def test_a_sealed_field_rests_as_bytes_and_opens_with_a_trace() -> None:
    keys, entry = Keys(), _entry()
    RosterEntry.name.seal(entry, keys, "Sagal Æsøy")
    assert b"Sagal" not in entry.name_sealed
    assert entry.name.open(keys) == "Sagal Æsøy"
    assert entry.name.consult(keys) == "Sagal Æsøy"
    assert keys.trace == [
        (entry.person_id, "roster_entry.name", True),
        (entry.person_id, "roster_entry.name", False),
    ]


def test_an_empty_field_opens_to_nothing_and_leaves_no_trace() -> None:
    keys, entry = Keys(), _entry()
    RosterEntry.address.seal(entry, keys, None)
    assert entry.address_sealed is None
    assert not entry.address
    assert entry.address.open(keys) is None
    assert keys.trace == []
    RosterEntry.address.seal(entry, keys, "")
    assert entry.address
    assert entry.address.open(keys) == ""


def test_a_value_says_nothing_by_accident() -> None:
    keys, entry = Keys(), _entry()
    RosterEntry.name.seal(entry, keys, "Sagal")
    assert "Sagal" not in repr(entry.name)
    assert "Sagal" not in str(entry.name)
    assert isinstance(RosterEntry.name, SealedText)


def test_a_value_moved_to_another_field_row_or_person_does_not_open() -> None:
    keys, entry, other = Keys(), _entry(), _entry()
    RosterEntry.name.seal(entry, keys, "Sagal")
    RosterEntry.name.seal(other, keys, "Hodan")
    entry.address_sealed = entry.name_sealed
    moved = _entry()
    moved.person_id, moved.name_sealed = entry.person_id, entry.name_sealed
    swapped = other.name_sealed
    other.name_sealed = entry.name_sealed
    for sealed in (entry.address, moved.name, other.name):
        with pytest.raises(DoesNotOpen):
            sealed.open(keys)
    other.name_sealed = swapped
    assert other.name.open(keys) == "Hodan"
    assert all(what == "roster_entry.name" for _, what, _ in keys.trace)


def test_destroying_the_key_closes_the_field_for_good() -> None:
    keys, entry = Keys(), _entry()
    RosterEntry.name.seal(entry, keys, "Sagal")
    keys.keys.clear()
    with pytest.raises(DoesNotOpen):
        entry.name.open(keys)
    keys.data_key(entry.person_id)
    with pytest.raises(DoesNotOpen):
        entry.name.open(keys)
    assert keys.trace == []


def test_a_damaged_blob_does_not_open() -> None:
    keys, entry = Keys(), _entry()
    RosterEntry.name.seal(entry, keys, "Sagal")
    for blob in (b"", b"short", entry.name_sealed[:16], entry.name_sealed[:-1]):
        with pytest.raises(DoesNotOpen):
            Sealed(entry.person_id, "roster_entry.name", entry.entry_id.bytes, blob).open(keys)


def test_a_key_that_came_later_seals_anew_and_the_old_value_still_opens() -> None:
    keys, entry, later = Keys(), _entry(), _entry()
    later.person_id = entry.person_id
    RosterEntry.name.seal(entry, keys, "before")
    keys.keys[entry.person_id][uuid4()] = DataKeyValue(fresh_key())
    RosterEntry.name.seal(later, keys, "after")
    assert entry.name_sealed[:16] != later.name_sealed[:16]
    assert (entry.name.open(keys), later.name.open(keys)) == ("before", "after")


def test_nothing_of_a_person_lies_in_clear_in_the_row(town: Town) -> None:
    family = a_family(town)
    with town.house.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM roster_entry")).mappings().all()
    assert len(rows) == 3
    values = [value for row in rows for value in row.values()]
    stored = b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)
    for member in family.members.values():
        secrets = (member.name, member.address, member.telephone, member.identity_number, str(member.birth_date))
        assert not [secret for secret in secrets if secret is not None and secret.encode() in stored]


def test_opening_says_disclosed_in_the_event_and_consulting_says_consulted(town: Town) -> None:
    family = a_family(town)
    with operation(town.housing_worker, Action.READ_PERSON) as op:
        assert entry_of(op, family.child, op.service).name.open(op) == family.members["child"].name
        assert entry_of(op, family.mother, op.service).birth_date.consult(op) == date(1988, 6, 2).isoformat()
    assert newest(town.house).persons == {
        family.child: {"disclosed": ["roster_entry.name"], "consulted": []},
        family.mother: {"disclosed": [], "consulted": ["roster_entry.birth_date"]},
    }
