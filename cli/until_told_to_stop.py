"""How a process that runs in the background learns that it is to end: SIGTERM, or Ctrl-C."""

import signal
import threading
from collections.abc import Callable

__all__ = ["until_told_to_stop"]


def until_told_to_stop(also: Callable[[], object]) -> threading.Event:
    """An event that is set when the process is told to stop; `also` is called then, to wake whoever waits."""
    over = threading.Event()

    def stop(_signal: int, _frame: object) -> None:
        over.set()
        also()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    return over
