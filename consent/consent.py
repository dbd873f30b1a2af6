"""A written consent: its terms, which never change once given, and the steps that add up to where it stands.

One record is about one person; one conversation with a family may make several. Its *flows* say which service may give
which category to which service: A to B does not imply B to A. Signatures, hearing, explanation, proof and withdrawals
are steps beside it.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.identifiers import ConsentId, PersonId, ServiceId, StaffId
from foundation.tables import Base, RowOfToday, Step
from vault.sealed import SealedText

__all__ = [
    "Consent",
    "ConsentExplanation",
    "ConsentFlow",
    "ConsentHearing",
    "ConsentProof",
    "ConsentProofPiece",
    "ConsentSignature",
    "ConsentWithdrawal",
]


class Consent(RowOfToday, Base):
    """The terms of a consent about one person, and the state that lists are made of."""

    __tablename__ = "consent"
    __table_args__ = (CheckConstraint("valid_from <= valid_to", name="dates_in_order"),)

    consent_id: Mapped[ConsentId] = mapped_column(primary_key=True)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.person_id"), index=True)
    #: What was explained to a family in one conversation shares this id.
    conversation_id: Mapped[UUID] = mapped_column(index=True)
    #: The service whose staff sat with the family; it holds the proof.
    held_by: Mapped[ServiceId] = mapped_column(ForeignKey("service.service_id"), index=True)
    purpose: Mapped[str]
    valid_from: Mapped[date]
    #: The last day that counts, to its local midnight.
    valid_to: Mapped[date] = mapped_column(index=True)
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    template_version: Mapped[str]
    law_version: Mapped[str]
    #: `paper` or `oral`.
    form: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    suspended_by: Mapped[str | None]
    #: The consent that this one renews or changes.
    supersedes: Mapped[ConsentId | None] = mapped_column(ForeignKey("consent.consent_id"))


class ConsentFlow(Step, Base):
    """One yes on the form: this service may give this category to that service."""

    __tablename__ = "consent_flow"
    __table_args__ = (UniqueConstraint("consent_id", "from_service", "to_service", "category"),)

    flow_id: Mapped[UUID] = mapped_column(primary_key=True)
    consent_id: Mapped[ConsentId] = mapped_column(ForeignKey("consent.consent_id"))
    from_service: Mapped[ServiceId] = mapped_column(ForeignKey("service.service_id"), index=True)
    to_service: Mapped[ServiceId] = mapped_column(ForeignKey("service.service_id"), index=True)
    category: Mapped[str]
    #: Ticked on its own, as information of special categories must be (GDPR article 9(2)(a)).
    is_explicit: Mapped[bool]


class ConsentSignature(Step, Base):
    """What one of those who decide answered: given or refused, on paper, on a day."""

    __tablename__ = "consent_signature"
    __table_args__ = (UniqueConstraint("consent_id", "person_id"),)

    signature_id: Mapped[UUID] = mapped_column(primary_key=True)
    consent_id: Mapped[ConsentId] = mapped_column(ForeignKey("consent.consent_id"))
    #: Who signed.
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.person_id"), index=True)
    answer: Mapped[str]
    method: Mapped[str]
    signed_on: Mapped[date]
    recorded_at: Mapped[datetime]


class ConsentExplanation(Step, Base):
    """Who explained what was asked, in which language, and with what help (tolkeloven § 4: never a child)."""

    __tablename__ = "consent_explanation"
    __table_args__ = (
        CheckConstraint("interpreter IN ('none', 'professional', 'adult_by_choice')", name="interpreter"),
    )

    explanation_id: Mapped[UUID] = mapped_column(primary_key=True)
    consent_id: Mapped[ConsentId] = mapped_column(ForeignKey("consent.consent_id"), unique=True)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.person_id"))
    explained_by: Mapped[StaffId] = mapped_column(ForeignKey("staff.staff_id"))
    explained_on: Mapped[date]
    #: The version of the written information that was handed over.
    written_version: Mapped[str]
    interpreter: Mapped[str]
    language_sealed: Mapped[bytes]

    language = SealedText("language_sealed")


class ConsentHearing(Step, Base):
    """That the child was told and heard (barnelova § 31), and whether they object."""

    __tablename__ = "consent_hearing"

    hearing_id: Mapped[UUID] = mapped_column(primary_key=True)
    consent_id: Mapped[ConsentId] = mapped_column(ForeignKey("consent.consent_id"), unique=True)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.person_id"))
    heard_by: Mapped[StaffId] = mapped_column(ForeignKey("staff.staff_id"))
    heard_on: Mapped[date]
    view_sealed: Mapped[bytes]

    view = SealedText("view_sealed")


class ConsentWithdrawal(Step, Base):
    """That somebody who had to sign took it back: whole, for one category, or for one recipient."""

    __tablename__ = "consent_withdrawal"

    withdrawal_id: Mapped[UUID] = mapped_column(primary_key=True)
    consent_id: Mapped[ConsentId] = mapped_column(ForeignKey("consent.consent_id"), index=True)
    #: Who withdrew.
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.person_id"))
    #: `whole`, `category` or `recipient`.
    scope: Mapped[str]
    category: Mapped[str | None]
    to_service: Mapped[ServiceId | None] = mapped_column(ForeignKey("service.service_id"))
    #: `oral`, `written` or `digital`.
    channel: Mapped[str]
    withdrawn_at: Mapped[datetime]


class ConsentProof(Step, Base):
    """The scanned or photographed page that proves a consent; its pieces are sealed under the person's key."""

    __tablename__ = "consent_proof"

    proof_id: Mapped[UUID] = mapped_column(primary_key=True)
    consent_id: Mapped[ConsentId] = mapped_column(ForeignKey("consent.consent_id"), index=True)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.person_id"))
    #: The data key under which the pieces are sealed.
    key_id: Mapped[UUID]
    media_type: Mapped[str]
    size: Mapped[int]
    recorded_at: Mapped[datetime]


class ConsentProofPiece(Step, Base):
    """A piece of the sealed page, at most a mebibyte, so that it can be streamed."""

    __tablename__ = "consent_proof_piece"

    proof_id: Mapped[UUID] = mapped_column(ForeignKey("consent_proof.proof_id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    blob: Mapped[bytes]
