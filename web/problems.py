"""Errors become answers: one function for every source.

Programs get a problem document (RFC 9457), people a page.

Sources are the deeds, the edge itself, and the framework (no such address, wrong method, body too large, malformed
input, a fault nobody foresaw). Whatever the source, the shape is the same.
"""

import logging
import traceback
from pathlib import Path

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from audit.once import AnsweredBefore
from foundation.errors import NotFound, Problem, Refused
from web.bad_requests import BodyTooLarge, MethodNotAllowed, Unexpected, Unreadable, UnsupportedMediaType
from web.idempotency import place_of_answer, place_of_new
from web.sent import problem_of
from web.visit import Visit, this_visit
from web.worded import Worded

__all__ = [
    "MEDIA_TYPE",
    "answer",
    "answer_again",
    "answer_error",
    "answer_fault",
    "answer_problem",
    "answer_to_framework",
    "log",
]

MEDIA_TYPE = "application/problem+json"

#: The server's own log: one JSON object a line, codes and places in the source only.
log = logging.getLogger("tillit.web")

#: What the framework refuses by itself, as problems of ours; another status of its own counts as unreadable.
_OF_FRAMEWORK: dict[int, type[Problem]] = {
    403: Refused,
    404: NotFound,
    405: MethodNotAllowed,
    413: BodyTooLarge,
    415: UnsupportedMediaType,
}

_OK, _CREATED = 200, 201

_HERE = Path(__file__).parent.parent


def answer(visit: Visit, said: Worded, headers: dict[str, str] | None = None) -> Response:
    """The problem as a document or as a page, by who asks."""
    if _wants_page(visit):
        response = visit.problem_page(said)
    else:
        response = Response(orjson.dumps(said.document()), said.status, media_type=MEDIA_TYPE)
        response.headers.update(visit.named(said.event_id))
    response.headers.update(headers or {})
    return response


def answer_error(visit: Visit, problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """Answer with a problem, after its event has been written if it has none yet."""
    try:
        visit.remember(problem)
    except Problem as worse:  # the log cannot be written: then that is the answer
        problem = worse
    return answer(visit, visit.worded(problem), headers)


def answer_problem(request: Request, error: Problem) -> Response:
    """The answer to a problem that a deed or the edge raised."""
    return answer_error(this_visit(request), error)


def answer_to_framework(request: Request, error: RequestValidationError | HTTPException) -> Response:
    """The answer where the framework refused: no such address, wrong method, too large, malformed."""
    headers: dict[str, str] = {}
    if isinstance(error, RequestValidationError):
        problem: Problem = problem_of(error.errors())
    else:
        problem = _OF_FRAMEWORK.get(error.status_code, Unreadable)()
        if "Allow" in (error.headers or {}):
            headers["allow"] = (error.headers or {})["Allow"]
    return answer_error(this_visit(request), problem, headers)


def answer_fault(request: Request, error: Exception) -> Response:
    """The answer to a fault nobody foresaw: that something went wrong, and nothing about it."""
    visit = this_visit(request)
    log.error(orjson.dumps({"fault": type(error).__name__, "at": _where(error), "route": _route(request)}).decode())
    return answer(visit, visit.worded(Unexpected()))


def answer_again(request: Request, error: AnsweredBefore) -> Response:
    """The same answer as the first time, to a request that came twice."""
    visit = this_visit(request)
    answer_id, version = error.answer.get("id"), error.answer.get("version")
    headers = {**visit.named(error.event_id), "idempotency-replayed": "true"}
    if not visit.is_api:
        response = visit.see_other(place_of_answer(visit.path, answer_id if isinstance(answer_id, str) else None))
        response.headers.update(headers)
        return response
    status = getattr(request.scope.get("route"), "status_code", None) or _OK
    if status == _CREATED and isinstance(answer_id, str):
        headers["location"] = place_of_new(visit.path, answer_id)
    if isinstance(version, int):
        headers["etag"] = f'"{version}"'
    return visit.json(error.answer, status=status, headers=headers)


def _wants_page(visit: Visit) -> bool:
    if visit.is_api:
        return False
    accepted = visit.request.headers.get("accept", "")
    return "json" not in accepted or "text/html" in accepted


def _route(request: Request) -> str:
    """The route's pattern, such as `/referrals/{referral_id}`; never the address itself."""
    return str(getattr(request.scope.get("route"), "path", ""))


def _where(error: BaseException) -> list[str]:
    """The places in our own source through which a fault came; never its text, which may repeat what somebody typed."""
    return [
        f"{Path(frame.filename).relative_to(_HERE)}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(_HERE) and ".venv" not in frame.filename
    ]
