"""Sign the declaration of confidentiality for one's own service (forvaltningsloven 1967 § 13 c)."""

from uuid import uuid4

from sqlalchemy import select

from audit.actions import Action
from audit.actor import Actor
from audit.operation import operation
from foundation.identifiers import EventId
from people.staff import DECLARATION_VERSION, Declaration

__all__ = ["sign_declaration"]


def sign_declaration(actor: Actor) -> EventId:
    """Record that the actor has read and signed today's declaration; signing it twice leaves one."""
    with operation(actor, Action.SIGN_DECLARATION) as op:
        signed = op.one(
            select(Declaration).where(
                Declaration.staff_id == op.staff,
                Declaration.service_id == op.service,
                Declaration.version == DECLARATION_VERSION,
            )
        )
        if signed is None:
            op.add(
                Declaration(
                    declaration_id=uuid4(),
                    staff_id=op.staff,
                    service_id=op.service,
                    version=DECLARATION_VERSION,
                    signed_at=op.time,
                )
            )
        return op.event_id
