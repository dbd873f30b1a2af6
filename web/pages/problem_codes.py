"""What each error code means: the page that a problem document's `type` points to."""

from typing import NamedTuple

from starlette.responses import Response

from foundation.errors import NotFound
from web.error_list import problem_named
from web.pages.router import pages_below
from web.visit import Here
from web.worded import status_of

router = pages_below()


class ProblemCode(NamedTuple):
    """One code: its status, what it says and what to do, in the reader's language."""

    code: str
    status: int
    title: str
    detail: str


@router.get("/problems/{code}")
def explain(here: Here, code: str) -> Response:
    """One code, explained."""
    problem = problem_named(code)
    if problem is None:
        raise NotFound
    words = here.words
    view = ProblemCode(code, status_of(problem), words.gettext(problem.title), words.gettext(problem.do))
    return here.page("problem_code.html", view)
