import pytest
from sqlalchemy import delete, select
from sqlalchemy.engine import Connection

from audit.actions import Action
from audit.event import (
    INDEX_GROUPS,
    LOG_KEY_OWNER,
    AuditDisclosure,
    AuditEvent,
    AuditEventSubject,
    AuditPending,
    stored_index,
    subject_lookup,
)
from audit.evidence.commitment import commitment, digest, opened
from audit.operation import operation
from foundation.errors import Conflict
from foundation.identifiers import PersonId
from people.read_person import read_person
from referral.read_referral import read_referral
from tests.log_reading import events, keys_of, newest
from tests.situations import Town, a_consent, a_family, a_referral
from vault.keys import DataKey


def _a_busy_day(town: Town) -> None:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    a_consent(town, family)
    a_referral(town, family)
    read_person(town.housing_worker, family.child)
    with pytest.raises(Conflict), operation(town.housing_worker, Action.READ_PERSON, about=[family.child]):
        raise Conflict


def test_every_commitment_covers_what_is_disclosed_and_nothing_else(town: Town) -> None:
    _a_busy_day(town)
    for event in events(town.house):
        digests = sorted(digest(item) for item in event.disclosures)
        assert event.row.digests == b"".join(digests)
        assert event.row.commitment == commitment(digests)


def test_the_index_columns_are_what_the_disclosures_say(town: Town) -> None:
    _a_busy_day(town)
    for event in events(town.house):
        index = stored_index(event.row)
        assert set(index) == {column.key for column in AuditEvent.__table__.columns} - {"commitment", "digests"}
        assert sorted(column for group in INDEX_GROUPS.values() for column in group) == sorted(index)
        for name, value in index.items():
            assert event.index.get(name) == value, name
        assert event.row.persons == len(event.persons)


def test_an_opened_referral_takes_little_room(town: Town) -> None:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    a_consent(town, family, to=town.homework)
    read_referral(town.coordinator, a_referral(town, family))
    event = newest(town.house)
    names = [name for name, _ in map(opened, event.disclosures)]
    assert sorted(names) == ["about", "decision", "event", "notes", "person", "staff", "workings"]
    with town.house.engine.connect() as connection:
        sealed = connection.scalars(
            select(AuditDisclosure.sealed).where(AuditDisclosure.event_id == event.row.event_id)
        ).all()
    assert len(event.row.digests) == 7 * 32
    assert sum(len(one or b"") for one in sealed) <= 800


def test_no_two_events_have_a_disclosure_in_common(town: Town) -> None:
    """Every salt is fresh, so equal statements have unlike digests, and a guess cannot be tried."""
    _a_busy_day(town)
    everything = [item for event in events(town.house) for item in event.disclosures]
    assert len(set(everything)) == len(everything)


def test_what_an_event_says_of_a_person_rests_under_that_persons_key(town: Town) -> None:
    family = a_family(town)
    read_person(town.housing_worker, family.child)
    event, keys = newest(town.house), keys_of(town.house)
    with town.house.engine.connect() as connection:
        rows = connection.execute(
            select(AuditDisclosure.key_id, AuditDisclosure.sealed).where(AuditDisclosure.event_id == event.row.event_id)
        ).all()
    owners = {keys[key_id][0] for key_id, _ in rows}
    assert owners == {LOG_KEY_OWNER, *event.persons}
    assert event.persons.keys() == {family.child, family.mother, family.father}
    for _, sealed in rows:
        assert sealed is not None
        assert str(family.child).encode() not in sealed
        assert family.child.bytes not in sealed


def test_the_part_about_no_person_names_none_that_was_opened(town: Town) -> None:
    family = a_family(town)
    read_person(town.housing_worker, family.child)
    said = str(newest(town.house).said)
    assert str(family.child) in said  # what was asked for
    assert str(family.mother) not in said


def test_an_events_subjects_are_found_only_with_the_look_up_key(town: Town) -> None:
    family = a_family(town)
    read_person(town.housing_worker, family.child)
    key = town.house.custody.derived_key("event-subjects")
    with town.house.engine.connect() as connection:
        found = connection.execute(
            select(AuditEventSubject.event_id).where(AuditEventSubject.lookup == subject_lookup(key, family.child))
        )
        about_the_child = set(found.scalars())
        lookups = connection.execute(select(AuditEventSubject.lookup)).scalars().all()
    assert about_the_child == {event.row.event_id for event in events(town.house) if family.child in event.persons}
    assert not {family.child.bytes, family.mother.bytes} & set(lookups)
    assert subject_lookup(bytes(32), family.child) not in lookups


def test_every_event_waits_for_its_place_in_the_tree(town: Town) -> None:
    _a_busy_day(town)
    with town.house.engine.connect() as connection:
        pending = set(connection.execute(select(AuditPending.event_id)).scalars())
    assert pending == {event.row.event_id for event in events(town.house)}


def test_destroying_a_persons_keys_leaves_every_commitment_provable(town: Town) -> None:
    family = a_family(town)
    read_person(town.housing_worker, family.child)
    before = newest(town.house)
    with town.house.engine.begin() as connection:
        _destroy_keys(connection, family.child)
    after = next(event for event in events(town.house) if event.row.event_id == before.row.event_id)
    assert family.child not in after.persons
    assert after.persons.keys() == {family.mother, family.father}
    digests = {after.row.digests[at : at + 32] for at in range(0, len(after.row.digests), 32)}
    assert {digest(item) for item in after.disclosures} < digests
    assert commitment(digests) == after.row.commitment == before.row.commitment


def _destroy_keys(connection: Connection, person: PersonId) -> None:
    connection.execute(delete(DataKey.__table__).where(DataKey.owner_id == person))  # type: ignore[arg-type]  # a Table
