"""The belts beneath the operation: what the database itself refuses, whoever asks, in plain SQL."""

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from audit.triggers import TableKind, expected_triggers, kinds_of_tables, triggers_of
from foundation.tables import Base, Recorded
from migrations.tables import all_tables
from tests.situations import Town, a_consent, a_family, a_referral

KINDS = kinds_of_tables()
REFUSE_EVERY_UPDATE = {TableKind.STEP, TableKind.LOG, TableKind.QUEUE}
REFUSE_DELETE = {TableKind.STEP, TableKind.LOG, TableKind.ROW_OF_TODAY, TableKind.DISCLOSURE}


@pytest.fixture
def busy(town: Town) -> Town:
    """A town in which most tables have a row."""
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    a_consent(town, family)
    a_referral(town, family)
    return town


def _refused(town: Town, statement: str, **values: object) -> None:
    with (
        pytest.raises(DBAPIError, match=r"is refused|FOREIGN KEY|foreign key"),
        town.house.engine.begin() as connection,
    ):
        connection.execute(text(statement), values)


def _filled(town: Town) -> dict[str, TableKind]:
    with town.house.engine.connect() as connection:
        return {
            table: kind
            for table, kind in KINDS.items()
            if connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
        }


def test_every_recorded_table_has_a_kind() -> None:
    for mapper in Base.registry.mappers:
        if issubclass(mapper.class_, Recorded):
            assert mapper.class_.__tablename__ in KINDS
    assert set(KINDS) <= set(all_tables().tables)
    assert len(set(KINDS.values())) == len(TableKind)


def test_the_triggers_in_place_are_those_in_the_list(town: Town) -> None:
    dialect = town.house.engine.dialect.name
    question = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }[dialect]
    with town.house.engine.connect() as connection:
        assert set(connection.execute(text(question)).scalars()) == expected_triggers(dialect)


def test_no_step_or_log_row_is_changed(busy: Town) -> None:
    filled = _filled(busy)
    assert {table for table in filled if KINDS[table] is TableKind.STEP} >= {
        "consent_signature",
        "referral_step",
        "notice",
    }
    for table, kind in filled.items():
        if kind in REFUSE_EVERY_UPDATE:
            column = inspect(busy.house.engine).get_columns(table)[0]["name"]
            _refused(busy, f'UPDATE {table} SET "{column}" = "{column}"')


def test_no_row_but_a_right_is_removed(busy: Town) -> None:
    for table, kind in _filled(busy).items():
        if kind in REFUSE_DELETE:
            _refused(busy, f"DELETE FROM {table}")


def test_a_row_of_today_and_a_right_change_only_in_the_name_of_another_event(busy: Town) -> None:
    for table, kind in _filled(busy).items():
        if kind in {TableKind.ROW_OF_TODAY, TableKind.RIGHT}:
            _refused(busy, f"UPDATE {table} SET recorded_in = recorded_in")
    with busy.house.engine.begin() as connection:
        event = connection.execute(text("SELECT min(CAST(event_id AS TEXT)) FROM audit_event")).scalar_one()
        cast = "CAST(:event AS UUID)" if busy.house.engine.dialect.name == "postgresql" else ":event"
        statement = text(f"UPDATE roster_entry SET address_sealed = NULL, recorded_in = {cast}")
        assert connection.execute(statement, {"event": event}).rowcount == 6


def test_a_change_in_the_name_of_an_event_that_is_none_fails_at_the_commit(busy: Town) -> None:
    missing = "00000000-0000-0000-0000-000000000001"
    value = missing if busy.house.engine.dialect.name == "postgresql" else missing.replace("-", "")
    cast = "CAST(:event AS UUID)" if busy.house.engine.dialect.name == "postgresql" else ":event"
    _refused(busy, f"UPDATE roster_entry SET recorded_in = {cast}", event=value)


def test_a_disclosure_may_be_erased_and_nothing_else(busy: Town) -> None:
    _refused(busy, "UPDATE audit_disclosure SET sealed = sealed")
    _refused(busy, "UPDATE audit_disclosure SET sealed = NULL, key_id = event_id")
    _refused(busy, "DELETE FROM audit_disclosure")
    with busy.house.engine.begin() as connection:
        assert connection.execute(text("UPDATE audit_disclosure SET sealed = NULL")).rowcount > 10
    _refused(busy, "UPDATE audit_disclosure SET sealed = :another", another=b"another")


def test_a_place_in_the_queue_is_taken_from_it_and_never_changed(busy: Town) -> None:
    with busy.house.engine.begin() as connection:
        assert connection.execute(text("DELETE FROM audit_pending")).rowcount > 10


def test_a_right_may_be_taken_away(busy: Town) -> None:
    with busy.house.engine.begin() as connection:
        assert connection.execute(text("DELETE FROM part_wrap")).rowcount > 0


def test_replacing_a_row_is_refused_as_changing_it_is(busy: Town) -> None:
    if busy.house.engine.dialect.name == "sqlite":
        for table in ("audit_event", "audit_disclosure", "consent_signature", "referral", "installation"):
            _refused(busy, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    else:
        for table, key, column in (
            ("audit_event", "event_id", "action"),
            ("consent_signature", "signature_id", "answer"),
            ("referral", "referral_id", "state"),
        ):
            change = f"ON CONFLICT ({key}) DO UPDATE SET {column} = 'x'"
            _refused(busy, f"INSERT INTO {table} SELECT * FROM {table} {change}")


def test_a_whole_table_is_not_emptied(busy: Town) -> None:
    if busy.house.engine.dialect.name == "postgresql":
        for table in KINDS:
            _refused(busy, f"TRUNCATE {table} CASCADE")
    else:
        for table, kind in _filled(busy).items():
            if kind in REFUSE_DELETE:  # SQLite empties a table without looking at each row only where it has no trigger
                _refused(busy, f"DELETE FROM {table} WHERE true")


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_each_trigger_has_a_name_of_its_own(dialect: str) -> None:
    names = [trigger.name for table, kind in KINDS.items() for trigger in triggers_of(table, kind, dialect)]
    assert len(set(names)) == len(names) == len(expected_triggers(dialect))
