"""What was acknowledged is on the disk, whatever somebody who owns the database has set."""

import sqlite3
import time

import pytest
from sqlalchemy import Engine, create_engine, text

from foundation.engine import make_engine
from tests.houses import Databases

_PRAGMAS = ("journal_mode", "synchronous", "foreign_keys")


def _commits(engine: Engine) -> str:
    """How the commits of one connection are made durable, after a transaction that was undone."""
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        connection.rollback()
        return str(connection.execute(text("SHOW synchronous_commit")).scalar_one())


@pytest.mark.postgres
@pytest.mark.parametrize(
    "where", ["SYSTEM", "DATABASE {database}", "ROLE CURRENT_USER", "ROLE CURRENT_USER IN DATABASE {database}"]
)
def test_a_superuser_who_switches_synchronous_commit_off_switches_nothing_off_here(
    databases: Databases, where: str
) -> None:
    house = databases.house("postgresql")
    altered = "ALTER " + where.format(database=house.engine.url.database)
    open_before, superuser = make_engine(house.settings.url), create_engine(house.settings.url)
    with superuser.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            assert _commits(open_before) == "on"
            connection.execute(text(f"{altered} SET synchronous_commit = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
            somebody, opened_after = create_engine(house.settings.url), make_engine(house.settings.url)
            assert _soon_off(somebody)
            assert (_commits(open_before), _commits(opened_after)) == ("on", "on")
        finally:
            connection.execute(text(f"{altered} RESET synchronous_commit"))
            connection.execute(text("SELECT pg_reload_conf()"))
    for engine in (open_before, superuser, somebody, opened_after):
        engine.dispose()


def _soon_off(engine: Engine) -> bool:
    """Whether the attack works on whoever does not guard against it; the server reads its settings anew in a moment."""
    for _ in range(100):
        if _commits(engine) == "off":
            return True
        engine.dispose()
        time.sleep(0.05)
    return False


def test_a_file_that_was_set_to_another_journal_is_set_back(databases: Databases) -> None:
    house = databases.house("sqlite")
    house.engine.dispose()
    file = sqlite3.connect(house.settings.data_dir / "tillit.db")
    assert file.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
    file.close()
    with house.engine.connect() as connection:
        found = {name: connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in _PRAGMAS}
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
