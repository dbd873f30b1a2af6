"""List the referrals of one's own service, newest first: those that came, and those that went."""

from sqlalchemy import or_, select

from audit.actions import Action
from audit.actor import Actor
from audit.operation import Operation, operation
from consent.views import names_known_to, service_names
from foundation.errors import FieldProblem, Invalid
from referral.flow_back import may_flow_back
from referral.lifecycle import Party, State, seen_by_sender
from referral.own_referral import side_of
from referral.referral import Referral
from referral.views import ReferralLine, ReferralList

__all__ = ["list_referrals"]

_PAGE = 100


def list_referrals(
    actor: Actor, *, side: str | None = None, state: str | None = None, page: str | None = None
) -> ReferralList:
    """One page of at most 100 referrals.

    Args:
        actor: whose service it is.
        side: `sender` for what was sent, `receiver` for what came; left out, both.
        state: only those in this state, among those that the service receives.
        page: the `next` of the page before; None for the first.

    Raises:
        Invalid: an unknown side or state, or `page` is no such token.
    """
    with operation(actor, Action.LIST_REFERRALS) as op:
        problems = [
            FieldProblem(name, "unknown_word")
            for name, value, known in (("side", side, {"sender", "receiver"}), ("state", state, set(State)))
            if value is not None and value not in known
        ]
        if page is not None and not page.isdecimal():
            problems.append(FieldProblem("page", "unknown_page"))
        if problems:
            raise Invalid(fields=problems)
        offset = int(page or 0)
        mine = {
            "sender": Referral.from_service == op.service,
            "receiver": Referral.to_service == op.service,
            None: or_(Referral.from_service == op.service, Referral.to_service == op.service),
        }[side]
        query = select(Referral).where(mine)
        if state is not None:
            query = query.where(Referral.state == state, Referral.to_service == op.service)
        found = op.all(query.order_by(Referral.sent_at.desc(), Referral.referral_id).offset(offset).limit(_PAGE + 1))
        lines = _lines(op, found[:_PAGE])
        op.draft.hits = len(lines)
        return op.view(ReferralList(lines, str(offset + _PAGE) if len(found) > _PAGE else None, op.event_id))


def _lines(op: Operation, rows: list[Referral]) -> tuple[ReferralLine, ...]:
    names = names_known_to(op, op.service, [row.person_id for row in rows])
    services = service_names(op, {service for row in rows for service in (row.from_service, row.to_service)})
    lines = []
    for row in rows:
        side = side_of(op, row)
        other = row.to_service if side is Party.SENDER else row.from_service
        lines.append(
            ReferralLine(
                id=row.referral_id,
                kind=row.kind,
                side=side.value,
                other_service=other,
                other_service_name=services[other],
                person_name=names.get(row.person_id),
                sent_at=row.sent_at,
                state=row.state
                if side is Party.RECEIVER
                else seen_by_sender(State(row.state), may_flow_back=may_flow_back(op, row)),
                version=row.version,
            )
        )
    return tuple(lines)
