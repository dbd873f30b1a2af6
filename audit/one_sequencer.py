"""One sequencer at a time: whoever holds the lock gives entries their places, everybody else waits for it.

The lock keeps two from getting in each other's way. That two would not fork the log rests on other things: a place is a
primary key, the head of the tree changes only for whoever names it as it was, and the signer remembers what it signed.
"""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from audit.house import House
from foundation.engine import READING, is_sqlite

__all__ = ["only_sequencer"]

#: Lies in the data directory beside a SQLite database.
_LOCK_FILE = "sequencer.lock"


@contextmanager
def only_sequencer(house: House) -> Iterator[Callable[[], None] | None]:
    """For the length of the block, be the only sequencer of this log; None when somebody else is.

    What it gives is to be called before each batch: it raises when the lock was lost, with the connection that held it.
    """
    if is_sqlite(house.engine):
        with (house.settings.data_dir / _LOCK_FILE).open("wb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
                return
            try:
                yield lambda: None
            finally:
                # Closing would do, but for a process that is just being started and still has a copy of the file.
                fcntl.flock(lock, fcntl.LOCK_UN)
        return
    key = int.from_bytes(sha256(f"sequencer of {house.installed.origin}".encode()).digest()[:8], signed=True)
    options = {READING: True, "isolation_level": "AUTOCOMMIT"}
    with house.engine.connect().execution_options(**options) as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}):
            yield None
            return
        try:
            yield lambda: connection.execute(text("SELECT 1")).close()
        finally:
            _release(connection, key)


def _release(connection: Connection, key: int) -> None:
    """Give the lock back and wait until the server says so: it notices later that a connection was closed.

    Whoever is the next sequencer must find the lock free, or would believe that somebody else does the work.
    """
    if connection.invalidated:
        return
    try:
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key}).close()
    except DBAPIError:
        connection.invalidate()  # it may hold the lock still, and must not go back to the pool with it
