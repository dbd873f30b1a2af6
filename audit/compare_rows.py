"""Hold every row that somebody's deed wrote against the event it names.

A row names in `recorded_in` the event that wrote it. That event must be there, be of a kind that writes, have ended
well, and be about the persons whom the row names.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.exc import SQLAlchemyError

from audit.actions import Action, EventKind
from audit.event import AuditEvent, AuditEventSubject, Outcome, subject_lookup
from audit.evidence.finding import Finding
from audit.house import House
from foundation.identifiers import EventId, PersonId
from foundation.tables import Base, Id, Recorded

__all__ = ["compare_rows"]

_AT_A_TIME = 200

#: Kinds of event that show and never write. Opening a referral shows and leaves its step, so it is not among them.
_ONLY_SHOW = frozenset({EventKind.READ, EventKind.SEARCH, EventKind.LOG_READ})
_KINDS = {action.code: action.kind for action in Action}

#: What is written in the name of any event: the data keys it is sealed with, and the answer kept for a repetition.
_BY_ANY_EVENT = frozenset({"data_key", "idempotent_answer"})


def compare_rows(connection: Connection, house: House) -> Iterator[Finding]:
    """What is wrong with the rows of every table of deeds; the place is a table and the row's primary key."""
    mappers = sorted(Base.registry.mappers, key=lambda one: str(one.local_table))
    for mapper in mappers:
        table = mapper.class_
        if not issubclass(table, Recorded):
            continue
        try:
            yield from _compare_table(connection, house, table)
        except (SQLAlchemyError, ValueError, TypeError, LookupError) as error:
            reason = f"a value is not of its column's kind ({type(error).__name__})"
            yield Finding("malformed", str(table.__tablename__), reason)


def _compare_table(connection: Connection, house: House, table: type[Recorded]) -> Iterator[Finding]:
    stored = table.__table__  # type: ignore[attr-defined]  # every recorded class is a table
    keys = [column.name for column in stored.primary_key.columns]
    persons = [column.name for column in stored.columns if isinstance(column.type, Id) and column.type.kind is PersonId]
    query = (
        select(
            *(stored.c[name].label(f"key_{at}") for at, name in enumerate(keys)),
            *(stored.c[name].label(f"person_{at}") for at, name in enumerate(persons)),
            stored.c.recorded_in.label("recorded_in"),
            AuditEvent.action.label("action"),
            AuditEvent.outcome.label("outcome"),
        )
        .outerjoin(AuditEvent, AuditEvent.event_id == stored.c.recorded_in)
        .execution_options(yield_per=_AT_A_TIME)
    )
    for rows in connection.execute(query).partitions(_AT_A_TIME):
        lookups = _lookups(connection, [row.recorded_in for row in rows]) if persons else {}
        for row in rows:
            place = " ".join([stored.name, *(_printed(getattr(row, f"key_{at}")) for at in range(len(keys)))])
            named = [getattr(row, f"person_{at}") for at in range(len(persons))]
            reason = _why_not(stored.name, row) or _not_about(house, row, named, lookups)
            if reason is not None:
                yield Finding("row_unexplained", place, reason)


def _lookups(connection: Connection, events: Sequence[EventId]) -> dict[EventId, set[bytes]]:
    found: dict[EventId, set[bytes]] = {}
    query = select(AuditEventSubject.event_id, AuditEventSubject.lookup)
    for event, lookup in connection.execute(query.where(AuditEventSubject.event_id.in_(set(events)))):
        found.setdefault(event, set()).add(lookup)
    return found


def _why_not(table: str, row: Row[*tuple[Any, ...]]) -> str | None:
    """Why the event could not have written the row; None when it could."""
    if row.action is None:
        return "the event that it names is not there"
    if table in _BY_ANY_EVENT:
        return None
    if _KINDS.get(row.action) in _ONLY_SHOW:
        return f"the event that it names only shows ({row.action})"
    # A failed try to sign in, and a look-up whose answer closes everything, are kept although they were refused.
    if row.outcome not in (Outcome.PERMITTED, Outcome.REFUSED):
        return f"the event that it names did not come about ({row.outcome})"
    return None


def _not_about(
    house: House, row: Row[*tuple[Any, ...]], named: Sequence[PersonId | None], lookups: dict[EventId, set[bytes]]
) -> str | None:
    if row.outcome != Outcome.PERMITTED:
        return None  # the refusal of somebody strictly protected names nobody, and keeps the register's answer
    key = house.custody.derived_key("event-subjects")
    about = lookups.get(row.recorded_in, set())
    if any(one is not None and subject_lookup(key, one) not in about for one in named):
        return "the event that it names is not about the person whom it names"
    return None


def _printed(value: object) -> str:
    return value.hex()[:16] if isinstance(value, bytes) else str(value)
