"""A referral, its steps, and on what each of its parts stands."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.identifiers import ConsentId, PersonId, ReferralId, ServiceId, StaffId
from foundation.tables import Base, RowOfToday, Step

__all__ = ["Referral", "ReferralPart", "ReferralStep"]


class Referral(RowOfToday, Base):
    """A referral about one person from one service to another, and the state that lists are made of."""

    __tablename__ = "referral"
    __table_args__ = (
        Index("ix_referral_to_service_sent_at", "to_service", "sent_at"),
        Index("ix_referral_from_service_sent_at", "from_service", "sent_at"),
    )

    referral_id: Mapped[ReferralId] = mapped_column(primary_key=True)
    kind: Mapped[str]
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.person_id"), index=True)
    from_service: Mapped[ServiceId] = mapped_column(ForeignKey("service.service_id"))
    to_service: Mapped[ServiceId] = mapped_column(ForeignKey("service.service_id"))
    purpose: Mapped[str]
    sent_at: Mapped[datetime]
    sent_by: Mapped[StaffId] = mapped_column(ForeignKey("staff.staff_id"))
    state: Mapped[str]
    #: The number of its newest step; a step names the version it builds on.
    version: Mapped[int]


class ReferralPart(Step, Base):
    """What part of a referral says something in one category, and on which consent it was sent."""

    __tablename__ = "referral_part"

    part_id: Mapped[UUID] = mapped_column(ForeignKey("sealed_part.part_id"), primary_key=True)
    referral_id: Mapped[ReferralId] = mapped_column(ForeignKey("referral.referral_id"), index=True)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.person_id"))
    category: Mapped[str]
    basis: Mapped[str]
    consent_id: Mapped[ConsentId | None] = mapped_column(ForeignKey("consent.consent_id"), index=True)


class ReferralStep(Step, Base):
    """One step in a referral's life: from which state to which, by whom, and with which coded reason."""

    __tablename__ = "referral_step"
    __table_args__ = (UniqueConstraint("referral_id", "number"),)

    step_id: Mapped[UUID] = mapped_column(primary_key=True)
    referral_id: Mapped[ReferralId] = mapped_column(ForeignKey("referral.referral_id"))
    number: Mapped[int]
    step: Mapped[str]
    from_state: Mapped[str]
    to_state: Mapped[str]
    staff_id: Mapped[StaffId | None] = mapped_column(ForeignKey("staff.staff_id"))
    service_id: Mapped[ServiceId | None] = mapped_column(ForeignKey("service.service_id"))
    taken_at: Mapped[datetime]
    reason: Mapped[str | None]
