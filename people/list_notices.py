"""See what one's own service has been told: codes, times and links."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from audit.actions import Action
from audit.actor import Actor
from audit.operation import operation
from foundation.identifiers import ConsentId, EventId, ReferralId
from people.notice import Notice

__all__ = ["NoticeLine", "NoticeList", "list_notices"]

_NEWEST = 50


@dataclass(frozen=True)
class NoticeLine:
    """One thing the service was told; what it is about stays behind the link."""

    kind: str
    told_at: datetime
    consent_id: ConsentId | None
    referral_id: ReferralId | None


@dataclass(frozen=True)
class NoticeList:
    """The newest notices, newest first."""

    items: tuple[NoticeLine, ...]
    next: str | None
    event_id: EventId


def list_notices(actor: Actor) -> NoticeList:
    """The fifty newest notices to the actor's service."""
    with operation(actor, Action.LIST_NOTICES) as op:
        found = op.all(
            select(Notice)
            .where(Notice.service_id == op.service)
            .order_by(Notice.told_at.desc(), Notice.notice_id)
            .limit(_NEWEST)
        )
        op.draft.hits = len(found)
        items = tuple(NoticeLine(row.kind, row.told_at, row.consent_id, row.referral_id) for row in found)
        return op.view(NoticeList(items, None, op.event_id))
