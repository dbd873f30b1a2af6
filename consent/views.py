"""What a reader gets of a consent: frozen, and with names only where the reader's own service knows the person."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from audit.operation import Operation
from foundation.identifiers import ConsentId, EventId, PersonId, ServiceId
from people.organisation import Service
from people.person import RosterEntry

__all__ = [
    "ConsentLine",
    "ConsentList",
    "ConsentView",
    "FlowView",
    "ProofView",
    "SignatureView",
    "SignerView",
    "names_known_to",
    "service_names",
]


@dataclass(frozen=True)
class ConsentLine:
    """A consent in a list; `person_name` is None where the reader's service does not have the person."""

    id: ConsentId
    person: PersonId
    person_name: str | None
    purpose: str
    state: str
    valid_to: date
    recorded_at: datetime
    held_by: ServiceId
    held_by_name: str


@dataclass(frozen=True)
class ConsentList:
    """One page of consents, newest first."""

    items: tuple[ConsentLine, ...]
    next: str | None
    event_id: EventId


@dataclass(frozen=True)
class FlowView:
    """One yes: who may give what to whom, and whether it still stands."""

    from_service: ServiceId
    from_name: str
    to_service: ServiceId
    to_name: str
    category: str
    is_explicit: bool
    is_open: bool


@dataclass(frozen=True)
class SignatureView:
    """What one signer answered."""

    person: PersonId
    name: str | None
    answer: str
    signed_on: date


@dataclass(frozen=True)
class SignerView:
    """Somebody who must sign, by ref and, where known, by name; and whether they have."""

    ref: str
    person: PersonId
    name: str | None
    answer: str | None


@dataclass(frozen=True)
class ProofView:
    """A page that proves the consent."""

    id: str
    media_type: str
    size: int
    recorded_at: datetime


@dataclass(frozen=True)
class ConsentView:
    """A consent with its terms, its steps and where it stands."""

    id: ConsentId
    person: PersonId
    person_name: str | None
    purpose: str
    state: str
    missing: tuple[str, ...]
    valid_from: date
    valid_to: date
    recorded_at: datetime
    held_by: ServiceId
    held_by_name: str
    is_own: bool
    form: str
    template_version: str
    explained_on: date | None
    language: str | None
    interpreter: str | None
    heard_on: date | None
    view: str | None
    flows: tuple[FlowView, ...]
    signers: tuple[SignerView, ...]
    signatures: tuple[SignatureView, ...]
    proofs: tuple[ProofView, ...]
    supersedes: ConsentId | None
    event_id: EventId


def names_known_to(op: Operation, service: ServiceId, persons: Collection[PersonId]) -> Mapping[PersonId, str]:
    """The names of those of `persons` whom `service` has on its own roster, opened."""
    found = op.all(
        select(RosterEntry).where(RosterEntry.service_id == service, RosterEntry.person_id.in_(set(persons)))
    )
    op.load_keys(entry.person_id for entry in found)
    return {entry.person_id: entry.name.open(op) or "" for entry in found}


def service_names(op: Operation, services: Collection[ServiceId]) -> Mapping[ServiceId, str]:
    """The names of services."""
    return dict(op.rows(select(Service.service_id, Service.name).where(Service.service_id.in_(set(services)))))
