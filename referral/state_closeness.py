"""Say that one is close to a person: family hands over to a colleague, anybody else confirms that trust stays whole."""

from dataclasses import dataclass

from audit.actions import Action
from audit.actor import Actor
from audit.operation import Operation, operation
from consent.closeness import Closeness, refuse_unknown_relation, remember_closeness
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import EventId, PersonId, ReferralId
from people.person import entry_of
from referral.own_referral import own_referral

__all__ = ["ClosenessReceipt", "StateCloseness", "state_closeness"]


@dataclass(frozen=True)
class StateCloseness:
    """What the actor is to a person: one on the own service's roster, or the one that a referral of theirs is about."""

    closeness: Closeness
    person: PersonId | None = None
    referral: ReferralId | None = None


@dataclass(frozen=True)
class ClosenessReceipt:
    """That it was said, and in which event."""

    event_id: EventId


def state_closeness(actor: Actor, asked: StateCloseness) -> ClosenessReceipt:
    """Keep what the actor says; from now on every rule asks by it, until they say something else.

    Raises:
        NotFound: the actor's service has neither this person nor this referral.
        Invalid: an unknown relation, or not exactly one of person and referral.
    """
    with operation(actor, Action.STATE_CLOSENESS) as op:
        refuse_unknown_relation(asked.closeness)
        person = _person(op, asked)
        remember_closeness(op, person, asked.closeness)
        op.note(relation=asked.closeness.relation, confirmed=asked.closeness.confirmed)
        return op.answered(ClosenessReceipt(op.event_id))


def _person(op: Operation, asked: StateCloseness) -> PersonId:
    if asked.referral is not None and asked.person is None:
        return own_referral(op, asked.referral).person_id
    if asked.person is None or asked.referral is not None:
        raise Invalid(fields=[FieldProblem("person", "required")])
    entry_of(op, asked.person, op.service)
    op.about(asked.person)
    return asked.person
