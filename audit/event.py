"""An event of the disclosure log: what it says while a deed is under way, and how it is stored.

Stored, an event is a commitment over salted disclosures (RFC 9901). The commitment will stand in the tree, the
disclosures lie sealed beside it: those about a person under that person's data key, the rest under the log's.
Destroying a person's key leaves the commitment, and every proof, valid. Beside the sealed disclosures stand index
columns in clear: random ids, codes, points in time, counts and keyed hashes, nothing else.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from audit.actions import EventKind
from audit.evidence.canonical_json import JsonValue
from audit.evidence.commitment import commitment
from foundation.identifiers import ConsentId, EventId, PersonId, ReferralId, ServiceId, StaffId
from foundation.tables import Base

__all__ = [
    "INDEX_GROUPS",
    "LOG_KEY_OWNER",
    "MAX_PERSONS",
    "AuditDisclosure",
    "AuditEvent",
    "AuditEventSubject",
    "AuditPending",
    "Draft",
    "Outcome",
    "bundle_context",
    "said_index",
    "stored_index",
    "subject_lookup",
]

#: Whose data key seals what an event says that is about no person.
LOG_KEY_OWNER = UUID(int=0x106)

#: A leaf of the tree is bounded; an operation about more persons is cut into several by whoever starts it.
MAX_PERSONS = 500

#: The index columns as an event discloses them: what is always shown to the same people is one disclosure. `event` is
#: for everybody it is about; `about` for them when it is about nobody else, because of several it may tell of the
#: others; `staff` is who did it, which may be opened alone and later; `workings` are the service's own.
INDEX_GROUPS: Mapping[str, tuple[str, ...]] = {
    "event": (
        "event_id", "recorded_at", "action", "kind", "outcome", "role", "service_id", "recipient_service_id", "purpose",
        "basis",
    ),
    "about": ("categories", "consent_id", "referral_id"),
    "staff": ("staff_id",),
    "workings": ("code", "strength", "rules", "rule_book", "hits", "persons"),
}  # fmt: skip


class Outcome(StrEnum):
    """How a deed ended, as codes."""

    PERMITTED = "permitted"
    REFUSED = "refused"
    NOT_FOUND = "not_found"
    INVALID = "invalid"
    CONFLICT = "conflict"
    FAILED = "failed"


class AuditEvent(Base):
    """One event: its commitment and its index columns."""

    __tablename__ = "audit_event"

    event_id: Mapped[EventId] = mapped_column(primary_key=True)
    commitment: Mapped[bytes] = mapped_column(unique=True)
    #: The digests that the commitment covers, sorted and joined (32 bytes each). They say nothing, for each has a
    #: random salt; they stay when a person's key is destroyed, so that the event remains provable for everybody else it
    #: is about.
    digests: Mapped[bytes]
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    outcome: Mapped[str]
    #: The stable code of the answer when it was not the one asked for.
    code: Mapped[str | None]
    staff_id: Mapped[StaffId | None] = mapped_column(index=True)
    role: Mapped[str]
    strength: Mapped[str]
    service_id: Mapped[ServiceId | None] = mapped_column(index=True)
    recipient_service_id: Mapped[ServiceId | None]
    purpose: Mapped[str | None]
    basis: Mapped[str | None]
    #: Codes, in alphabetical order, separated by a space.
    categories: Mapped[str | None]
    rules: Mapped[str | None]
    rule_book: Mapped[str | None]
    consent_id: Mapped[ConsentId | None] = mapped_column(index=True)
    referral_id: Mapped[ReferralId | None] = mapped_column(index=True)
    #: How many hits a search or list gave.
    hits: Mapped[int | None]
    persons: Mapped[int]


class AuditDisclosure(Base):
    """The salted disclosures of an event under one data key, sealed; null once they were erased."""

    __tablename__ = "audit_disclosure"

    event_id: Mapped[EventId] = mapped_column(ForeignKey("audit_event.event_id"), primary_key=True)
    key_id: Mapped[UUID] = mapped_column(primary_key=True)
    sealed: Mapped[bytes | None]


class AuditEventSubject(Base):
    """That an event is about a person, findable only with the look-up key."""

    __tablename__ = "audit_event_subject"

    event_id: Mapped[EventId] = mapped_column(ForeignKey("audit_event.event_id"), primary_key=True)
    key_id: Mapped[UUID] = mapped_column(primary_key=True)
    lookup: Mapped[bytes] = mapped_column(index=True)


class AuditPending(Base):
    """An event that waits for its place in the tree."""

    __tablename__ = "audit_pending"
    __table_args__ = (CheckConstraint("event_id IS NOT NULL", name="event"),)

    event_id: Mapped[EventId] = mapped_column(ForeignKey("audit_event.event_id"), primary_key=True)


def subject_lookup(key: bytes, person: PersonId) -> bytes:
    """The keyed hash under which a person's events are found (HMAC-SHA-256); it never enters the tree."""
    return hmac.new(key, person.bytes, sha256).digest()


def bundle_context(event_id: EventId, key_id: UUID) -> bytes:
    """The place to which an event's sealed disclosures are bound."""
    return b"audit_disclosure/" + event_id.bytes + key_id.bytes


@dataclass
class Draft:
    """What an event will say, gathered while the deed is under way."""

    event_id: EventId
    recorded_at: datetime
    action: str
    kind: EventKind
    staff_id: StaffId | None
    role: str
    strength: str
    service_id: ServiceId | None
    purpose: str | None = None
    recipient_service_id: ServiceId | None = None
    basis: str | None = None
    categories: set[str] = field(default_factory=set)
    rules: tuple[str, ...] = ()
    rule_book: str | None = None
    consent_id: ConsentId | None = None
    referral_id: ReferralId | None = None
    hits: int | None = None
    decision: JsonValue = None
    #: What else belongs in the event and about no person: codes, ids, digests.
    notes: dict[str, JsonValue] = field(default_factory=dict)
    about: set[PersonId] = field(default_factory=set)
    disclosed: dict[PersonId, set[str]] = field(default_factory=dict)
    consulted: dict[PersonId, set[str]] = field(default_factory=dict)
    #: What the event commits to, from the moment it is made into a row.
    commitment: bytes | None = None

    @property
    def persons(self) -> list[PersonId]:
        """Everybody the event is about, in the order of their ids."""
        return sorted(self.about | self.disclosed.keys() | self.consulted.keys())

    def index(self, outcome: Outcome, code: str | None) -> dict[str, JsonValue]:
        """The index columns of the stored event as the disclosures repeat them, by column name."""
        return {
            "event_id": str(self.event_id),
            "recorded_at": self.recorded_at.isoformat(timespec="microseconds"),
            "action": self.action,
            "kind": self.kind.value,
            "outcome": outcome.value,
            "code": code,
            "staff_id": _text(self.staff_id),
            "role": self.role,
            "strength": self.strength,
            "service_id": _text(self.service_id),
            "recipient_service_id": _text(self.recipient_service_id),
            "purpose": self.purpose,
            "basis": self.basis,
            "categories": " ".join(sorted(self.categories)) or None,
            "rules": " ".join(self.rules) or None,
            "rule_book": self.rule_book,
            "consent_id": _text(self.consent_id),
            "referral_id": _text(self.referral_id),
            "hits": self.hits,
            "persons": len(self.persons),
        }

    def row(self, index: Mapping[str, JsonValue], digests: list[bytes]) -> dict[str, object]:
        """The columns of the stored event: the commitment over all disclosures, and the index as it lies in clear."""
        self.commitment = commitment(digests)
        return {
            **index,
            "event_id": self.event_id,
            "commitment": self.commitment,
            "digests": b"".join(sorted(digests)),
            "recorded_at": self.recorded_at,
            "staff_id": self.staff_id,
            "service_id": self.service_id,
            "recipient_service_id": self.recipient_service_id,
            "consent_id": self.consent_id,
            "referral_id": self.referral_id,
        }

    def common(self, index: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """What it says about no person, by the name of the disclosure: the index, the whole decision, the notes."""
        said: dict[str, JsonValue] = {
            name: {column: index[column] for column in columns if index[column] is not None}
            for name, columns in INDEX_GROUPS.items()
        }
        said |= {"decision": self.decision, "notes": self.notes}
        return {name: value for name, value in said.items() if value}

    def of_person(self, person: PersonId) -> dict[str, JsonValue]:
        """What it says about one person: who, and what of theirs was shown or looked at."""
        return {
            "person": {
                "person": str(person),
                "disclosed": sorted(self.disclosed.get(person, ())),
                "consulted": sorted(self.consulted.get(person, ())),
            }
        }


def said_index(said: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The index columns that an event's disclosures about no person say, by column name."""
    groups = (said[name] for name in INDEX_GROUPS if name in said)
    return {column: value for group in groups if isinstance(group, Mapping) for column, value in group.items()}


def stored_index(row: AuditEvent) -> dict[str, JsonValue]:
    """What a stored event says in clear, by column name, as its disclosures repeat it."""
    return {
        "event_id": str(row.event_id),
        "recorded_at": row.recorded_at.isoformat(timespec="microseconds"),
        "staff_id": _text(row.staff_id),
        "service_id": _text(row.service_id),
        "recipient_service_id": _text(row.recipient_service_id),
        "consent_id": _text(row.consent_id),
        "referral_id": _text(row.referral_id),
        **{name: getattr(row, name) for name in _PLAIN},
    }


_PLAIN = (
    "action",
    "kind",
    "outcome",
    "code",
    "role",
    "strength",
    "purpose",
    "basis",
    "categories",
    "rules",
    "rule_book",
    "hits",
    "persons",
)


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
