"""The database's history: forwards and back with data in place, and at its end what the code expects."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from audit.triggers import TableKind, expected_triggers, kinds_of_tables
from foundation.engine import make_engine
from foundation.tables import Base, Recorded
from migrations import run
from migrations.run import BehindMigrations, UnknownRevision, current_revision, head_revision, migrate, refuse_behind
from migrations.tables import all_tables
from people.read_person import read_person
from tests.houses import Databases
from tests.situations import Town, a_consent, a_family, a_referral

_FOLDER = Path(run.__file__).parent
_SCRIPTS = ScriptDirectory(str(_FOLDER))
REVISIONS = [script.revision for script in reversed(list(_SCRIPTS.walk_revisions()))]
BACK = ["base", *REVISIONS[:-1]]


@pytest.fixture
def url(databases: Databases, database: str, tmp_path: Path) -> str:
    """The address of an empty database."""
    return databases.empty(database, tmp_path / "empty")


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    made = make_engine(url)
    yield made
    made.dispose()


def _triggers(connection: Connection) -> set[str]:
    question = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }[connection.dialect.name]
    return set(connection.execute(text(question)).scalars())


def _expected_now(connection: Connection) -> set[str]:
    """The triggers in the list in code, of the tables that this revision has."""
    there = set(inspect(connection).get_table_names())
    kinds: list[tuple[str, TableKind]] = [(table, kind) for table, kind in kinds_of_tables().items() if table in there]
    return expected_triggers(connection.dialect.name, kinds)


def _deferred(connection: Connection) -> set[str]:
    """The tables whose `recorded_in` is checked at the commit only."""
    if connection.dialect.name == "postgresql":
        return set(
            connection.execute(
                text("SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND condeferred")
            ).scalars()
        )
    made = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
    deferred = re.compile(
        r"FOREIGN KEY\(recorded_in\) REFERENCES audit_event \(event_id\) DEFERRABLE INITIALLY DEFERRED"
    )
    return {name for name, sql in made if deferred.search(sql)}


def _recorded_tables(connection: Connection) -> set[str]:
    there = set(inspect(connection).get_table_names())
    recorded = {mapper.class_.__tablename__ for mapper in Base.registry.mappers if issubclass(mapper.class_, Recorded)}
    return recorded & there


def test_revisions_are_numbered_and_form_one_line() -> None:
    assert len(_SCRIPTS.get_heads()) == 1
    assert [f"{number:04}" for number in range(1, len(REVISIONS) + 1)] == REVISIONS
    files = sorted(path.name for path in (_FOLDER / "versions").glob("*.py"))
    assert [name.split("_")[0] for name in files] == REVISIONS
    assert head_revision() == REVISIONS[-1]


def test_the_newest_revision_is_what_the_code_describes(engine: Engine, url: str) -> None:
    migrate(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, all_tables()) == []


def test_names_of_constraints_follow_the_convention(engine: Engine, url: str) -> None:
    """A constraint without a name cannot be named by a later revision."""
    migrate(url)
    looking = inspect(engine)
    for table in looking.get_table_names():
        if table == "alembic_version":
            continue
        assert looking.get_pk_constraint(table)["name"] == f"pk_{table}"
        assert all(str(key["name"]).startswith(f"fk_{table}_") for key in looking.get_foreign_keys(table))
        assert all(str(one["name"]).startswith(f"uq_{table}_") for one in looking.get_unique_constraints(table))
        assert all(str(one["name"]).startswith(f"ck_{table}_") for one in looking.get_check_constraints(table))


@pytest.mark.parametrize("revision", REVISIONS)
def test_after_every_revision_triggers_and_deferred_keys_are_those_in_the_code(
    engine: Engine, url: str, revision: str
) -> None:
    assert migrate(url, revision) == revision == current_revision(url)
    with engine.connect() as connection:
        assert _triggers(connection) == _expected_now(connection)
        assert _deferred(connection) == _recorded_tables(connection)


def test_back_to_the_beginning_leaves_nothing(engine: Engine, url: str) -> None:
    migrate(url)
    assert migrate(url, "base") is None
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
        assert _triggers(connection) == set()
        if connection.dialect.name == "postgresql":
            functions = text("SELECT count(*) FROM pg_proc WHERE proname LIKE 'tillit%'")
            assert connection.execute(functions).scalar_one() == 0


@pytest.mark.slow
@pytest.mark.parametrize("revision", BACK)
def test_up_down_and_up_again_with_data_in_place(town: Town, revision: str) -> None:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    a_consent(town, family)
    a_referral(town, family)
    url, engine = town.house.settings.url, town.house.engine
    with engine.connect() as connection:
        before = _everything(connection)
    town.house.close()
    assert migrate(url, revision) == (None if revision == "base" else revision)
    with engine.connect() as connection:
        left = _everything(connection)
        assert {table: rows for table, rows in before.items() if table in left} == left
        assert _triggers(connection) == _expected_now(connection)
        assert _deferred(connection) == _recorded_tables(connection)
    town.house.close()
    assert migrate(url) == head_revision()
    with engine.connect() as connection:
        again = _everything(connection)
        assert again.keys() == before.keys()
        assert all(rows == before[table] for table, rows in again.items() if table in left)
        assert _triggers(connection) == expected_triggers(connection.dialect.name)
        if connection.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    if "roster_entry" in left:
        assert read_person(town.housing_worker, family.child).name == family.members["child"].name


def _everything(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    tables = [table for table in inspect(connection).get_table_names() if table != "alembic_version"]
    return {
        table: sorted((tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))), key=repr)
        for table in tables
    }


def test_a_revision_that_fails_leaves_the_database_as_it_was(
    engine: Engine, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All revisions run in one transaction: a fault in the last undoes the first."""
    broken = "CREATE TABLE half_done (one INTEGER)", "SELECT * FROM a_table_that_is_not_there"
    scripts = ScriptDirectory.from_config

    def with_a_fault(config: Config) -> ScriptDirectory:
        found = scripts(config)
        script = found.get_revision(REVISIONS[-1])
        assert script is not None

        def upgrade() -> None:
            from alembic import op  # noqa: PLC0415  # a proxy that is ready only inside a migration

            for statement in broken:
                op.execute(statement)

        monkeypatch.setattr(script.module, "upgrade", upgrade)
        return found

    monkeypatch.setattr("alembic.script.ScriptDirectory.from_config", staticmethod(with_a_fault))
    with pytest.raises(DBAPIError):
        migrate(url)
    monkeypatch.undo()
    assert current_revision(url) is None
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == []
    assert migrate(url) == head_revision()


def test_migrating_twice_changes_nothing(engine: Engine, url: str) -> None:
    migrate(url)
    with engine.connect() as connection:
        before = _everything(connection).keys()
    assert migrate(url) == head_revision()
    with engine.connect() as connection:
        assert _everything(connection).keys() == before


def test_a_database_that_is_behind_is_refused(url: str) -> None:
    for at in ("base", REVISIONS[0], REVISIONS[-2]):
        migrate(url, at)
        with pytest.raises(BehindMigrations) as refused:
            refuse_behind(url)
        assert refused.value.values["needed"] == head_revision()
    migrate(url)
    refuse_behind(url)


def test_a_revision_that_this_program_does_not_know_is_refused(engine: Engine, url: str) -> None:
    with pytest.raises(UnknownRevision):
        migrate(url, "9999")
    migrate(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UnknownRevision):
        migrate(url)
    with pytest.raises(BehindMigrations):
        refuse_behind(url)
