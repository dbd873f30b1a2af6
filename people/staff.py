"""Staff and volunteers: who they are, in which service and role, and their declaration of confidentiality."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.identifiers import ServiceId, StaffId
from foundation.tables import Base, RowOfToday, Step

__all__ = ["DECLARATION_VERSION", "Declaration", "Staff", "StaffRole"]

#: The wording of the declaration that is signed today.
DECLARATION_VERSION = "2026-11-22"


class Staff(RowOfToday, Base):
    """Someone who works or volunteers here, and a keyed hash by which their own family is recognised."""

    __tablename__ = "staff"
    of_persons = False

    staff_id: Mapped[StaffId] = mapped_column(primary_key=True)
    name: Mapped[str]
    work_email: Mapped[str]
    identity_hash: Mapped[bytes | None] = mapped_column(unique=True)


class StaffRole(RowOfToday, Base):
    """That somebody works for a service in a role, from a day until a day."""

    __tablename__ = "staff_role"
    __table_args__ = (UniqueConstraint("staff_id", "service_id", "role"),)
    of_persons = False

    staff_role_id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[StaffId] = mapped_column(ForeignKey("staff.staff_id"))
    service_id: Mapped[ServiceId] = mapped_column(ForeignKey("service.service_id"), index=True)
    role: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Declaration(Step, Base):
    """A signed declaration of confidentiality (forvaltningsloven 1967 § 13 c), for one service."""

    __tablename__ = "declaration"
    of_persons = False

    declaration_id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[StaffId] = mapped_column(ForeignKey("staff.staff_id"), index=True)
    service_id: Mapped[ServiceId] = mapped_column(ForeignKey("service.service_id"))
    version: Mapped[str]
    signed_at: Mapped[datetime]
