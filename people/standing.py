"""Where an actor stands: name, service, organisation, and whether their declaration is signed.

About staff, so about nobody served.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from audit.actions import Role
from audit.actor import Actor, Strength
from audit.look import Prepared
from audit.sessions import ask, reading
from foundation.identifiers import OrganisationId, ServiceId, StaffId
from people.organisation import Organisation, Service
from people.staff import DECLARATION_VERSION, Declaration, Staff

__all__ = ["OpenService", "Standing", "name_of_staff", "open_services", "whoami"]


@dataclass(frozen=True)
class Standing:
    """What the page's head says of whoever is signed in."""

    name: str
    role: Role
    service_name: str
    service_kind: str
    organisation_name: str
    jurisdiction: str
    declaration_signed: bool
    strength: Strength


@dataclass(frozen=True)
class OpenService:
    """A service as anybody who works here may know it: the directory."""

    service_id: ServiceId
    organisation_id: OrganisationId
    kind: str
    name: str
    organisation_name: str
    jurisdiction: str
    office: str | None
    telephone: str


_STANDING = Prepared(
    select(Staff.name, Service.name, Service.kind, Organisation.name, Organisation.jurisdiction, Declaration.version)
    .select_from(Staff)
    .join(Service, Service.service_id == bindparam("service"))
    .join(Organisation, Organisation.organisation_id == Service.organisation_id)
    .outerjoin(
        Declaration,
        (Declaration.staff_id == Staff.staff_id)
        & (Declaration.service_id == Service.service_id)
        & (Declaration.version == DECLARATION_VERSION),
    )
    .where(Staff.staff_id == bindparam("staff"))
    .limit(1)
)


def whoami(actor: Actor) -> Standing:
    """Where the actor stands."""
    ((name, service, kind, organisation, jurisdiction, signed),) = ask(
        actor.house, _STANDING, staff=actor.staff, service=actor.service
    )
    return Standing(name, actor.role, service, kind, organisation, jurisdiction, signed is not None, actor.strength)


def open_services(actor: Actor) -> list[OpenService]:
    """Every open service, by organisation and name: the directory from which givers and receivers are chosen."""
    with reading(actor.house) as session:
        found = session.execute(
            select(Service, Organisation)
            .join(Organisation, Organisation.organisation_id == Service.organisation_id)
            .where(Service.closed_at.is_(None))
            .order_by(Organisation.name, Service.name)
        ).all()
    return [
        OpenService(
            service.service_id,
            organisation.organisation_id,
            service.kind,
            service.name,
            organisation.name,
            organisation.jurisdiction,
            service.office,
            service.telephone,
        )
        for service, organisation in found
    ]


def name_of_staff(actor: Actor, staff: StaffId) -> str | None:
    """What a member of staff is called, for those who read the log; None for somebody who is not there."""
    with reading(actor.house) as session:
        found = session.get(Staff, staff)
        return found.name if found else None
