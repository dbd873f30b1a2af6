"""What a service is told has happened: codes and ids only, shown on the service's own page."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from audit.operation import Operation
from foundation.identifiers import ConsentId, ReferralId, ServiceId
from foundation.tables import Base, Step

__all__ = ["Notice", "tell"]


class Notice(Step, Base):
    """One thing that a service is told."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_service_id_told_at", "service_id", "told_at"),)

    notice_id: Mapped[UUID] = mapped_column(primary_key=True)
    service_id: Mapped[ServiceId] = mapped_column(ForeignKey("service.service_id"))
    #: What happened, such as `consent_withdrawn` or `referral_received`.
    kind: Mapped[str]
    told_at: Mapped[datetime]
    consent_id: Mapped[ConsentId | None]
    referral_id: Mapped[ReferralId | None]


def tell(
    op: Operation,
    service: ServiceId,
    kind: str,
    *,
    consent: ConsentId | None = None,
    referral: ReferralId | None = None,
) -> None:
    """Tell a service that something has happened; who it is about stays behind the link."""
    op.add(
        Notice(
            notice_id=uuid4(), service_id=service, kind=kind, told_at=op.time, consent_id=consent, referral_id=referral
        )
    )
