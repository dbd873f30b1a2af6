"""Invite somebody who works here already to make their account anew: the telephone with the codes is lost, for one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from audit.actions import Action
from audit.actor import Actor
from audit.operation import operation
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import EventId, StaffId
from people.invitation import invite
from people.staff import Staff

__all__ = ["InvitationReceipt", "invite_staff"]


@dataclass(frozen=True)
class InvitationReceipt:
    """Who was invited; the invitation's code is told once, here."""

    staff_id: StaffId
    name: str
    invitation_code: str
    invitation_ends_at: datetime
    event_id: EventId


def invite_staff(actor: Actor, work_email: str) -> InvitationReceipt:
    """Invite the member of staff with this work address; taking it up replaces password and codes.

    Raises:
        Invalid: nobody here has this address, or more than one has.
    """
    with operation(actor, Action.INVITE_STAFF) as op:
        found = op.all(select(Staff).where(func.lower(Staff.work_email) == work_email.strip().lower()))
        if len(found) != 1:
            raise Invalid(fields=[FieldProblem("email", "not_one_member_of_staff")])
        invited = invite(op, found[0].staff_id)
        return InvitationReceipt(found[0].staff_id, found[0].name, invited.code, invited.ends_at, op.event_id)
