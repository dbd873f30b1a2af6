"""`tillit verify-log` and `tillit log-policy`: what they say, with which exit code, and that they need nothing else."""

import json
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest

from audit.evidence.log_policy import LogKey, LogPolicy
from audit.evidence.note import ED25519, VerifierKey, key_fingerprint
from tests.audit.evidence.a_log import ORIGIN, ALog, a_log
from tests.cli.running import Ran, program, tillit
from tests.damage import byte_changed


@pytest.fixture
def log(tmp_path: Path) -> ALog:
    log = a_log(tmp_path, 5, 3)
    tmp_path.joinpath("log-policy.json").write_bytes(log.policy.encode())
    return log


def verify(log: ALog, *more: object) -> Ran:
    return tillit("verify-log", "--store", log.root, "--policy", log.folder / "log-policy.json", *more)


def found(ran: Ran) -> tuple[str, str]:
    """The first finding of a run with --json: its code and its place."""
    said = json.loads(ran.out)
    assert not said["verified"]
    first = said["findings"][0]
    assert first["reason"]
    return first["code"], first["place"]


def test_a_log_in_order_is_verified_without_database_settings_or_data_directory(log: ALog) -> None:
    ran = program("verify-log", "--store", log.root, "--policy", log.folder / "log-policy.json", "--json")
    assert (ran.code, ran.err) == (0, "")
    said = json.loads(ran.out)
    assert (said["verified"], said["origin"], said["size"], said["findings"]) == (True, ORIGIN, 9, [])


def test_to_people_it_says_how_much_was_verified_and_when_it_was_signed(log: ALog) -> None:
    ran = verify(log)
    assert ran.code == 0
    assert f"Verified: 9 entries in the log {ORIGIN}" in ran.out
    assert "2026-11-22T08:15" in ran.out
    assert "witness" not in ran.out  # this policy asks for none


def test_left_out_store_and_policy_lie_in_the_data_directory(log: ALog) -> None:
    assert tillit("verify-log", "--data-dir", log.folder).code == 0
    assert tillit("verify-log", TILLIT_DATA_DIR=str(log.folder)).code == 0


def test_several_processes_come_to_the_same(log: ALog) -> None:
    assert verify(log, "--processes", 2, "--json").out == verify(log, "--json").out


def test_what_was_changed_is_named_with_its_place(log: ALog) -> None:
    bundle = log.root / "tile/entries/000.p/9"
    bundle.write_bytes(byte_changed(bundle.read_bytes(), -30))
    ran = verify(log)
    assert ran.code == 1
    headline, first, *_ = ran.out.splitlines()
    assert headline.startswith(f"NOT VERIFIED: 2 things are wrong in {ORIGIN}")
    assert first.strip() == "tile/entries/000.p/9, entry 8: it is not the entry that was signed  [entry_changed]"


def test_a_file_that_does_not_belong_is_found(log: ALog) -> None:
    (log.root / "notes.txt").write_text("hello")
    assert found(verify(log, "--json")) == ("foreign_file", "notes.txt")


def test_a_store_that_was_cut_off_is_found(log: ALog) -> None:
    (log.root / "checkpoint").unlink()
    ran = verify(log, "--json")
    assert ran.code == 1
    assert found(ran)[1] == "checkpoint"


def test_an_empty_folder_is_no_log(log: ALog, tmp_path: Path) -> None:
    shutil.rmtree(log.root)
    log.root.mkdir()
    assert found(verify(log, "--json"))[1] == "checkpoint"


def test_a_head_of_another_log_is_refused(log: ALog, tmp_path: Path) -> None:
    other = LogPolicy("tillit/other", (LogKey(VerifierKey("tillit/other", ED25519, bytes(32))),))
    (tmp_path / "log-policy.json").write_bytes(other.encode())
    ran = verify(log, "--json")
    assert ran.code == 1
    reasons = {(one["place"], one["reason"]) for one in json.loads(ran.out)["findings"]}
    assert ("checkpoints/000", "the head of 1 entries: it is a checkpoint of another log") in reasons


def test_a_key_that_did_not_sign_is_refused(log: ALog, tmp_path: Path) -> None:
    other = LogPolicy(ORIGIN, (LogKey(VerifierKey(ORIGIN, ED25519, bytes(32))),))
    (tmp_path / "log-policy.json").write_bytes(other.encode())
    assert "head_refused" in {one["code"] for one in json.loads(verify(log, "--json").out)["findings"]}


@pytest.mark.parametrize("said", [b"{}", b"not JSON", b'{"version": 1}', b"\xff"])
def test_an_unclear_policy_is_a_finding_that_names_the_file(log: ALog, said: bytes) -> None:
    (log.folder / "log-policy.json").write_bytes(said)
    ran = verify(log, "--json")
    assert ran.code == 1
    assert found(ran) == ("policy_refused", str(log.folder / "log-policy.json"))
    assert "log-policy.json: " in verify(log).out


def test_a_policy_with_a_key_of_an_unknown_kind_is_a_finding(log: ALog) -> None:
    policy = log.folder / "log-policy.json"
    said = json.loads(policy.read_bytes())
    said["keys"][0]["key"] = f"{ORIGIN}+00000000+CQ=="
    policy.write_text(json.dumps(said))
    assert found(verify(log, "--json"))[0] == "policy_refused"


def test_only_what_is_new_is_read_when_a_state_was_kept(log: ALog) -> None:
    state = log.folder / "state"
    assert verify(log, "--state", state).code == 0
    log.grow(4)
    ran = verify(log, "--state", state, "--json")
    said = json.loads(ran.out)
    assert (ran.code, said["first"], said["size"]) == (0, 9, 13)
    assert json.loads(state.read_bytes())["size"] == 13


def test_no_state_is_kept_of_what_is_not_in_order(log: ALog) -> None:
    (log.root / "notes.txt").write_text("hello")
    assert verify(log, "--state", log.folder / "state").code == 1
    assert not (log.folder / "state").exists()


@pytest.mark.parametrize("said", [b"", b"{}", b'{"format":1}'])
def test_a_state_that_is_none_is_a_finding(log: ALog, said: bytes) -> None:
    (log.folder / "state").write_bytes(said)
    ran = verify(log, "--state", log.folder / "state", "--json")
    assert ran.code == 1
    assert found(ran) == ("state_refused", str(log.folder / "state"))


@pytest.mark.parametrize("missing", ["store", "policy"])
def test_what_is_not_there_is_wrong_use(log: ALog, missing: str) -> None:
    places = {"store": log.root, "policy": log.folder / "log-policy.json", missing: log.folder / "nowhere"}
    ran = tillit("verify-log", "--store", places["store"], "--policy", places["policy"])
    assert ran.code == 2
    assert ran.out == ""
    assert "nowhere" in ran.refusal


def test_an_unknown_option_is_wrong_use(log: ALog) -> None:
    assert verify(log, "--quickly").code == 2
    assert verify(log, "--processes", 0).code == 2


def test_the_policy_is_printed_as_it_is_and_in_the_form_of_c2sp(log: ALog) -> None:
    assert tillit("log-policy", "--data-dir", log.folder).out == log.policy.encode().decode()
    assert tillit("log-policy", "--data-dir", log.folder, "--c2sp").out == log.policy.c2sp()
    key = log.policy.keys[0].key.public
    assert tillit("log-policy", "--data-dir", log.folder, "--fingerprint").out == key_fingerprint(key) + "\n"


def test_with_the_database_every_row_is_held_against_the_log(tmp_path: Path) -> None:
    place = tmp_path / "data"
    assert tillit("init", "--data-dir", place).code == 0
    ran = tillit("verify-log", "--data-dir", place, "--with-database", "--json")
    assert (ran.code, json.loads(ran.out)["database"]) == (0, [])
    with sqlite3.connect(place / "tillit.db") as connection:
        connection.execute("DROP TRIGGER audit_event_no_update")
        connection.execute("UPDATE audit_event SET role = 'auditor' WHERE action = 'install'")
    ran = tillit("verify-log", "--data-dir", place, "--with-database")
    assert ran.code == 1
    assert "the column role is not what was sealed  [columns_differ]" in ran.out


def test_verifying_loads_neither_server_nor_database(log: ALog) -> None:
    asked = f"verify-log --store {log.root} --policy {log.folder / 'log-policy.json'}".split()
    code = (
        f"import sys; sys.argv = ['tillit', *{asked!r}]\n"
        "from cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'sqlalchemy', 'fastapi', 'starlette', 'pydantic_settings', 'alembic'} & sys.modules.keys()))\n"
    )
    import_check = Ran(*_python(code))
    assert import_check.out.splitlines()[-1] == "[]", import_check.err


def _python(code: str) -> tuple[int, str, str]:
    import subprocess  # noqa: PLC0415  # only this test starts an interpreter by itself

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr
