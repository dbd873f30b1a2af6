"""Search the disclosure log; the search is an entry of its own."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Select, select

from audit.actions import Action, EventKind
from audit.actor import Actor
from audit.event import AuditEvent, AuditEventSubject, Outcome, subject_lookup
from audit.log_entries import LogPage, line_of
from audit.operation import operation
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import EventId, PersonId, ReferralId, ServiceId, StaffId

__all__ = ["SearchLog", "search_log"]

_PAGE = 100


@dataclass(frozen=True)
class SearchLog:
    """What is looked for; everything that is left out matches. Points in time are UTC, `until` is not included."""

    since: datetime | None = None
    until: datetime | None = None
    action: str | None = None
    #: What sort of thing happened, such as `disclose`.
    kind: str | None = None
    outcome: str | None = None
    service_id: ServiceId | None = None
    staff_id: StaffId | None = None
    referral_id: ReferralId | None = None
    #: Only a search by person names that person in its own entry.
    person_id: PersonId | None = None
    page: str | None = None


def search_log(actor: Actor, asked: SearchLog) -> LogPage:
    """One page of at most 100 entries, newest first: codes, times and ids, and no person.

    Raises:
        Invalid: a code that the log does not use, `page` is no event id, or the range ends before it begins.
    """
    with operation(actor, Action.SEARCH_LOG) as op:
        op.note(criterion={name: str(value) for name, value in asdict(asked).items() if value is not None})
        problems = list(_problems(asked))
        if problems:
            raise Invalid(fields=problems)
        query = _matching(select(AuditEvent), asked)
        if asked.person_id is not None:
            op.about(asked.person_id)
            lookup = subject_lookup(op.house.custody.derived_key("event-subjects"), asked.person_id)
            of_person = select(AuditEventSubject.event_id).where(AuditEventSubject.lookup == lookup)
            query = query.where(AuditEvent.event_id.in_(of_person))
        if asked.page is not None:
            try:
                before = EventId.of(asked.page)
            except ValueError as error:
                raise Invalid(fields=[FieldProblem("page", "unknown_page")]) from error
            query = query.where(AuditEvent.event_id < before)
        # Event ids are ordered by time (UUIDv7), on both databases byte by byte.
        found = op.all(query.order_by(AuditEvent.event_id.desc()).limit(_PAGE + 1))
        lines = tuple(line_of(row) for row in found[:_PAGE])
        op.draft.hits = len(lines)
        following = str(lines[-1].id) if len(found) > _PAGE else None
        return op.view(LogPage(lines, following, op.event_id))


def _problems(asked: SearchLog) -> Iterator[FieldProblem]:
    if asked.since and asked.until and asked.until <= asked.since:
        yield FieldProblem("until", "ends_before_it_begins")
    for field, code, known in (
        ("action", asked.action, {action.code for action in Action}),
        ("kind", asked.kind, set(EventKind)),
        ("outcome", asked.outcome, set(Outcome)),
    ):
        if code is not None and code not in known:
            yield FieldProblem(field, "not_a_choice")


def _matching(query: Select[AuditEvent], asked: SearchLog) -> Select[AuditEvent]:
    if asked.since is not None:
        query = query.where(AuditEvent.recorded_at >= asked.since)
    if asked.until is not None:
        query = query.where(AuditEvent.recorded_at < asked.until)
    for column, value in (
        (AuditEvent.action, asked.action),
        (AuditEvent.kind, asked.kind),
        (AuditEvent.outcome, asked.outcome),
        (AuditEvent.service_id, asked.service_id),
        (AuditEvent.staff_id, asked.staff_id),
        (AuditEvent.referral_id, asked.referral_id),
    ):
        if value is not None:
            query = query.where(column == value)
    return query
