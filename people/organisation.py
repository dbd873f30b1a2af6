"""Organisations and the welfare services inside them."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from foundation.identifiers import OrganisationId, ServiceId
from foundation.tables import Base, RowOfToday

__all__ = ["Organisation", "Service", "is_organisation_number"]

_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2, 1)


class Organisation(RowOfToday, Base):
    """A municipality, a school owner, a state office, an association."""

    __tablename__ = "organisation"
    of_persons = False

    organisation_id: Mapped[OrganisationId] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    jurisdiction: Mapped[str]
    is_public: Mapped[bool]


class Service(RowOfToday, Base):
    """A welfare service (tjeneste): the confidentiality domain to which people, keys and consents belong."""

    __tablename__ = "service"
    of_persons = False

    service_id: Mapped[ServiceId] = mapped_column(primary_key=True)
    organisation_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisation.organisation_id"), index=True)
    #: A kind from the vocabulary of the jurisdiction, such as `school`.
    kind: Mapped[str]
    name: Mapped[str]
    #: The joint local office this service sits in, where there is one (NAV-loven § 16).
    office: Mapped[str | None]
    telephone: Mapped[str]
    #: On what the service itself processes personal data (GDPR article 6), as its agreement says; None while there is
    #: no agreement.
    processing_basis: Mapped[str | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


def is_organisation_number(number: str) -> bool:
    """Whether `number` is nine digits with a valid check digit (Brønnøysundregistrene, modulus 11)."""
    if len(number) != len(_WEIGHTS) or not (number.isascii() and number.isdigit()):
        return False
    return sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=True)) % 11 == 0
