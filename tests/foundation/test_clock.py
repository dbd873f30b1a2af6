import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from foundation.clock import FileClock, SystemClock, local_date
from tests.set_clock import BEGINNING, SetClock


def _write(path: Path, text: str, mtime: int) -> None:
    path.write_text(text, encoding="ascii")
    os.utime(path, ns=(mtime, mtime))


def test_the_machine_tells_utc() -> None:
    before = datetime.now(UTC)
    told = SystemClock().now()
    assert told.tzinfo is UTC
    assert before <= told <= datetime.now(UTC)


def test_without_its_file_a_file_clock_is_the_machine(tmp_path: Path) -> None:
    machine = SetClock()
    assert FileClock(tmp_path / "clock", machine).now() == BEGINNING + timedelta(milliseconds=1)


def test_a_file_clock_begins_at_what_is_written_and_runs_on(tmp_path: Path) -> None:
    machine = SetClock()
    clock = FileClock(tmp_path / "clock", machine)
    _write(tmp_path / "clock", "2027-03-01T12:00:00+01:00\n", 1)
    assert clock.now() == datetime(2027, 3, 1, 11, 0, tzinfo=UTC)
    machine.advance(timedelta(hours=2))
    assert clock.now() == datetime(2027, 3, 1, 13, 0, 0, 1000, tzinfo=UTC)


def test_an_instant_without_a_zone_is_utc(tmp_path: Path) -> None:
    _write(tmp_path / "clock", "2027-03-01T12:00:00", 1)
    assert FileClock(tmp_path / "clock", SetClock()).now() == datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


def test_a_file_clock_never_goes_back(tmp_path: Path) -> None:
    clock = FileClock(tmp_path / "clock", SetClock())
    _write(tmp_path / "clock", "2027-03-01T12:00:00Z", 1)
    told = clock.now()
    _write(tmp_path / "clock", "2027-01-01T12:00:00Z", 2)
    assert clock.now() == told
    _write(tmp_path / "clock", "2027-04-01T12:00:00Z", 3)
    assert clock.now() == datetime(2027, 4, 1, 12, 0, tzinfo=UTC)


def test_a_file_that_was_empty_when_looked_at_is_looked_at_again(tmp_path: Path) -> None:
    clock = FileClock(tmp_path / "clock", SetClock())
    _write(tmp_path / "clock", "", 1)
    clock.now()
    _write(tmp_path / "clock", "2027-03-01T12:00:00Z", 1)  # the same instant, as coarse file systems say
    assert clock.now() == datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 7, 31, 21, 59, 59, tzinfo=UTC), date(2026, 7, 31)),
        (datetime(2026, 7, 31, 22, 0, 0, tzinfo=UTC), date(2026, 8, 1)),  # summer time: midnight in Oslo
        (datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 23, 0, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
@pytest.mark.parametrize("jurisdiction", ["NOR", "DNK"])
def test_days_end_at_local_midnight(instant: datetime, day: date, jurisdiction: str) -> None:
    assert local_date(instant, jurisdiction) == day


def test_an_unknown_jurisdiction_has_no_days() -> None:
    with pytest.raises(KeyError):
        local_date(BEGINNING, "SWE")
