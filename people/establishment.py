"""Setting up organisations, services and staff: what the administrator's deeds, installing and the demo share."""

from datetime import date
from uuid import uuid4

from audit.actions import Role
from audit.operation import Operation
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import OrganisationId, ServiceId, StaffId
from people.identity_number import IdentityNumber
from people.organisation import Organisation, Service, is_organisation_number
from people.person import identity_hash
from people.staff import Staff, StaffRole
from vault.keys import make_service_key

__all__ = ["employ", "open_service", "register_organisation"]


def register_organisation(
    op: Operation, *, number: str, name: str, jurisdiction: str, is_public: bool
) -> OrganisationId:
    """Write an organisation down; `Invalid` for a number whose check digit is wrong."""
    if jurisdiction == "NOR" and not is_organisation_number(number):
        raise Invalid(fields=[FieldProblem("number", "organisation_number_invalid")])
    row = Organisation(
        organisation_id=OrganisationId.new(), number=number, name=name, jurisdiction=jurisdiction, is_public=is_public
    )
    op.add(row)
    return row.organisation_id


def open_service(
    op: Operation,
    organisation: OrganisationId,
    *,
    kind: str,
    name: str,
    telephone: str,
    office: str | None = None,
    processing_basis: str | None = None,
) -> ServiceId:
    """Open a service, with a key pair of its own; `processing_basis` is what its agreement names (GDPR article 6)."""
    service = ServiceId.new()
    op.add(
        Service(
            service_id=service,
            organisation_id=organisation,
            kind=kind,
            name=name,
            office=office,
            telephone=telephone,
            processing_basis=processing_basis,
            opened_at=op.time,
            closed_at=None,
        ),
        make_service_key(service, op.house.custody, op.time),
    )
    return service


def employ(
    op: Operation,
    service: ServiceId,
    role: Role,
    *,
    name: str,
    work_email: str,
    number: IdentityNumber | None,
    valid_from: date,
    valid_to: date | None = None,
) -> StaffId:
    """Write a member of staff down, in one role of one service; the identity number is kept only as a keyed hash."""
    hashed = identity_hash(op.house.custody, number) if number else None
    staff = Staff(staff_id=StaffId.new(), name=name, work_email=work_email, identity_hash=hashed)
    op.add(staff)
    op.add(
        StaffRole(
            staff_role_id=uuid4(),
            staff_id=staff.staff_id,
            service_id=service,
            role=role.value,
            valid_from=valid_from,
            valid_to=valid_to,
        )
    )
    return staff.staff_id
