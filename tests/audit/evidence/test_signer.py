"""The signer signs one growing history and nothing else, whatever it is asked and whatever happened to the files."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from audit.evidence.base64url import b64url
from audit.evidence.canonical_json import JsonValue
from audit.evidence.export_entries import EntryToKeep, export_entries
from audit.evidence.log_policy import judge_checkpoint
from audit.evidence.log_store import DirectoryStore
from audit.evidence.note import parse_note
from audit.evidence.own_file import SignerUnusable
from audit.evidence.publish_checkpoint import publish_checkpoint
from audit.evidence.signer import Signer, SignerRefused, create_signer
from audit.evidence.signing_key import NextKey
from audit.evidence.stored_tree import StoredTree
from audit.evidence.tree import verify_consistency
from audit.evidence.verify_ed25519 import verify_ed25519
from audit.evidence.verify_store import verify_store
from tests.audit.evidence.a_log import ORIGIN, TIME, ALog, MadeUpEvent, SteppingClock, a_log


def other_signer(log: ALog) -> Signer:
    """Another process on the same folder, as after a restart."""
    return Signer(log.folder / "signer", log.store, log.clock)


def test_every_head_is_vouched_for_and_grows_out_of_the_one_before(tmp_path: Path) -> None:
    log = ALog(tmp_path)
    heads = [judge_checkpoint(log.sign(), log.policy, verify_ed25519)]
    for batch in (4, 1, 250, 1, 255, 700):
        log.export_events(batch, facts=1)
        heads.append(judge_checkpoint(log.sign(), log.policy, verify_ed25519))
    for old, new in pairwise(heads):
        tree = StoredTree(log.store, new.checkpoint.size)
        proof = tree.consistency(old.checkpoint.size)
        verify_consistency(old.checkpoint.size, old.checkpoint.root, new.checkpoint.size, new.checkpoint.root, proof)
        assert old.time < new.time
    assert log.signer.signed_size == log.size


def test_asked_again_it_gives_the_very_same_note(tmp_path: Path) -> None:
    log = a_log(tmp_path, 10)
    note = log.store.read("checkpoint")
    assert log.signer.sign(log.size) == other_signer(log).sign(log.size) == note
    assert log.signer.sign_again() == note


def test_nothing_is_signed_before_the_first_entry(tmp_path: Path) -> None:
    log = ALog(tmp_path)
    assert log.signer.sign_again() is None
    for size in (0, -1, 2):
        with pytest.raises(SignerRefused):
            log.signer.sign(size)


def test_an_older_tree_is_refused(tmp_path: Path) -> None:
    log = a_log(tmp_path, 10, 300)
    for size in (1, 11, 310):
        with pytest.raises(SignerRefused, match="signed already"):
            log.signer.sign(size)


def test_a_tree_that_is_not_there_is_refused(tmp_path: Path) -> None:
    log = a_log(tmp_path, 10)
    with pytest.raises(SignerRefused, match="missing"):
        log.signer.sign(12)
    assert log.signer.signed_size == 11


@pytest.mark.parametrize("batches", [(7,), (240, 30), (250,), (503,)])
def test_a_bit_that_flips_between_write_and_signature_is_noticed(tmp_path: Path, batches: tuple[int, ...]) -> None:
    log = a_log(tmp_path, *batches)
    before = set(log.store.paths())
    log.export_events(9)
    new = sorted(set(log.store.paths()) - before)
    assert {path.split("/")[0] for path in new} == {"sealed", "tile"}
    for path in new:
        file = log.root / path
        data = file.read_bytes()
        for at in {0, len(data) // 3, len(data) // 2, len(data) - 1}:
            file.write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
            with pytest.raises(SignerRefused) as refused:
                log.signer.sign(log.size)
            assert refused.value.findings, "the signer says what it found"
            # Of an entry and its hash that do not fit, the signer need not say which is the wrong one.
            assert refused.value.findings[0].place.replace("entries", "0") == path.replace("entries", "0")
            assert log.signer.signed_size == log.signed
        file.unlink()
        with pytest.raises(SignerRefused) as refused:
            log.signer.sign(log.size)
        assert {one.code for one in refused.value.findings} == {"missing"}
        file.write_bytes(data)
    assert log.signer.signed_size == log.signed
    log.sign()
    assert verify_store(log.store, log.policy).is_in_order


@pytest.mark.parametrize(("batches", "changed"), [((10,), 4), ((300,), 280)])
def test_an_entry_that_was_rewritten_with_everything_over_it_is_noticed(
    tmp_path: Path, batches: tuple[int, ...], changed: int
) -> None:
    log = a_log(tmp_path / "true", *batches)
    # Somebody rewrites the whole store, entry, hashes and all, as a database's superuser could before an export.
    forged = DirectoryStore(tmp_path / "forged")
    forged.prepare()
    genesis = StoredTree(log.store, log.size).entries(0)[0]
    rewritten = [EntryToKeep(genesis, b""), *(log.events[index].entry for index in range(1, log.size))]
    rewritten[changed] = MadeUpEvent(log.chance).entry
    export_entries(forged, 0, [*rewritten, MadeUpEvent(log.chance).entry])
    with pytest.raises(SignerRefused, match="not those that were signed"):
        Signer(log.folder / "signer", forged, log.clock).sign(log.size + 1)


def test_what_it_signed_before_stays_what_it_signs_over(tmp_path: Path) -> None:
    """Older windows are not read again; rewriting one changes nothing in what is signed, and then shows."""
    log = a_log(tmp_path / "true", 600)
    forged = DirectoryStore(tmp_path / "forged")
    forged.prepare()
    genesis = EntryToKeep(StoredTree(log.store, log.size).entries(0)[0], b"")
    true = [genesis, *(log.events[index].entry for index in range(1, log.size)), MadeUpEvent(log.chance).entry]
    export_entries(log.store, log.size, true[-1:])
    rewritten = [*true[:3], MadeUpEvent(log.chance).entry, *true[4:]]
    export_entries(forged, 0, rewritten)
    head = judge_checkpoint(
        Signer(log.folder / "signer", forged, log.clock).sign(len(true)), log.policy, verify_ed25519
    )
    assert head.checkpoint.root == StoredTree(log.store, len(true)).root()
    assert head.checkpoint.root != StoredTree(forged, len(true)).root()


def test_an_event_without_its_sealed_disclosures_is_not_signed(tmp_path: Path) -> None:
    log = a_log(tmp_path, 3)
    event = MadeUpEvent(log.chance)
    log.export([EntryToKeep(event.entry.leaf, b"")])
    with pytest.raises(SignerRefused, match="no sealed disclosures"):
        log.signer.sign(log.size)


def test_a_leaf_that_is_none_is_not_signed(tmp_path: Path) -> None:
    log = a_log(tmp_path, 3)
    log.export([EntryToKeep(b'{"name":"somebody"}', b"")])
    with pytest.raises(SignerRefused, match="leaf"):
        log.signer.sign(log.size)


def test_an_absence_must_be_explained_before_it_is_signed(tmp_path: Path) -> None:
    log = a_log(tmp_path, 3)
    event = MadeUpEvent(log.chance, erased=True)
    log.export([event.entry])
    with pytest.raises(SignerRefused, match="erase leaf"):
        log.signer.sign(log.size)
    log.export_leaf("erase", erasure(event))
    log.sign()
    verdict = verify_store(log.store, log.policy)
    assert (verdict.is_in_order, verdict.erased) == (True, 1)


def erasure(event: MadeUpEvent) -> dict[str, JsonValue]:
    someone = "00000000-0000-4000-8000-000000000002"
    return {
        "approved_by": [someone],
        "basis": "GDPR art. 17",
        "commitments": [b64url(event.commitment)],
        "decision": someone,
        "time": TIME,
    }


def test_a_clock_that_went_back_stops_the_signing(tmp_path: Path) -> None:
    log = a_log(tmp_path, 3)
    log.export_events(1)
    log.clock.time -= timedelta(hours=1)
    with pytest.raises(SignerRefused, match="clock went back"):
        log.signer.sign(log.size)
    log.clock.time += timedelta(hours=1)
    log.sign()


def test_the_state_is_kept_before_the_head_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = a_log(tmp_path, 3)
    log.export_events(2)
    with monkeypatch.context() as patched:

        def disk_full(*_: object) -> None:
            raise OSError(28, "disk full")

        patched.setattr("audit.evidence.signer.replace_durably", disk_full)
        with pytest.raises(SignerUnusable, match="disk full"):
            log.signer.sign(log.size)
    assert log.signer.signed_size == 4
    # A crash after the state was kept: the head is signed when it is asked for again, and it is the same one.
    first = log.signer.sign(log.size)
    assert other_signer(log).sign_again() == first


def test_a_head_lost_on_its_way_is_published_after_the_restart(tmp_path: Path) -> None:
    log = a_log(tmp_path, 3)
    log.export_events(2)
    log.signer.sign(log.size)
    again = other_signer(log).sign_again()
    assert again is not None
    publish_checkpoint(log.store, again)
    assert verify_store(log.store, log.policy).size == 6


def test_two_signers_on_one_folder_take_turns(tmp_path: Path) -> None:
    log = a_log(tmp_path, 3)
    log.export_events(5)
    notes: list[bytes] = []
    threads = [threading.Thread(target=lambda: notes.append(other_signer(log).sign(log.size))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(notes) == 4
    assert len(set(notes)) == 1


def test_a_second_signer_with_an_older_state_cannot_start_a_second_history(tmp_path: Path) -> None:
    """Its folder was copied: it signs only what grew out of what it signed, so both stay on one line or it stops."""
    log = a_log(tmp_path, 3)
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-rp", str(log.folder / "signer"), str(copy)], check=True)
    log.grow(5)
    twin = Signer(copy, log.store, log.clock)
    assert parse_note(twin.sign(log.size)).text == parse_note(log.store.read("checkpoint")).text
    forged = DirectoryStore(tmp_path / "forged")
    forged.prepare()
    events = [MadeUpEvent(log.chance).entry for _ in range(9)]
    export_entries(forged, 0, events)
    with pytest.raises(SignerRefused):
        Signer(copy, forged, log.clock).sign(9)


SIGN_IN_A_LOOP = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from audit.evidence.log_store import DirectoryStore
from audit.evidence.signer import Signer, SignerRefused

class Clock:
    def now(self):
        return datetime(2027, 1, 1, tzinfo=UTC)

signer = Signer(Path(sys.argv[1]), DirectoryStore(Path(sys.argv[2])), Clock())
for size in range(2, 60):
    try:
        print(signer.sign(size).hex(), flush=True)
    except SignerRefused:
        pass
"""


@pytest.mark.slow
def test_two_signers_in_two_processes_sign_one_line(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    for _ in range(58):
        log.export_events(1, facts=1)
    command = [sys.executable, "-c", SIGN_IN_A_LOOP, str(tmp_path / "signer"), str(log.root)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) for _ in range(2)]
    notes = [bytes.fromhex(line) for process in running for line in process.communicate()[0].split()]
    assert all(process.returncode == 0 for process in running)
    by_size: dict[int, set[bytes]] = {}
    for note in notes:
        head = judge_checkpoint(note, log.policy, verify_ed25519).checkpoint
        by_size.setdefault(head.size, set()).add(note)
        assert head.root == StoredTree(log.store, head.size).root()
    assert max(by_size) == 59
    assert all(len(same) == 1 for same in by_size.values())


STOP_ITSELF = """
import os, signal, sys
from pathlib import Path
from datetime import UTC, datetime
import audit.evidence.signer as signing
from audit.evidence.log_store import DirectoryStore

class Clock:
    def now(self):
        return datetime(2027, 1, 1, tzinfo=UTC)

def stopping(deed):
    def then_stop(*told):
        done = deed(*told)
        os.kill(os.getpid(), signal.SIGSTOP)
        return done
    return then_stop

folder, store, after = sys.argv[1:]
signer = signing.Signer(Path(folder), DirectoryStore(Path(store)), Clock())
if after == "it was asked":
    os.kill(os.getpid(), signal.SIGSTOP)
elif after == "_signed":
    signing._signed = stopping(signing._signed)
else:
    setattr(signing.Signer, after, stopping(getattr(signing.Signer, after)))
try:
    print(signer.sign(9).hex())
except signing.SignerRefused:
    print()
"""


@pytest.mark.slow
@pytest.mark.parametrize("after", ["it was asked", "_read_state", "_check_growth", "_write_state", "_signed"])
def test_of_two_signers_that_are_stopped_and_go_on_one_history_is_signed(tmp_path: Path, after: str) -> None:
    """One signer stands still with one tree read; the store is exchanged for another; a second signer takes over."""
    log = a_log(tmp_path, 3)
    other_tree, aside = tmp_path / "other", tmp_path / "aside"
    shutil.copytree(log.root, other_tree)
    export_entries(DirectoryStore(other_tree), 4, [MadeUpEvent(log.chance).entry for _ in range(5)])
    log.export_events(5)
    command = [sys.executable, "-c", STOP_ITSELF, str(tmp_path / "signer"), str(log.root), after]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    heads: list[bytes] = []

    def take_over() -> None:
        with suppress(SignerRefused):
            heads.append(other_signer(log).sign(9))

    second = threading.Thread(target=take_over)
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as stopped:
        try:
            assert os.WIFSTOPPED(os.waitpid(stopped.pid, os.WUNTRACED)[1])
            log.root.rename(aside)
            other_tree.rename(log.root)
            second.start()
            second.join(0.5)
            assert second.is_alive() == (after != "it was asked")  # it waits for its turn, which a stopped one may have
            stopped.send_signal(signal.SIGCONT)
            said = stopped.communicate(timeout=30)[0].strip()
        finally:
            stopped.kill()
    second.join(30)
    assert stopped.returncode == 0
    heads += [bytes.fromhex(said)] if said else []
    assert heads
    signed = {judge_checkpoint(note, log.policy, verify_ed25519).checkpoint for note in heads}
    assert len(signed) == 1
    read = log.root if after in {"it was asked", "_read_state"} else aside
    assert {head.root for head in signed} == {StoredTree(DirectoryStore(read), 9).root()}


def announce_next_key(log: ALog, reason: str = "scheduled") -> bytes:
    """A new key, with the entry that announces it; not signed yet."""
    public = log.signer.plan_key(reason)
    log.export_leaf("key", {"key": b64url(public), "reason": reason, "time": TIME})
    log.signer.begin_key(log.size)
    return public


def test_keys_change_through_the_log(tmp_path: Path) -> None:
    log = a_log(tmp_path, 5)
    as_it_was = log.policy
    announce_next_key(log)
    log.sign()
    assert log.signer.next_key is None
    log.grow(3)
    counts = [len(parse_note(log.signer.sign_again() or b"").signatures)]
    assert verify_store(log.store, as_it_was).is_in_order  # whoever has the old policy only can go on for a while
    assert log.signer.end_keys() == 10
    counts.append(len(parse_note(log.signer.sign_again() or b"").signatures))
    log.grow(3)
    counts.append(len(parse_note(log.signer.sign_again() or b"").signatures))
    assert counts == [4, 4, 2]
    assert [(one.first, one.last) for one in log.policy.keys] == [(1, 10), (7, None)]
    verdict = verify_store(log.store, log.policy)
    assert (verdict.is_in_order, verdict.size) == (True, 13)
    assert not verify_store(log.store, as_it_was).is_in_order


def test_a_planned_key_signs_nothing_before_it_is_announced(tmp_path: Path) -> None:
    log = a_log(tmp_path, 5)
    public = log.signer.plan_key("compromised")
    assert log.signer.next_key == NextKey(public, "compromised", None)
    log.grow(3)
    assert len(parse_note(log.signer.sign_again() or b"").signatures) == 2
    assert [(one.first, one.last) for one in log.policy.keys] == [(1, None)]
    with pytest.raises(SignerRefused, match="planned already"):
        log.signer.plan_key("scheduled")
    with pytest.raises(SignerRefused, match="no newer key"):
        log.signer.end_keys()


def test_keys_cannot_be_changed_behind_what_is_signed(tmp_path: Path) -> None:
    log = a_log(tmp_path, 5)
    with pytest.raises(SignerRefused, match="no key is planned"):
        log.signer.begin_key(7)
    log.signer.plan_key("scheduled")
    with pytest.raises(SignerRefused, match="signed already"):
        log.signer.begin_key(6)
    with pytest.raises(SignerRefused, match="no newer key"):
        log.signer.end_keys()


def test_a_key_that_no_entry_announces_gets_no_head_signed_until_it_begins_where_one_does(tmp_path: Path) -> None:
    log = a_log(tmp_path, 5)
    log.signer.plan_key("scheduled")
    log.signer.begin_key(7)
    log.export_events(2)
    with pytest.raises(SignerRefused) as refused:
        log.signer.sign(log.size)
    assert [(one.code, one.index) for one in refused.value.findings] == [("key_unannounced", 6)]
    upcoming = log.signer.next_key
    assert upcoming is not None
    log.export_leaf("key", {"key": b64url(upcoming.public), "reason": "scheduled", "time": TIME})
    log.signer.begin_key(log.size)
    log.sign()
    assert verify_store(log.store, log.policy).is_in_order


def test_a_key_that_is_not_announced_where_the_policy_says_is_a_finding(tmp_path: Path) -> None:
    log = a_log(tmp_path, 5)
    announce_next_key(log)
    log.sign()
    log.grow(3)
    first, second = log.policy.keys
    [finding] = verify_store(log.store, replace(log.policy, keys=(first, replace(second, first=9)))).findings
    assert (finding.code, finding.index) == ("key_unannounced", 8)


def test_a_signer_is_made_once(tmp_path: Path) -> None:
    log = a_log(tmp_path, 5)
    with pytest.raises(SignerUnusable, match="already"):
        create_signer(tmp_path / "signer", ORIGIN)
    (tmp_path / "signer/log-key.json").unlink()
    with pytest.raises(SignerUnusable, match="brought back"):
        create_signer(tmp_path / "signer", ORIGIN)
    with pytest.raises(SignerUnusable):
        other_signer(log)
    assert (tmp_path / "signer").stat().st_mode & 0o777 == 0o700


def test_a_signer_that_lost_its_state_does_not_begin_anew(tmp_path: Path) -> None:
    log = a_log(tmp_path, 5)
    (tmp_path / "signer/signed.json").unlink()
    for use in (lambda: other_signer(log), lambda: log.signer.sign(log.size)):
        with pytest.raises(SignerUnusable, match="cannot be read"):
            use()


@pytest.mark.parametrize("name", ["signed.json", "log-key.json"])
def test_a_damaged_folder_is_not_used(tmp_path: Path, name: str) -> None:
    log = a_log(tmp_path, 5)
    file = tmp_path / "signer" / name
    data = file.read_bytes()
    damages = [data[:-2], b"", b"[]", b'{"format":2}', data.replace(b'"format":1', b'"format":1,"x":1.5')]
    damages += (
        [data.replace(ORIGIN.encode(), b"tillit/other")] if name == "signed.json" else [b'{"format":1,"keys":[]}']
    )
    if name == "signed.json":
        said = json.loads(data)
        changes: list[dict[str, JsonValue]] = [{"size": 7}, {"root": said["root"][::-1]}, {"peaks": []}, {"peaks": "x"}]
        changes += [{"size": None}, {"time": None}]
        damages += [json.dumps({**said, **one}, sort_keys=True, separators=(",", ":")).encode() for one in changes]
    if name == "log-key.json":
        damages += [data.replace(b'"first":1', b'"first":0'), data.replace(b'"last":null', b'"last":"x"')]
        damages += [data.replace(b'"private":"', b'"private":"AAAA')]
    for damage in damages:
        file.write_bytes(damage)
        with pytest.raises(SignerUnusable):
            other_signer(log).sign(log.size)
    file.write_bytes(data)
    file.chmod(0o640)
    with pytest.raises(SignerUnusable, match="0600"):
        other_signer(log)
    file.chmod(0o600)
    assert other_signer(log).signed_size == 6


def test_the_clock_of_the_state_is_that_of_the_head(tmp_path: Path) -> None:
    log = a_log(tmp_path, 5)
    head = judge_checkpoint(log.store.read("checkpoint"), log.policy, verify_ed25519)
    assert head.time == int(log.clock.time.timestamp())
    assert isinstance(log.clock, SteppingClock)
