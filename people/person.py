"""Persons served: one row for the installation, and one roster entry for each service that has them.

A person is a random id and a keyed hash of the identity number. What is known of them lies on roster entries, each with
that service's own sealed copy; no service sees another's, nor that another exists. Matching by identity number happens
in here and shows nothing.
"""

import hmac
import unicodedata
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from audit.operation import Operation
from foundation.errors import NotFound
from foundation.identifiers import PersonId, ServiceId, StaffId
from foundation.tables import Base, Id, Right, RowOfToday, Step
from people.identity_number import IdentityNumber
from vault.custody import Custody
from vault.sealed import SealedText

__all__ = [
    "Guardianship",
    "NamePrefix",
    "Person",
    "ProtectionCheck",
    "RosterEntry",
    "entry_of",
    "identity_hash",
    "name_hashes",
    "name_parts",
]


class Person(RowOfToday, Base):
    """A person served, by a random id."""

    __tablename__ = "person"

    person_id: Mapped[PersonId] = mapped_column(primary_key=True)
    identity_hash: Mapped[bytes | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]


class RosterEntry(Right, Base):
    """What one service knows of a person, sealed."""

    __tablename__ = "roster_entry"
    __table_args__ = (UniqueConstraint("service_id", "person_id"),)

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.person_id"), index=True)
    service_id: Mapped[ServiceId] = mapped_column(ForeignKey("service.service_id"))
    added_at: Mapped[datetime] = mapped_column(index=True)
    name_sealed: Mapped[bytes]
    birth_date_sealed: Mapped[bytes]
    identity_number_sealed: Mapped[bytes | None]
    address_sealed: Mapped[bytes | None]
    telephone_sealed: Mapped[bytes | None]
    language_sealed: Mapped[bytes | None]
    school_sealed: Mapped[bytes | None]

    name = SealedText("name_sealed")
    birth_date = SealedText("birth_date_sealed")
    identity_number = SealedText("identity_number_sealed")
    address = SealedText("address_sealed")
    telephone = SealedText("telephone_sealed")
    language = SealedText("language_sealed")
    school = SealedText("school_sealed")


class NamePrefix(Right, Base):
    """A keyed hash of the beginning of a name on a roster, so that the name can be found without lying in clear."""

    __tablename__ = "name_prefix"
    __table_args__ = (Index("ix_name_prefix_service_id_hash", "service_id", "hash"),)

    prefix_id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("roster_entry.entry_id"), index=True)
    service_id: Mapped[ServiceId]
    hash: Mapped[bytes]


class Guardianship(RowOfToday, Base):
    """That somebody has parental responsibility for a child (barnelova § 30), as one service has it on record."""

    __tablename__ = "guardianship"
    __table_args__ = (UniqueConstraint("child_id", "guardian_id", "recorded_by"),)

    guardianship_id: Mapped[UUID] = mapped_column(primary_key=True)
    child_id: Mapped[PersonId] = mapped_column(ForeignKey("person.person_id"), index=True)
    guardian_id: Mapped[PersonId] = mapped_column(ForeignKey("person.person_id"), index=True)
    #: `joint` or `sole`.
    kind: Mapped[str]
    #: Whether the child lives with this guardian.
    is_resident: Mapped[bool]
    #: `register`, `document_seen` or `self_declared`.
    evidence: Mapped[str]
    recorded_by: Mapped[ServiceId]
    recorded_at: Mapped[datetime]
    ended_on: Mapped[date | None]


class ProtectionCheck(Step, Base):
    """What a register said of a person's protection, when, and who saw it; the status itself is sealed."""

    __tablename__ = "protection_check"

    check_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.person_id"), index=True)
    #: `demo` or `manual`.
    source: Mapped[str]
    checked_at: Mapped[datetime]
    checked_by: Mapped[StaffId | None]
    #: For which service it was asked; another service is not shown that it was.
    asked_for: Mapped[ServiceId | None]
    status_sealed: Mapped[bytes]
    where_seen_sealed: Mapped[bytes | None]

    status = SealedText("status_sealed")
    where_seen = SealedText("where_seen_sealed")


def identity_hash(custody: Custody, number: IdentityNumber) -> bytes:
    """The keyed hash by which a person or a member of staff is matched (HMAC-SHA-256)."""
    return hmac.new(custody.derived_key("identity"), f"{number.country}{number.digits}".encode(), sha256).digest()


_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ð": "d", "đ": "d", "ł": "l", "ß": "ss", "þ": "th"})
#: Hyphens part a name as spaces do; apostrophes are left out, however they are written.
_MARKS = str.maketrans({"-": " ", "\u2010": " ", "\u2011": " ", "'": "", "\u2019": "", "\u02bc": "", "`": ""})
_SHORTEST, _LONGEST = 2, 6
_HASH_BYTES = 8


def name_parts(name: str) -> list[str]:
    """The parts of a name as they are compared: case, marks and æ, ø, å levelled; split at spaces and hyphens."""
    folded = name.casefold().translate(_LETTERS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    return [part.replace("aa", "a") for part in plain.translate(_MARKS).split()]


def name_hashes(custody: Custody, service: ServiceId, parts: list[str], *, prefixes: bool) -> set[bytes]:
    """The keyed hashes of name parts under the service's own look-up key.

    Args:
        custody: derives the look-up key, one for each service.
        service: whose roster is searched or added to.
        parts: as `name_parts` gives them; a part shorter than two letters has no hash.
        prefixes: True to store (every beginning of two to six letters), False to search (the longest beginning only).
    """
    key = custody.derived_key(f"names/{service}")
    beginnings = {
        part[:length]
        for part in parts
        for length in (range(_SHORTEST, min(len(part), _LONGEST) + 1) if prefixes else [min(len(part), _LONGEST)])
        if length >= _SHORTEST
    }
    return {hmac.new(key, beginning.encode(), sha256).digest()[:_HASH_BYTES] for beginning in beginnings}


_ENTRY = select(RosterEntry).where(
    # The column has its type from the table of services, which need not be known yet where this is read.
    RosterEntry.service_id == bindparam("service", type_=Id(ServiceId)),
    RosterEntry.person_id == bindparam("person"),
)


def entry_of(op: Operation, person: PersonId, service: ServiceId) -> RosterEntry:
    """The roster entry of `person` in `service`.

    Raises:
        NotFound: the service does not have this person; whether another has is not told.
    """
    found = op.one(_ENTRY, service=service, person=person)
    if found is None:
        raise NotFound
    return found
