"""The page behind an invitation's link: choose a name and a password, then see the secret of one's codes, once."""

from typing import NamedTuple

from markupsafe import Markup
from starlette.responses import Response

from audit.actions import Action
from foundation.errors import FieldProblem, Invalid, NotFound
from foundation.identifiers import EventId
from people.invitation import TakeUpInvitation, invited_by, take_up_invitation
from web.pages.router import pages_below
from web.visit import Filled, Here, does

__all__ = ["Chosen", "Made", "router"]

router = pages_below("/invitation")


class Chosen(NamedTuple):
    """Whoever is invited."""

    path: str
    name: str


class Made(NamedTuple):
    """A new account: the secret of its one-time codes, as a picture and in groups of four letters."""

    sign_in_name: str
    picture: Markup
    secret: str
    event_id: EventId


@router.get("/{code}")
def form(here: Here, code: str) -> Response:
    """Choose a name and a password; a code that is wrong, used or too old is not found."""
    return here.page("invitation.html", _chosen(here, code))


@router.post("/{code}")
@does(Action.ACCEPT_INVITATION)
def take_up(here: Here, code: str, filled: Filled) -> Response:
    """Make the account, and show the secret: here and now, and never again."""
    house = here.actor.house
    try:
        if filled.text("password") != filled.text("again"):
            raise _two_passwords()
        made = take_up_invitation(house, TakeUpInvitation(code, filled.text("sign_in_name"), filled.text("password")))
    except Invalid as problem:
        return here.page("invitation.html", _chosen(here, code), problem=problem, filled=filled)
    import segno  # noqa: PLC0415  # only whoever makes an account needs it, and every start of the server would load it

    # Drawn by a library from our own address; black on white in every colour scheme, so that any camera reads it.
    drawn = segno.make(made.provisioning_uri, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff")
    secret = " ".join(made.code_secret[start : start + 4] for start in range(0, len(made.code_secret), 4))
    return here.page("account_made.html", Made(made.sign_in_name, Markup(drawn), secret, made.event_id))  # noqa: S704  # drawn by segno from a secret that is ours


def _two_passwords() -> Invalid:
    return Invalid(fields=[FieldProblem("again", "passwords_differ")])


def _chosen(here: Here, code: str) -> Chosen:
    name = invited_by(here.actor.house, code)
    if name is None:
        raise NotFound
    return Chosen(f"/invitation/{code}", name)
