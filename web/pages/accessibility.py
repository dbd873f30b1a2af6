"""The accessibility statement (the regulation on universal design of ICT solutions, § 4; EN 301 549)."""

from starlette.responses import Response

from web.pages.router import pages_below
from web.visit import Here

router = pages_below()


@router.get("/accessibility")
def statement(here: Here) -> Response:
    """What works, what was tested, and whom to tell when something does not."""
    return here.page("accessibility.html", None)
