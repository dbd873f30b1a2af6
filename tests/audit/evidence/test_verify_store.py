"""Whatever is done to a store, verification finds it and names the place; a log that is running is in order."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from audit.evidence.base64url import b64url
from audit.evidence.export_entries import EntryToKeep, export_entries
from audit.evidence.finding import FINDINGS, Finding
from audit.evidence.log_policy import LogKey, LogPolicy, Witness
from audit.evidence.log_store import DirectoryStore
from audit.evidence.note import ED25519, TIMESTAMPED_ED25519, Note, VerifierKey, parse_note
from audit.evidence.sealed_records import encode_records, parse_records, sealed_file_at
from audit.evidence.signer import Signer
from audit.evidence.stored_tree import StoredTree
from audit.evidence.tiles import Tile, entry_bundle
from audit.evidence.tree import CompactRange, leaf_hash
from audit.evidence.verified_state import StateRefused, VerifiedState, parse_state
from audit.evidence.verify_store import StoreVerdict, verify_store
from tests.audit.evidence.a_log import TIME, ALog, MadeUpEvent, a_log
from tests.damage import byte_changed

pytestmark = pytest.mark.slow

BATCHES = (5, 7, 51, 250, 200, 300, 3)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> ALog:
    return a_log(tmp_path_factory.mktemp("pristine"), *BATCHES)


@pytest.fixture
def store(pristine: ALog, tmp_path: Path) -> DirectoryStore:
    """A copy of the log to do things to."""
    shutil.copytree(pristine.root, tmp_path / "log")
    return DirectoryStore(tmp_path / "log")


def codes(verdict: StoreVerdict) -> set[str]:
    return {one.code for one in verdict.findings}


def test_a_log_in_order_verifies(pristine: ALog) -> None:
    verdict = verify_store(pristine.store, pristine.policy)
    assert verdict.findings == ()
    assert (verdict.size, verdict.exported, verdict.heads) == (817, 817, 8)
    assert verdict.root == StoredTree(pristine.store, 817).root()
    assert verdict.time == int(pristine.clock.time.timestamp())
    assert verdict.state is not None
    assert verdict.state.tree.root() == verdict.root
    assert verify_store(pristine.store, pristine.policy, processes=2) == verdict
    assert json.loads(json.dumps(verdict.as_json))["verified"] is True


def test_every_kind_of_finding_has_its_sentence() -> None:
    assert all(sentence.endswith(".") for sentence in FINDINGS.values())
    with pytest.raises(ValueError, match="no kind"):
        Finding("invented", "x", "y")
    assert str(Finding("missing", "tile/0/000", "gone", 7)) == "tile/0/000, entry 7: gone"


def flip(store: DirectoryStore, path: str, at: int) -> None:
    data = store.read(path)
    (store.root / path).write_bytes(byte_changed(data, at))


def test_a_changed_entry_is_named_by_its_index(pristine: ALog, store: DirectoryStore) -> None:
    for path, at, index in (
        ("tile/entries/001", 67 * 20 + 20, 276),
        ("tile/entries/003.p/49", 67 * 30 + 20, 798),
    ):
        data = store.read(path)
        flip(store, path, at)
        [finding, *others] = verify_store(store, pristine.policy).findings
        assert (finding.code, finding.place, finding.index) == ("entry_changed", path, index)
        assert {one.code for one in others} <= {"sealed_changed", "leaf_unknown"}
        (store.root / path).write_bytes(data)


def test_a_changed_hash_is_named_and_not_the_entry(pristine: ALog, store: DirectoryStore) -> None:
    for path, at, index in (
        ("tile/0/001", 32 * 20, 276),
        ("tile/0/003.p/49", 32 * 30, 798),
        ("tile/0/003.p/46", 0, 768),
    ):
        data = store.read(path)
        flip(store, path, at)
        [finding] = verify_store(store, pristine.policy).findings
        assert (finding.code, finding.place, finding.index) == ("hash_changed", path, index)
        (store.root / path).write_bytes(data)


def test_an_upper_tile_that_was_changed_is_named(pristine: ALog, store: DirectoryStore) -> None:
    flip(store, "tile/1/000.p/3", 40)
    [finding] = verify_store(store, pristine.policy).findings
    assert (finding.code, finding.place) == ("hash_changed", "tile/1/000.p/3")


def test_a_log_rewritten_consistently_does_not_fit_its_heads(pristine: ALog, tmp_path: Path) -> None:
    """Everything computed anew over a changed entry, as the owner of database and store can; only heads are left."""
    for change in ("replace", "remove", "insert", "swap"):
        forged = DirectoryStore(tmp_path / change)
        forged.prepare()
        entries = [pristine.events[index].entry for index in range(1, 817)]
        if change == "replace":
            entries[99] = MadeUpEvent(pristine.chance).entry
        elif change == "remove":
            del entries[99]
            entries.append(MadeUpEvent(pristine.chance).entry)
        elif change == "insert":
            entries.insert(99, MadeUpEvent(pristine.chance).entry)
        else:
            entries[99], entries[100] = entries[100], entries[99]
        genesis = EntryToKeep(StoredTree(pristine.store, 817).entries(0)[0], b"")
        export_entries(forged, 0, [genesis, *entries])
        for path in ("checkpoint", *pristine.store.paths("checkpoints")):
            forged.replace(path, pristine.store.read(path))
        findings = verify_store(forged, pristine.policy).findings
        inconsistent = [one for one in findings if one.code == "head_inconsistent"]
        assert len(inconsistent) == 1
        assert "signed head of 314 entries" in inconsistent[0].reason


def test_every_file_that_is_taken_away_is_missed(pristine: ALog, store: DirectoryStore) -> None:
    for path in sorted(store.paths()):
        data = store.read(path)
        (store.root / path).unlink()
        verdict = verify_store(store, pristine.policy)
        assert codes(verdict) & {"missing", "history_broken"}, path
        assert verdict.state is None
        (store.root / path).write_bytes(data)


def test_a_file_that_does_not_belong_is_found(pristine: ALog, store: DirectoryStore) -> None:
    tile = store.read("tile/0/001")
    for path, content in (
        ("notes.txt", b""),
        ("tile/0/000.bak", tile),
        ("tile/0/009", tile),
        ("tile/1/000.p/9", bytes(9 * 32)),
        ("tile/2/000.p/1", bytes(32)),
        ("tile/entries/009", store.read("tile/entries/001")),
        ("tile/entries/1", b""),
        ("sealed/009", store.read("sealed/001")),
        (
            "sealed/003.p/000-003",
            store.read("sealed/003.p/000-046") if (store.root / "sealed/003.p/000-046").exists() else b"",
        ),
        ("checkpoints/009", store.read("checkpoints/001")),
        ("unfinished/report.pdf", b""),
        (".hidden", b""),
    ):
        file = store.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        verdict = verify_store(store, pristine.policy)
        assert codes(verdict) & {"foreign_file", "malformed"}, path
        assert any(one.place == path for one in verdict.findings), path
        file.unlink()
    assert verify_store(store, pristine.policy).is_in_order


def test_a_write_under_way_is_no_finding(pristine: ALog, store: DirectoryStore) -> None:
    (store.root / "unfinished").mkdir(exist_ok=True)
    (store.root / "unfinished" / ("0" * 32)).write_bytes(b"half")
    assert verify_store(store, pristine.policy).is_in_order


def test_entries_that_wait_for_a_signature_are_no_finding(tmp_path: Path) -> None:
    log = a_log(tmp_path, 250)
    log.export_events(20)
    verdict = verify_store(log.store, log.policy)
    assert (verdict.findings, verdict.size, verdict.exported) == ((), 251, 271)
    (log.root / "tile/0/001.p/15").unlink()
    assert verify_store(log.store, log.policy).is_in_order
    flip(log.store, "tile/entries/001.p/15", 70)
    assert codes(verify_store(log.store, log.policy)) & {"entry_changed", "sealed_changed", "leaf_unknown"}


def test_a_head_signed_but_not_yet_the_newest_is_no_finding(tmp_path: Path) -> None:
    log = a_log(tmp_path, 10)
    before = log.store.read("checkpoint")
    log.grow(5)
    log.store.replace("checkpoint", before)
    verdict = verify_store(log.store, log.policy)
    assert (verdict.findings, verdict.size) == ((), 16)


def test_the_tail_cut_off_is_found_when_the_head_is_left(pristine: ALog, store: DirectoryStore) -> None:
    for path in list(store.paths()):
        if "003.p" in path and not path.startswith("checkpoints"):
            (store.root / path).unlink()
    verdict = verify_store(store, pristine.policy)
    assert {one.place for one in verdict.findings if one.code == "missing"} >= {
        "tile/entries/003.p/49",
        "tile/0/003.p/49",
        "sealed/003.p/000-049",
    }


def test_a_log_put_back_to_an_older_day_is_found_by_who_kept_a_state(pristine: ALog, tmp_path: Path) -> None:
    log = a_log(tmp_path / "a", 100)
    shutil.copytree(log.root, tmp_path / "yesterday")
    log.grow(100)
    state = verify_store(log.store, log.policy).state
    old = verify_store(DirectoryStore(tmp_path / "yesterday"), log.policy)
    assert old.is_in_order
    [finding] = verify_store(DirectoryStore(tmp_path / "yesterday"), log.policy, state).findings
    assert finding.code == "behind_state"


def test_the_old_key_in_other_hands_makes_another_line_that_a_state_shows(tmp_path: Path) -> None:
    log = a_log(tmp_path / "a", 100)
    state = verify_store(log.store, log.policy).state
    assert state is not None
    thief = ALog(tmp_path / "b", seed=9)
    thief.signer = Signer.__new__(Signer)
    shutil.rmtree(tmp_path / "b/signer")
    shutil.copytree(tmp_path / "a/signer", tmp_path / "b/signer")
    fresh = VerifiedState(log.policy.origin, 0, ()).encode()
    said = json.loads(fresh) | {"time": 0}
    (tmp_path / "b/signer/signed.json").write_text(json.dumps(said, sort_keys=True, separators=(",", ":")))
    thief.signer = Signer(tmp_path / "b/signer", thief.store, log.clock)
    genesis = {"key": b64url(log.policy.keys[0].key.public), "origin": log.policy.origin, "time": TIME}
    assert genesis
    thief.grow(120)
    verdict = verify_store(thief.store, log.policy, state)
    assert codes(verdict) == {"head_inconsistent"}


def sealed_change(store: DirectoryStore, path: str, change: Callable[[list[bytes]], None]) -> None:
    place = sealed_file_at(path)
    assert place is not None
    records = parse_records(place, store.read(path))
    change(records)
    (store.root / path).write_bytes(encode_records(place, records))


def test_sealed_disclosures_belong_to_their_entries_even_with_a_right_checksum(
    pristine: ALog, store: DirectoryStore
) -> None:
    def swap(records: list[bytes]) -> None:
        records[20], records[21] = records[21], records[20]

    def empty(records: list[bytes]) -> None:
        records[20] = b""

    def other(records: list[bytes]) -> None:
        records[20] = MadeUpEvent(pristine.chance).entry.record

    def junk(records: list[bytes]) -> None:
        records[20] = b"junk"

    data = store.read("sealed/001")
    for change, code in (
        (swap, "sealed_changed"),
        (empty, "sealed_changed"),
        (other, "sealed_changed"),
        (junk, "malformed"),
    ):
        sealed_change(store, "sealed/001", change)
        findings = verify_store(store, pristine.policy).findings
        assert (findings[0].code, findings[0].place, findings[0].index) == (code, "sealed/001", 276)
        (store.root / "sealed/001").write_bytes(data)


def test_an_absence_nobody_explains_is_found(pristine: ALog, tmp_path: Path) -> None:
    log = a_log(tmp_path, 3)
    event = MadeUpEvent(log.chance, erased=True)
    log.export([event.entry])
    [finding] = verify_store(log.store, log.policy).findings
    assert (finding.code, finding.index) == ("unexplained_absence", 4)
    log.export_leaf(
        "erase",
        {
            "approved_by": ["00000000-0000-4000-8000-000000000002"],
            "basis": "GDPR art. 17",
            "commitments": [b64url(bytes(32)), b64url(event.commitment)],
            "decision": "00000000-0000-4000-8000-000000000003",
            "time": TIME,
        },
    )
    verdict = verify_store(log.store, log.policy)
    assert (verdict.findings, verdict.erased) == ((), 1)


def test_heads_of_another_log_or_key_are_refused(pristine: ALog, store: DirectoryStore, tmp_path: Path) -> None:
    stranger = a_log(tmp_path / "stranger", 4, seed=5)
    verdict = verify_store(store, stranger.policy)
    assert "head_refused" in codes(verdict)
    assert "genesis" in codes(verdict)
    assert (verdict.size, verdict.state) == (0, None)
    origin = "tillit/00000000-0000-4000-8000-00000000000f"
    public = pristine.policy.keys[0].key.public
    renamed = LogPolicy(origin, (LogKey(VerifierKey(origin, ED25519, public)),))
    assert "head_refused" in codes(verify_store(store, renamed))


def test_a_head_changed_or_stripped_is_refused(pristine: ALog, store: DirectoryStore) -> None:
    history = store.read("checkpoints/002")
    note = parse_note(store.read("checkpoint"))
    for path, data in (
        ("checkpoint", b"junk"),
        ("checkpoint", Note(note.text.replace("817", "818"), note.signatures).encode()),
        ("checkpoints/002", history.replace(b"previous 1", b"previous 0")),
        ("checkpoints/002", history.replace(b"tillit/0", b"tillit/1", 1)),
        ("checkpoints/002", history[: len(history) // 2]),
        ("checkpoints/002", store.read("checkpoints/001")),
    ):
        before = store.read(path)
        (store.root / path).write_bytes(data)
        assert codes(verify_store(store, pristine.policy)) & {"malformed", "head_refused", "history_broken"}
        (store.root / path).write_bytes(before)


def test_a_head_taken_out_of_the_history_is_found(pristine: ALog, store: DirectoryStore) -> None:
    history = store.read("checkpoints/000").split(b"\n\n")
    (store.root / "checkpoints/000").write_bytes(b"\n\n".join([*history[:1], *history[3:]]))
    [finding] = verify_store(store, pristine.policy).findings
    assert (finding.code, finding.place) == ("history_broken", "checkpoints/001")


def test_a_policy_with_witnesses_needs_them(pristine: ALog) -> None:
    witness = Witness("auditor", VerifierKey("auditor.example", TIMESTAMPED_ED25519, bytes(31) + b"\1"))
    strict = LogPolicy(pristine.policy.origin, pristine.policy.keys, (witness,), (), "auditor")
    verdict = verify_store(pristine.store, strict)
    assert (codes(verdict), verdict.witnessed_size) == ({"not_witnessed"}, 0)


def test_the_first_entry_begins_the_log_and_no_other_does(tmp_path: Path) -> None:
    log = a_log(tmp_path, 3)
    log.export_leaf("genesis", {"key": b64url(bytes(32)), "origin": log.policy.origin, "time": TIME})
    log.sign()
    [finding] = verify_store(log.store, log.policy).findings
    assert (finding.code, finding.index) == ("genesis", 4)
    key = log.policy.keys[0]
    late = LogPolicy(log.policy.origin, (replace(key, first=2),))
    assert "genesis" in codes(verify_store(log.store, late))


def test_a_time_that_falls_is_found(tmp_path: Path) -> None:
    log = a_log(tmp_path, 3)
    log.export_events(1)
    file = tmp_path / "signer/signed.json"
    said = json.loads(file.read_bytes())
    file.write_text(json.dumps(said | {"time": 0}, sort_keys=True, separators=(",", ":")))
    log.clock.time = log.clock.time.replace(year=2025)
    log.sign()
    [finding] = verify_store(log.store, log.policy).findings
    assert finding.code == "time_fell"


def test_an_empty_or_foreign_folder_is_no_log(tmp_path: Path, pristine: ALog) -> None:
    (tmp_path / "empty").mkdir()
    [finding] = verify_store(DirectoryStore(tmp_path / "empty"), pristine.policy).findings
    assert (finding.code, finding.place) == ("missing", "checkpoint")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/holiday.jpg").write_bytes(b"x")
    assert codes(verify_store(DirectoryStore(tmp_path / "photos"), pristine.policy)) == {"missing", "foreign_file"}
    assert codes(verify_store(DirectoryStore(tmp_path / "nowhere"), pristine.policy)) == {"missing"}


def test_a_file_that_cannot_be_read_is_a_finding(pristine: ALog, store: DirectoryStore) -> None:
    (store.root / "tile/0/001").unlink()
    (store.root / "tile/0/001").mkdir()
    (store.root / "sealed/001").unlink()
    (store.root / "sealed/001").symlink_to(store.root)
    verdict = verify_store(store, pristine.policy)
    assert {(one.code, one.place) for one in verdict.findings} >= {
        ("missing", "tile/0/001"),
        ("unreadable", "sealed/001"),
    }


def test_when_entries_and_hashes_are_gone_it_says_what_was_not_checked(pristine: ALog, store: DirectoryStore) -> None:
    (store.root / "tile/entries/001").write_bytes(b"x")
    (store.root / "tile/0/001").write_bytes(b"x")
    findings = verify_store(store, pristine.policy).findings
    assert {one.code for one in findings} >= {"malformed", "heads_unchecked"}


def test_only_what_is_new_is_read_the_next_time(tmp_path: Path) -> None:
    log = a_log(tmp_path, 300, 100)
    state = verify_store(log.store, log.policy).state
    assert state is not None
    assert parse_state(state.encode()) == state
    assert len(state.encode()) < 2_000
    for batches in ((), (5,), (110,), (256, 1), (700,)):
        log.grow(*batches)
        whole = verify_store(log.store, log.policy)
        verdict = verify_store(log.store, log.policy, state)
        assert verdict.findings == ()
        assert (verdict.size, verdict.root, verdict.state, verdict.first) == (
            log.size,
            whole.root,
            whole.state,
            state.size,
        )
        assert verdict.state is not None
        state = verdict.state


def state_at(log: ALog, size: int) -> VerifiedState:
    """What an auditor would have kept when the log had this size."""
    tree = CompactRange()
    stored = StoredTree(log.store, size)
    for number in range(-(-size // 256)):
        for one in stored.hashes(0, number):
            tree.append(one)
    return VerifiedState(log.policy.origin, size, tuple(tree.peaks))


@pytest.mark.parametrize("kept", [1, 64, 314, 512, 514, 814])
def test_everything_new_is_checked_the_next_time_too(pristine: ALog, tmp_path: Path, kept: int) -> None:
    state = state_at(pristine, kept)
    assert verify_store(pristine.store, pristine.policy, state).findings == ()
    shutil.copytree(pristine.root, tmp_path / "log")
    store = DirectoryStore(tmp_path / "log")
    new = ["tile/entries/003.p/49", "tile/0/003.p/49", "sealed/003.p/046-049", "checkpoint", "checkpoints/003"]
    if kept < 768:
        new.append("tile/1/000.p/3")
    for path in new:
        data = store.read(path)
        flip(store, path, len(data) - 10)
        assert not verify_store(store, pristine.policy, state).is_in_order, path
        (store.root / path).write_bytes(data)


def test_a_state_of_another_line_is_noticed(pristine: ALog) -> None:
    for size, peaks in ((2, (bytes(32),)), (256, (bytes(32),)), (300, (bytes(32),) * 4)):
        state = VerifiedState(pristine.policy.origin, size, peaks)
        assert "head_inconsistent" in codes(verify_store(pristine.store, pristine.policy, state))
    other = VerifiedState("tillit/other", 2, (bytes(32),))
    assert codes(verify_store(pristine.store, pristine.policy, other)) == {"state_refused"}


def test_a_state_that_is_none_is_refused(pristine: ALog) -> None:
    state = verify_store(pristine.store, pristine.policy).state
    assert state is not None
    data = state.encode()
    said = json.loads(data)
    for changed in (
        b"",
        b"{}",
        b"[]",
        data[:-3],
        data.replace(b'"format":1', b'"format":2'),
        data.replace(b'"size":817', b'"size":816'),
        data.replace(b'"size":817', b'"size":"817"'),
        data.replace(said["root"].encode(), b64url(bytes(32)).encode()),
        data.replace(said["peaks"][0].encode(), b"x"),
        VerifiedState(pristine.policy.origin, 0, ()).encode(),
    ):
        with pytest.raises(StateRefused):
            parse_state(changed)


def test_at_most_so_many_findings_the_first_ones_first(pristine: ALog, store: DirectoryStore) -> None:
    for n in range(300):
        (store.root / f"stranger-{n:03}").write_bytes(b"")
    flip(store, "tile/entries/002", 67 * 5 + 20)
    verdict = verify_store(store, pristine.policy)
    assert len(verdict.findings) == 200
    assert verdict.more_findings >= 100
    assert verdict.findings[0].place == "tile/entries/002"


def test_a_partial_bundle_that_differs_from_the_wider_one_is_named(pristine: ALog, store: DirectoryStore) -> None:
    leaves = StoredTree(pristine.store, 814).entries(3)
    leaves[4] = MadeUpEvent(pristine.chance).entry.leaf
    (store.root / "tile/entries/003.p/46").write_bytes(entry_bundle(leaves))
    [finding] = verify_store(store, pristine.policy).findings
    assert (finding.code, finding.place, finding.index) == ("entry_changed", "tile/entries/003.p/46", 772)
    assert leaf_hash(leaves[4]) != leaf_hash(StoredTree(pristine.store, 814).entries(3)[4])
    assert Tile(None, 3, 46).path == finding.place


def test_publishing_while_verifying_is_no_finding(tmp_path: Path) -> None:
    """The store is listed, then grows and is tidied before it is read."""
    log = a_log(tmp_path, 200)

    class Growing(DirectoryStore):
        has_grown = False

        def paths(self, under: str = "") -> Iterator[str]:
            found = list(super().paths(under))
            if not under and not self.has_grown:
                self.has_grown = True
                log.grow(100)
            return iter(found)

    verdict = verify_store(Growing(log.root), log.policy)
    assert verdict.findings == ()
