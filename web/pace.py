"""How fast one actor may ask from one address: a sliding minute, kept in this process.

The `limits` package was tried and left: its memory store starts a thread at almost every request. Each process counts
for itself, so two processes allow twice as much, which is good enough to stop a runaway program.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from audit.tally import Tally

__all__ = ["Pace"]

_MINUTE = timedelta(minutes=1)
#: So many callers are remembered; the one longest unseen is forgotten first.
_REMEMBERED = 50_000


@dataclass
class _Caller:
    began: datetime
    before: int = 0
    now: int = 0
    refused: Tally = field(default_factory=Tally)


class Pace:
    """Counts the requests of each caller."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._callers: OrderedDict[tuple[str, str], _Caller] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, who: str, address: str, now: datetime) -> bool:
        """Count a request of `who` (an actor's id) from `address`; False when it is one too many.

        The minute slides: what was counted in the minute before weighs by the share of it that is still less than a
        minute ago.
        """
        with self._lock:
            caller = self._caller(who, address, now)
            if now - caller.began >= _MINUTE:
                recent = now - caller.began < 2 * _MINUTE
                caller.before, caller.now = (caller.now if recent else 0), 0
                caller.began = caller.began + _MINUTE if recent else now
            share = 1 - (now - caller.began) / _MINUTE
            if caller.before * share + caller.now >= self._per_minute:
                return False
            caller.now += 1
            return True

    def refused(self, who: str, address: str, now: datetime) -> int | None:
        """Count a refusal; how many to write down now, at most once a minute, or None."""
        with self._lock:
            return self._caller(who, address, now).refused.count(now)

    def _caller(self, who: str, address: str, now: datetime) -> _Caller:
        caller = self._callers.get((who, address))
        if caller is None:
            caller = self._callers[who, address] = _Caller(now)
            if len(self._callers) > _REMEMBERED:
                self._callers.popitem(last=False)
        self._callers.move_to_end((who, address))
        return caller
