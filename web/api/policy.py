"""The municipality's policy: what is in force, proposing a change, and approving it."""

from typing import Any
from uuid import UUID

from pydantic import StrictInt
from starlette.responses import Response

from audit.actions import Action
from people.approve_policy import PolicyReceipt, approve_policy
from people.policy_history import PolicyView, policy_history
from people.propose_policy import ProposalReceipt, ProposePolicy, propose_policy
from web.api.described import creates, gives
from web.api.router import calls_below
from web.sent import Sent
from web.visit import Here, HereOnce, does

router = calls_below("/policy", tag="The policy")


class Proposal(Sent):
    """What is to be chosen otherwise than in version `builds_on`, by the name of the setting."""

    builds_on: StrictInt
    choices: dict[str, Any]


@router.get("", **gives(PolicyView, event=False))
def read(here: Here) -> Response:
    """Read the policy: what is in force, what waits for approval, every earlier version, and the safe defaults."""
    return here.json(policy_history(here.actor))


@router.post("/proposals", **creates(ProposalReceipt))
@does(Action.PROPOSE_POLICY)
def propose(here: HereOnce, sent: Proposal) -> Response:
    """Propose a change; it decides nothing until somebody else has approved it."""
    receipt = propose_policy(here.actor, ProposePolicy(sent.builds_on, sent.choices))
    return here.created(receipt, receipt.id)


@router.post("/proposals/{proposal}/approve", **gives(PolicyReceipt, 404, once=True))
@does(Action.APPROVE_POLICY)
def approve(here: HereOnce, proposal: UUID) -> Response:
    """Approve what somebody else proposed; it decides from now on."""
    return here.json(approve_policy(here.actor, proposal))
