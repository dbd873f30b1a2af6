"""Referrals: asking what may be sent, sending it, reading it, and answering it."""

from typing import Annotated

from fastapi import Query
from pydantic import Field
from starlette.responses import Response

from audit.actions import Action
from consent.gather_facts import Closeness
from people.register import CannotBeHandled
from referral.accept_referral import accept_referral
from referral.decline_referral import decline_referral
from referral.draft_referral import DraftReferral, draft_referral
from referral.list_referrals import list_referrals
from referral.read_referral import read_referral
from referral.recall_referral import recall_referral
from referral.refer_pupil import ReferPupil, refer_pupil
from referral.views import DraftView, ReferralList, ReferralReceipt, ReferralView, StepReceipt
from web.api.described import creates, gives
from web.api.exact import YesOrNo
from web.api.router import calls_below
from web.cannot_be_handled import gets_the_one_answer
from web.parameters import PersonIdHere, ReferralIdHere, ServiceIdHere
from web.sent import Sent
from web.visit import Here, HereOnce, does

router = calls_below("/referrals", tag="Referrals")

Word = Annotated[str, Field(max_length=40)]


class HowClose(Sent):
    """What the one who asks is to the person, and whether they confirm that it does not weaken trust."""

    relation: Word = "none"
    confirmed: YesOrNo = False

    def closeness(self) -> Closeness:
        """As the deed takes it."""
        return Closeness(self.relation, self.confirmed)


class Draft(Sent):
    """Who would be referred where; `categories` narrows what is asked about."""

    pupil: PersonIdHere
    to_service: ServiceIdHere
    kind: Word = "homework_support"
    categories: tuple[Word, ...] = ()
    closeness: HowClose = HowClose()

    def command(self) -> DraftReferral:
        """As the deed takes it."""
        closeness = self.closeness.closeness()
        return DraftReferral(self.pupil, self.to_service, self.kind, self.categories, closeness)


class Referral(Sent):
    """Who is referred where, and what is said, by category and field."""

    pupil: PersonIdHere
    to_service: ServiceIdHere
    content: dict[Word, dict[Word, str]]
    kind: Word = "homework_support"
    closeness: HowClose = HowClose()

    def command(self) -> ReferPupil:
        """As the deed takes it."""
        return ReferPupil(self.pupil, self.to_service, self.content, self.kind, self.closeness.closeness())


class Reason(Sent):
    """Why a referral is declined, in a code."""

    reason: Word


class Which(Sent):
    """Only what one sent or received, only one state, and where the list goes on."""

    side: Word | None = None
    state: Word | None = None
    page: str | None = None


class Asked(Sent):
    """The categories that are asked for by name; left out, everything that is open."""

    category: Annotated[tuple[Word, ...], Field(max_length=20)] = ()


@router.post("", **creates(ReferralReceipt, 404))
@does(Action.REFER_PUPIL)
def send(here: HereOnce, sent: Referral) -> Response:
    """Refer a pupil: everything that is filled in is sent, or nothing is."""
    receipt = refer_pupil(here.actor, sent.command())
    return here.created(receipt, receipt.id)


@router.post("/drafts", **gives(DraftView, 404))
@does(Action.DRAFT_REFERRAL)
def draft(here: Here, sent: Draft) -> Response:
    """Ask what may be sent to a service, and why not the rest; nothing is sent or kept."""
    drafted = draft_referral(here.actor, sent.command())
    if any(gets_the_one_answer(answer.rules) for answer in drafted.categories):
        raise CannotBeHandled
    return here.json(drafted)


@router.get("", **gives(ReferralList))
@does(Action.LIST_REFERRALS)
def several(here: Here, asked: Annotated[Which, Query()]) -> Response:
    """List the referrals of one's own service, newest first."""
    return here.json(list_referrals(here.actor, side=asked.side, state=asked.state, page=asked.page))


@router.get("/{referral_id}", **gives(ReferralView, 404, version=True))
@does(Action.READ_REFERRAL)
def read(here: Here, referral_id: ReferralIdHere, asked: Annotated[Asked, Query()]) -> Response:
    """Open a referral and read it; the rules are asked again each time."""
    return here.json(read_referral(here.actor, referral_id, asked.category))


@router.post("/{referral_id}/accept", **gives(StepReceipt, step=True, version=True))
@does(Action.ACCEPT_REFERRAL)
def accept(here: Here, referral_id: ReferralIdHere) -> Response:
    """Accept a referral for the receiving service."""
    return here.json(accept_referral(here.actor, referral_id, version=here.version))


@router.post("/{referral_id}/decline", **gives(StepReceipt, step=True, version=True))
@does(Action.DECLINE_REFERRAL)
def decline(here: Here, referral_id: ReferralIdHere, sent: Reason) -> Response:
    """Decline a referral for the receiving service, with a reason in a code."""
    return here.json(decline_referral(here.actor, referral_id, sent.reason, version=here.version))


@router.post("/{referral_id}/recall", **gives(StepReceipt, step=True, version=True))
@does(Action.RECALL_REFERRAL)
def recall(here: Here, referral_id: ReferralIdHere) -> Response:
    """Recall a referral that was sent and not yet answered."""
    return here.json(recall_referral(here.actor, referral_id, version=here.version))
