"""The application, put together: the only place that knows which pages and calls there are."""

from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI, Security
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from audit.house import House
from audit.once import AnsweredBefore
from foundation.errors import Problem
from foundation.texts import Texts
from web.api import CALLS
from web.door import Door
from web.envelope import Envelope
from web.frame import Frame
from web.pages import PAGES
from web.problems import MEDIA_TYPE, answer_again, answer_fault, answer_problem, answer_to_framework
from web.static_files import StaticFiles
from web.visit import check_form

__all__ = ["LOCALES", "MAX_BODY_SIZE", "MAX_UPLOAD_SIZE", "create_app"]

LOCALES = Path(__file__).parent / "locales"

#: Bytes of a request's body; a route that takes a scan raises it to MAX_UPLOAD_SIZE.
MAX_BODY_SIZE = 1_000_000
MAX_UPLOAD_SIZE = 26_000_000

# What is uploaded stays in memory: a temporary file would lie in clear on the disk.
MultiPartParser.spool_max_size = MAX_UPLOAD_SIZE

_PROBLEM_SCHEMA = {
    "type": "object",
    "description": "A problem document (RFC 9457); `/problems/<code>` explains the code.",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "`urn:uuid:` and the id of the log event"},
        "code": {"type": "string"},
        "rules": {"type": "array", "items": {"type": "object"}},
        "errors": {"type": "array", "items": {"type": "object"}},
        "values": {"type": "object"},
        "decision": {},
    },
}


class _Tillit(FastAPI):
    """FastAPI in our envelope, which has to go around the framework's own outermost layers too."""

    frame: Frame

    def build_middleware_stack(self) -> ASGIApp:
        """The framework's layers, then the envelope around them."""
        return Envelope(super().build_middleware_stack(), self.frame)


def create_app(house: House, texts: Texts | None = None) -> FastAPI:
    """The whole edge over one house.

    Args:
        house: an installed house; nothing else is read from outside.
        texts: the catalogues; left out, those of this source.
    """
    ways = [way for page in PAGES for way in getattr(page, "ways", ())]
    frame = Frame(house, texts or Texts(LOCALES), StaticFiles(Path(__file__).parent / "static"), ways)
    app = _Tillit(
        title="Tillit",
        version="1",
        description="Consent-aware referrals. An answer about a person names its log event in `Tillit-Event`.",
        max_body_size=MAX_BODY_SIZE,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        swagger_ui_oauth2_redirect_url=None,
        redirect_slashes=False,
        middleware=[Middleware(Door, frame=frame)],
    )
    app.frame = frame
    app.exception_handler(Problem)(answer_problem)
    app.exception_handler(AnsweredBefore)(answer_again)
    app.exception_handler(HTTPException)(answer_to_framework)
    app.exception_handler(RequestValidationError)(answer_to_framework)
    app.exception_handler(Exception)(answer_fault)
    for page in PAGES:
        app.include_router(page.router, include_in_schema=False, dependencies=[Depends(check_form)])
    calls = APIRouter(
        prefix="/api/v1",
        dependencies=[Security(HTTPBearer(auto_error=False))],  # the door has checked it; this tells readers of the API
        responses={"default": {"description": "A problem", "content": {MEDIA_TYPE: {"schema": _PROBLEM_SCHEMA}}}},
    )
    for call in CALLS:
        calls.include_router(call.router)
    app.include_router(calls)

    async def serve(request: Request) -> Response:
        return frame.static.serve(request, request.path_params["fingerprint"], request.path_params["name"])

    app.add_route("/static/{fingerprint}/{name:path}", serve, include_in_schema=False)
    return app
