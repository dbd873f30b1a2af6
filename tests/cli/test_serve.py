"""`tillit serve` and `migrate`: what starts, what does not, and that it stops in good order."""

import json
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from migrations.revision import head_revision
from tests.a_server import a_client
from tests.cli.running import program, serving, tillit
from tests.houses import PostgreSQL
from vault.blob import open_blob, seal_blob
from vault.file_custody import FileCustody, read_root_key

TOLD = ("--municipality", "Granfjord kommune", "--number", "9999", "--email", "ragnvald@granfjord.example")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation for real data, made by the installed program."""
    data = tmp_path_factory.mktemp("real") / "data"
    ran = program("init", "--data-dir", data, *TOLD)
    assert ran.code == 0, ran.err
    return data


def _copied(real: Path, to: Path) -> Path:
    shutil.copytree(real.parent, to, dirs_exist_ok=True)
    return to / "data"


def test_it_serves_stands_alone_and_stops_on_sigterm(real: Path) -> None:
    with serving("serve", "--data-dir", real, "--port", "0") as (address, process):
        with a_client(address) as stranger:
            assert stranger.get("/livez").json() == {"live": True}
            assert stranger.get("/readyz").json() == {"ready": True}
            answer = stranger.get("/sign-in")
        assert answer.status_code == 200
        assert "server" not in answer.headers
        port = address.rpartition(":")[2]
        assert "[already_served]" in tillit("serve", "--data-dir", real, "--port", "0").refusal
        # The doctor knows the server's port for Tillit's own.
        checks = json.loads(tillit("doctor", "--data-dir", real, "--json", TILLIT_PORT=port).out)
        assert checks[-1] == {
            "code": "port", "ok": True, "found": f"Tillit answers on 127.0.0.1:{port}", "do": "",
        }  # fmt: skip
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=120)
        assert (process.returncode, out, err) == (0, "", "")


def test_a_start_loads_nothing_that_only_some_requests_or_commands_need() -> None:
    """Migrations, pictures, PDFs, YAML and filling the demonstration: each would make every start longer."""
    seldom = {"alembic", "cli.make_demo", "filetype", "httpx2", "PIL", "pikepdf", "psycopg", "segno", "typst", "yaml"}
    code = f"import sys, cli.main, cli.serve, cli.demo; print(sorted({seldom!r} & sys.modules.keys()))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout == "[]\n"


def test_ctrl_c_stops_it_too(real: Path) -> None:
    with serving("serve", "--data-dir", real, "--port", "0") as (_, process):
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=120) == 0


def test_a_port_in_use_is_one_line(real: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refusal = program("serve", "--data-dir", real, "--port", port).refusal
        assert f"port: {port}" in refusal
        assert "[port_in_use]" in refusal
        checks = json.loads(tillit("doctor", "--data-dir", real, "--json", TILLIT_PORT=str(port)).out)
        assert not checks[-1]["ok"]


def test_a_wrong_key_file_is_one_line(real: Path, tmp_path: Path) -> None:
    assert tillit("init", "--data-dir", tmp_path / "other", *TOLD).code == 0
    other = str(tmp_path / "other-keys" / "root.json")
    assert "why: another_installation" in tillit("serve", "--data-dir", real, TILLIT_KEY_FILE=other).refusal
    missing = str(tmp_path / "nowhere" / "root.json")
    assert "why: missing" in tillit("serve", "--data-dir", real, TILLIT_KEY_FILE=missing).refusal
    damaged = tmp_path / "root.json"
    damaged.write_text('{"format": 1, "root": "c2hvcnQ="}')
    damaged.chmod(0o600)
    assert "why: damaged" in tillit("serve", "--data-dir", real, TILLIT_KEY_FILE=str(damaged)).refusal
    damaged.chmod(0o644)
    assert "why: open_to_others" in tillit("serve", "--data-dir", real, TILLIT_KEY_FILE=str(damaged)).refusal


def test_a_key_file_inside_the_data_directory_of_real_data_is_refused(real: Path, tmp_path: Path) -> None:
    data = _copied(real, tmp_path)
    (tmp_path / "data-keys").rename(data / "keys")
    assert "why: inside_the_data_directory" in tillit("serve", "--data-dir", data).refusal
    assert tillit("doctor", "--data-dir", data).code == 1


def test_real_data_is_never_served_as_a_demo(real: Path, tmp_path: Path) -> None:
    assert "[not_demo_data]" in tillit("serve", "--demo", "--data-dir", real).refusal
    clock = tmp_path / "clock"
    clock.write_text("2030-01-01T00:00:00+00:00")
    assert "[not_demo_data]" in tillit("serve", "--data-dir", real, TILLIT_CLOCK_FILE=str(clock)).refusal


def test_a_database_behind_its_migrations_is_one_line(real: Path, tmp_path: Path) -> None:
    data = _copied(real, tmp_path)
    assert tillit("migrate", "--to", "0004", "--data-dir", data).out == f"{head_revision()} -> 0004\n"
    refusal = tillit("serve", "--data-dir", data).refusal
    assert f"current: 0004, needed: {head_revision()}" in refusal
    assert "[database_behind_migrations]" in refusal
    checks = {check["code"]: check["ok"] for check in json.loads(tillit("doctor", "--json", "--data-dir", data).out)}
    assert checks["database_revision"] is False
    assert tillit("migrate", "--data-dir", data).out == f"0004 -> {head_revision()}\n"
    # The tree of the log went with its tables. The service makes it again from the store, if no event is lacking.
    assert "BAD  log_agrees: database_behind" in tillit("doctor", "--data-dir", data, TILLIT_PORT="0").out
    with serving("serve", "--data-dir", data, "--port", "0"):
        pass
    assert tillit("doctor", "--data-dir", data, TILLIT_PORT="0").code == 0


def test_a_revision_that_does_not_exist_is_one_line(real: Path) -> None:
    assert "[database_revision_unknown]" in tillit("migrate", "--to", "0999", "--data-dir", real).refusal


def test_nothing_there_is_one_line(tmp_path: Path) -> None:
    assert "[not_installed]" in program("serve", "--data-dir", tmp_path / "d").refusal
    assert list(tmp_path.iterdir()) == []


def test_a_setting_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    refusal = tillit("serve", "--data-dir", tmp_path, TILLIT_PORT="eighty").refusal
    assert refusal.startswith("tillit: TILLIT_PORT: ")


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "tillit.db").write_bytes(b"not a database, but long enough to be read as one" * 20)
    assert "[database_unreachable]" in tillit("serve", "--data-dir", tmp_path).refusal


def test_a_later_month_gets_its_period_key_at_start(real: Path, tmp_path: Path) -> None:
    data = _copied(real, tmp_path)
    key_file = tmp_path / "data-keys" / "root.json"
    root, ring = read_root_key(key_file), key_file.with_name("keyring.sealed")
    document = json.loads(open_blob(root, ring.read_bytes(), b"custody/keyring"))
    (month,) = document["periods"]
    document["periods"] = {"2001-01": document["periods"][month]}
    ring.write_bytes(seal_blob(root, json.dumps(document).encode(), b"custody/keyring"))
    checks = {check["code"]: check["ok"] for check in json.loads(tillit("doctor", "--json", "--data-dir", data).out)}
    assert checks["period_key"] is False
    assert checks["installation"] is True
    with serving("serve", "--data-dir", data, "--port", "0"):
        assert FileCustody.load(key_file).period() == month


@pytest.mark.postgres
def test_two_servers_share_one_postgresql(a_postgresql: PostgreSQL, tmp_path: Path) -> None:
    url = a_postgresql.url(a_postgresql.empty())
    assert tillit("init", "--data-dir", tmp_path / "d", *TOLD, TILLIT_DATABASE_URL=url).code == 0
    serve = ("serve", "--data-dir", tmp_path / "d", "--port", "0")
    with serving(*serve, TILLIT_DATABASE_URL=url) as (one, _), serving(*serve, TILLIT_DATABASE_URL=url) as (two, _):
        for address in (one, two):
            with a_client(address) as stranger:
                assert stranger.get("/readyz").json() == {"ready": True}


@pytest.mark.parametrize("command", ["init", "serve", "migrate", "doctor", "account", "keys", "rules", "docs", "bench"])
def test_every_command_says_what_it_is(command: str) -> None:
    ran = tillit(command, "--help")
    assert ran.code == 0, ran.err
    assert f"Usage: tillit {command}" in ran.out


def test_an_unknown_command_is_a_usage_error() -> None:
    ran = program("nonsense")
    assert ran.code == 2
    assert "No such command 'nonsense'" in ran.err
