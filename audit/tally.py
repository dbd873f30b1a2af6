"""Counting what would otherwise flood the log: so many refused in this minute, as one event."""

import threading
from datetime import datetime, timedelta

__all__ = ["Tally"]

_EVERY = timedelta(minutes=1)


class Tally:
    """Counts, and says at most once a minute how many there were since it last said so."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._said_at: datetime | None = None

    def count(self, now: datetime) -> int | None:
        """Count one more; the number to write down now, or None while the minute lasts."""
        with self._lock:
            self._count += 1
            if self._said_at is not None and now - self._said_at < _EVERY:
                return None
            counted, self._count, self._said_at = self._count, 0, now
            return counted
