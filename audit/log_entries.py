"""Entries of the log as an auditor reads them."""

from dataclasses import dataclass
from datetime import datetime

from audit.event import AuditEvent
from audit.evidence.canonical_json import JsonValue
from audit.place_in_the_log import PlaceInTheLog
from foundation.identifiers import ConsentId, EventId, PersonId, ReferralId, ServiceId, StaffId

__all__ = ["LogEntry", "LogLine", "LogPage", "line_of"]


@dataclass(frozen=True)
class LogLine:
    """An entry in a list: codes, times and ids, no person."""

    id: EventId
    recorded_at: datetime
    action: str
    kind: str
    outcome: str
    code: str | None
    staff_id: StaffId | None
    role: str
    service_id: ServiceId | None
    recipient_service_id: ServiceId | None
    purpose: str | None
    basis: str | None
    categories: tuple[str, ...]
    rules: tuple[str, ...]
    consent_id: ConsentId | None
    referral_id: ReferralId | None
    hits: int | None
    persons: int


@dataclass(frozen=True)
class LogPage:
    """One page of entries, newest first."""

    items: tuple[LogLine, ...]
    next: str | None
    event_id: EventId


@dataclass(frozen=True)
class LogEntry:
    """One entry opened: what its line says, the whole decision, and whom it was about."""

    line: LogLine
    commitment: str
    #: None while it waits for its place.
    place: PlaceInTheLog | None
    decision: JsonValue
    notes: dict[str, JsonValue]
    disclosed: dict[PersonId, tuple[str, ...]]
    consulted: dict[PersonId, tuple[str, ...]]
    #: Persons it was about of whom nothing was opened.
    mentioned: tuple[PersonId, ...]
    #: How many bundles were erased, each with a reason in the log.
    erased: int
    #: Whether the family sees it in its report: `yes`, `withheld`, or withheld `until` that point in time.
    visible: str
    visible_until: datetime | None
    event_id: EventId


def line_of(row: AuditEvent) -> LogLine:
    """The line of a stored event."""
    return LogLine(
        id=row.event_id,
        recorded_at=row.recorded_at,
        action=row.action,
        kind=row.kind,
        outcome=row.outcome,
        code=row.code,
        staff_id=row.staff_id,
        role=row.role,
        service_id=row.service_id,
        recipient_service_id=row.recipient_service_id,
        purpose=row.purpose,
        basis=row.basis,
        categories=tuple((row.categories or "").split()),
        rules=tuple((row.rules or "").split()),
        consent_id=row.consent_id,
        referral_id=row.referral_id,
        hits=row.hits,
        persons=row.persons,
    )
