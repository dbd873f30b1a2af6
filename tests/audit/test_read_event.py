from dataclasses import dataclass

import pytest
from sqlalchemy import delete, text
from sqlalchemy.engine import Connection

from audit.actions import Action
from audit.house import House
from audit.opened_event import EntryDoesNotVerify
from audit.operation import operation
from audit.read_event import read_event
from audit.refusals import NotInYourRole
from audit.triggers import kinds_of_tables, triggers_of
from foundation.errors import NotFound
from foundation.identifiers import EventId
from people.read_person import read_person
from tests.log_reading import newest, newest_shape
from tests.situations import Family, Town, a_family
from vault.keys import DataKey


@dataclass
class Read:
    """A family, and the event of having read about its child."""

    family: Family
    event: EventId


@pytest.fixture
def read(town: Town) -> Read:
    family = a_family(town)
    return Read(family, read_person(town.housing_worker, family.child).event_id)


def test_an_entry_is_read_whole(town: Town, read: Read) -> None:
    entry = read_event(town.auditor, read.event)
    assert entry.line.action == "read_person"
    assert entry.line.staff_id == town.housing_worker.staff
    assert entry.notes == {"asked_for": str(read.family.child)}
    assert entry.decision is None
    assert entry.place is None
    assert entry.erased == 0
    assert entry.disclosed.keys() == {read.family.child, read.family.mother, read.family.father}
    assert "roster_entry.address" in entry.disclosed[read.family.child]
    assert entry.disclosed[read.family.mother] == ("roster_entry.birth_date", "roster_entry.name")
    assert entry.consulted == {}
    assert entry.mentioned == ()


def test_reading_an_entry_is_an_entry_that_names_the_same_persons(town: Town, read: Read) -> None:
    entry = read_event(town.auditor, read.event)
    event = newest(town.house)
    assert event.row.event_id == entry.event_id
    assert event.shape == ("read_event", "permitted", None)
    assert event.said["read"] == str(read.event)
    assert event.persons.keys() == {read.family.child, read.family.mother, read.family.father}


def test_whom_a_deed_was_only_about_is_mentioned(town: Town, read: Read) -> None:
    with operation(town.housing_worker, Action.READ_PERSON, about=[read.family.child]) as op:
        pass
    entry = read_event(town.auditor, op.event_id)
    assert entry.mentioned == (read.family.child,)
    assert entry.disclosed == {}


def test_what_is_not_there_is_not_found(town: Town) -> None:
    with pytest.raises(NotFound):
        read_event(town.auditor, EventId.new())
    assert newest(town.house).shape == ("read_event", "not_found", "not_found")


def test_only_those_who_review_the_log_read_it(town: Town, read: Read) -> None:
    read_event(town.data_protection_officer, read.event)
    for actor in (town.housing_worker, town.administrator, town.housing_leader):
        with pytest.raises(NotInYourRole):
            read_event(actor, read.event)


def test_an_erased_person_is_counted_and_the_rest_still_verifies(town: Town, read: Read) -> None:
    with town.house.engine.begin() as connection:
        connection.execute(delete(DataKey.__table__).where(DataKey.owner_id == read.family.child))  # type: ignore[arg-type]  # a Table
    entry = read_event(town.auditor, read.event)
    assert entry.erased == 1
    assert entry.disclosed.keys() == {read.family.mother, read.family.father}


def _behind_the_triggers(house: House, connection: Connection) -> None:
    """What a superuser can do: take the triggers away."""
    for table in ("audit_event", "audit_disclosure"):
        for trigger in triggers_of(table, kinds_of_tables()[table], house.engine.dialect.name):
            connection.execute(text(trigger.drop))


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        ("UPDATE audit_event SET commitment = :value WHERE event_id = :event", {"value": bytes(32)}),
        ("UPDATE audit_event SET digests = :value WHERE event_id = :event", {"value": bytes(64)}),
        ("UPDATE audit_event SET action = 'list_persons' WHERE event_id = :event", {}),
        ("UPDATE audit_event SET outcome = 'refused' WHERE event_id = :event", {}),
        ("UPDATE audit_event SET staff_id = NULL WHERE event_id = :event", {}),
        ("UPDATE audit_event SET purpose = 'another' WHERE event_id = :event", {}),
        ("UPDATE audit_event SET recorded_at = '2020-01-01 00:00:00+00' WHERE event_id = :event", {}),
        ("UPDATE audit_event SET persons = 0 WHERE event_id = :event", {}),
        ("DELETE FROM audit_disclosure WHERE event_id = :event", {}),
        ("UPDATE audit_disclosure SET sealed = :value WHERE event_id = :event", {"value": b"another"}),
    ],
)
def test_a_changed_entry_is_noticed(town: Town, read: Read, statement: str, values: dict[str, bytes]) -> None:
    key = read.event.hex if town.house.engine.dialect.name == "sqlite" else read.event
    if town.house.engine.dialect.name == "sqlite":
        statement = statement.replace("+00'", "'")
    with town.house.engine.begin() as connection:
        _behind_the_triggers(town.house, connection)
        assert connection.execute(text(statement), {**values, "event": key}).rowcount >= 1
    with pytest.raises(EntryDoesNotVerify):
        read_event(town.auditor, read.event)
    assert newest_shape(town.house) == ("read_event", "failed", "log_entry_does_not_verify")


def test_a_bundle_of_another_event_is_noticed(town: Town, read: Read) -> None:
    other = read_person(town.housing_worker, read.family.child).event_id
    with town.house.engine.begin() as connection:
        _behind_the_triggers(town.house, connection)
        rows = connection.execute(text("SELECT event_id, key_id, sealed FROM audit_disclosure")).all()
        of = {(str(event).replace("-", ""), key): sealed for event, key, sealed in rows}
        for (event, key), sealed in of.items():
            if event == other.hex:
                connection.execute(
                    text("UPDATE audit_disclosure SET sealed = :sealed WHERE event_id = :event AND key_id = :key"),
                    {
                        "sealed": sealed,
                        "event": read.event.hex if town.house.engine.dialect.name == "sqlite" else read.event,
                        "key": key,
                    },
                )
    with pytest.raises(EntryDoesNotVerify):
        read_event(town.auditor, read.event)
