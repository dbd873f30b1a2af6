"""The database is held against the log: nothing in order is reported, and nothing that was changed is missed."""

import sqlite3
from itertools import islice
from typing import Any

import pytest
from sqlalchemy import select

from audit.actions import Action
from audit.actor import Actor
from audit.begin_log import instant
from audit.event import AuditDisclosure
from audit.evidence.base64url import b64url
from audit.evidence.canonical_json import JsonValue
from audit.evidence.finding import Finding
from audit.evidence.leaf import system_leaf
from audit.evidence.log_policy import parse_policy
from audit.evidence.log_store import DirectoryStore
from audit.house import House
from audit.integrate_events import grow_tree
from audit.operation import operation, upkeep
from audit.sequence_events import settle_log
from audit.verify_database import findings_in, verify_database
from foundation.identifiers import PersonId
from people.read_person import read_person
from tests.a_sequencer import attack, record, sequencer_of
from tests.damage import byte_changed
from tests.log_reading import events, keys_of, newest
from tests.situations import Town, a_consent, a_family, a_referral

pytestmark = pytest.mark.slow

#: The log's own tables, and what in them is about the running of the service and proves nothing.
LOG_TABLES = (
    "audit_event", "audit_disclosure", "audit_event_subject", "audit_pending", "log_leaf", "tree_state", "checkpoint",
    "watermark",
)  # fmt: skip
NO_EVIDENCE = {("tree_state", "updated_at"), ("log_leaf", "is_late")}


def found(house: House) -> list[Finding]:
    policy = parse_policy(house.settings.log_policy_path.read_bytes())
    return list(islice(findings_in(house, DirectoryStore(house.settings.store_path), policy), 50))


@pytest.fixture
def log(town: Town) -> House:
    """A town with a family, a consent and a referral, all in the tree but the last event."""
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    a_consent(town, family, to=town.homework)
    a_referral(town, family)
    settle_log(town.house)
    read_person(town.housing_worker, family.child)
    return town.house


def test_what_is_in_order_is_not_reported(log: House) -> None:
    assert found(log) == []


def test_it_leaves_an_event(log: House) -> None:
    policy = parse_policy(log.settings.log_policy_path.read_bytes())
    verdict = verify_database(Actor.operator(log), DirectoryStore(log.settings.store_path), policy)
    assert verdict.findings == ()
    event = newest(log)
    assert (event.shape, event.row.event_id) == (("verify_database", "permitted", None), verdict.event_id)


def test_an_event_that_is_integrated_meanwhile_disturbs_nobody(log: House) -> None:
    policy = parse_policy(log.settings.log_policy_path.read_bytes())
    reading = findings_in(log, DirectoryStore(log.settings.store_path), policy)
    record(log, 3)
    settle_log(log)
    assert list(reading) == []


@pytest.mark.parametrize(
    ("statement", "code", "place"),
    [
        ("DELETE FROM audit_pending", "place_missing", "audit_event"),
        ("INSERT INTO audit_pending SELECT event_id FROM log_leaf WHERE idx = 3", "place_twice", "audit_event"),
        ("DELETE FROM log_leaf WHERE idx = (SELECT max(idx) FROM log_leaf)", "tree_differs", "tree_state"),
        ("DELETE FROM log_leaf WHERE idx = 3", "tree_differs", "log_leaf 3"),
        ("UPDATE log_leaf SET idx = 100000 WHERE idx = 3", "tree_differs", "log_leaf 3"),
        ("UPDATE tree_state SET size = size - 1", "tree_differs", "tree_state"),
        ("UPDATE watermark SET signed = signed - 1", "tree_differs", "watermark"),
        ("UPDATE watermark SET exported = exported + 1", "tree_differs", "watermark"),
        ("DELETE FROM checkpoint", "tree_differs", "watermark"),
        ("UPDATE audit_disclosure SET sealed = NULL", "unexplained_absence", "audit_disclosure"),
        ("DELETE FROM data_key", "unexplained_absence", "audit_disclosure"),
        ("DELETE FROM audit_event_subject", "subject_differs", "audit_event"),
        ("UPDATE audit_event SET role = 'auditor' WHERE role = 'teacher'", "columns_differ", "audit_event"),
        ("UPDATE audit_event SET basis = 'law'", "columns_differ", "audit_event"),
        ("UPDATE audit_event SET hits = coalesce(hits, 0) + 1", "columns_differ", "audit_event"),
        ("DELETE FROM audit_event WHERE action = 'refer_pupil'", "event_missing", "log_leaf"),
        ("DELETE FROM audit_disclosure", "sealed_changed", "audit_event"),
    ],
)
def test_what_the_owner_of_the_database_does_is_found(log: House, statement: str, code: str, place: str) -> None:
    as_owner(log, statement)
    findings = found(log)
    assert findings
    assert any(one.code == code and one.place.startswith(place) for one in findings), findings[:3]


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE consent_signature SET recorded_in = (SELECT {} WHERE action = 'install' LIMIT 1)", "not about"),
        ("UPDATE consent_signature SET recorded_in = (SELECT {} WHERE action = 'read_person' LIMIT 1)", "only shows"),
        ("DELETE FROM audit_event WHERE action = 'refer_pupil'", "not there"),
    ],
)
def test_a_row_without_an_event_that_could_have_written_it_is_found(log: House, statement: str, reason: str) -> None:
    as_owner(log, statement.format("event_id FROM audit_event"))
    findings = [one for one in found(log) if one.code == "row_unexplained"]
    assert findings
    assert all(reason in one.reason for one in findings)


def add_leaf(house: House, leaf: bytes) -> None:
    """Let a line of the log's own stand behind all that was recorded, and be signed."""
    settle_log(house)
    tree = sequencer_of(house).tree
    with upkeep(house) as connection:
        grow_tree(connection, house, tree, [(None, leaf, False)])
    settle_log(house)


def test_what_was_erased_and_explained_is_no_finding_and_an_old_backup_opens_nothing(log: House) -> None:
    settle_log(log)
    person = next(iter(events(log)[-1].persons))
    about = [one for one in events(log) if person in one.persons]
    keys = [key_id for key_id, (owner, _) in keys_of(log).items() if owner == person]
    with log.engine.connect() as connection:
        of_them = select(AuditDisclosure.event_id, AuditDisclosure.sealed).where(AuditDisclosure.key_id == keys[0])
        backup = connection.execute(of_them).all()
    assert len(keys) == 1
    assert len(about) == len(backup) > 2
    as_owner(log, f"UPDATE audit_disclosure SET sealed = NULL WHERE key_id = '{keys[0].hex}'")
    as_owner(log, f"DELETE FROM data_key WHERE key_id = '{keys[0].hex}'")
    assert {one.code for one in found(log)} == {"unexplained_absence"}

    def erased(commitments: list[bytes]) -> bytes:
        decided = "00000000-0000-4000-8000-000000000002"
        named: JsonValue = sorted(b64url(one) for one in commitments)
        said: dict[str, JsonValue] = {"approved_by": [decided], "basis": "GDPR art. 17(1)(d)", "decision": decided}
        return system_leaf("erase", {**said, "commitments": named, "time": instant(log.clock.now())})

    add_leaf(log, erased([one.row.commitment for one in about[1:]]))
    assert [one.code for one in found(log)] == ["unexplained_absence"]
    add_leaf(log, erased([about[0].row.commitment]))
    assert found(log) == []

    for event, sealed in backup:
        assert sealed is not None
        at = f"event_id = '{event.hex}' AND key_id = '{keys[0].hex}'"
        literal = f"X'{sealed.hex()}'" if log.engine.dialect.name == "sqlite" else f"'\\x{sealed.hex()}'"
        as_owner(log, f"UPDATE audit_disclosure SET sealed = {literal} WHERE {at}")
    assert found(log) == []
    assert not any(person in one.persons for one in events(log))


def as_owner(house: House, statement: str) -> None:
    """Do this as whoever owns the database: no trigger, and no foreign key, stands in the way."""
    if house.engine.dialect.name == "postgresql":
        attack(house, statement)
        return
    attack(house)
    connection = sqlite3.connect(house.settings.data_dir / "tillit.db")
    connection.execute("PRAGMA foreign_keys = OFF")
    with connection:
        connection.execute(statement)
    connection.close()


def changed(value: Any, at: int) -> Any:
    """The value with one byte changed, or with another number."""
    if isinstance(value, bytes):
        return byte_changed(value, at)
    if isinstance(value, str):
        return value[:at] + ("b" if value[at] == "a" else "a") + value[at + 1 :]
    return "a" if value is None else value + 1000


def an_open_log(house: House) -> sqlite3.Connection:
    """A log of eight events, and its file as its owner opens it: no trigger, no foreign key, no check."""
    record(house, 3)
    with operation(Actor.operator(house), Action.FILL_DEMO) as op:
        op.about(PersonId.new(), PersonId.new())
    settle_log(house)
    record(house, 3)
    connection = sqlite3.connect(house.settings.data_dir / "tillit.db", isolation_level=None)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    return connection


def missed(house: House, every: int) -> tuple[int, list[str]]:
    """Change every `every`th byte of every column of every row of the log, one at a time, and take it back.

    How many changes were made, and which of them nobody noticed.
    """
    tried, unnoticed = 0, []
    connection = an_open_log(house)
    assert connection.execute("SELECT count(*) FROM audit_event").fetchone() == (8,)
    assert found(house) == []
    for table in LOG_TABLES:
        columns = [one[1] for one in connection.execute(f"PRAGMA table_info({table})")]
        for rowid, *row in connection.execute(f"SELECT rowid, * FROM {table}").fetchall():
            for column, value in zip(columns, row, strict=True):
                if (table, column) in NO_EVIDENCE:
                    continue
                for at in range(0, len(value), every) if isinstance(value, (bytes, str)) else (0,):
                    put = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"
                    connection.execute(put, (changed(value, at), rowid))
                    now = connection.execute(
                        f"SELECT max(rowid) FROM {table} WHERE {column} = ?", (changed(value, at),)
                    )
                    (moved,) = now.fetchone()
                    tried += 1
                    if not found(house):
                        unnoticed.append(f"{table}.{column} at {at}")
                    connection.execute(put, (value, moved if column == "idx" else rowid))
    assert found(house) == []
    connection.close()
    return tried, unnoticed


def test_a_changed_byte_in_any_row_of_the_log_is_found(sqlite_house: House) -> None:
    tried, unnoticed = missed(sqlite_house, every=29)
    assert unnoticed == []
    assert tried > 300


@pytest.mark.prove
def test_every_changed_byte_in_every_row_of_the_log_is_found(sqlite_house: House) -> None:
    tried, unnoticed = missed(sqlite_house, every=1)
    assert unnoticed == []
    assert tried > 5_000
