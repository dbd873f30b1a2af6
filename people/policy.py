"""The municipality's policy: each version that was approved, each proposal, and which one is in force.

About nobody served. A version is never changed. The newest is in force from the moment it is committed, in every
process at once, because whoever decides reads it in the transaction of the decision.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, mapped_column

from audit.actor import Actor
from audit.look import Prepared
from audit.operation import Operation
from audit.sessions import ask
from confidentiality.policy import Policy
from foundation.errors import Conflict
from foundation.identifiers import StaffId
from foundation.tables import Base, Step

__all__ = [
    "NEWEST",
    "PolicyPassed",
    "PolicyProposal",
    "PolicyVersion",
    "document_of",
    "policy_in_force",
    "policy_of",
    "policy_today",
    "proposal_that_waits",
]


class PolicyPassed(Conflict):
    """Another version of the policy has come into force since this one was looked at; `number` names it."""

    code = "policy_passed"
    title = "The policy has changed since you opened it"
    do = "Open the policy again, look at what is in force now, and propose anew what you still want."


class PolicyProposal(Step, Base):
    """A policy that somebody proposes to put in the place of the one in force; a newer proposal takes its place."""

    __tablename__ = "policy_proposal"
    __table_args__ = (Index("ix_policy_proposal_proposed_at", "proposed_at"),)
    of_persons = False

    proposal_id: Mapped[UUID] = mapped_column(primary_key=True)
    #: The version that was in force when it was proposed; it can take the place of no other.
    builds_on: Mapped[int]
    document: Mapped[str]
    proposed_by: Mapped[StaffId] = mapped_column(ForeignKey("staff.staff_id"))
    proposed_at: Mapped[datetime]


class PolicyVersion(Step, Base):
    """A policy that was approved; the one with the highest number is in force."""

    __tablename__ = "policy_version"
    of_persons = False

    #: The safe defaults are number 1, put in force by installing.
    number: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[str]
    #: SHA-256 of the document, in hexadecimal; every decision stores it.
    digest: Mapped[str]
    proposal_id: Mapped[UUID | None] = mapped_column(ForeignKey("policy_proposal.proposal_id"), unique=True)
    approved_by: Mapped[StaffId | None] = mapped_column(ForeignKey("staff.staff_id"))
    approved_at: Mapped[datetime]


#: The number of the version in force, for whoever asks the database something else at the same time.
NEWEST = select(func.max(PolicyVersion.number)).scalar_subquery()

_IN_FORCE = Prepared(select(PolicyVersion.number, PolicyVersion.document).where(PolicyVersion.number == NEWEST))
_PROPOSED = (
    select(PolicyProposal).order_by(PolicyProposal.proposed_at.desc(), PolicyProposal.proposal_id.desc()).limit(1)
)


def document_of(policy: Policy) -> str:
    """A policy as it is stored: canonical JSON, over which its hash is taken."""
    return json.dumps(policy.as_data(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@lru_cache(maxsize=256)
def policy_of(number: int, document: str) -> Policy:
    """A stored policy; the same object for the same version, so that what was folded for it is found again."""
    data: Mapping[str, Any] = json.loads(document)
    return Policy.of_data(data, number)


def policy_in_force(op: Operation) -> Policy:
    """The policy by which this deed decides."""
    ((number, document),) = op.rows(_IN_FORCE)
    return policy_of(number, document)


def policy_today(actor: Actor) -> Policy:
    """The policy in force, for a page about nobody that says what it will mean."""
    ((number, document),) = ask(actor.house, _IN_FORCE)
    return policy_of(number, document)


def proposal_that_waits(op: Operation, in_force: int) -> PolicyProposal | None:
    """The newest proposal, while nothing has taken the place of the version it builds on."""
    newest = op.one(_PROPOSED)
    return newest if newest is not None and newest.builds_on == in_force else None
