"""Whether Tillit works at this moment, for people: what can be done, and how far the proof of the log is behind.

About nobody, and open to everybody: whoever was told that nothing is shown looks here for why, and for when to come
back. The machine that watches over the server asks `/readyz` (`web.pages.health`).
"""

from datetime import timedelta
from typing import NamedTuple

from starlette.responses import Response

from audit.evidence_lag import REFUSE_AFTER, WARN_AFTER
from foundation.errors import Unavailable
from people.standing import open_services
from web.pages.router import pages_below
from web.visit import Here

__all__ = ["Status", "router"]

router = pages_below("/status")


class Status(NamedTuple):
    """What works. `minutes` is how far the proof is behind, None where it is not; `trouble` why, as a code."""

    records: bool
    shows: bool
    minutes: int | None
    trouble: str | None

    @property
    def is_well(self) -> bool:
        """Whether there is nothing to say."""
        return self.records and self.shows and self.minutes is None and self.trouble is None


@router.get("")
def status(here: Here) -> Response:
    """What can be done at this moment, and what cannot."""
    evidence = here.actor.house.evidence
    lag = evidence.lag or timedelta()
    try:
        open_services(here.actor)
        answers = True
    except Unavailable:
        answers = False
    return here.page(
        "status.html",
        Status(
            records=answers,
            shows=answers and lag < REFUSE_AFTER,
            minutes=lag // timedelta(minutes=1) if lag >= WARN_AFTER else None,
            trouble=evidence.trouble,
        ),
    )
