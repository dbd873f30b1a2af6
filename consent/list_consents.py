"""List the consents that name one's own service, newest first."""

from sqlalchemy import or_, select

from audit.actions import Action
from audit.actor import Actor
from audit.operation import Operation, operation
from consent.consent import Consent, ConsentFlow
from consent.views import ConsentLine, ConsentList, names_known_to, service_names
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import PersonId

__all__ = ["list_consents"]

_PAGE = 100


def list_consents(
    actor: Actor, *, person: PersonId | None = None, state: str | None = None, page: str | None = None
) -> ConsentList:
    """One page of at most 100 consents that the actor's service holds, gives on or receives on.

    Args:
        actor: whose service it is.
        person: only those about this person.
        state: only those in this state.
        page: the `next` of the page before; None for the first.

    Raises:
        Invalid: `page` is no such token.
    """
    with operation(actor, Action.LIST_CONSENTS) as op:
        if page is not None and not page.isdecimal():
            raise Invalid(fields=[FieldProblem("page", "unknown_page")])
        offset = int(page or 0)
        naming = select(ConsentFlow.consent_id).where(
            or_(ConsentFlow.from_service == op.service, ConsentFlow.to_service == op.service)
        )
        query = select(Consent).where(or_(Consent.held_by == op.service, Consent.consent_id.in_(naming)))
        if person is not None:
            query = query.where(Consent.person_id == person)
        if state is not None:
            query = query.where(Consent.state == state)
        found = op.all(query.order_by(Consent.recorded_at.desc(), Consent.consent_id).offset(offset).limit(_PAGE + 1))
        following = str(offset + _PAGE) if len(found) > _PAGE else None
        lines = _lines(op, found[:_PAGE])
        op.draft.hits = len(lines)
        return op.view(ConsentList(lines, following, op.event_id))


def _lines(op: Operation, consents: list[Consent]) -> tuple[ConsentLine, ...]:
    names = names_known_to(op, op.service, [consent.person_id for consent in consents])
    services = service_names(op, [consent.held_by for consent in consents])
    today = op.date(op.house.installed.jurisdiction)
    for consent in consents:
        op.keep_trace(consent.person_id, "consent", seen=True)
    return tuple(
        ConsentLine(
            id=consent.consent_id,
            person=consent.person_id,
            person_name=names.get(consent.person_id),
            purpose=consent.purpose,
            state="expired" if consent.state == "given" and consent.valid_to < today else consent.state,
            valid_to=consent.valid_to,
            recorded_at=consent.recorded_at,
            held_by=consent.held_by,
            held_by_name=services[consent.held_by],
        )
        for consent in consents
    )
