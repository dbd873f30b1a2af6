"""`tillit worker` and `tillit signer`: the sequencer and the log's key, each in a process of its own."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from audit.evidence.own_file import SignerUnusable
from audit.evidence.signer import SignerRefused
from audit.evidence.signer_socket import SignerClient
from audit.house import House
from audit.sequence_events import keeping_up, look, settle_log
from foundation.clock import SystemClock
from tests.a_sequencer import in_order, record
from tests.cli.running import tillit
from tests.houses import Databases

_PROGRAM = Path(sys.executable).with_name("tillit")


def _told(house: House) -> dict[str, str]:
    settings = house.settings
    told = {"TILLIT_DATA_DIR": str(settings.data_dir), "TILLIT_KEY_FILE": str(settings.root_key_path)}
    if settings.database_url:
        told["TILLIT_DATABASE_URL"] = settings.database_url
    if settings.signer_socket:
        told["TILLIT_SIGNER_SOCKET"] = str(settings.signer_socket)
    return told


@contextmanager
def _running(command: str, house: House) -> Iterator["subprocess.Popen[str]"]:
    """The command, once it has said that it runs; stopped as a service manager stops it."""
    process = subprocess.Popen(
        [_PROGRAM, command], env=_told(house), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert house.installed.origin in process.stdout.readline()
        yield process
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            assert process.wait(120) == 0
    finally:
        process.kill()
        process.communicate()


def _soon(holds: Callable[[], bool]) -> None:
    for _ in range(1200):  # a minute
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it does not come to that")


@pytest.fixture
def socketed(sqlite_house: House) -> House:
    """A house whose log has begun, and whose signer is to be asked at a socket; by the machine's clock."""
    house = House(sqlite_house.settings, SystemClock(), sqlite_house.custody, sqlite_house.installed)
    settle_log(house)
    socket = house.settings.data_dir / "signer.sock"
    house.settings = house.settings.model_copy(update={"signer_socket": socket})
    return house


def test_a_signer_of_its_own_signs_what_the_sequencer_brings_out(socketed: House) -> None:
    with _running("signer", socketed):
        record(socketed, 3)
        settle_log(socketed)
        assert in_order(socketed) == 1 + 1 + 3
        client = SignerClient(socketed.settings.signer_socket or Path(), socketed.installed.origin)
        assert client.signed_size == 5
        assert client.sign_again() == client.sign(5)
        with pytest.raises(SignerRefused) as refused:
            client.sign(4)
        assert "the tree of 4 is older" in str(refused.value)
        with pytest.raises(SignerRefused) as refused:
            client.sign(9)
        assert refused.value.findings
        with pytest.raises(SignerUnusable):
            SignerClient(socketed.settings.signer_socket or Path(), "tillit/another").policy()
    socketed.close()


def test_the_key_of_a_signer_of_its_own_changes_while_it_signs(socketed: House) -> None:
    told = _told(socketed)
    with _running("signer", socketed):
        [first] = tillit("log-key", "list", **told).out.splitlines()
        second = tillit("log-key", "new", "--reason", "compromised", **told).out.strip()
        assert f"{second}  is planned (compromised)" in tillit("log-key", "list", **told).out
        assert "[next_key_planned]" in tillit("log-key", "new", **told).refusal
        assert "[no_newer_key]" in tillit("log-key", "end", **told).refusal
        record(socketed)
        settle_log(socketed)
        size = in_order(socketed)
        assert tillit("log-key", "end", **told).out.startswith(f"The keys before the newest signed up to size {size};")
        record(socketed)
        settle_log(socketed)
        in_order(socketed)
        assert tillit("log-key", "list", **told).out.splitlines() == [
            first.replace("now on", str(size)),
            f"{second}  signs from size {size} to now on",
        ]
    socketed.close()


def test_while_the_signer_is_away_events_are_recorded_and_wait(socketed: House) -> None:
    with keeping_up(socketed):
        record(socketed)
        _soon(lambda: socketed.evidence.trouble == "signer_unusable")
        assert look(socketed) is not None
        with _running("signer", socketed):
            _soon(lambda: look(socketed) is None)
    in_order(socketed)
    socketed.close()


def test_what_is_lacking_is_said_in_one_line(sqlite_house: House, tmp_path: Path) -> None:
    assert "[no_worker_on_sqlite]" in tillit("worker", **_told(sqlite_house)).refusal
    assert "[no_signer_socket]" in tillit("signer", **_told(sqlite_house)).refusal
    told = {**_told(sqlite_house), "TILLIT_SIGNER_SOCKET": str(tmp_path / "socket")}
    assert "[signer_unusable]" in tillit("signer", **told).refusal


@pytest.mark.postgres
def test_of_two_workers_one_works_and_the_other_takes_over(databases: Databases) -> None:
    house = databases.house("postgresql")
    house.clock = SystemClock()
    with _running("worker", house) as one:
        record(house, 3)
        _soon(lambda: look(house) is None)
        with _running("worker", house):
            one.send_signal(signal.SIGSTOP)  # it holds the lock, and its signer's head
            record(house, 3)
            time.sleep(1.5)
            assert look(house) is not None
            one.send_signal(signal.SIGCONT)
            _soon(lambda: look(house) is None)
            one.kill()
            record(house, 3)
            _soon(lambda: look(house) is None)
    assert in_order(house) == 1 + 1 + 9


@pytest.mark.postgres
def test_a_worker_that_is_told_to_stop_brings_to_its_end_what_waits(databases: Databases) -> None:
    house = databases.house("postgresql")
    house.clock = SystemClock()
    with _running("worker", house) as worker:
        record(house, 20)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(120) == 0
    assert look(house) is None
    in_order(house)
