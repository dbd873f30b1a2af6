import json
import os
import subprocess
import sys
import threading
from base64 import b64encode
from pathlib import Path

import pytest

from audit.installation import NotInstalled, open_house
from foundation.settings import Settings
from tests.damage import byte_changed
from tests.houses import Databases
from tests.set_clock import SetClock
from vault.blob import DoesNotOpen, fresh_key
from vault.file_custody import FileCustody, KeyFileUnusable, keyring_path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "root.json"


def _why(path: Path) -> object:
    with pytest.raises(KeyFileUnusable) as refused:
        FileCustody.load(path)
    assert str(path) not in str(refused.value)
    return refused.value.values["why"]


def test_keys_are_made_for_their_owner_alone(root: Path) -> None:
    FileCustody.create(root, "2026-11")
    assert root.stat().st_mode & 0o777 == 0o600
    assert keyring_path(root).stat().st_mode & 0o777 == 0o600
    assert root.parent.stat().st_mode & 0o777 == 0o700


def test_what_was_wrapped_is_unwrapped_after_a_restart(root: Path) -> None:
    custody = FileCustody.create(root, "2026-11")
    period, blob = custody.wrap(b"a data key", b"place")
    again = FileCustody.load(root)
    assert period == again.period() == "2026-11"
    assert again.unwrap(period, blob, b"place") == b"a data key"
    assert again.derived_key("names") == custody.derived_key("names")
    with pytest.raises(DoesNotOpen):
        again.unwrap(period, blob, b"another place")


def test_each_purpose_has_its_own_key_and_each_installation_its_own(root: Path, tmp_path: Path) -> None:
    one, other = FileCustody.create(root, "2026-11"), FileCustody.create(tmp_path / "other" / "root.json", "2026-11")
    keys = {one.derived_key("names"), one.derived_key("identity"), other.derived_key("names")}
    assert len(keys) == 3
    assert {len(key) for key in keys} == {32}


def test_nothing_is_overwritten(root: Path) -> None:
    custody = FileCustody.create(root, "2026-11")
    period, blob = custody.wrap(b"key", b"place")
    with pytest.raises(KeyFileUnusable):
        FileCustody.create(root, "2026-11")
    root.unlink()
    with pytest.raises(KeyFileUnusable):
        FileCustody.create(root, "2026-11")
    root.write_text(json.dumps({"format": 1, "root": b64encode(custody._root).decode()}), encoding="ascii")
    root.chmod(0o600)
    assert FileCustody.load(root).unwrap(period, blob, b"place") == b"key"


def test_a_missing_file_is_named(root: Path) -> None:
    assert _why(root) == "missing"
    FileCustody.create(root, "2026-11")
    keyring_path(root).unlink()
    assert _why(root) == "missing"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o601])
def test_a_key_that_others_may_read_is_refused(root: Path, mode: int) -> None:
    FileCustody.create(root, "2026-11")
    root.chmod(mode)
    assert _why(root) == "open_to_others"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b'{"format": 1, "root": 7}',
        b'{"format": 1, "root": "AAAA"}',
        b'{"format": 1, "root": "!"}',
    ],
)
def test_a_damaged_key_file_is_refused(root: Path, content: bytes) -> None:
    FileCustody.create(root, "2026-11")
    root.write_bytes(content)
    assert _why(root) == "damaged"


def test_a_format_to_come_is_refused(root: Path) -> None:
    FileCustody.create(root, "2026-11")
    root.write_text(root.read_text(encoding="ascii").replace('"format": 1', '"format": 2'), encoding="ascii")
    assert _why(root) == "damaged"


def test_a_folder_in_the_place_of_the_key_is_refused(root: Path) -> None:
    root.mkdir(parents=True, mode=0o700)
    root.chmod(0o700)
    assert _why(root) == "unreadable"


def test_another_root_key_does_not_open_the_keyring(root: Path) -> None:
    FileCustody.create(root, "2026-11")
    document = {"format": 1, "root": b64encode(fresh_key()).decode()}
    root.write_text(json.dumps(document), encoding="ascii")
    assert _why(root) == "another_key"


def test_every_changed_byte_of_the_keyring_is_noticed(root: Path) -> None:
    FileCustody.create(root, "2026-11")
    whole = keyring_path(root).read_bytes()
    for place in range(0, len(whole), 7):
        keyring_path(root).write_bytes(byte_changed(whole, place))
        assert _why(root) == "another_key"
    keyring_path(root).write_bytes(whole)
    FileCustody.load(root)


def test_a_new_period_wraps_and_the_old_one_still_unwraps(root: Path) -> None:
    custody = FileCustody.create(root, "2026-11")
    period, blob = custody.wrap(b"key", b"place")
    custody.begin_period("2026-12")
    assert custody.wrap(b"key", b"place")[0] == "2026-12"
    assert custody.unwrap(period, blob, b"place") == b"key"


def test_a_period_that_is_gone_opens_nothing(root: Path) -> None:
    custody = FileCustody.create(root, "2026-11")
    _, blob = custody.wrap(b"key", b"place")
    with pytest.raises(DoesNotOpen):
        custody.unwrap("2026-10", blob, b"place")


def test_a_period_begun_by_another_process_is_found(root: Path) -> None:
    mine, theirs = FileCustody.create(root, "2026-11"), FileCustody.load(root)
    theirs.begin_period("2026-12")
    period, blob = theirs.wrap(b"key", b"place")
    assert mine.unwrap(period, blob, b"place") == b"key"
    before = keyring_path(root).read_bytes()
    mine.begin_period("2026-12")
    assert keyring_path(root).read_bytes() == before


_BEGIN = """
import sys
from pathlib import Path
from vault.file_custody import FileCustody
custody = FileCustody.load(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
custody.begin_period("2026-12")
period, blob = custody.wrap(sys.argv[2].encode(), b"place")
print(period, blob.hex(), flush=True)
"""


def test_processes_that_begin_a_period_at_once_lose_no_key(root: Path) -> None:
    FileCustody.create(root, "2026-11")
    started = [
        subprocess.Popen(
            [sys.executable, "-c", _BEGIN, str(root), f"key {number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.getcwd()},  # noqa: PTH109  # the project's root, where tests run
        )
        for number in range(4)
    ]
    answers = []
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in started:
        answers.append(process.communicate(timeout=120)[0].split())
        assert process.returncode == 0
    custody = FileCustody.load(root)
    for number, (period, blob) in enumerate(answers):
        assert period == "2026-12"
        assert custody.unwrap(period, bytes.fromhex(blob), b"place") == f"key {number}".encode()


def test_threads_that_begin_a_period_at_once_lose_no_key(root: Path) -> None:
    FileCustody.create(root, "2026-11")
    custodies = [FileCustody.load(root) for _ in range(8)]
    wrapped: list[tuple[str, bytes]] = []
    together = threading.Barrier(len(custodies))

    def begin(custody: FileCustody) -> None:
        together.wait(60)
        custody.begin_period("2026-12")
        wrapped.append(custody.wrap(b"key", b"place"))

    threads = [threading.Thread(target=begin, args=[custody]) for custody in custodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    again = FileCustody.load(root)
    assert [again.unwrap(period, blob, b"place") for period, blob in wrapped] == [b"key"] * 8


def test_the_keys_of_another_installation_do_not_open_a_house(databases: Databases, database: str) -> None:
    mine, theirs = databases.house(database, name="mine"), databases.house(database, name="theirs")
    assert open_house(mine.settings, SetClock(), mine.custody).installed == mine.installed
    with pytest.raises(KeyFileUnusable) as refused:
        open_house(mine.settings, SetClock(), theirs.custody)
    assert refused.value.values["why"] == "another_installation"


def test_a_database_without_an_installation_is_no_house(databases: Databases, database: str, tmp_path: Path) -> None:
    custody = FileCustody.create(tmp_path / "keys" / "root.json", "2026-11")
    for name, make in (("empty", databases.empty), ("migrated", databases.migrated)):
        url = make(database, tmp_path / name)
        with pytest.raises(NotInstalled):
            open_house(Settings(data_dir=tmp_path / name, database_url=url), SetClock(), custody)
