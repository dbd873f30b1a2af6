"""Taking up an invitation: how somebody makes their own account."""

from typing import Annotated

from pydantic import Field
from starlette.responses import Response

from audit.actions import Action
from people.invitation import AccountMade, TakeUpInvitation, take_up_invitation
from web.api.described import gives
from web.api.router import calls_below
from web.sent import Sent
from web.visit import Here, does

router = calls_below("/invitations", tag="Signing in")


class Chosen(Sent):
    """The invitation's code, and the name and password that its holder chooses."""

    code: Annotated[str, Field(max_length=100)]
    sign_in_name: Annotated[str, Field(max_length=100)]
    password: Annotated[str, Field(max_length=200)]


@router.post("/take-up", **gives(AccountMade, 404))
@does(Action.ACCEPT_INVITATION)
def take_up(here: Here, sent: Chosen) -> Response:
    """Make an account; the secret of the one-time codes is told once, here, and the invitation is used up."""
    return here.json(
        take_up_invitation(here.actor.house, TakeUpInvitation(sent.code, sent.sign_in_name, sent.password))
    )
