"""`tillit demo`: a fresh directory is filled and served, a filled one is only served, real data never."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.a_server import a_client
from tests.cli.running import program, serving, tillit
from tests.houses import PostgreSQL


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration, filled by the installed program."""
    data = tmp_path_factory.mktemp("demo") / "data"
    data.mkdir()
    ran = program("demo", "--data-dir", data, "--fill-only")
    assert (ran.code, ran.err) == (0, "")
    (data.parent / "said.txt").write_text(ran.out)
    return data


def _count(data: Path, table: str, where: str = "1") -> int:
    with sqlite3.connect(f"file:{data / 'tillit.db'}?mode=ro", uri=True) as connection:
        (found,) = connection.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()
    connection.close()
    return int(found)


def test_one_directory_holds_it_all_and_nothing_is_left_beside(filled: Path) -> None:
    assert {path.name for path in filled.iterdir()} >= {"tillit.db", "keys", "register-demo.json"}
    assert {path.name for path in filled.parent.iterdir()} == {"data", "said.txt"}
    assert tillit("doctor", "--data-dir", filled, TILLIT_PORT="0").code == 0


def test_every_page_has_something_to_show(filled: Path) -> None:
    states = {"given", "asked", "conflict", "refused", "withdrawn"}
    assert all(_count(filled, "consent", f"state = '{state}'") for state in states)
    states = {"sent", "accepted", "declined", "recalled", "stopped"}
    assert all(_count(filled, "referral", f"state = '{state}'") for state in states)
    assert _count(filled, "audit_event", "outcome = 'refused'") >= 4
    assert _count(filled, "audit_event", "outcome = 'not_found'") >= 1
    assert _count(filled, "consent_proof") >= 2
    assert _count(filled, "notice") > 20


def test_the_strictly_protected_number_is_nowhere_but_in_the_register(filled: Path) -> None:
    said = (filled.parent / "said.txt").read_text()
    number = said.strip().rpartition(" ")[2]
    assert number in (filled / "register-demo.json").read_text()
    assert number.encode() not in (filled / "tillit.db").read_bytes()


def test_no_name_or_number_of_a_family_rests_in_clear(filled: Path) -> None:
    raw = b"".join(path.read_bytes() for path in filled.iterdir() if path.is_file() and path.suffix != ".json")
    assert all(canary not in raw for canary in (b"Hodan Cabdi", b"Hauane", b"al-Qudsawi", b"Elvebakken 2,", b"Zofia"))


def test_it_is_served_on_the_demo_word_only_and_not_filled_twice(filled: Path) -> None:
    before = _count(filled, "audit_event")
    assert "[demo_data]" in tillit("serve", "--data-dir", filled).refusal
    with serving("demo", "--data-dir", filled, "--port", "0") as (address, _), a_client(address) as stranger:
        assert stranger.get("/readyz").json() == {"ready": True}
        assert "Synnøve Lauvtun" in stranger.get("/sign-in").text
    assert _count(filled, "audit_event") == before


def test_real_data_and_other_peoples_files_are_left_alone(tmp_path: Path) -> None:
    assert tillit("init", "--data-dir", tmp_path / "real").code == 0
    assert "[not_demo_data]" in tillit("demo", "--data-dir", tmp_path / "real").refusal
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine")
    assert "[not_empty]" in tillit("demo", "--data-dir", tmp_path / "mine").refusal
    assert not (tmp_path / ".mine.filling").exists()


def test_the_clock_of_a_demonstration_can_be_set(filled: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(filled, data)
    clock = tmp_path / "clock"
    clock.write_text("2031-03-01T08:00:00+00:00")
    serve = serving("demo", "--data-dir", data, "--port", "0", "--clock-file", clock)
    with serve as (address, _), a_client(address) as stranger:
        assert stranger.get("/api/v1/demo-doors").status_code == 200
    names = [path.name for path in (data / "keys").iterdir()]
    assert "keyring.sealed" in names
    assert "newest is 2031-03" in tillit("doctor", "--data-dir", data, TILLIT_CLOCK_FILE=str(clock)).out


@pytest.mark.postgres
def test_on_postgresql_it_is_filled_and_served_too(a_postgresql: PostgreSQL, tmp_path: Path) -> None:
    url = a_postgresql.url(a_postgresql.empty())
    serve = serving("demo", "--data-dir", tmp_path / "d", "--port", "0", TILLIT_DATABASE_URL=url)
    with serve as (address, _), a_client(address) as stranger:
        assert "Synnøve Lauvtun" in stranger.get("/sign-in").text
    assert "[not_empty]" in tillit("init", "--data-dir", tmp_path / "e", TILLIT_DATABASE_URL=url).err
