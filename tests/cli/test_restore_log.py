"""`tillit restore-log`: from the store alone, every event and every proof, with the same root."""

import json
import sqlite3
from pathlib import Path
from shutil import copytree

from audit.evidence.log_policy import parse_policy
from audit.evidence.proof_text import parse_proof
from audit.house import House
from audit.sequence_events import settle_log
from tests.a_sequencer import record
from tests.cli.running import tillit
from tests.situations import a_family, a_town


def a_store(house: House, folder: Path) -> Path:
    """The outside store of an installation with a family in it, alone in a folder."""
    a_family(a_town(house))
    settle_log(house)
    return Path(copytree(house.settings.store_path, folder / "found"))


def test_every_event_is_as_it_was_and_the_root_is_the_same(sqlite_house: House, tmp_path: Path) -> None:
    store, out = a_store(sqlite_house, tmp_path), tmp_path / "out"
    policy = sqlite_house.settings.log_policy_path
    ran = tillit("restore-log", "--store", store, "--policy", policy, "--out", out)
    assert (ran.code, ran.err) == (0, "")

    before, after = (
        json.loads(tillit("verify-log", "--store", one, "--policy", two, "--json").out)
        for one, two in ((store, policy), (out / "log", out / "log-policy.json"))
    )
    assert after["verified"]
    assert after["root"] == before["root"]
    assert after["size"] == before["size"]

    installed = sqlite3.connect(sqlite_house.settings.data_dir / "tillit.db")
    rebuilt = sqlite3.connect(out / "log.db")
    for table, order in (("audit_event", "event_id"), ("audit_disclosure", "event_id, key_id"), ("log_leaf", "idx")):
        columns = ", ".join(one[1] for one in rebuilt.execute(f"PRAGMA table_info({table})") if one[1] != "is_late")
        query = f"SELECT {columns} FROM {table} ORDER BY {order}"
        rows = rebuilt.execute(query).fetchall()
        assert rows == installed.execute(query).fetchall()
        assert rows
    assert rebuilt.execute("SELECT origin, size, root FROM tree_state").fetchall() == (
        installed.execute("SELECT origin, size, root FROM tree_state").fetchall()
    )
    (event,) = rebuilt.execute("SELECT event_id FROM log_leaf WHERE idx = 3").fetchone()
    for one in (installed, rebuilt):
        one.close()
    proof = tillit("proof", event, "--store", out / "log", "--policy", out / "log-policy.json")
    assert parse_proof(proof.out.encode()).index == 3


def test_without_a_policy_the_log_speaks_for_itself_and_says_what_to_compare(
    sqlite_house: House, tmp_path: Path
) -> None:
    store = a_store(sqlite_house, tmp_path)
    ran = tillit("restore-log", "--store", store, "--out", tmp_path / "out", "--data-dir", tmp_path / "nowhere")
    assert ran.code == 0
    fingerprint = tillit("log-policy", "--fingerprint", "--policy", sqlite_house.settings.log_policy_path).out.strip()
    assert f"signed by key {fingerprint}: compare it" in ran.err


def test_without_a_policy_a_log_whose_key_has_changed_speaks_for_itself(sqlite_house: House, tmp_path: Path) -> None:
    told = {"TILLIT_DATA_DIR": str(sqlite_house.settings.data_dir)}
    settle_log(sqlite_house)
    for command in ("new", "end"):
        assert tillit("log-key", command, **told).code == 0
        record(sqlite_house)
        settle_log(sqlite_house)
    store, out = a_store(sqlite_house, tmp_path), tmp_path / "out"
    assert tillit("restore-log", "--store", store, "--out", out, "--data-dir", tmp_path / "nowhere").code == 0
    rebuilt = parse_policy((out / "log-policy.json").read_bytes())
    assert rebuilt.keys == parse_policy(sqlite_house.settings.log_policy_path.read_bytes()).keys


def test_a_store_that_is_not_in_order_is_not_rebuilt(sqlite_house: House, tmp_path: Path) -> None:
    store, out = a_store(sqlite_house, tmp_path), tmp_path / "out"
    policy = sqlite_house.settings.log_policy_path
    (store / "notes.txt").write_text("hello")
    ran = tillit("restore-log", "--store", store, "--policy", policy, "--out", out)
    assert ran.code == 1
    assert "nothing was rebuilt" in ran.refusal
    assert not out.exists()


def test_nothing_is_overwritten_and_what_is_not_there_is_said(sqlite_house: House, tmp_path: Path) -> None:
    store, policy = a_store(sqlite_house, tmp_path), sqlite_house.settings.log_policy_path
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine").write_text("mine")
    assert tillit("restore-log", "--store", store, "--policy", policy, "--out", full).code == 2
    assert tillit("restore-log", "--store", tmp_path / "no", "--policy", policy, "--out", tmp_path / "o").code == 2
    assert tillit("restore-log", "--store", store, "--policy", tmp_path / "no", "--out", tmp_path / "o").code == 2
    empty = tmp_path / "empty"
    empty.mkdir()
    assert tillit("restore-log", "--store", empty, "--out", tmp_path / "o", "--data-dir", tmp_path / "d").code == 1
