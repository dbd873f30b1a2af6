"""Ask the register again whether a person on one's own roster is protected; an answer counts for thirty days."""

from dataclasses import dataclass

from audit.actions import Action
from audit.actor import Actor
from audit.operation import operation
from foundation.clock import local_date
from foundation.identifiers import EventId, PersonId
from people.identity_number import IdentityNumber
from people.person import entry_of
from people.register import NOT_RECORDED, CannotBeHandled, SeenByHand, register_of
from people.roster import record_protection

__all__ = ["ProtectionReceipt", "check_protection"]


@dataclass(frozen=True)
class ProtectionReceipt:
    """That the register answered, and which of its events says so; what it said is for the rules."""

    id: PersonId
    event_id: EventId


def check_protection(actor: Actor, person: PersonId, seen: SeenByHand | None = None) -> ProtectionReceipt:
    """Look a person up anew and keep the answer, whatever it is; the rules read it from then on.

    Two events: the number is consulted first, because a register is never asked inside an operation.

    Raises:
        NotFound: the actor's service does not have this person.
        CannotBeHandled: the person is strictly protected now, or the register could not say; sharing is closed.
    """
    house = actor.house
    with operation(actor, Action.RECORD_PROTECTION) as op:
        entry = entry_of(op, person, op.service)
        digits = entry.identity_number.consult(op)
    country = house.installed.jurisdiction
    number = IdentityNumber(digits, country) if digits else None
    answer = register_of(house).look_up(number, seen, local_date(house.clock.now(), country))
    with operation(actor, Action.RECORD_PROTECTION, about=[person]) as op:
        record_protection(op, op.service, person, answer)
        if answer.status in NOT_RECORDED:
            op.keep_and_refuse(CannotBeHandled())
        return op.answered(ProtectionReceipt(person, op.event_id))
