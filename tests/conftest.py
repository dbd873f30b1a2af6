"""What every test may ask for: a house on SQLite and on PostgreSQL, its clock, and a town with people at work in it."""

import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis

from audit.house import House
from migrations.run import migrate
from tests.houses import DATABASES, Databases, PostgreSQL, a_running_postgresql
from tests.set_clock import SetClock
from tests.situations import Town, a_town

hypothesis.register_profile("tillit", deadline=None)
hypothesis.load_profile("tillit")


#: Where a machine keeps files in memory. Hundreds of databases are made and thrown away; none of them waits for a disk.
_MEMORY = Path("/dev/shm")  # noqa: S108  # every test makes a folder of its own in it
_ROOM = 4 * 1024**3


def _has_room(folder: Path) -> bool:
    if not os.access(folder, os.W_OK) or shutil.disk_usage(folder).free < _ROOM:
        return False
    return not os.statvfs(folder).f_flag & os.ST_NOEXEC  # some tests run programs that they have written


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a folder for its sockets and locks, as a signed-in user's session has one (XDG base directories)."""
    for name in [name for name in os.environ if name.startswith("TILLIT_")]:
        del os.environ[name]
    if "TMPDIR" not in os.environ and _has_room(_MEMORY):
        os.environ["TMPDIR"], tempfile.tempdir = str(_MEMORY), None
    if "XDG_RUNTIME_DIR" not in os.environ:
        runtime = tempfile.mkdtemp(prefix="tillit-tests-")
        os.environ["XDG_RUNTIME_DIR"] = runtime
        config.add_cleanup(lambda: shutil.rmtree(runtime))


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the newest revision."""
    path = tmp_path_factory.mktemp("template") / "tillit.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def _postgresql() -> Iterator[Iterator[PostgreSQL]]:
    """The PostgreSQL of this process, started by the first test that asks for it."""

    def started() -> Generator[PostgreSQL]:
        with a_running_postgresql() as postgresql:
            while True:
                yield postgresql

    with closing(started()) as starting:
        yield starting


@pytest.fixture
def databases(_sqlite_template: Path, _postgresql: Iterator[PostgreSQL], tmp_path: Path) -> Iterator[Databases]:
    """Fresh databases and houses, as many as a test wants."""
    with closing(Databases(_sqlite_template, _postgresql, tmp_path)) as made:
        yield made


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> str:
    """The kind of database; a test that asks for it, or for a house, runs on each."""
    assert request.param in DATABASES
    return str(request.param)


@pytest.fixture(scope="session")
def _towns(
    _sqlite_template: Path, _postgresql: Iterator[PostgreSQL], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Town]]:
    """The town on each kind of database, built once and closed, to be copied."""
    folder, built = tmp_path_factory.mktemp("towns"), dict[str, Town]()
    with closing(Databases(_sqlite_template, _postgresql, folder)) as made:

        def town_on(kind: str) -> Town:
            if kind not in built:
                built[kind] = a_town(made.house(kind, name=kind))
                built[kind].house.close()
            return built[kind]

        yield town_on


@pytest.fixture
def _furnished(
    request: pytest.FixtureRequest, databases: Databases, database: str, _towns: Callable[[str], Town]
) -> tuple[House, Town | None]:
    """A house, and the town in it where the test asks for one."""
    if "town" not in request.fixturenames:
        return databases.house(database), None
    template = _towns(database)
    house = databases.copy(template.house, SetClock(template.house.clock.now()))
    return house, template.moved_to(house)


@pytest.fixture
def house(_furnished: tuple[House, Town | None]) -> House:
    """An installed house with demo data's rules, on each kind of database; empty unless the test asks for `town`."""
    return _furnished[0]


@pytest.fixture
def sqlite_house(databases: Databases) -> House:
    """An installed house on SQLite, for what does not depend on the database."""
    return databases.house("sqlite")


@pytest.fixture
def clock(house: House) -> SetClock:
    """The clock of `house`."""
    assert isinstance(house.clock, SetClock)
    return house.clock


@pytest.fixture
def town(_furnished: tuple[House, Town | None]) -> Town:
    """The organisations, services and staff of `tests.situations.a_town`, in `house`."""
    town = _furnished[1]
    assert town is not None
    return town
