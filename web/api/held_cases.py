"""What the rules hold until people have decided it: asking the leader, deciding, approving, and looking at it."""

from typing import Annotated

from pydantic import Field
from starlette.responses import Response

from audit.actions import Action
from consent.approve_held_case import ApproveHeldCase, approve_held_case
from consent.decide_held_case import DecideHeldCase, decide_held_case
from consent.list_held_cases import HeldCaseList, list_held_cases
from consent.read_held_case import HeldCaseView, read_held_case
from consent.submit_held_case import HeldCaseReceipt, SubmitHeldCase, submit_held_case
from web.api.described import creates, gives
from web.api.exact import Day, YesOrNo
from web.api.referrals import HowClose
from web.api.router import calls_below
from web.parameters import HeldCaseIdHere, PersonIdHere, ServiceIdHere
from web.sent import Sent
from web.visit import Here, HereOnce, does

router = calls_below("/held-cases", tag="Decisions")

Word = Annotated[str, Field(max_length=40)]


class Case(Sent):
    """About whom, to which service, what for, which categories, and why it should go all the same."""

    person: PersonIdHere
    to_service: ServiceIdHere
    purpose: Word
    categories: Annotated[tuple[Word, ...], Field(max_length=20)]
    reason: str
    closeness: HowClose = HowClose()

    def command(self) -> SubmitHeldCase:
        """As the deed takes it."""
        closeness = self.closeness.closeness()
        return SubmitHeldCase(self.person, self.to_service, self.purpose, self.categories, self.reason, closeness)


class Verdict(Sent):
    """Yes or no, and why."""

    permits: YesOrNo
    reason: str
    closeness: HowClose = HowClose()


class Decision(Verdict):
    """A leader's yes or no; a yes counts to its last day."""

    valid_to: Day | None = None


@router.get("", **gives(HeldCaseList))
@does(Action.LIST_HELD_CASES)
def several(here: Here) -> Response:
    """List the cases of one's own service, newest first."""
    return here.json(list_held_cases(here.actor))


@router.post("", **creates(HeldCaseReceipt, 404))
@does(Action.SUBMIT_HELD_CASE)
def submit(here: HereOnce, sent: Case) -> Response:
    """Ask the leader to decide a disclosure that the rules hold; nothing is sent."""
    receipt = submit_held_case(here.actor, sent.command())
    return here.created(receipt, receipt.id)


@router.get("/{held_case}", **gives(HeldCaseView, 404, version=True))
@does(Action.READ_HELD_CASE)
def read(here: Here, held_case: HeldCaseIdHere) -> Response:
    """Read a case: what is asked for, why, what was said of it, and what one may do."""
    return here.json(read_held_case(here.actor, held_case))


@router.post("/{held_case}/decide", **gives(HeldCaseReceipt, step=True, version=True))
@does(Action.DECIDE_HELD_CASE)
def decide(here: Here, held_case: HeldCaseIdHere, sent: Decision) -> Response:
    """Decide as leader; a yes opens nothing before a second person has approved it, a no takes back a yes."""
    closeness = sent.closeness.closeness()
    asked = DecideHeldCase(held_case, sent.permits, sent.reason, sent.valid_to, here.version, closeness)
    return here.json(decide_held_case(here.actor, asked))


@router.post("/{held_case}/approve", **gives(HeldCaseReceipt, step=True, version=True))
@does(Action.APPROVE_HELD_CASE)
def approve(here: Here, held_case: HeldCaseIdHere, sent: Verdict) -> Response:
    """Approve the leader's yes as the second person, or say no; with both yeses exactly that may be sent."""
    closeness = sent.closeness.closeness()
    asked = ApproveHeldCase(held_case, sent.permits, sent.reason, here.version, closeness)
    return here.json(approve_held_case(here.actor, asked))
