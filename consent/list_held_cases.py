"""List the disclosures of one's own service that the rules hold, newest first."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from audit.actions import Action
from audit.actor import Actor
from audit.operation import operation
from consent.held_case import HeldCase, state_on
from consent.views import names_known_to, service_names
from foundation.identifiers import EventId, HeldCaseId, PersonId, ServiceId

__all__ = ["HeldCaseLine", "HeldCaseList", "list_held_cases"]

_MOST = 100


@dataclass(frozen=True)
class HeldCaseLine:
    """A held case in a list."""

    id: HeldCaseId
    person: PersonId
    person_name: str | None
    to_service: ServiceId
    to_service_name: str
    purpose: str
    categories: tuple[str, ...]
    asked_at: datetime
    state: str
    valid_to: date | None
    version: int


@dataclass(frozen=True)
class HeldCaseList:
    """The newest held cases, newest first."""

    items: tuple[HeldCaseLine, ...]
    next: str | None
    event_id: EventId


def list_held_cases(actor: Actor) -> HeldCaseList:
    """The hundred newest held cases of the actor's service."""
    with operation(actor, Action.LIST_HELD_CASES) as op:
        rows = op.all(
            select(HeldCase)
            .where(HeldCase.from_service == op.service)
            .order_by(HeldCase.asked_at.desc(), HeldCase.held_case_id)
            .limit(_MOST)
        )
        op.draft.hits = len(rows)
        names = names_known_to(op, op.service, [row.person_id for row in rows])
        services = service_names(op, {row.to_service for row in rows})
        today = op.date(op.house.installed.jurisdiction)
        for row in rows:
            op.keep_trace(row.person_id, "held_case", seen=True)
        lines = tuple(
            HeldCaseLine(
                id=row.held_case_id,
                person=row.person_id,
                person_name=names.get(row.person_id),
                to_service=row.to_service,
                to_service_name=services[row.to_service],
                purpose=row.purpose,
                categories=tuple(row.categories.split()),
                asked_at=row.asked_at,
                state=state_on(row, today).value,
                valid_to=row.valid_to,
                version=row.version,
            )
            for row in rows
        )
        return op.view(HeldCaseList(lines, None, op.event_id))
