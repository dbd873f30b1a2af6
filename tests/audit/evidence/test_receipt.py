"""A receipt has one spelling, holds only with its signature, and the log is held to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.evidence.check_receipt import check_receipt
from audit.evidence.find_entry import index_of_event, newest_head
from audit.evidence.note import ED25519, VerifierKey, parse_note, verify_note
from audit.evidence.receipt import (
    WITHIN,
    MalformedReceipt,
    ReceiptRefused,
    SignedReceipt,
    parse_receipt,
    receipt_for,
    signed_receipt,
    verify_receipt,
)
from audit.evidence.sealed_records import parse_event
from audit.evidence.tree import leaf_hash, verify_inclusion
from audit.evidence.verify_ed25519 import verify_ed25519
from tests.audit.evidence.a_log import ORIGIN, RECEIPT_KEY, TIME, ALog, a_log

EVENT = "0193a000-0000-7000-8000-000000000000"
SOON, LATE = (datetime.fromisoformat(TIME) + WITHIN + timedelta(seconds=one) for one in (-1, 1))


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> ALog:
    return a_log(tmp_path_factory.mktemp("receipts"), 3, 300, 5)


def of(log: ALog, index: int) -> SignedReceipt:
    return log.receipt_of(index)


def test_what_is_written_is_read_again(log: ALog) -> None:
    signed = of(log, 2)
    assert parse_receipt(signed.line) == signed
    assert parse_receipt(signed.line.replace(" ", "\r\n  ")) == signed  # as a mail breaks it
    assert signed.line.isascii()
    assert signed.receipt.deadline == datetime.fromisoformat(TIME) + timedelta(seconds=60)


def test_a_receipt_is_a_note_that_the_tools_of_others_can_check(log: ALog) -> None:
    note = of(log, 2).note(RECEIPT_KEY.name)
    verified = verify_note(parse_note(note.encode()), [RECEIPT_KEY], verify_ed25519)
    assert [one.key for one in verified] == [RECEIPT_KEY]


def test_any_changed_character_is_noticed(log: ALog) -> None:
    line = of(log, 2).line
    for at, letter in enumerate(line):
        changed = line[:at] + ("A" if letter != "A" else "B") + line[at + 1 :]
        with pytest.raises((MalformedReceipt, ReceiptRefused)):
            verify_receipt(parse_receipt(changed), log.policy, verify_ed25519)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "tillit-receipt/2 a b c d e",
        f"tillit-receipt/1 {ORIGIN} x {'A' * 43} 2026-11-22T08:16:00.000000Z AAAAAAA",
        f"tillit-receipt/1 {ORIGIN} {EVENT} {'A' * 43} 2026-11-22T08:16:00Z AAAAAAA",
        f"tillit-receipt/1 {ORIGIN} {EVENT} {'A' * 43} 2026-13-22T08:16:00.000000Z AAAAAAA",
        f"tillit-receipt/1 {ORIGIN} {EVENT.upper()} {'A' * 43} 2026-11-22T08:16:00.000000Z AAAAAAA",
        f"tillit-receipt/1 {ORIGIN} {EVENT} AAAA 2026-11-22T08:16:00.000000Z AAAAAAA",
        f"tillit-receipt/1 {ORIGIN} {EVENT} {'A' * 43} 2026-11-22T08:16:00.000000Z AAAA",
        f"tillit-receipt/1 a+b {EVENT} {'A' * 43} 2026-11-22T08:16:00.000000Z AAAAAAA",
    ],
)
def test_what_is_no_receipt_is_refused(text: str) -> None:
    with pytest.raises(MalformedReceipt):
        parse_receipt(text)


def test_a_receipt_by_another_key_or_of_another_log_is_refused(log: ALog) -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    other = VerifierKey(RECEIPT_KEY.name, ED25519, private.public_key().public_bytes_raw())
    receipt = of(log, 2).receipt
    foreign = signed_receipt(receipt, other, private.sign(receipt.text.encode()))
    with pytest.raises(ReceiptRefused, match="does not name"):
        verify_receipt(foreign, log.policy, verify_ed25519)
    elsewhere = receipt_for("tillit/other", receipt.event_id, receipt.commitment, LATE)
    with pytest.raises(ReceiptRefused, match="another log"):
        verify_receipt(signed_receipt(elsewhere, other, private.sign(b"")), log.policy, verify_ed25519)
    with pytest.raises(ReceiptRefused, match="names no key"):
        verify_receipt(of(log, 2), replace(log.policy, receipts=()), verify_ed25519)


@pytest.mark.parametrize("index", [1, 3, 4, 255, 256, 257, 308])
def test_an_event_in_the_log_is_found_with_its_proof(log: ALog, index: int) -> None:
    verdict = check_receipt(of(log, index), log.policy, log.store, LATE)
    assert verdict.finding is None
    assert verdict.proof is not None
    assert verdict.head is not None
    assert verdict.proof.index == index
    head = verdict.head.checkpoint
    leaf = log.events[index].entry.leaf
    verify_inclusion(index, head.size, leaf_hash(leaf), verdict.proof.hashes, head.root)


@pytest.mark.parametrize("index", [1, 255, 256, 308])
def test_an_event_is_found_by_its_reference(log: ALog, index: int) -> None:
    event_id = parse_event(log.events[index].entry.record).event_id
    assert index_of_event(log.store, log.size, event_id) == index
    assert index_of_event(log.store, index, event_id) is None


def test_before_the_deadline_an_absent_event_is_on_its_way_and_after_it_suppressed(tmp_path: Path) -> None:
    log = a_log(tmp_path, 3)
    log.export_events(1)
    waiting = log.receipt_of(4)
    soon = check_receipt(waiting, log.policy, log.store, SOON)
    assert (soon.proof, soon.finding) == (None, None)

    standing = check_receipt(waiting, log.policy, log.store, LATE)
    assert standing.finding is not None
    assert standing.finding.code == "suppressed"
    assert "stands still" in standing.finding.reason

    log.sign()
    assert check_receipt(waiting, log.policy, log.store, LATE).proof is not None


def test_a_head_that_goes_past_the_deadline_without_the_event_is_evidence_of_suppression(tmp_path: Path) -> None:
    log, other = a_log(tmp_path / "one", 3), a_log(tmp_path / "two", 3, seed=2)
    log.clock.time += timedelta(minutes=5)
    log.grow(1)
    never_came = other.receipt_of(2)
    verdict = check_receipt(never_came, log.policy, log.store, log.clock.time)
    assert verdict.finding is not None
    assert verdict.finding.code == "suppressed"
    assert "suppressed" in verdict.finding.reason


def test_a_store_that_does_not_hold_what_it_signed_is_a_finding(tmp_path: Path) -> None:
    log = a_log(tmp_path, 300)
    receipt = log.receipt_of(100)
    tile = log.root / "tile/0/000"
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    changed = check_receipt(receipt, log.policy, log.store, LATE)
    assert changed.finding is not None
    assert changed.finding.code == "head_inconsistent"
    tile.unlink()
    missing = check_receipt(receipt, log.policy, log.store, LATE)
    assert missing.finding is not None
    assert missing.finding.code == "missing"
    (log.root / "checkpoint").unlink()
    headless = check_receipt(receipt, log.policy, log.store, LATE)
    assert headless.finding is not None
    assert headless.finding.code == "head_refused"


def test_the_newest_head_is_the_one_that_was_signed_last(log: ALog) -> None:
    head, _ = newest_head(log.store, log.policy)
    assert head.checkpoint.size == log.signed
    assert datetime.fromtimestamp(head.time, UTC) <= log.clock.time
