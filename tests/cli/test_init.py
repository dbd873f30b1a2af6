"""`tillit init`, and what the doctor finds afterwards."""

import json
import re
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.cli.running import program, tillit
from tests.houses import PostgreSQL

TOLD = (
    "--municipality", "Granfjord kommune", "--number", "9999", "--jurisdiction", "NOR", "--organisation-number",
    "310000116", "--administrator", "Ragnvald Skjelbred", "--email", "ragnvald@granfjord.example",
)  # fmt: skip


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that `tillit init` has made; a test that changes it copies it."""
    data = tmp_path_factory.mktemp("installed") / "data"
    ran = program("init", "--data-dir", data, *TOLD)
    assert (ran.code, ran.err) == (0, "")
    (data.parent / "said.txt").write_text(ran.out)
    return data


def _copied(installed: Path, to: Path) -> Path:
    shutil.copytree(installed.parent, to, dirs_exist_ok=True)
    return to / "data"


def _codes(out: str) -> dict[str, bool]:
    return {check["code"]: check["ok"] for check in json.loads(out)}


def test_all_is_well_after_init(installed: Path) -> None:
    ran = program("doctor", "--data-dir", installed, "--json", TILLIT_PORT="0")
    assert ran.code == 0, ran.out
    checks = json.loads(ran.out)
    assert all(set(check) == {"code", "ok", "found", "do"} for check in checks)
    assert list(_codes(ran.out)) == [
        "database_reachable", "database_revision", "triggers", "foreign_keys", "durability", "pending_events",
        "key_file", "keyring", "period_key", "installation", "log_agrees", "evidence_lag", "disk_space", "port",
    ]  # fmt: skip


def test_init_alone_works_and_says_what_it_assumed(tmp_path: Path) -> None:
    ran = tillit("init", "--data-dir", tmp_path / "d")
    assert ran.code == 0, ran.err
    assert len(ran.err.splitlines()) == 6
    assert all(line.startswith("note: ") for line in ran.err.splitlines())
    assert tillit("doctor", "--data-dir", tmp_path / "d", "--json", TILLIT_PORT="0").code == 0


def test_the_key_lies_beside_the_data_and_opens_to_nobody_else(installed: Path) -> None:
    keys = installed.with_name("data-keys")
    assert {path.name for path in keys.iterdir()} >= {"root.json", "keyring.sealed", "recovery-sheet.txt"}
    assert {
        oct(path.stat().st_mode & 0o777)
        for path in keys.glob("*.*")
        if path.is_file() and not path.name.startswith(".")
    } == {"0o600"}
    assert installed.stat().st_mode & 0o777 == 0o700
    root = json.loads((keys / "root.json").read_text())["root"]
    assert all(root.encode() not in path.read_bytes() for path in installed.rglob("*") if path.is_file())


def test_what_is_printed_is_the_sheet_and_the_first_administrators_invitation(installed: Path) -> None:
    said = (installed.parent / "said.txt").read_text()
    assert (installed.with_name("data-keys") / "recovery-sheet.txt").read_text() in said
    assert re.search(r"http://127\.0\.0\.1:8000/invitation/[\w-]{32}\n", said)


def test_a_directory_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    refusal = tillit("init", "--data-dir", tmp_path, *TOLD).refusal
    assert "[not_empty]" in refusal
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_nonsense_leaves_nothing_behind(tmp_path: Path) -> None:
    refusal = tillit("init", "--data-dir", tmp_path / "d", *TOLD[:2], "--number", "99", *TOLD[4:]).refusal
    assert "number: municipality_number_invalid" in refusal
    assert list(tmp_path.iterdir()) == []


def test_a_key_file_inside_the_data_directory_is_refused(tmp_path: Path) -> None:
    inside = str(tmp_path / "d" / "keys" / "root.json")
    refusal = tillit("init", "--data-dir", tmp_path / "d", *TOLD, TILLIT_KEY_FILE=inside).refusal
    assert "inside_the_data_directory" in refusal
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_is_there_already_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "d-keys").mkdir()
    (tmp_path / "d-keys" / "root.json").write_text("somebody's")
    assert "why: exists" in tillit("init", "--data-dir", tmp_path / "d", *TOLD).refusal
    assert (tmp_path / "d-keys" / "root.json").read_text() == "somebody's"
    assert not (tmp_path / "d" / "tillit.db").exists()


def test_the_root_key_can_come_from_a_sheet(installed: Path, tmp_path: Path) -> None:
    sheet = installed.with_name("data-keys") / "recovery-sheet.txt"
    ran = tillit("init", "--data-dir", tmp_path / "d", *TOLD, "--root-key-from-sheet", sheet)
    assert ran.code == 0, ran.err
    marks = {tillit("keys", "mark", "--data-dir", data).out for data in (installed, tmp_path / "d")}
    assert len(marks) == 1


def test_a_lost_root_key_comes_back_from_its_sheet(installed: Path, tmp_path: Path) -> None:
    data = _copied(installed, tmp_path)
    keys = tmp_path / "data-keys"
    before = (keys / "root.json").read_bytes()
    assert "why: exists" in tillit("keys", "recover", keys / "recovery-sheet.txt", "--data-dir", data).refusal
    (keys / "root.json").unlink()
    assert tillit("doctor", "--data-dir", data, "--json").code == 1
    ran = tillit("keys", "recover", keys / "recovery-sheet.txt", "--data-dir", data)
    assert ran.code == 0, ran.err
    assert (keys / "root.json").read_bytes() == before
    assert tillit("doctor", "--data-dir", data, "--json", TILLIT_PORT="0").code == 0


def test_the_sheet_of_another_installation_is_refused_and_nothing_is_left(installed: Path, tmp_path: Path) -> None:
    data = _copied(installed, tmp_path)
    keys = tmp_path / "data-keys"
    (keys / "root.json").unlink()
    assert tillit("init", "--data-dir", tmp_path / "other", *TOLD).code == 0
    other = tmp_path / "other-keys" / "recovery-sheet.txt"
    assert "another_key" in tillit("keys", "recover", other, "--data-dir", data).refusal
    assert not (keys / "root.json").exists()


def test_the_doctor_names_a_trigger_that_was_taken_away(installed: Path, tmp_path: Path) -> None:
    data = _copied(installed, tmp_path)
    with sqlite3.connect(data / "tillit.db") as connection:
        connection.execute("DROP TRIGGER audit_event_no_delete")
        connection.execute("CREATE TRIGGER quiet AFTER INSERT ON audit_pending BEGIN SELECT 1; END")
    connection.close()
    ran = tillit("doctor", "--data-dir", data, "--json", TILLIT_PORT="0")
    assert ran.code == 1
    found = {check["code"]: check["found"] for check in json.loads(ran.out) if not check["ok"]}
    assert found == {"triggers": "audit_event_no_delete missing, quiet foreign"}


def test_the_doctor_sees_a_key_file_that_others_can_read(installed: Path, tmp_path: Path) -> None:
    data = _copied(installed, tmp_path)
    (tmp_path / "data-keys" / "root.json").chmod(0o640)
    ran = tillit("doctor", "--data-dir", data, "--json", TILLIT_PORT="0")
    assert ran.code == 1
    assert not _codes(ran.out)["key_file"]
    assert not _codes(ran.out)["keyring"]


def test_the_doctor_of_nothing_says_so_and_makes_nothing(tmp_path: Path) -> None:
    ran = tillit("doctor", "--data-dir", tmp_path / "d", "--json")
    assert ran.code == 1
    assert not _codes(ran.out)["database_revision"]
    assert list(tmp_path.iterdir()) == []


def test_an_account_is_invited_into_a_service(installed: Path, tmp_path: Path) -> None:
    data = _copied(installed, tmp_path)
    assert "(administration)" in tillit("service", "list", "--data-dir", data).out
    who = ("--name", "Solfrid Hauane", "--email", "solfrid@granfjord.example", "--role", "auditor", "--data-dir", data)
    ran = tillit("account", "add", *who, "--service", "administration")
    assert ran.code == 0, ran.err
    assert "/invitation/" in ran.out
    assert "services: Administration" in tillit("account", "add", *who, "--service", "Nowhere").refusal
    real = tillit("account", "add", *who, "--service", "administration", "--identity-number", "01811490071").refusal
    assert "[identity_number_invalid]" in real


def _waiting(data: Path) -> str:
    checks = json.loads(tillit("doctor", "--data-dir", data, "--json").out)
    found: str = next(one for one in checks if one["code"] == "pending_events")["found"]
    return found.split(maxsplit=1)[0]


def test_what_a_command_records_has_its_place_when_it_ends(installed: Path, tmp_path: Path) -> None:
    data = _copied(installed, tmp_path)
    store, policy = data / "log", data / "log-policy.json"
    before = tillit("verify-log", "--store", store, "--policy", policy).out
    who = ("--name", "Solfrid Hauane", "--email", "solfrid@granfjord.example", "--role", "auditor", "--data-dir", data)
    ran = tillit("account", "add", *who, "--service", "administration")
    assert (ran.code, ran.err) == (0, "")
    assert _waiting(data) == "0"
    after = tillit("verify-log", "--store", store, "--policy", policy)
    assert after.code == 0
    assert after.out != before

    # A refusal is an event too; and where the log cannot be signed, the deed is done all the same, and it is said.
    nobody = ("--email", "nobody@granfjord.example", "--data-dir", data)
    assert tillit("account", "invite", *nobody).refusal
    assert _waiting(data) == "0"
    (data / "signer").rename(tmp_path / "signer")
    again = tillit("account", "invite", "--email", "solfrid@granfjord.example", "--data-dir", data)
    assert again.code == 0
    assert again.err == "recorded; the log signs it when the service starts [signer_unusable]\n"
    (tmp_path / "signer").rename(data / "signer")
    assert tillit("account", "invite", "--email", "solfrid@granfjord.example", "--data-dir", data).err == ""
    assert _waiting(data) == "0"


@pytest.mark.postgres
def test_init_on_postgresql(a_postgresql: PostgreSQL, tmp_path: Path) -> None:
    url = a_postgresql.url(a_postgresql.empty())
    ran = tillit("init", "--data-dir", tmp_path / "d", *TOLD, TILLIT_DATABASE_URL=url)
    assert ran.code == 0, ran.err
    ran = tillit("doctor", "--data-dir", tmp_path / "d", "--json", TILLIT_DATABASE_URL=url, TILLIT_PORT="0")
    # The tests' own server waits for no disk, and the doctor says so; everything else is well.
    assert [code for code, ok in _codes(ran.out).items() if not ok] == ["durability"]
    assert "[not_empty]" in tillit("init", "--data-dir", tmp_path / "e", *TOLD, TILLIT_DATABASE_URL=url).refusal


def test_a_database_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    for command in (("init", *TOLD), ("serve",), ("migrate",)):
        refusal = tillit(*command, "--data-dir", tmp_path / "d", TILLIT_DATABASE_URL=nowhere).refusal
        assert "[database_unreachable]" in refusal
