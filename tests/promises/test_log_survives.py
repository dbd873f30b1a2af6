"""No event is lost or doubled on its way into the tree: under many writers, kill -9, a full disk."""

import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from audit.actions import Action
from audit.actor import Actor
from audit.begin_log import open_signer
from audit.event import AuditEvent
from audit.evidence.log_policy import parse_policy
from audit.evidence.log_store import DirectoryStore
from audit.house import House
from audit.one_sequencer import only_sequencer
from audit.operation import operation
from audit.sequence_events import keeping_up, look, settle_log
from audit.sequencer import trouble_of
from audit.sessions import reading
from foundation.clock import SystemClock
from foundation.errors import Refused
from tests.a_sequencer import in_order, record
from tests.houses import Databases

_KILLED = Path(__file__).with_name("killed_sequencer.py")


def _now(house: House) -> House:
    """The same house by the machine's clock, as another process sees it."""
    return House(house.settings, SystemClock(), house.custody, house.installed)


def _environment(house: House) -> dict[str, str]:
    url = house.settings.database_url
    told = {"TILLIT_DATA_DIR": str(house.settings.data_dir), "TILLIT_KEY_FILE": str(house.settings.root_key_path)}
    return {**os.environ, **told, **({"TILLIT_DATABASE_URL": url} if url else {})}


def _until_edge(house: House, edge: int) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, _KILLED, str(edge)],
        env=_environment(house),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _edges(databases: Databases, database: str) -> int:
    house = databases.house(database, name="counted")
    record(house, 5)
    ran = _until_edge(house, 0)
    assert ran.returncode == 0, ran.stderr
    return int(ran.stdout)


def _killed_at(databases: Databases, database: str, edges: list[int]) -> None:
    for edge in edges:
        house = databases.house(database, name=f"edge{edge}")
        record(house, 5)
        assert _until_edge(house, edge).returncode == -signal.SIGKILL
        record(house, 2)
        again = _now(house)
        _until_its_place_is_free(again)
        settle_log(again)
        with reading(again) as session:
            recorded = session.scalars(select(func.count()).select_from(AuditEvent)).one()
        keys = len(parse_policy(again.settings.log_policy_path.read_bytes()).keys)
        assert in_order(again) == recorded + keys  # the first entry names the first key, one entry each other
        assert recorded in (1 + 5 + 2, 1 + 5 + 1 + 2)
        assert open_signer(again, DirectoryStore(again.settings.store_path)).next_key is None
        assert not list((house.settings.store_path / "unfinished").iterdir())
        again.close()
        house.close()


def _until_its_place_is_free(house: House) -> None:
    """PostgreSQL notices a moment later that a client was killed, and gives its lock back then."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with only_sequencer(house) as still:
            if still is not None:
                return
        time.sleep(0.01)
    raise AssertionError("the killed sequencer keeps its place")


def test_a_sequencer_that_is_killed_at_an_edge_is_taken_up_where_it_stood(databases: Databases, database: str) -> None:
    edges = _edges(databases, database)
    assert edges > 60
    _killed_at(databases, database, random.Random(edges).sample(range(1, edges + 1), 4))


@pytest.mark.prove
def test_a_sequencer_that_is_killed_at_any_edge_is_taken_up_where_it_stood(databases: Databases, database: str) -> None:
    _killed_at(databases, database, list(range(1, _edges(databases, database) + 1)))


def _refuse() -> None:
    raise Refused


def _many_writers(house: House, each: int) -> None:
    acknowledged: list[object] = []
    faults: list[Exception] = []

    def write(number: int) -> None:
        chance = random.Random(number)
        for _ in range(each):
            try:
                with operation(Actor.operator(house), Action.FILL_DEMO) as op:
                    op.flush()
                    time.sleep(chance.random() / 500)
                    if chance.random() < 0.2:
                        op.keep_and_refuse(Refused()) if chance.random() < 0.5 else _refuse()
                acknowledged.append(op.event_id)
            except Refused as refused:
                acknowledged.append(refused.event_id)
            except Exception as fault:  # noqa: BLE001  # told by the test
                faults.append(fault)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    with keeping_up(house):
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
    assert faults == []
    assert len(set(acknowledged)) == 16 * each
    assert look(house) is None
    assert in_order(house) == 1 + 1 + 16 * each


def test_sixteen_writers_who_wait_and_roll_back_lose_and_double_nothing(house: House) -> None:
    _many_writers(house, 40)


@pytest.mark.prove
def test_sixteen_writers_and_a_hundred_thousand_events(house: House) -> None:
    _many_writers(house, 6_250)


@pytest.mark.postgres
def test_a_transaction_left_open_the_whole_time_delays_nobody(databases: Databases) -> None:
    house = databases.house("postgresql")
    with house.engine.begin() as idle:
        idle.exec_driver_sql("CREATE TABLE somebody_elses (one INTEGER)")
        _many_writers(house, 10)


def test_a_full_disk_stops_the_signing_and_loses_nothing(house: House) -> None:
    """Files may grow no further, whoever writes them: the database of SQLite, or the store."""
    settle_log(house)
    record(house, 50)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    try:
        with pytest.raises(Exception) as stopped:  # noqa: PT011  # what it is called is the point
            settle_log(house)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert trouble_of(stopped.value) in {"store_unwritable", "database_unreachable"}
    settle_log(house)
    assert in_order(house) == 1 + 1 + 50
