"""The only fake: a clock that a test sets."""

import threading
from datetime import UTC, datetime, timedelta

__all__ = ["BEGINNING", "SetClock"]

#: When every test begins, unless it says otherwise: a Sunday morning, so that no test leans on a working day.
BEGINNING = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

_TICK = timedelta(milliseconds=1)


class SetClock:
    """Tells the time it was set to, and a millisecond more each time it is asked: what comes later is told later."""

    def __init__(self, at: datetime = BEGINNING) -> None:
        self._lock = threading.Lock()
        self._at = at

    def now(self) -> datetime:
        """The present instant of this clock, in UTC."""
        with self._lock:
            self._at += _TICK
            return self._at

    def set(self, at: datetime) -> None:
        """Make `at` the present."""
        with self._lock:
            self._at = at.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Let `by` go past."""
        with self._lock:
            self._at += by
