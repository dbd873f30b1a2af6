"""Sessions, and what they refuse: a row about a person is neither written nor read without an operation.

The guards hang on the mapper itself, so that a deed which forgot its operation fails in the first test that runs it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any, Protocol, cast

from sqlalchemy import Connection, TextClause, event
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql.visitors import ExternallyTraversible, iterate

from audit.house import House
from audit.look import Prepared, look
from audit.refusals import LogUnavailable
from foundation.identifiers import EventId
from foundation.tables import Base, Recorded, Right, Step

__all__ = ["UNREACHABLE", "LedgerSession", "WrittenOutside", "ask", "reading"]

#: The database is away, locked for too long, or its disk is full.
UNREACHABLE = (OperationalError, InterfaceError, NoConnectionFree)


class WrittenOutside(RuntimeError):
    """Rows were read or written without an operation: a fault in the program, never in what somebody sent."""


class _UnderWay(Protocol):
    """What a session must know of the operation that it belongs to."""

    @property
    def event_id(self) -> EventId:
        """The event that the operation will leave."""

    @property
    def removed(self) -> Sequence[Right]:
        """The rows that the operation removes."""


class LedgerSession(Session):
    """A session that knows its operation, which alone makes one; what it writes bears the operation's event."""

    def __init__(self, connection: Connection, op: _UnderWay) -> None:
        super().__init__(connection, autoflush=False, expire_on_commit=False)
        self.op = op


class _ReadingSession(Session):
    """A session for pages about nobody: it reaches no table about persons."""


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk(state: ORMExecuteState) -> None:
    if state.is_update or state.is_delete or state.is_insert:
        raise WrittenOutside("rows are written one by one, so that each bears its event")


@event.listens_for(_ReadingSession, "do_orm_execute")
def _reach_no_person(state: ORMExecuteState) -> None:
    """Refuse what the load hook cannot see: a query for single columns, and one in plain text."""
    _refuse_persons(cast(ExternallyTraversible, state.statement))


def _refuse_persons(statement: ExternallyTraversible) -> None:
    if _asks_for_persons(statement, len(Base.metadata.tables)):
        raise WrittenOutside("a page about nobody asked for a person")


@lru_cache(maxsize=512)
def _asks_for_persons(statement: ExternallyTraversible, known: int) -> bool:
    """Whether a statement names a table about persons, or may; remembered, for pages ask the same ones all day."""
    closed = _tables_of_persons(known)
    return any(
        isinstance(element, TextClause) or getattr(getattr(element, "table", element), "name", None) in closed
        for element in iterate(statement)
    )


@cache
def _tables_of_persons(_known: int) -> frozenset[str]:
    """The names of the tables about persons; asked anew when more tables have become known."""
    classes = (mapper.class_ for mapper in Base.registry.mappers)
    return frozenset(one.__tablename__ for one in classes if issubclass(one, Recorded) and one.of_persons)


@event.listens_for(Session, "before_flush")
def _stamp(session: Session, _context: Any, _instances: Any) -> None:
    if not isinstance(session, LedgerSession):
        raise WrittenOutside("rows are written only by an operation")
    for row in session.dirty:
        if isinstance(row, Step) and session.is_modified(row):
            raise WrittenOutside(f"{type(row).__name__} is a step: it is inserted once")
    for row in session.deleted:
        if row not in session.op.removed:
            raise WrittenOutside(f"{type(row).__name__} is removed only through the operation")
    for row in (*session.new, *session.dirty):
        if isinstance(row, Recorded):
            row.recorded_in = session.op.event_id


@event.listens_for(Recorded, "load", propagate=True)
def _only_in_an_operation(row: Recorded, context: Any) -> None:
    """Rows about persons load only inside an operation; a page about nobody cannot reach them."""
    if row.of_persons and not isinstance(context.session, LedgerSession):
        raise WrittenOutside(f"{type(row).__name__} was read outside an operation")


@contextmanager
def reading(house: House) -> Iterator[Session]:
    """A session that only reads, and cannot load a row about a person: for pages about nobody, and for the door."""
    session = _ReadingSession(house.readers, autoflush=False)
    try:
        yield session
    except UNREACHABLE as error:
        raise LogUnavailable from error
    finally:
        session.expunge_all()  # what was read stays readable after the block
        session.rollback()
        session.close()


def ask(house: House, query: Prepared, **values: object) -> list[tuple[Any, ...]]:
    """What one select about nobody served finds, only to be looked at: the door asks one of every request.

    Raises:
        WrittenOutside: it names a table about persons.
        LogUnavailable: the database is away.
    """
    _refuse_persons(query.query)
    try:
        with house.readers.connect() as connection:
            return look(connection, query, values)
    except UNREACHABLE as error:
        raise LogUnavailable from error
