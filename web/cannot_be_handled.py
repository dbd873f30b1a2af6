"""The one answer about somebody who cannot be handled here, whichever page it comes up on and whatever the cause."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from audit.refusals import SharingRefused
from confidentiality.explanation import SAME_ANSWER
from people.register import CannotBeHandled
from people.standing import OpenService, open_services
from web.problems import answer_problem
from web.visit import Visit, this_visit

__all__ = ["Common", "answer_cannot_be_handled", "answer_refusal", "cannot_be_handled", "gets_the_one_answer"]


class Common(NamedTuple):
    """The one answer for everybody who cannot be handled here: whom to call, whoever it is and whatever the cause."""

    services: Sequence[OpenService]


def cannot_be_handled(here: Visit, problem: CannotBeHandled) -> Response:
    """The common answer with its telephone numbers: byte for byte the same for every cause, but for its reference."""
    services = [service for service in open_services(here.actor) if service.telephone]
    return here.page("cannot_be_handled.html", Common(services), problem=problem)


def answer_cannot_be_handled(request: Request, error: CannotBeHandled) -> Response:
    """The answer where a deed refused so: to a program as any problem, on a page as the common answer."""
    visit = this_visit(request)
    return answer_problem(request, error) if visit.is_api else cannot_be_handled(visit, error)


def gets_the_one_answer(rules: Iterable[str]) -> bool:
    """Whether what these rules refuse must not be told apart from a person who cannot be handled here."""
    return not SAME_ANSWER.isdisjoint(rules)


def answer_refusal(request: Request, error: SharingRefused) -> Response:
    """The answer where the rules refused: with their reasons, or the one answer where a reason would tell too much."""
    if not gets_the_one_answer(error.rules):
        return answer_problem(request, error)
    common = CannotBeHandled()
    common.event_id = error.event_id
    return answer_cannot_be_handled(request, common)
