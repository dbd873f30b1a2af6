"""Approve the policy that somebody else proposed: from the commit on it decides, in every process."""

from dataclasses import dataclass
from uuid import UUID

from audit.actions import Action
from audit.actor import Actor
from audit.operation import operation
from foundation.errors import NotFound, Refused
from foundation.identifiers import EventId
from people.policy import PolicyPassed, PolicyProposal, PolicyVersion, policy_in_force, policy_of, proposal_that_waits

__all__ = ["OwnProposal", "PolicyReceipt", "approve_policy"]


class OwnProposal(Refused):
    """Nobody approves what they proposed themselves."""

    code = "own_proposal"
    title = "You cannot approve what you proposed yourself"
    do = "Ask a colleague who may approve: the data protection officer or another administrator."


@dataclass(frozen=True)
class PolicyReceipt:
    """The number of the version that is in force now."""

    number: int
    event_id: EventId


def approve_policy(actor: Actor, proposal: UUID) -> PolicyReceipt:
    """Put a proposed policy in force.

    Raises:
        NotFound: there is no such proposal.
        OwnProposal: the actor proposed it.
        PolicyPassed: a newer proposal or another version has taken its place.
    """
    with operation(actor, Action.APPROVE_POLICY) as op:
        op.note(proposal=str(proposal))
        row = op.get(PolicyProposal, proposal)
        if row is None:
            raise NotFound
        current = policy_in_force(op)
        waiting = proposal_that_waits(op, current.number)
        if waiting is None or waiting.proposal_id != proposal:
            raise PolicyPassed(values={"number": current.number})
        if row.proposed_by == op.staff:
            raise OwnProposal
        number = current.number + 1
        op.add(
            PolicyVersion(
                number=number,
                document=row.document,
                digest=policy_of(number, row.document).version,
                proposal_id=proposal,
                approved_by=op.staff,
                approved_at=op.time,
            )
        )
        op.note(number=number)
        return op.answered(PolicyReceipt(number, op.event_id))
