"""Help: what Tillit is, and whom to call. About nobody, and open to everybody."""

from collections.abc import Sequence
from typing import NamedTuple

from starlette.responses import Response

from people.standing import OpenService, open_services
from web.pages.router import pages_below
from web.visit import Here

router = pages_below()


class Help(NamedTuple):
    """The services of the municipality with their telephones, and by whose law the emergency numbers are."""

    services: Sequence[OpenService]
    jurisdiction: str


@router.get("/help")
def show_help(here: Here) -> Response:
    """What Tillit is and how to reach a human being."""
    house = here.actor.house
    services = [service for service in open_services(here.actor) if service.telephone]
    return here.page("help.html", Help(services, house.installed.jurisdiction))
