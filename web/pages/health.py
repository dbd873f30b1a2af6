"""Whether the server lives, and whether it is ready: for the machine that watches over it. About nobody."""

from datetime import timedelta

from starlette.responses import JSONResponse

from audit.evidence_lag import WARN_AFTER
from foundation.errors import Unavailable
from people.standing import open_services
from web.pages.router import pages_below
from web.visit import Here

router = pages_below()


class NotReady(Unavailable):
    """The server runs, but its database or its keys do not answer."""

    code = "not_ready"
    title = "Tillit is not ready"
    do = "Wait a little. Whoever runs the service: `tillit doctor` says what is lacking."


@router.get("/livez")
async def live() -> JSONResponse:
    """The process answers."""
    return JSONResponse({"live": True})


@router.get("/readyz")
def ready(here: Here) -> JSONResponse:
    """The database and the custody of the keys answer; says so too when the proof of the log is behind."""
    try:
        open_services(here.actor)
        here.actor.house.custody.period()
    except Exception as error:  # whatever lacks, the answer is the same: not ready
        raise NotReady from error
    evidence = here.actor.house.evidence
    said: dict[str, object] = {"ready": True}
    if evidence.trouble or (evidence.lag or timedelta()) >= WARN_AFTER:
        said["log"] = {
            "trouble": evidence.trouble,
            "lag_seconds": (evidence.lag or timedelta()) // timedelta(seconds=1),
        }
    return JSONResponse(said)
