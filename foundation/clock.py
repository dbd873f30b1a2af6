"""What time it is: always UTC with microseconds, and the local date where the law counts in days."""

import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

__all__ = ["ZONES", "Clock", "FileClock", "SystemClock", "local_date"]

#: The zone in which dates are counted, by the jurisdiction of the organisation that acts.
ZONES = {"NOR": ZoneInfo("Europe/Oslo"), "DNK": ZoneInfo("Europe/Copenhagen")}


class Clock(Protocol):
    """Something that tells the time."""

    def now(self) -> datetime:
        """The present instant, in UTC."""


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """The present instant, in UTC with microseconds."""
        return datetime.now(UTC)


class FileClock:
    """A clock set by a file, for demonstrations and tests; it runs on from the instant in it, forwards only.

    The file holds one instant in ISO 8601, in UTC where it names no zone.

    The file is read when it changes. Time written in it becomes "now" from that moment; an earlier time than what was
    already told is ignored, because the log would rightly refuse a clock that goes back.
    """

    def __init__(self, path: Path, machine: Clock | None = None) -> None:
        self._path = path
        self._machine = machine or SystemClock()
        self._lock = threading.Lock()
        self._read_at_mtime: int | None = None
        self._set_to: datetime | None = None
        self._set_when: datetime | None = None
        self._latest: datetime | None = None

    def now(self) -> datetime:
        """The present instant of this clock, never earlier than one it told before."""
        with self._lock:
            machine = self._machine.now()
            self._reread(machine)
            told = (
                machine if self._set_to is None or self._set_when is None else self._set_to + (machine - self._set_when)
            )
            if self._latest is not None and told < self._latest:
                told = self._latest
            self._latest = told
            return told

    def _reread(self, machine: datetime) -> None:
        try:
            mtime = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return
        if mtime == self._read_at_mtime:
            return
        text = self._path.read_text(encoding="ascii").strip()
        if not text:
            return  # somebody is writing it right now
        instant = datetime.fromisoformat(text)
        self._set_to = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
        self._set_when, self._read_at_mtime = machine, mtime


def local_date(instant: datetime, jurisdiction: str) -> date:
    """The calendar date at `instant` where the law of `jurisdiction` ("NOR" or "DNK") counts its days."""
    return instant.astimezone(ZONES[jurisdiction]).date()
