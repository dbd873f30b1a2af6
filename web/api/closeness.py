"""Saying that one is close to a person whose matters one handles."""

from starlette.responses import Response

from audit.actions import Action
from referral.state_closeness import ClosenessReceipt, StateCloseness, state_closeness
from web.api.described import gives
from web.api.referrals import HowClose
from web.api.router import calls_below
from web.parameters import PersonIdHere, ReferralIdHere
from web.sent import Sent
from web.visit import HereOnce, does

router = calls_below("/closeness", tag="Referrals")


class SaidOnce(Sent):
    """What one is to a person on one's own list, or to the one that a referral is about."""

    closeness: HowClose
    person: PersonIdHere | None = None
    referral: ReferralIdHere | None = None


@router.post("", **gives(ClosenessReceipt, 404, once=True))
@does(Action.STATE_CLOSENESS)
def say(here: HereOnce, sent: SaidOnce) -> Response:
    """Say what one is to a person; every rule asks by it until one says something else."""
    return here.json(
        state_closeness(here.actor, StateCloseness(sent.closeness.closeness(), sent.person, sent.referral))
    )
