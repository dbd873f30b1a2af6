"""What every test may ask for: a house on SQLite and on PostgreSQL, its clock, and a town with people at work in it."""

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from audit.house import House
from migrations.run import migrate
from tests.houses import DATABASES, Databases, PostgreSQL, a_running_postgresql
from tests.set_clock import SetClock
from tests.situations import Town, a_town

# Under load everything takes longer, and that is no fault of what is tested.
_PATIENT: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
# A run before a change lands asks the same every time; `make prove` asks what nobody has asked before.
hypothesis.register_profile("steady", derandomize=True, **_PATIENT)
hypothesis.register_profile("searching", **_PATIENT)
hypothesis.load_profile("steady")


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


#: Where every test starts programs or a browser, walks every revision, or tries what all of the house promises at once.
_SLOW_FOLDERS = tuple(Path(__file__).with_name(name) for name in ("cli", "journeys", "look", "migrations", "promises"))
_IN_SLOW_FOLDERS = tuple(f"{folder}{os.sep}" for folder in _SLOW_FOLDERS)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what is slow by its nature (those folders, whatever is asked of a server), and what needs a database."""
    asked_for = getattr(item, "fixturenames", ())
    if "databases" in asked_for:
        item.add_marker(pytest.mark.house)
    if "address" in asked_for or str(item.path).startswith(_IN_SLOW_FOLDERS):
        item.add_marker(pytest.mark.slow)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where nobody wants the slow ones, do not even read their folders: that would take seconds."""
    return True if collection_path in _SLOW_FOLDERS and "not slow" in config.option.markexpr else None


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


class _Patterns:
    """A house and a town on each kind of database: built once, closed, and copied, because building takes longer."""

    def __init__(self, made: Databases) -> None:
        self._made = made
        self._houses: dict[str, House] = {}
        self._towns: dict[str, Town] = {}

    def house(self, kind: str, databases: Databases) -> House:
        """An installed house with demo data's rules."""
        if kind not in self._houses:
            self._houses[kind] = self._made.house(kind, name=f"house-{kind}")
            self._houses[kind].close()
        return self._copied(self._houses[kind], databases)

    def town(self, kind: str, databases: Databases) -> Town:
        """The town of `tests.situations.a_town`, in a house of its own."""
        if kind not in self._towns:
            self._towns[kind] = a_town(self._made.house(kind, name=f"town-{kind}"))
            self._towns[kind].house.close()
        return self._towns[kind].moved_to(self._copied(self._towns[kind].house, databases))

    def _copied(self, house: House, databases: Databases) -> House:
        return databases.copy(house, SetClock(house.clock.now()))


@pytest.fixture(scope="session")
def _patterns(
    _sqlite_template: Path, _postgresql: Iterator[PostgreSQL], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[_Patterns]:
    """What the houses and towns of the tests are copied from."""
    with closing(Databases(_sqlite_template, _postgresql, tmp_path_factory.mktemp("patterns"))) as made:
        yield _Patterns(made)


@pytest.fixture
def _furnished(
    request: pytest.FixtureRequest, databases: Databases, database: str, _patterns: _Patterns
) -> tuple[House, Town | None]:
    """A house, and the town in it where the test asks for one."""
    if "town" not in request.fixturenames:
        return _patterns.house(database, databases), None
    town = _patterns.town(database, databases)
    return town.house, town


@pytest.fixture
def house(_furnished: tuple[House, Town | None]) -> House:
    """An installed house with demo data's rules, on each kind of database; empty unless the test asks for `town`."""
    return _furnished[0]


@pytest.fixture
def sqlite_house(databases: Databases, _patterns: _Patterns) -> House:
    """An installed house on SQLite, for what does not depend on the database."""
    return _patterns.house("sqlite", databases)


@pytest.fixture
def sqlite_town(databases: Databases, _patterns: _Patterns) -> Town:
    """The town of `tests.situations.a_town` on SQLite, for what does not depend on the database."""
    return _patterns.town("sqlite", databases)


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
