"""Add a member of staff in one role of one service, and invite them to make their account."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from audit.actions import Action, Role
from audit.actor import Actor
from audit.operation import operation, preparing
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import EventId, ServiceId, StaffId
from people.establishment import employ
from people.identity_number import IdentityNumber, parse_identity_number
from people.invitation import invite
from people.organisation import Service

__all__ = ["AddStaff", "StaffReceipt", "add_staff"]

#: Roles that somebody can be given; the others are capacities of the moment.
_GIVEN = frozenset(Role) - {Role.OPERATOR, Role.STRANGER}


@dataclass(frozen=True)
class AddStaff:
    """Who starts, where, and in which role; by a keyed hash of the identity number their own family is recognised."""

    service_id: ServiceId
    role: Role
    name: str
    work_email: str
    identity_number: str | None = None
    valid_from: date | None = None


@dataclass(frozen=True)
class StaffReceipt:
    """Who was added; the invitation's code is told once, here."""

    staff_id: StaffId
    invitation_code: str
    invitation_ends_at: datetime
    event_id: EventId


def add_staff(actor: Actor, asked: AddStaff) -> StaffReceipt:
    """Write a member of staff down and invite them.

    Raises:
        Invalid: no such open service, a role that is nobody's job, an empty name, or an address that is none.
        IdentityNumberInvalid: the number is none, or not of this installation's sort.
    """
    house = actor.house
    with preparing(actor, Action.ADD_STAFF):
        number = _checked(asked, house.installed.jurisdiction, synthetic=house.installed.is_demo)
    with operation(actor, Action.ADD_STAFF) as op:
        service = op.one(select(Service).where(Service.service_id == asked.service_id, Service.closed_at.is_(None)))
        if service is None:
            raise Invalid(fields=[FieldProblem("service", "unknown_service")])
        staff = employ(
            op,
            asked.service_id,
            asked.role,
            name=asked.name.strip(),
            work_email=asked.work_email.strip(),
            number=number,
            valid_from=asked.valid_from or op.date(house.installed.jurisdiction),
        )
        op.flush()
        invited = invite(op, staff)
        return StaffReceipt(staff, invited.code, invited.ends_at, op.event_id)


def _checked(asked: AddStaff, country: str, *, synthetic: bool) -> IdentityNumber | None:
    fields = []
    if asked.role not in _GIVEN:
        fields.append(FieldProblem("role", "not_a_choice"))
    if not 2 <= len(asked.name.strip()) <= 200:
        fields.append(FieldProblem("name", "name_length"))
    if "@" not in asked.work_email.strip()[1:-1]:
        fields.append(FieldProblem("email", "not_an_address"))
    if fields:
        raise Invalid(fields=fields)
    if asked.identity_number is None:
        return None
    return parse_identity_number(asked.identity_number, country=country, synthetic=synthetic)
