"""Register an organisation whose services will share, or be shared with."""

from dataclasses import dataclass

from sqlalchemy import select

from audit.actions import Action
from audit.actor import Actor
from audit.operation import operation
from foundation.clock import ZONES
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import EventId, OrganisationId
from people import establishment
from people.organisation import Organisation

__all__ = ["OrganisationReceipt", "RegisterOrganisation", "register_organisation"]


@dataclass(frozen=True)
class RegisterOrganisation:
    """What an organisation is called, its number, whose law it follows (`NOR` or `DNK`), and whether it is public."""

    number: str
    name: str
    jurisdiction: str
    is_public: bool


@dataclass(frozen=True)
class OrganisationReceipt:
    """The id that the organisation got."""

    id: OrganisationId
    event_id: EventId


def register_organisation(actor: Actor, asked: RegisterOrganisation) -> OrganisationReceipt:
    """Write an organisation down.

    Raises:
        Invalid: an empty name, an unknown jurisdiction, a number that is none or is registered already.
    """
    with operation(actor, Action.REGISTER_ORGANISATION) as op:
        fields = []
        if not 2 <= len(asked.name.strip()) <= 200:
            fields.append(FieldProblem("name", "name_length"))
        if asked.jurisdiction not in ZONES:
            fields.append(FieldProblem("jurisdiction", "unknown_word"))
        if op.one(select(Organisation).where(Organisation.number == asked.number)) is not None:
            fields.append(FieldProblem("number", "registered_already"))
        if fields:
            raise Invalid(fields=fields)
        organisation = establishment.register_organisation(
            op,
            number=asked.number,
            name=asked.name.strip(),
            jurisdiction=asked.jurisdiction,
            is_public=asked.is_public,
        )
        return op.answered(OrganisationReceipt(organisation, op.event_id))
