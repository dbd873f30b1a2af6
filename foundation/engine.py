"""The database engine of an installation.

Only `audit` and `migrations` import this file: it is the other side of the door.

SQLite is the embedded default: write-ahead log, every commit flushed to disk, foreign keys on, freed pages overwritten.
Transactions begin with `BEGIN IMMEDIATE`, because a transaction that reads first and writes later loses to a writer
that came between.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InvalidatePoolError

__all__ = ["READING", "WriterQueue", "is_sqlite", "make_engine"]

#: Execution option of a connection that only reads: SQLite then takes no write lock.
READING = "tillit_reading"

_POOL = 40  # the server's thread pool has 40 threads; each holds at most one connection

_RESTED = 5.0  # seconds after which a connection to PostgreSQL is asked whether it still stands, before it is used


def is_sqlite(engine: Engine) -> bool:
    """Whether this is the embedded database."""
    return engine.dialect.name == "sqlite"


def make_engine(url: str) -> Engine:
    """An engine for `url` (SQLite or PostgreSQL), set so that what was acknowledged is on disk."""
    backend = make_url(url).get_backend_name()
    if backend == "sqlite":
        engine = create_engine(url, pool_size=_POOL, hide_parameters=True, connect_args={"timeout": 30})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if backend == "postgresql":
        engine = create_engine(url, pool_size=_POOL, hide_parameters=True, max_overflow=0)
        event.listen(engine, "connect", _set_up_postgresql)
        event.listen(engine, "checkout", _still_there(engine))
        event.listen(engine, "checkin", _rests)
        return engine
    raise ValueError(f"not a database Tillit knows: {backend}")


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself; `_begin_sqlite` does
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",  # without it INSERT OR REPLACE removes a row behind the back of its triggers
        "secure_delete=ON",
        "trusted_schema=OFF",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get(READING) else "BEGIN IMMEDIATE")


def _set_up_postgresql(connection: Any, _record: Any) -> None:
    # Durability is decided here, whatever the server's own setting is, once for all that this connection will write.
    connection.autocommit = True  # the setting belongs to the connection, not to a transaction that could be undone
    connection.execute("SET synchronous_commit = on")
    connection.autocommit = False


def _rests(_connection: Any, record: Any) -> None:
    record.info["rests_since"] = time.monotonic()


def _still_there(engine: Engine) -> Callable[[Any, Any, Any], None]:
    """Before use, ask a connection that has rested a while whether the server is still behind it.

    One that was in use a moment ago is not asked: asking each time costs a round trip in every request, and a server
    that went away in between is noticed by the first statement, which fails closed and empties the pool.
    """
    dialect = engine.dialect

    def ask(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", 0.0) < _RESTED:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    return ask


class WriterQueue:
    """One writer at a time, first come, first served.

    SQLite lets writers poll for its lock, and one busy writer can starve another for seconds; in the process they stand
    in line.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._busy = False
        self._whose: int | None = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, keep it for the length of the block, pass it on.

        Raises:
            RuntimeError: whoever has the turn already asks for it again, and would wait for themselves for ever.
        """
        me = threading.get_ident()
        if self._whose == me:
            raise RuntimeError("one writer asked for two turns at once")
        mine: threading.Lock | None = None
        with self._guard:
            if self._busy:
                mine = threading.Lock()
                mine.acquire()
                self._waiting.append(mine)
            else:
                self._busy = True
        if mine is not None:
            self._wait(mine)
        self._whose = me
        try:
            yield
        finally:
            self._whose = None
            self._pass_on()

    def _wait(self, mine: threading.Lock) -> None:
        try:
            mine.acquire()
        except BaseException:  # Ctrl-C: leave the line, or pass on the turn that has just come
            with self._guard:
                still_waiting = mine in self._waiting
                if still_waiting:
                    self._waiting.remove(mine)
            if not still_waiting:
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._busy = False
