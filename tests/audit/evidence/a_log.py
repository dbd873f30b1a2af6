"""A log of made-up events in a directory, grown batch by batch as the service grows it; it is about nobody."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.evidence.base64url import b64url
from audit.evidence.canonical_json import JsonValue
from audit.evidence.commitment import commitment, digest, disclosure
from audit.evidence.event_leaf import event_leaf
from audit.evidence.export_entries import EntryToKeep, export_entries, tidy_store
from audit.evidence.leaf import system_leaf
from audit.evidence.log_policy import LogPolicy, receipt_signer
from audit.evidence.log_store import DirectoryStore
from audit.evidence.note import ED25519, VerifierKey
from audit.evidence.publish_checkpoint import publish_checkpoint
from audit.evidence.receipt import SignedReceipt, receipt_for, signed_receipt
from audit.evidence.sealed_records import SealedEvent, SealedPart, parse_event
from audit.evidence.signer import Signer, create_signer

ORIGIN = "tillit/00000000-0000-4000-8000-000000000001"
TIME = "2026-11-22T08:15:00.000000Z"
RECORDED_AT = datetime(2026, 11, 22, 8, 15, tzinfo=UTC)


RECEIPT_PRIVATE = Ed25519PrivateKey.from_private_bytes(b"receipts".ljust(32, b"."))
RECEIPT_KEY = VerifierKey(receipt_signer(ORIGIN), ED25519, RECEIPT_PRIVATE.public_key().public_bytes_raw())


class SteppingClock:
    """A clock that goes on a second each time it is asked, or to where a test puts it."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 8, 15, tzinfo=UTC)

    def now(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


class MadeUpEvent:
    """An event with its disclosures, and the entry that goes into the log."""

    def __init__(self, chance: random.Random, facts: int = 3, *, erased: bool = False) -> None:
        self.disclosures = [
            disclosure(f"field_{n}", chance.randrange(10**6), chance.randbytes(16)) for n in range(facts)
        ]
        self.digests = sorted(digest(one) for one in self.disclosures)
        self.commitment = commitment(self.digests)
        keys = sorted(UUID(bytes=chance.randbytes(16), version=4) for _ in range(2))
        sealed = [chance.randbytes(40), chance.randbytes(50 * facts)]
        record = SealedEvent(
            UUID(bytes=chance.randbytes(16), version=4),
            b"".join(self.digests),
            {"action": "made_up", "recorded_at": RECORDED_AT},
            tuple(
                SealedPart(key, None if erased and not n else one)
                for n, (key, one) in enumerate(zip(keys, sealed, strict=True))
            ),
        )
        self.entry = EntryToKeep(event_leaf(self.commitment), record.encode())


class ALog:
    """A store, its signer, and what was put into it."""

    def __init__(self, folder: Path, seed: int = 1) -> None:
        self.chance = random.Random(seed)
        self.clock = SteppingClock()
        self.store = DirectoryStore(folder / "log")
        self.store.prepare()
        key = create_signer(folder / "signer", ORIGIN)
        self.folder = folder
        self.signer = Signer(folder / "signer", self.store, self.clock)
        self.size = self.signed = 0
        self.events: dict[int, MadeUpEvent] = {}
        genesis = {"key": b64url(key), "origin": ORIGIN, "time": TIME}
        self.export([EntryToKeep(system_leaf("genesis", genesis), b"")])

    @property
    def root(self) -> Path:
        return self.store.root

    @property
    def policy(self) -> LogPolicy:
        return replace(self.signer.policy(), receipts=(RECEIPT_KEY,))

    def receipt_of(self, index: int, recorded_at: str = TIME) -> SignedReceipt:
        """What the service would have given to whoever caused the event."""
        event = self.events[index]
        event_id = parse_event(event.entry.record).event_id
        receipt = receipt_for(ORIGIN, event_id, event.commitment, datetime.fromisoformat(recorded_at))
        return signed_receipt(receipt, RECEIPT_KEY, RECEIPT_PRIVATE.sign(receipt.text.encode()))

    def export(self, entries: list[EntryToKeep]) -> None:
        self.size = export_entries(self.store, self.size, entries)

    def export_events(self, count: int, *, facts: int = 3) -> None:
        events = [MadeUpEvent(self.chance, facts) for _ in range(count)]
        self.events.update(enumerate(events, start=self.size))
        self.export([event.entry for event in events])

    def export_leaf(self, kind: str, fields: dict[str, JsonValue]) -> None:
        self.export([EntryToKeep(system_leaf(kind, fields), b"")])

    def sign(self) -> bytes:
        note = self.signer.sign(self.size)
        publish_checkpoint(self.store, note)
        tidy_store(self.store, self.signed, self.size)
        self.signed = self.size
        return note

    def grow(self, *batches: int, facts: int = 3) -> None:
        for count in batches:
            self.export_events(count, facts=facts)
            self.sign()

    def files(self) -> dict[str, bytes]:
        return {path: self.store.read(path) for path in self.store.paths()}


def a_log(folder: Path, *batches: int, seed: int = 1) -> ALog:
    """A log with its genesis leaf and, in these batches, made-up events; everything signed."""
    log = ALog(folder, seed)
    log.sign()
    log.grow(*batches)
    return log
