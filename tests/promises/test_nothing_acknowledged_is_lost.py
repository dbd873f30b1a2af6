"""Kill the server in the middle of many writes: what was acknowledged is there, and nothing is there by half."""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import text

from audit.house import House
from migrations.tables import all_tables
from tests.log_reading import StoredEvent, events
from tests.promises.served import Served, served, signed_in
from tests.situations import CONTENT, Family, Town, a_consent, a_family


@dataclass(frozen=True)
class Size:
    """How many referrals are to be sent, by how many at once, and after how many answers the kill comes."""

    referrals: int
    at_once: int
    kill_after: int


@dataclass
class Writes:
    """Writes of two kinds, sent by many at once: what was acknowledged, and what was under way."""

    town: Town
    family: Family
    consents: list[str]
    keys: list[str]
    #: Key -> the referral and the event that were acknowledged.
    sent: dict[str, tuple[str, str]] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    signed: list[str] = field(default_factory=list)
    under_way: set[str] = field(default_factory=set)
    faults: list[BaseException] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, server: Served) -> None:
        """Send until nothing is left or the server is gone."""
        try:
            with signed_in(server, self.town.teacher) as teacher, signed_in(server, self.town.housing_worker) as worker:
                while (key := self._next()) is not None:
                    self._send(teacher, key)
                    self._sign(worker)
        except httpx2.TransportError:
            pass  # the server is gone: what this one had sent last was never acknowledged
        except BaseException as fault:  # noqa: BLE001  # a fault in a thread is shown by the test
            self.faults.append(fault)

    def _next(self) -> str | None:
        with self._lock:
            return self.keys.pop() if self.keys else None

    def _send(self, teacher: httpx2.Client, key: str) -> None:
        self.under_way.add(key)
        answer = refer(teacher, self.town, self.family, key)
        assert answer.status_code == 201, answer.text
        self.sent[key] = (answer.json()["id"], answer.headers["tillit-event"])
        self.under_way.discard(key)

    def _sign(self, worker: httpx2.Client) -> None:
        with self._lock:
            consent = self.consents.pop() if self.consents else None
        if consent is None:
            return
        asked = {"person": str(self.family.father), "signed_on": str(self.town.today)}
        answer = worker.post(
            f"/api/v1/consents/{consent}/signatures", json=asked, headers={"idempotency-key": f"sign-{consent}"}
        )
        assert answer.status_code == 200, answer.text
        self.signed.append(consent)
        self.events.append(answer.headers["tillit-event"])


def refer(teacher: httpx2.Client, town: Town, family: Family, key: str) -> httpx2.Response:
    """Send one referral over HTTP, to be done once under `key`."""
    asked = {"pupil": str(family.child), "to_service": str(town.homework), "content": CONTENT}
    return teacher.post("/api/v1/referrals", json=asked, headers={"idempotency-key": key})


def _killed_in_the_middle(town: Town, size: Size) -> None:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    a_consent(town, family)
    half_signed = [
        str(a_consent(town, family, to=town.library, signers=[family.mother])) for _ in range(size.referrals // 5)
    ]
    writes = Writes(town, family, half_signed, [str(uuid4()) for _ in range(size.referrals)])
    with served(town.house, "first") as server:
        threads = [threading.Thread(target=writes.run, args=(server,)) for _ in range(size.at_once)]
        for thread in threads:
            thread.start()
        while len(writes.sent) < size.kill_after and any(thread.is_alive() for thread in threads):
            time.sleep(0.001)
        server.kill()
        for thread in threads:
            thread.join()
    assert writes.faults == []
    assert size.kill_after <= len(writes.sent) < size.referrals, "the kill came too early or too late to test anything"
    assert writes.signed

    _everything_acknowledged_is_there(town.house, writes)
    _nothing_is_there_by_half(town.house)

    # It starts again as it is, and what was never acknowledged is asked for once more under the same key.
    with served(town.house, "second") as server, signed_in(server, town.teacher) as teacher:
        for key in sorted(writes.under_way):
            answer = refer(teacher, town, family, key)
            assert answer.status_code == 201, answer.text
            writes.sent[key] = (answer.json()["id"], answer.headers["tillit-event"])
        again = next(iter(writes.sent))
        assert refer(teacher, town, family, again).json()["id"] == writes.sent[again][0]
        server.stop()
    assert _count(town.house, "referral") == len(writes.sent) == len({one for one, _ in writes.sent.values()})
    _everything_acknowledged_is_there(town.house, writes)
    _nothing_is_there_by_half(town.house)


def _everything_acknowledged_is_there(house: House, writes: Writes) -> None:
    log = {str(event.row.event_id): event for event in events(house)}
    with house.engine.connect() as connection:
        stored = {str(UUID(str(one))) for one in connection.execute(text("SELECT referral_id FROM referral")).scalars()}
        given = {
            str(UUID(str(one)))
            for one in connection.execute(text("SELECT consent_id FROM consent WHERE state = 'given'")).scalars()
        }
    for referral, event in writes.sent.values():
        assert referral in stored
        assert log[event].shape == ("refer_pupil", "permitted", None)
        assert str(log[event].row.referral_id) == referral
    assert set(writes.signed) <= given
    assert {log[event].shape for event in writes.events} == {("sign_consent", "permitted", None)}


def _nothing_is_there_by_half(house: House) -> None:
    """Every row has its event, every event its disclosures and its place in the queue, every referral all its parts."""
    log = events(house)
    _every_event_is_whole(house, log)
    recorded = [name for name, table in all_tables().tables.items() if "recorded_in" in table.columns]
    with house.engine.connect() as connection:
        for table in recorded:
            orphans = connection.execute(
                text(
                    f"SELECT count(*) FROM {table} t LEFT JOIN audit_event e ON e.event_id = t.recorded_in"
                    " WHERE e.event_id IS NULL"
                )
            ).scalar_one()
            assert orphans == 0, table
        by_half = connection.execute(
            text(
                "SELECT count(*) FROM referral r WHERE"
                " (SELECT count(*) FROM referral_part p WHERE p.referral_id = r.referral_id) <> 2"
                " OR (SELECT count(*) FROM sealed_part p WHERE p.set_id = r.referral_id) <> 2"
                " OR (SELECT count(*) FROM service_wrap w WHERE w.set_id = r.referral_id) <> 3"
                " OR (SELECT count(*) FROM sealed_manifest m WHERE m.set_id = r.referral_id) <> 1"
                " OR (SELECT count(*) FROM referral_step s WHERE s.referral_id = r.referral_id) <> r.version"
                " OR (SELECT count(*) FROM notice n WHERE n.referral_id = r.referral_id) <> 1"
                " OR (SELECT count(*) FROM part_wrap w JOIN sealed_part p ON p.part_id = w.part_id"
                "     WHERE p.set_id = r.referral_id) <> 6"
            )
        ).scalar_one()
        assert by_half == 0
        disagreeing = connection.execute(
            text(
                "SELECT count(*) FROM consent c WHERE (c.state = 'given') <> ((SELECT count(*) FROM consent_signature s"
                " WHERE s.consent_id = c.consent_id) = 2)"
            )
        ).scalar_one()
        assert disagreeing == 0
    sent = Counter(event.row.referral_id for event in log if event.shape == ("refer_pupil", "permitted", None))
    assert set(sent.values()) == {1}


def _every_event_is_whole(house: House, log: list[StoredEvent]) -> None:
    for event in log:
        # The commitment covers a digest for each disclosure, and each is there.
        assert len(event.row.digests) == 32 * len(event.disclosures)
        assert len(event.persons) == event.row.persons
        assert event.said["event_id"] == str(event.row.event_id)
    placed = _count(house, "log_leaf WHERE event_id IS NOT NULL")
    assert _count(house, "audit_pending") + placed == len(log)


def _count(house: House, table: str) -> int:
    with house.engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_a_killed_server_loses_nothing_that_it_acknowledged(town: Town) -> None:
    _killed_in_the_middle(town, Size(referrals=60, at_once=8, kill_after=16))


@pytest.mark.prove
@pytest.mark.parametrize("round_", range(10))
def test_a_killed_server_loses_nothing_that_it_acknowledged_wherever_the_kill_comes(town: Town, round_: int) -> None:
    _killed_in_the_middle(town, Size(referrals=200, at_once=16, kill_after=random.Random(round_).randint(5, 160)))
