"""Verify the database against the log, row by row; that it was done is an event."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from audit.actions import Action
from audit.actor import Actor
from audit.compare_log import compare_log
from audit.compare_rows import compare_rows
from audit.evidence.finding import Finding
from audit.evidence.log_policy import LogPolicy
from audit.evidence.log_store import LogStore
from audit.evidence.verify_store import MOST_FINDINGS
from audit.house import House
from audit.operation import operation
from foundation.engine import READING, is_sqlite
from foundation.identifiers import EventId

__all__ = ["DatabaseVerdict", "findings_in", "verify_database"]


@dataclass(frozen=True)
class DatabaseVerdict:
    """What is wrong with the database, at most 200 findings, and the event that it was looked for."""

    findings: tuple[Finding, ...]
    event_id: EventId


def verify_database(actor: Actor, store: LogStore, policy: LogPolicy) -> DatabaseVerdict:
    """Hold everything in the database against the log, and the log's tables against the outside store.

    The event comes first, then one snapshot is read that stops nobody from writing: what is recorded meanwhile is for
    the next time. Memory does not grow with the database.

    Raises:
        LogUnavailable: the database cannot be reached or written.
    """
    with operation(actor, Action.VERIFY_DATABASE) as op:
        event_id = op.event_id
    return DatabaseVerdict(tuple(islice(findings_in(actor.house, store, policy), MOST_FINDINGS)), event_id)


def findings_in(house: House, store: LogStore, policy: LogPolicy) -> Iterator[Finding]:
    """Every finding in one snapshot of the database."""
    options: dict[str, Any] = {READING: True, "postgresql_readonly": True}
    if not is_sqlite(house.engine):
        options["isolation_level"] = "REPEATABLE READ"
    with house.engine.execution_options(**options).connect() as connection:
        yield from compare_log(connection, house, store, policy)
        yield from compare_rows(connection, house)
