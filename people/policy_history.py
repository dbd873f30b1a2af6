"""The policy as everybody at work may read it: what is in force, what is proposed, and every version there was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.actor import Actor
from audit.sessions import reading
from confidentiality.policy import SAFE
from foundation.identifiers import StaffId
from people.policy import PolicyProposal, PolicyVersion, policy_of
from people.staff import Staff

__all__ = ["PolicyView", "ProposalView", "VersionView", "policy_history"]


@dataclass(frozen=True)
class VersionView:
    """One version: what was chosen, and who proposed and approved it; nobody for the safe one of the beginning."""

    number: int
    policy: dict[str, Any]
    digest: str
    proposed_by: str | None
    proposed_at: datetime | None
    approved_by: str | None
    approved_at: datetime


@dataclass(frozen=True)
class ProposalView:
    """A proposal that waits for somebody else to approve it."""

    id: UUID
    policy: dict[str, Any]
    proposed_by: str
    proposed_at: datetime
    is_own: bool


@dataclass(frozen=True)
class PolicyView:
    """The version in force, the proposal that waits, the earlier versions from the newest, and the safe defaults."""

    in_force: VersionView
    proposal: ProposalView | None
    earlier: tuple[VersionView, ...]
    defaults: dict[str, Any]


def policy_history(actor: Actor) -> PolicyView:
    """Everything that was ever decided about the policy; about nobody served."""
    with reading(actor.house) as session:
        versions = session.scalars(select(PolicyVersion).order_by(PolicyVersion.number.desc())).all()
        proposals = {row.proposal_id: row for row in session.scalars(select(PolicyProposal))}
        names = _names(session, versions, proposals)
    newest = max(proposals.values(), key=lambda row: (row.proposed_at, row.proposal_id), default=None)
    current = versions[0].number
    waits = newest is not None and newest.builds_on == current
    return PolicyView(
        in_force=_version(versions[0], proposals, names),
        proposal=_proposal(actor, newest, names) if newest is not None and waits else None,
        earlier=tuple(_version(row, proposals, names) for row in versions[1:]),
        defaults=SAFE.as_data(),
    )


def _names(
    session: Session, versions: Sequence[PolicyVersion], proposals: Mapping[UUID, PolicyProposal]
) -> dict[StaffId, str]:
    wanted = {row.approved_by for row in versions} | {row.proposed_by for row in proposals.values()}
    found = session.scalars(select(Staff).where(Staff.staff_id.in_(wanted - {None})))
    return {row.staff_id: row.name for row in found}


def _version(row: PolicyVersion, proposals: Mapping[UUID, PolicyProposal], names: Mapping[StaffId, str]) -> VersionView:
    proposal = proposals[row.proposal_id] if row.proposal_id else None
    return VersionView(
        number=row.number,
        policy=policy_of(row.number, row.document).as_data(),
        digest=row.digest,
        proposed_by=names[proposal.proposed_by] if proposal else None,
        proposed_at=proposal.proposed_at if proposal else None,
        approved_by=names[row.approved_by] if row.approved_by else None,
        approved_at=row.approved_at,
    )


def _proposal(actor: Actor, row: PolicyProposal, names: Mapping[StaffId, str]) -> ProposalView:
    return ProposalView(
        id=row.proposal_id,
        policy=policy_of(row.builds_on, row.document).as_data(),
        proposed_by=names[row.proposed_by],
        proposed_at=row.proposed_at,
        is_own=row.proposed_by == actor.staff,
    )
