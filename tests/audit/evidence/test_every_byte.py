"""No byte of the outside store can be changed, in any file, without verification saying so."""

from pathlib import Path

import pytest

from audit.evidence.verify_store import verify_store
from tests.audit.evidence.a_log import ALog, a_log

pytestmark = pytest.mark.slow


def unnoticed(log: ALog, step: int, bits: list[int]) -> list[str]:
    """Where a change went unnoticed, or was blamed on another file, trying every ``step``-th byte of every file."""
    policy = log.policy
    misses = []
    assert verify_store(log.store, policy).is_in_order
    for path in sorted(log.store.paths()):
        file = log.root / path
        data = file.read_bytes()
        for at in range(hash_of(path) % step, len(data), step):
            for bit in bits:
                file.write_bytes(data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :])
                findings = verify_store(log.store, policy).findings
                if not findings or path not in {one.place for one in findings}:
                    misses.append(f"{path} byte {at} bit {bit}: {[str(one) for one in findings]}")
        file.write_bytes(data)
    assert verify_store(log.store, policy).is_in_order
    return misses


def hash_of(path: str) -> int:
    return sum(path.encode())


def test_no_byte_can_be_changed_in_a_small_store(tmp_path: Path) -> None:
    assert unnoticed(a_log(tmp_path, 2, 5), 7, [1]) == []


def test_no_byte_can_be_changed_where_windows_are_full(tmp_path: Path) -> None:
    log = a_log(tmp_path, 250, 30)
    assert "tile/1/000.p/1" in set(log.store.paths())
    assert unnoticed(log, 997, [4]) == []


@pytest.mark.prove
def test_no_byte_can_be_changed_in_a_store_of_sixty_four_events(tmp_path: Path) -> None:
    assert unnoticed(a_log(tmp_path, 5, 7, 51), 1, [1]) == []
