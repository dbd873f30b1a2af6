"""`tillit receipt check` and `tillit proof`: the answer, its exit code, and what bad input gets."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from audit.evidence.proof_text import parse_proof
from audit.evidence.sealed_records import parse_event
from tests.audit.evidence.a_log import ALog, a_log
from tests.cli.running import Ran, tillit


@pytest.fixture
def log(tmp_path: Path) -> ALog:
    log = a_log(tmp_path, 5, 3)
    tmp_path.joinpath("log-policy.json").write_bytes(log.policy.encode())
    return log


def check(log: ALog, receipt: object, *more: object) -> Ran:
    return tillit("receipt", "check", receipt, "--data-dir", log.folder, *more)


def test_a_receipt_of_an_event_in_the_log_is_verified(log: ALog) -> None:
    ran = check(log, log.receipt_of(7).line)
    assert ran.code == 0
    assert "is entry 7 of the log" in ran.out
    said = json.loads(check(log, log.receipt_of(7).line, "--json").out)
    assert (said["verified"], said["index"], said["size"], said["finding"]) == (True, 7, 9, None)
    assert parse_proof(said["proof"].encode()).index == 7


def test_a_receipt_in_a_file_is_read_from_it(log: ALog, tmp_path: Path) -> None:
    (tmp_path / "receipt.txt").write_text(log.receipt_of(3).line + "\n")
    assert check(log, tmp_path / "receipt.txt").code == 0


@pytest.mark.parametrize(("recorded", "code", "finding"), [("2020", 1, "suppressed"), ("2100", 3, None)])
def test_an_absent_event_is_suppressed_or_on_its_way(log: ALog, recorded: str, code: int, finding: str | None) -> None:
    log.export_events(1)
    receipt = log.receipt_of(9, f"{recorded}-11-22T08:15:00.000000Z").line
    ran = check(log, receipt, "--json")
    said = json.loads(ran.out)
    assert (ran.code, said["verified"], (said["finding"] or {}).get("code")) == (code, False, finding)
    assert check(log, receipt).out.startswith("NOT VERIFIED" if finding else "Not yet")


def test_what_is_no_receipt_says_what_one_looks_like(log: ALog, tmp_path: Path) -> None:
    (tmp_path / "receipt.txt").write_text("hello")
    ran = check(log, tmp_path / "receipt.txt")
    assert ran.code == 1
    assert "begins with tillit-receipt/1" in ran.refusal
    (tmp_path / "receipt.txt").write_bytes(b"\xff")
    assert check(log, tmp_path / "receipt.txt").code == 1


@pytest.mark.parametrize("missing", ["receipt", "store", "policy"])
def test_what_is_not_there_is_wrong_use(log: ALog, missing: str) -> None:
    told = {"receipt": log.receipt_of(1).line, "store": log.root, "policy": log.folder / "log-policy.json"}
    told[missing] = log.folder / "nowhere"
    ran = tillit("receipt", "check", told["receipt"], "--store", told["store"], "--policy", told["policy"])
    assert ran.code == 2
    assert "nowhere" in ran.refusal


def test_a_proof_is_printed_for_an_event_or_a_receipt(log: ALog) -> None:
    event_id = parse_event(log.events[4].entry.record).event_id
    by_id = tillit("proof", event_id, "--data-dir", log.folder)
    assert by_id.code == 0
    assert parse_proof(by_id.out.encode()).index == 4
    assert tillit("proof", log.receipt_of(4).line, "--data-dir", log.folder).out == by_id.out


def test_a_proof_of_what_is_not_there_is_not_printed(log: ALog) -> None:
    absent = tillit("proof", uuid4(), "--data-dir", log.folder)
    assert (absent.code, absent.out) == (1, "")
    assert "not among the 9 entries" in absent.refusal
    assert tillit("proof", "what", "--data-dir", log.folder).code == 2
