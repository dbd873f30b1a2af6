"""The declaration of confidentiality: read it, sign it (forvaltningsloven 1967 § 13 c)."""

from starlette.responses import Response

from audit.actions import Action
from people.sign_declaration import sign_declaration
from web.pages.router import pages_below
from web.visit import Here, does

router = pages_below("/declaration")


@router.get("")
def read(here: Here) -> Response:
    """The text, and whether it is signed."""
    return here.page("declaration.html", None)


@router.post("")
@does(Action.SIGN_DECLARATION)
def sign(here: Here) -> Response:
    """Sign it for one's own service."""
    event_id = sign_declaration(here.actor)
    response = here.see_other("/")
    response.headers.update(here.named(event_id))
    return response
