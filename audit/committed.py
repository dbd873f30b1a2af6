"""The commitments of the events that this process committed last, so that an answer need not ask for its own event."""

import threading
from datetime import datetime
from uuid import UUID

__all__ = ["Committed"]

_MOST = 4096


class Committed:
    """Commitment and time by event id, of the last few thousand; safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[UUID, tuple[bytes, datetime]] = {}

    def put(self, event_id: UUID, commitment: bytes, recorded_at: datetime) -> None:
        """Remember an event, and forget the oldest when there are too many."""
        with self._lock:
            self._known[event_id] = (commitment, recorded_at)
            if len(self._known) > _MOST:
                del self._known[next(iter(self._known))]

    def __len__(self) -> int:
        """How many events are known: none where this process has committed none."""
        return len(self._known)

    def get(self, event_id: UUID) -> tuple[bytes, datetime] | None:
        """The commitment and time of an event; None when it was another process's, or long ago."""
        with self._lock:
            return self._known.get(event_id)
