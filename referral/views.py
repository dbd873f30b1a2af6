"""What a reader gets of a referral: frozen dataclasses, used by pages and JSON alike."""

from dataclasses import dataclass
from datetime import date, datetime

from foundation.identifiers import ConsentId, EventId, PersonId, ReferralId, ServiceId

__all__ = [
    "CategoryAnswer",
    "DraftView",
    "PartView",
    "ReferralLine",
    "ReferralList",
    "ReferralReceipt",
    "ReferralView",
    "StepReceipt",
    "StepView",
]


@dataclass(frozen=True)
class CategoryAnswer:
    """What the rules say to one category: open, closed or stripped, by which rules, and what is lacking."""

    category: str
    result: str
    rules: tuple[str, ...]
    missing: tuple[str, ...]
    strip: tuple[str, ...]
    offers: tuple[str, ...]
    basis: str | None
    consent: ConsentId | None
    valid_to: date | None
    fields: tuple[str, ...]


@dataclass(frozen=True)
class DraftView:
    """Before anything is sent: what may go to this service, with what reason, and on which basis."""

    person: PersonId
    person_name: str
    kind: str
    purpose: str
    from_service: ServiceId
    to_service: ServiceId
    to_service_name: str
    categories: tuple[CategoryAnswer, ...]
    #: What the school's own roster says already, so that nothing is typed twice: category.field -> text.
    known: dict[str, str]
    may_send: bool
    event_id: EventId


@dataclass(frozen=True)
class ReferralReceipt:
    """What was sent: ids, state and time."""

    id: ReferralId
    state: str
    version: int
    event_id: EventId


@dataclass(frozen=True)
class StepReceipt:
    """Where a referral stands after a step."""

    id: ReferralId
    state: str
    version: int
    event_id: EventId


@dataclass(frozen=True)
class PartView:
    """What is said in one category."""

    category: str
    fields: dict[str, str]
    basis: str
    consent: ConsentId | None


@dataclass(frozen=True)
class StepView:
    """One step in the life of a referral, as far as the reader's side is told."""

    step: str
    taken_at: datetime
    by: str | None
    reason: str | None


@dataclass(frozen=True)
class ReferralView:
    """A referral, opened for one service."""

    id: ReferralId
    kind: str
    purpose: str
    person: PersonId
    side: str
    from_service: ServiceId
    from_service_name: str
    to_service: ServiceId
    to_service_name: str
    sent_at: datetime
    state: str
    version: int
    parts: tuple[PartView, ...]
    #: Categories that were sent and are closed now, with the rules that closed them.
    closed: tuple[CategoryAnswer, ...]
    steps: tuple[StepView, ...]
    may: tuple[str, ...]
    event_id: EventId


@dataclass(frozen=True)
class ReferralLine:
    """A referral in a list; who it is about is shown only to the service that has the person on its own roster."""

    id: ReferralId
    kind: str
    side: str
    other_service: ServiceId
    other_service_name: str
    person_name: str | None
    sent_at: datetime
    state: str
    version: int


@dataclass(frozen=True)
class ReferralList:
    """One page of referrals, newest first."""

    items: tuple[ReferralLine, ...]
    next: str | None
    event_id: EventId
