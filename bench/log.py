"""How soon a committed event is inside a signed head, how fast a backlog is drained, and what the log costs.

On SQLite, or on the PostgreSQL database that TILLIT_DATABASE_URL names (empty; emptied again). Operations are called
directly, on threads of this process, with the sequencer beside them as `tillit serve` has it. The backlog is made up,
as large as events with a decision are, and drained by a process of its own.
"""

import gc
import json
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import insert, select, text

from audit.actions import Action, Role
from audit.actor import Actor
from audit.event import AuditDisclosure, AuditEvent, AuditEventSubject, AuditPending, Draft, Outcome
from audit.evidence.bundle import bundle
from audit.evidence.canonical_json import JsonValue
from audit.evidence.log_policy import parse_policy
from audit.evidence.log_store import DirectoryStore
from audit.evidence.note import parse_checkpoint, parse_note
from audit.evidence.verify_store import verify_store
from audit.house import House
from audit.log_tables import LogLeaf
from audit.operation import operation
from audit.reach_database import sqlite_file
from audit.sequence_events import keeping_up, settle_log
from audit.sessions import reading
from cli.init import make_installation
from cli.open_installation import opened
from foundation.engine import make_engine
from foundation.identifiers import EventId, PersonId, ReferralId, ServiceId, StaffId, new_event_id
from foundation.settings import Settings
from migrations.run import migrate
from people.demo_municipality import GRANFJORD
from vault.blob import fresh_key, seal_blob

__all__ = ["measure"]

EACH_SECOND = 300
WRITERS = 4
QUEUED = 100_000
NEW = 1_000
RULE_BOOK = random.Random(56).randbytes(32).hex()


def measure(seconds: float) -> dict[str, object]:
    """Milliseconds from commit to signed head at 300 events a second; draining, verifying, bytes and memory."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tillit-bench-")))
        settings = Settings(data_dir=folder / "data", key_file=None)
        house, _, _ = make_installation(settings, GRANFJORD)
        stack.callback(house.close)
        if sqlite_file(settings.url) is None:
            stack.callback(migrate, settings.url, "base")
        measured: dict[str, object] = {"database": house.engine.dialect.name, "events_a_second": EACH_SECOND}
        measured |= _signing(house, max(seconds, 3.0))
        measured["idle_cpu_ms_a_second"] = _idling(house, seconds)
        before = _bytes(house)
        _queue(house, QUEUED)
        measured["drain_100000"] = _settled(settings)
        measured["bytes_per_event"] = round((_bytes(house) - before) / QUEUED)
        return measured | _verifying(house)


def _signing(house: House, seconds: float) -> dict[str, object]:
    """How long after its commit each event was inside a published head."""
    committed: dict[EventId, float] = {}
    heads: list[tuple[float, int]] = []
    over = threading.Event()
    looking = threading.Thread(target=_see_heads, args=(house, heads, over))
    begin = time.perf_counter()
    writers = [
        threading.Thread(target=_write, args=(house, committed, begin + number / EACH_SECOND, seconds))
        for number in range(WRITERS)
    ]
    cpu = time.process_time()
    with keeping_up(house):
        for thread in (looking, *writers):
            thread.start()
        for thread in writers:
            thread.join()
        took = time.perf_counter() - begin
        cpu = time.process_time() - cpu
    time.sleep(0.05)
    over.set()
    looking.join()
    with reading(house) as session:
        places = {leaf.event_id: leaf.idx for leaf in session.execute(select(LogLeaf.event_id, LogLeaf.idx))}
    waited = sorted(next(at for at, size in heads if size > places[event]) - when for event, when in committed.items())
    cuts = statistics.quantiles(waited, n=100)
    return {
        "written_a_second": round(len(committed) / took),
        "signed_p50_ms": round(cuts[49] * 1000),
        "signed_p95_ms": round(cuts[94] * 1000),
        "signed_max_ms": round(waited[-1] * 1000),
        "heads_a_second": round(len(heads) / took, 1),
        "cpu_share": round(cpu / took, 2),
    }


def _write(house: House, committed: dict[EventId, float], begin: float, seconds: float) -> None:
    actor = Actor.operator(house)
    for number in range(int(seconds * EACH_SECOND / WRITERS)):
        time.sleep(max(0.0, begin + number * WRITERS / EACH_SECOND - time.perf_counter()))
        with operation(actor, Action.FILL_DEMO) as op:
            op.note(number=number)
        committed[op.event_id] = time.perf_counter()


def _see_heads(house: House, heads: list[tuple[float, int]], over: threading.Event) -> None:
    """When each head was published, by the file that everybody reads."""
    newest, seen = house.settings.store_path / "checkpoint", 0
    while not over.wait(0.004):
        changed = newest.stat().st_mtime_ns
        if changed != seen:
            seen = changed
            heads.append((time.perf_counter(), parse_checkpoint(parse_note(newest.read_bytes()).text).size))


def _idling(house: House, seconds: float) -> float:
    """Milliseconds of CPU a second that the sequencer takes while nothing happens."""
    with keeping_up(house):
        time.sleep(0.5)
        cpu = time.process_time()
        time.sleep(seconds)
        return round(1000 * (time.process_time() - cpu) / seconds, 1)


def _queue(house: House, count: int) -> None:
    """Put so many made-up events into the queue, past the operation."""
    engine, chance, at = make_engine(house.settings.url), random.Random(count), house.clock.now()
    tables = (AuditEvent, AuditDisclosure, AuditEventSubject, AuditPending)
    sizes = _sizes()
    try:
        for start in range(0, count, 1_000):
            made = [_made_up(chance, at, *sizes) for _ in range(min(1_000, count - start))]
            with engine.begin() as connection:
                for number, table in enumerate(tables):
                    connection.execute(insert(table), [row for rows in made for row in rows[number]])
    finally:
        engine.dispose()


def _made_up(
    chance: random.Random, at: datetime, count: int, sealed: Sequence[int]
) -> tuple[list[dict[str, object]], ...]:
    """The rows of an event as an opened referral leaves it, table by table.

    It has `count` digests and, for each key, `sealed` bytes; both are as random as what they stand for.
    """
    draft, _ = _opening(chance, at - timedelta(milliseconds=chance.randrange(1_000)))
    digests = [chance.randbytes(32) for _ in range(count)]
    event = draft.row(draft.index(Outcome.PERMITTED, None), digests)
    keys = [UUID(int=chance.getrandbits(128)) for _ in sealed]
    return (
        [event],
        [
            {"event_id": draft.event_id, "key_id": key, "sealed": chance.randbytes(length)}
            for key, length in zip(keys, sealed, strict=True)
        ],
        [{"event_id": draft.event_id, "key_id": keys[-1], "lookup": chance.randbytes(32)}],
        [{"event_id": draft.event_id}],
    )


def _opening(chance: random.Random, at: datetime) -> tuple[Draft, PersonId]:
    """What the coordinator of a homework programme leaves who opens a referral of two categories."""
    service, person = ServiceId(int=chance.getrandbits(128)), PersonId(int=chance.getrandbits(128))
    referral = ReferralId(int=chance.getrandbits(128))
    draft = Draft(
        event_id=new_event_id(at),
        recorded_at=at,
        action=Action.READ_REFERRAL.code,
        kind=Action.READ_REFERRAL.kind,
        staff_id=StaffId(int=chance.getrandbits(128)),
        role=Role.COORDINATOR.value,
        strength="high",
        service_id=service,
        purpose="homework_support_referral",
        recipient_service_id=service,
        basis="consent",
        categories={"academic_need", "identity_contact"},
        rules=("NO-C-40", "NO-C-41"),
        rule_book=RULE_BOOK,
        referral_id=referral,
        decision=_decision(chance),
        notes={"asked_for": str(referral)},
        disclosed={person: {"academic_need", "identity_contact", "referral"}},
        consulted={person: {"consent_hearing.view", "protection_check.status", "roster_entry.birth_date"}},
    )
    return draft, person


def _decision(chance: random.Random) -> JsonValue:
    """A decision about two categories, with the answers to 56 questions each."""
    facts = "".join(chance.choices("ynu", (2, 4, 5), k=56))
    return {
        "at": "2026-11-22",
        "jurisdiction": "NOR",
        "law_version": "NOR-2024-08-01",
        "policy": RULE_BOOK[::-1],
        "policy_number": 1,
        "purpose": "homework_support_referral",
        "recipient": "homework_municipal",
        "results": [
            {
                "category": category,
                "facts": facts,
                "lacking": [],
                "missing": [],
                "result": "permit",
                "rules": ["NO-C-40", "NO-C-41"],
                "strip": [],
                "subject": "subject",
            }
            for category in ("academic_need", "identity_contact")
        ],
        "rule_book": RULE_BOOK,
        "sender": "school",
    }


def _sizes() -> tuple[int, tuple[int, ...]]:
    """How many disclosures such an event has, and how many bytes are sealed under each of its two keys."""
    draft, person = _opening(random.Random(0), datetime.now(UTC))
    bundles = [bundle(draft.common(draft.index(Outcome.PERMITTED, None))), bundle(draft.of_person(person))]
    sealed = tuple(len(seal_blob(fresh_key(), one.packed, b"")) for one in bundles)
    return sum(len(one.digests) for one in bundles), sealed


def _settled(settings: Settings) -> dict[str, float]:
    """The queue drained by a process that does nothing else."""
    command = [sys.executable, __file__, str(settings.data_dir)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  # this file
    return dict(json.loads(ran.stdout))


def _bytes(house: House) -> int:
    """What database and store take on the disk, once all that was written has found its place there."""
    store = sum(file.stat().st_size for file in house.settings.store_path.rglob("*") if file.is_file())
    file = sqlite_file(house.settings.url)
    if file is not None:
        with sqlite3.connect(file) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return store + sum(one.stat().st_size for one in file.parent.glob(f"{file.name}*"))
    with house.engine.connect() as connection:
        return store + int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def _verifying(house: House) -> dict[str, object]:
    """The whole log from its store, and what is new since."""
    store = DirectoryStore(house.settings.store_path)
    policy = parse_policy(house.settings.log_policy_path.read_bytes())
    began = time.perf_counter()
    verdict = verify_store(store, policy)
    whole = time.perf_counter() - began
    if verdict.findings or verdict.state is None:
        raise RuntimeError(f"the log does not verify: {verdict.findings[0]}")
    _queue(house, NEW)
    settle_log(house)
    began = time.perf_counter()
    verify_store(store, policy, verdict.state)
    new = time.perf_counter() - began
    return {"verified_a_second": round(verdict.state.size / whole), "verify_1000_new_ms": round(1000 * new, 1)}


def main() -> None:
    """Drain the queue of the installation in the directory that is named, and say how long it took."""
    with opened(Settings(data_dir=Path(sys.argv[1]), key_file=None)) as house:
        gc.collect()
        gc.freeze()  # as whoever is a sequencer does at start
        began, cpu = time.perf_counter(), time.process_time()
        settle_log(house)
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": round(took, 1), "cpu_seconds": round(cpu, 1), "memory_mb": round(memory)}))


if __name__ == "__main__":
    main()
