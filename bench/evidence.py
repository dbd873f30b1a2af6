"""How fast the disclosure log is kept outside the database, verified and proved from.

Prints one JSON object. A log of made-up events is exported and signed in a temporary directory, then verified whole and
in part, and reports are made of it. Every figure is the best of several runs, because other work on the machine only
ever makes it slower; beside them stands what the machine hashes, so that runs on different days can be compared.
"""

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from audit.evidence.base64url import b64url
from audit.evidence.commitment import COMMITMENT_LABEL, digest, disclosure
from audit.evidence.event_leaf import event_leaf
from audit.evidence.export_entries import EntryToKeep, export_entries, tidy_store
from audit.evidence.leaf import system_leaf
from audit.evidence.log_policy import LogPolicy
from audit.evidence.log_store import DirectoryStore
from audit.evidence.make_report import ShownEvent, make_report
from audit.evidence.publish_checkpoint import publish_checkpoint
from audit.evidence.report_file import parse_report, verify_report
from audit.evidence.sealed_records import SealedEvent, SealedPart
from audit.evidence.signer import Signer, create_signer
from audit.evidence.stored_tree import StoredTree
from audit.evidence.verifier.generate import GENERATED
from audit.evidence.verify_ed25519 import verify_ed25519
from audit.evidence.verify_store import verify_store
from foundation.clock import SystemClock

ORIGIN = "tillit/00000000-0000-4000-8000-00000000be4c"
RUNS = 3
REPORTED = 500
SHOWN_FACTS = 10
HIDDEN_FACTS = 6
COLUMNS = {"action": "read_referral", "kind": "disclose", "outcome": "permitted", "recorded_at": "2026-11-22T08:15:00Z"}


class Log:
    """A log that is exported, signed and published, and how long each of the three took."""

    def __init__(self, folder: Path) -> None:
        self.store = DirectoryStore(folder / "log")
        self.store.prepare()
        key = create_signer(folder / "signer", ORIGIN)
        self.signer = Signer(folder / "signer", self.store, SystemClock())
        self.size = 0
        self.seconds = {"export": 0.0, "sign": 0.0, "publish": 0.0}
        began = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        genesis = system_leaf("genesis", {"key": b64url(key), "origin": ORIGIN, "time": began})
        self.add([EntryToKeep(genesis, b"")])

    @property
    def policy(self) -> LogPolicy:
        """The policy that trusts this log's signer."""
        return self.signer.policy()

    def add(self, entries: list[EntryToKeep]) -> None:
        """Export a batch, have it signed and publish the head."""
        before = self.size
        at = time.perf_counter()
        self.size = export_entries(self.store, before, entries)
        exported = time.perf_counter()
        note = self.signer.sign(self.size)
        signed = time.perf_counter()
        publish_checkpoint(self.store, note)
        tidy_store(self.store, before, self.size)
        self.seconds["export"] += exported - at
        self.seconds["sign"] += signed - exported
        self.seconds["publish"] += time.perf_counter() - signed


def made_up(chance: random.Random, digests: int, sealed: int) -> EntryToKeep:
    """An entry whose record has so many digests and so many sealed bytes; what is sealed is noise, as it would look."""
    joined = b"".join(sorted(chance.randbytes(32) for _ in range(digests)))
    keys = sorted(UUID(bytes=chance.randbytes(16), version=4) for _ in range(2))
    parts = tuple(SealedPart(key, chance.randbytes(sealed // 2)) for key in keys)
    record = SealedEvent(UUID(bytes=chance.randbytes(16), version=4), joined, COLUMNS, parts).encode()
    return EntryToKeep(event_leaf(hashlib.sha256(COMMITMENT_LABEL + joined).digest()), record)


def best(measured: Callable[[], object], runs: int = RUNS) -> float:
    """The shortest of several runs, in seconds."""
    took = []
    for _ in range(runs):
        began = time.perf_counter()
        measured()
        took.append(time.perf_counter() - began)
    return min(took)


def keeping(folder: Path, chance: random.Random, entries: int, batch: int, *, digests: int, sealed: int) -> Log:
    """A log of so many entries, kept in batches of this size."""
    log = Log(folder)
    for start in range(0, entries, batch):
        log.add([made_up(chance, digests, sealed) for _ in range(min(batch, entries - start))])
    return log


def verifying(log: Log, processes: int) -> float:
    """Leaves a second in a full verification; stops the whole run if it finds anything."""

    def verify() -> None:
        verdict = verify_store(log.store, log.policy, processes=processes)
        if not verdict.is_in_order:
            raise SystemExit(f"the log does not verify: {verdict.findings[0]}")

    return log.size / best(verify)


def verifying_what_is_new(log: Log, chance: random.Random, new: int, heads: int) -> float:
    """Milliseconds to verify so many new leaves under so many heads, from the state kept before."""
    state = verify_store(log.store, log.policy).state
    for _ in range(heads):
        log.add([made_up(chance, 16, 1100) for _ in range(new // heads)])
    return 1000 * best(lambda: verify_store(log.store, log.policy, state))


def told(chance: random.Random, index: int) -> tuple[list[bytes], EntryToKeep]:
    """The disclosures of an event as one would stand in a report, and its entry."""
    count = SHOWN_FACTS + HIDDEN_FACTS
    facts = [disclosure(f"a_field_name_{n}", f"a value as long as most {n}") for n in range(count)]
    joined = b"".join(sorted(map(digest, facts)))
    parts = (SealedPart(UUID(int=index), chance.randbytes(1100)),)
    record = SealedEvent(UUID(int=index), joined, COLUMNS, parts).encode()
    return facts, EntryToKeep(event_leaf(hashlib.sha256(COMMITMENT_LABEL + joined).digest()), record)


def all_proofs(log: Log, indexes: Iterable[int]) -> list[list[bytes]]:
    """The proofs of these entries, nothing read before."""
    tree = StoredTree(log.store, log.size)
    return [tree.inclusion(index) for index in indexes]


def proving(folder: Path, chance: random.Random, entries: int) -> dict[str, float]:
    """Proofs, and a report of 500 entries from all over a log: made, verified by the modules and by the single file."""
    log = Log(folder)
    facts: dict[int, list[bytes]] = {}
    reported = set(chance.sample(range(1, entries), REPORTED))
    batch: list[EntryToKeep] = []
    for index in range(1, entries):
        if index in reported:
            facts[index], entry = told(chance, index)
            batch.append(entry)
        else:
            batch.append(made_up(chance, 16, 1100))
        if len(batch) == 5_000 or index == entries - 1:
            log.add(batch)
            batch = []
    shown = [ShownEvent(at, b"".join(sorted(map(digest, one))), tuple(one[:SHOWN_FACTS])) for at, one in facts.items()]
    note, policy = log.store.read("checkpoint"), log.policy
    data = make_report(log.store, policy, note, shown).encode()
    (folder / "report.tillit").write_bytes(data)
    (folder / "log-policy.json").write_bytes(policy.encode())
    command = [sys.executable, "-S", "-I", str(GENERATED), "--policy", "log-policy.json", "report.tillit"]
    return {
        "entries_in_log": log.size,
        "one_proof_ms": 1000 * best(lambda: all_proofs(log, facts)) / REPORTED,
        "report_made_s": best(lambda: make_report(log.store, policy, note, shown).encode()),
        "report_verified_s": best(lambda: verify_report(parse_report(data), policy, verify_ed25519)),
        "report_verified_by_single_file_s": best(
            lambda: subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603  # our own file
        ),
        "report_bytes": len(data),
    }


def measure(seconds: float) -> dict[str, object]:
    """Every figure, for logs of as many entries as take about so long to verify three times."""
    return measured(int(seconds * 30_000))


def measured(entries: int) -> dict[str, object]:
    """Every figure, for logs of so many entries."""
    chance = random.Random(11)
    block = os.urandom(66)
    hashing = 100_000 / best(lambda: [hashlib.sha256(block).digest() for _ in range(100_000)])
    with tempfile.TemporaryDirectory(prefix="tillit-bench-") as name:
        folder = Path(name)
        small = keeping(folder / "small", chance, entries, 300, digests=4, sealed=120)
        log = keeping(folder / "full", chance, entries, 5_000, digests=16, sealed=1100)
        kept = {name: entries / seconds for name, seconds in log.seconds.items()}
        second = Log(folder / "second")
        for _ in range(20):
            second.add([made_up(chance, 16, 1100) for _ in range(60)])
        return {
            "entries": entries,
            "cpus": os.cpu_count(),
            "python": sys.version.split()[0],
            "sha256_of_66_bytes_per_s": round(hashing),
            "verify_per_s": {
                "entry_of_500_bytes_head_every_300": round(verifying(small, 1)),
                "entry_of_500_bytes_head_every_300_two_processes": round(verifying(small, 2)),
                "entry_of_1900_bytes_head_every_5000": round(verifying(log, 1)),
                "entry_of_1900_bytes_head_every_5000_two_processes": round(verifying(log, 2)),
            },
            "verify_1000_new_under_4_heads_ms": round(verifying_what_is_new(log, chance, 1_000, 4), 1),
            "batch_of_5000_per_s": {step: round(rate) for step, rate in kept.items()},
            "batch_of_60_ms": {step: round(1000 * took / 20, 2) for step, took in second.seconds.items()},
            "proofs_and_report_of_500": {
                key: round(one, 3) for key, one in proving(folder / "proved", chance, entries).items()
            },
        }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000, help="how many entries the logs have")
    parser.add_argument("--json", action="store_true", help="print on one line")
    asked = parser.parse_args()
    print(json.dumps(measured(asked.entries), indent=None if asked.json else 2))


if __name__ == "__main__":
    main()
