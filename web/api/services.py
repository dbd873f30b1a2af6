"""The directory: every open service, from which givers and receivers are chosen."""

from dataclasses import dataclass

from starlette.responses import Response

from people.standing import OpenService, open_services
from web.api.described import gives
from web.api.router import calls_below
from web.visit import Here

router = calls_below("/services", tag="Services")


@dataclass(frozen=True)
class Directory:
    """Every open service, by organisation and name; about nobody, so it leaves no event."""

    items: list[OpenService]
    next: None = None


@router.get("", **gives(Directory, event=False))
def several(here: Here) -> Response:
    """List the open services."""
    return here.json(Directory(open_services(here.actor)))
