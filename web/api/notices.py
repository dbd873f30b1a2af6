"""Notices: what one's own service has been told."""

from starlette.responses import Response

from audit.actions import Action
from people.list_notices import NoticeList, list_notices
from web.api.described import gives
from web.api.router import calls_below
from web.visit import Here, does

router = calls_below("/notices", tag="Notices")


@router.get("", **gives(NoticeList))
@does(Action.LIST_NOTICES)
def several(here: Here) -> Response:
    """See the fifty newest notices."""
    return here.json(list_notices(here.actor))
