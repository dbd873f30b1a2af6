"""Open a service inside an organisation: a confidentiality domain of its own, with keys of its own."""

from dataclasses import dataclass

from sqlalchemy import select

from audit.actions import Action
from audit.actor import Actor
from audit.operation import operation
from confidentiality.vocabulary import kinds_of
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import EventId, ServiceId
from people import establishment
from people.organisation import Organisation

__all__ = ["OpenService", "ServiceReceipt", "open_service"]


@dataclass(frozen=True)
class OpenService:
    """Whose service it is (by organisation number), its kind, what it is called and how it is reached.

    `office` names the joint local office it sits in (NAV-loven § 16), `processing_basis` what its agreement says about
    processing personal data (GDPR article 6); it stays empty while there is no agreement.
    """

    organisation_number: str
    kind: str
    name: str
    telephone: str
    office: str | None = None
    processing_basis: str | None = None


@dataclass(frozen=True)
class ServiceReceipt:
    """The id that the service got."""

    id: ServiceId
    event_id: EventId


def open_service(actor: Actor, asked: OpenService) -> ServiceReceipt:
    """Open a service and make its key pair.

    Raises:
        Invalid: no such organisation, a kind that its country does not have, an empty name or telephone number.
    """
    with operation(actor, Action.OPEN_SERVICE) as op:
        organisation = op.one(select(Organisation).where(Organisation.number == asked.organisation_number))
        fields = []
        if organisation is None:
            fields.append(FieldProblem("organisation", "unknown_organisation"))
        elif asked.kind not in kinds_of("DNK" if organisation.jurisdiction == "DNK" else "NOR"):
            fields.append(FieldProblem("kind", "unknown_word"))
        if not 2 <= len(asked.name.strip()) <= 200:
            fields.append(FieldProblem("name", "name_length"))
        if not 3 <= len(asked.telephone.strip()) <= 30:
            fields.append(FieldProblem("telephone", "telephone_length"))
        if organisation is None or fields:
            raise Invalid(fields=fields)
        service = establishment.open_service(
            op,
            organisation.organisation_id,
            kind=asked.kind,
            name=asked.name.strip(),
            telephone=asked.telephone.strip(),
            office=asked.office,
            processing_basis=asked.processing_basis,
        )
        return op.answered(ServiceReceipt(service, op.event_id))
