"""How far the proof of the log is behind: the age of the oldest committed entry that no signed checkpoint covers.

Nothing waiting means no lag, however long ago the last checkpoint was. A process that shows anything to anybody has
somebody who looks every second (`audit.sequence_events`), so asking costs nothing. Where nobody looks any more, that
itself is the lag: what is not seen cannot be called covered.
"""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from foundation.errors import Unavailable
from foundation.identifiers import EventId

__all__ = ["REFUSE_AFTER", "WARN_AFTER", "EvidenceLag", "EvidenceTooOld"]

#: From then on the status page and the process say that something is wrong.
WARN_AFTER = timedelta(seconds=60)

#: From then on nothing is shown that can wait (X-Road stops its exchange in the same way, after four hours).
REFUSE_AFTER = timedelta(minutes=15)


class EvidenceTooOld(Unavailable):
    """The newest entries of the log have no proof, and have not had one for a quarter of an hour."""

    code = "evidence_too_old"
    title = "The proof of the disclosure log is too far behind"
    do = (
        "Nothing is shown until it has caught up. Recording and withdrawing go on. If it is urgent, use the telephone, "
        "and tell whoever runs the service: `tillit doctor` says what is wrong."
    )


class EvidenceLag:
    """What one process knows of the lag; one thread looks, many ask."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._looked: float | None = None
        self._nothing_waited: float | None = None
        self._waits_since: float | None = None
        self._committed = threading.Event()
        #: What keeps the log from being signed, as a code; None when all is well.
        self.trouble: str | None = None
        #: Whether it was said that the lag is longer than `WARN_AFTER`.
        self.was_late = False

    def committed(self) -> None:
        """An entry was committed by this process: whoever gives it its place need not wait to be told."""
        self._committed.set()

    def await_commit(self, seconds: float) -> bool:
        """Wait until this process commits an entry, at most so long; whether it did since it was asked last."""
        came = self._committed.wait(seconds)
        self._committed.clear()
        return came

    def looked(self, oldest: EventId | None, age: timedelta) -> None:
        """Take note of the oldest entry that waits, which says of itself that it is of this age; None where none waits.

        It cannot have waited since before nothing waited: a clock that was set forwards makes nothing old.
        """
        now = self._seconds()
        if oldest is None:
            self._waits_since, self._nothing_waited = None, now
        elif self._nothing_waited is None:
            self._waits_since = now - age.total_seconds()
        else:
            self._waits_since = max(now - age.total_seconds(), self._nothing_waited)
        self._looked = now

    @property
    def lag(self) -> timedelta | None:
        """How far the proof is behind; None when nothing waits, or where nobody was ever to look."""
        looked, since = self._looked, self._waits_since
        if looked is None:
            return None
        unseen = timedelta(seconds=self._seconds() - looked)
        if since is None:
            return unseen if unseen >= WARN_AFTER else None
        return timedelta(seconds=self._seconds() - since)

    def refuse_when_too_old(self) -> None:
        """Raise `EvidenceTooOld` when the proof is a quarter of an hour behind."""
        lag = self.lag
        if lag is not None and lag >= REFUSE_AFTER:
            raise EvidenceTooOld(values={"minutes": lag // timedelta(minutes=1)})
