"""A report holds against its policy or is refused with the place; changing any byte of it is noticed."""

from dataclasses import replace
from pathlib import Path

import pytest

from audit.evidence.base64url import b64url
from audit.evidence.commitment import disclosure
from audit.evidence.log_policy import CheckpointRefused, LogKey, LogPolicy, Witness
from audit.evidence.make_report import EntryNotSigned, ShownEvent, make_report
from audit.evidence.note import TIMESTAMPED_ED25519, VerifierKey, key_fingerprint, parse_note
from audit.evidence.proof_text import parse_proof
from audit.evidence.report_file import (
    MalformedReport,
    Report,
    ReportRefused,
    parse_report,
    tlog_proof,
    verify_report,
    verify_report_by_its_own_keys,
)
from audit.evidence.tree import InvalidProof, leaf_hash, verify_inclusion
from audit.evidence.verify_ed25519 import verify_ed25519
from tests.audit.evidence.a_log import ALog, a_log

SHOWN = (3, 17, 40, 299)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> ALog:
    return a_log(tmp_path_factory.mktemp("reported"), 63, 200, 56)


@pytest.fixture(scope="module")
def report(log: ALog) -> Report:
    return a_report(log)


def a_report(log: ALog) -> Report:
    events = [
        ShownEvent(index, b"".join(log.events[index].digests), tuple(log.events[index].disclosures[:2]))
        for index in reversed(SHOWN)
    ]
    return make_report(log.store, log.policy, log.store.read("checkpoint"), events)


def test_every_entry_of_a_report_stands_in_the_log(log: ALog, report: Report) -> None:
    again = parse_report(report.encode())
    assert again == report
    head = verify_report(again, log.policy, verify_ed25519)
    assert head.checkpoint.size == log.size == 320
    assert [entry.index for entry in again.entries] == list(SHOWN)
    for entry in again.entries:
        assert [name for name, _ in entry.facts] == ["field_0", "field_1"]
        assert len(entry.hidden) == 1
        assert entry.leaf == log.events[entry.index].entry.leaf


def test_a_hash_that_several_proofs_need_is_written_once(report: Report) -> None:
    hashes = [one for entry in report.entries for one in entry.proof]
    assert len(set(hashes)) < len(hashes)
    for one in set(hashes):
        assert report.encode().count(b64url(one)[4:38].encode()) <= 1


def test_without_a_policy_the_fingerprint_is_for_people_to_compare(log: ALog, report: Report) -> None:
    head, fingerprints = verify_report_by_its_own_keys(report, verify_ed25519)
    assert head.checkpoint.size == 320
    assert fingerprints == [key_fingerprint(log.policy.keys[0].key.public)]


def test_a_proof_can_be_taken_out_for_other_tools(log: ALog, report: Report) -> None:
    proof = parse_proof(tlog_proof(report, 17))
    head = verify_report(report, log.policy, verify_ed25519).checkpoint
    verify_inclusion(proof.index, head.size, leaf_hash(log.events[17].entry.leaf), proof.hashes, head.root)
    assert proof.checkpoint == parse_note(report.checkpoint)
    with pytest.raises(LookupError):
        tlog_proof(report, 18)


def test_an_entry_that_is_not_the_one_logged_is_named(log: ALog, report: Report) -> None:
    entry = report.entries[1]
    others = (
        replace(entry, index=18),
        replace(entry, opened=(disclosure("field_0", 0), *entry.opened[1:])),
        replace(entry, opened=entry.opened[1:]),
        replace(entry, hidden=()),
        replace(entry, hidden=(bytes(32),)),
        replace(entry, proof=entry.proof[1:]),
        replace(entry, proof=(*entry.proof, bytes(32))),
        replace(entry, index=10**6),
        replace(entry, opened=(entry.opened[0], *entry.opened)),
        replace(entry, opened=(), hidden=()),
    )
    for other in others:
        changed = replace(report, entries=(report.entries[0], other, *report.entries[2:]))
        with pytest.raises(ReportRefused, match=f"entry {other.index}"):
            verify_report(changed, log.policy, verify_ed25519)
        with pytest.raises(ReportRefused, match=f"entry {other.index}"):
            verify_report_by_its_own_keys(changed, verify_ed25519)


def test_a_report_of_another_log_or_policy_is_refused(log: ALog, report: Report, tmp_path: Path) -> None:
    stranger = a_log(tmp_path, 63, seed=2).policy
    with pytest.raises(ReportRefused, match="another policy"):
        verify_report(report, stranger, verify_ed25519)
    forged = replace(report, policy_id=stranger.policy_id)
    with pytest.raises(ReportRefused, match="the signed head"):
        verify_report(forged, stranger, verify_ed25519)
    with pytest.raises(ReportRefused, match="keys named"):
        verify_report(replace(report, keys=(stranger.keys[0].key,)), log.policy, verify_ed25519)
    with pytest.raises(ReportRefused):
        verify_report_by_its_own_keys(replace(report, keys=(stranger.keys[0].key,)), verify_ed25519)


def test_a_head_without_the_quorum_is_refused(log: ALog, report: Report) -> None:
    witness = Witness("auditor", VerifierKey("auditor.example", TIMESTAMPED_ED25519, bytes(31) + b"\1"))
    strict = LogPolicy(log.policy.origin, log.policy.keys, (witness,), (), "auditor")
    with pytest.raises(ReportRefused, match="cosignatures"):
        verify_report(replace(report, policy_id=strict.policy_id), strict, verify_ed25519)
    with pytest.raises(CheckpointRefused, match="cosignatures"):
        make_report(log.store, strict, report.checkpoint, [])


def test_an_event_that_waits_for_a_signature_cannot_be_reported_yet(log: ALog) -> None:
    with pytest.raises(EntryNotSigned):
        make_report(log.store, log.policy, log.store.read("checkpoint"), [ShownEvent(320, bytes(32), ())])


def test_a_report_of_nothing_says_so(log: ALog) -> None:
    empty = make_report(log.store, log.policy, log.store.read("checkpoint"), [])
    assert parse_report(empty.encode()) == empty
    assert verify_report(empty, log.policy, verify_ed25519).checkpoint.size == 320


def test_no_changed_byte_of_a_report_goes_unnoticed(log: ALog, report: Report) -> None:
    assert unnoticed_changes(log, report.encode(), [1]) == []


@pytest.mark.prove
def test_no_changed_bit_of_a_report_goes_unnoticed(log: ALog, report: Report) -> None:
    assert unnoticed_changes(log, report.encode(), [1, 2, 4, 8, 16, 32, 64, 128]) == []


def unnoticed_changes(log: ALog, data: bytes, bits: list[int]) -> list[tuple[int, int]]:
    policy = LogPolicy(log.policy.origin, (LogKey(log.policy.keys[0].key),))
    unnoticed = []
    for at in range(len(data)):
        for changed in [data[at] ^ bit for bit in bits]:
            try:
                verify_report(parse_report(data[:at] + bytes([changed]) + data[at + 1 :]), policy, verify_ed25519)
            except (MalformedReport, ReportRefused):
                continue
            unnoticed.append((at, changed))
    return unnoticed


def test_a_report_cut_or_lengthened_is_refused(log: ALog, report: Report) -> None:
    data = report.encode()
    lines = data.splitlines(keepends=True)
    for changed in (b"", b"\n", data[:-1], data + b"\n", data + b"{}\n", lines[0][:-1], b"".join(lines[1:])):
        with pytest.raises(MalformedReport):
            parse_report(changed)
    swapped = b"".join([lines[0], lines[2], lines[1], *lines[3:]])
    with pytest.raises(MalformedReport, match=r"order|form"):
        parse_report(swapped)
    # That an entry was left out, only who has the whole log can see; but it cannot be left out sloppily.
    with pytest.raises(MalformedReport, match="one form"):
        parse_report(b"".join([lines[0], *lines[2:]]))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b'"tillit-report/2"', b'"tillit-report/1"', "format"),
        (b'"keys":["', b'"keys":["x', "line 1"),
        (b'"policy":', b'"polity":', "fields"),
        (b'"index":17', b'"index":-17', "line 3"),
        (b'"index":17', b'"index":17.5', "line 3"),
        (b'"index":17', b'"index":"17"', "line 3"),
        (b'"proof":[0', b'"proof":[-1', "not there"),
        (b'"proof":[0', b'"proof":[999999', "not there"),
        (b'"opened":[["', b'"opened":["', "line 2"),
        (b'"opened":[["', b'"opened":[["A', "line 2"),
    ],
)
def test_the_wrong_line_is_named(report: Report, old: bytes, new: bytes, reason: str) -> None:
    data = report.encode()
    assert old in data
    with pytest.raises(MalformedReport, match=reason):
        parse_report(data.replace(old, new, 1))


def test_a_proof_for_another_root_is_no_proof(report: Report) -> None:
    entry = report.entries[0]
    with pytest.raises(InvalidProof):
        verify_inclusion(entry.index, 320, leaf_hash(entry.leaf), entry.proof, bytes(32))
