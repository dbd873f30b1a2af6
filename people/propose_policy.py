"""Propose another policy for the municipality; it decides nothing until somebody else has approved it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from audit.actions import Action
from audit.actor import Actor
from audit.operation import Operation, operation
from confidentiality.policy import Policy
from confidentiality.policy_settings import ChoicesRefused, choose
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import EventId, ServiceId
from people.organisation import Service
from people.policy import PolicyPassed, PolicyProposal, document_of, policy_in_force

__all__ = ["ProposalReceipt", "ProposePolicy", "propose_policy"]


@dataclass(frozen=True)
class ProposePolicy:
    """What is to be chosen otherwise than in version `builds_on`, by the name of the setting."""

    builds_on: int
    choices: Mapping[str, Any]


@dataclass(frozen=True)
class ProposalReceipt:
    """The proposal's id, and the version that it would take the place of."""

    id: UUID
    builds_on: int
    event_id: EventId


def propose_policy(actor: Actor, asked: ProposePolicy) -> ProposalReceipt:
    """Write a proposal down; it takes the place of an earlier one that nobody has approved.

    Raises:
        Invalid: a setting that does not exist, a choice out of its bounds, an unknown service, or nothing changed.
        PolicyPassed: `builds_on` is not the version in force.
    """
    with operation(actor, Action.PROPOSE_POLICY) as op:
        current = policy_in_force(op)
        proposed = _chosen(op, current, asked.choices)
        if asked.builds_on != current.number:
            raise PolicyPassed(values={"number": current.number})
        row = PolicyProposal(
            proposal_id=uuid4(),
            builds_on=current.number,
            document=document_of(proposed),
            proposed_by=op.staff,
            proposed_at=op.time,
        )
        op.add(row)
        before, after = current.as_data(), proposed.as_data()
        op.note(
            proposal=str(row.proposal_id),
            builds_on=current.number,
            changed={name: [before[name], after[name]] for name in before if before[name] != after[name]},
        )
        return op.answered(ProposalReceipt(row.proposal_id, row.builds_on, op.event_id))


def _chosen(op: Operation, current: Policy, choices: Mapping[str, Any]) -> Policy:
    try:
        proposed = choose(current, choices)
    except ChoicesRefused as refused:
        raise Invalid(fields=[FieldProblem(name, code) for name, code in refused.problems]) from refused
    if proposed == current:
        raise Invalid(fields=[FieldProblem("choices", "nothing_changed")])
    _refuse_unknown_services(op, proposed)
    return proposed


def _refuse_unknown_services(op: Operation, proposed: Policy) -> None:
    named = {service for pair in proposed.pairs for service in pair[:2]}
    try:
        ids = {ServiceId.of(service) for service in named}
    except ValueError:
        raise Invalid(fields=[FieldProblem("pairs", "not_an_id")]) from None
    open_now = {
        service.service_id
        for service in op.all(select(Service).where(Service.service_id.in_(ids), Service.closed_at.is_(None)))
    }
    if ids - open_now:
        raise Invalid(fields=[FieldProblem("pairs", "unknown_service")])
