"""The application, put together: the only place that knows which pages and calls there are."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from audit.house import House
from audit.once import AnsweredBefore
from audit.refusals import SharingRefused
from foundation.errors import Problem
from foundation.texts import Texts
from people.register import CannotBeHandled
from web.api import CALLS
from web.api.described import document_of
from web.cannot_be_handled import answer_cannot_be_handled, answer_refusal
from web.door import Door
from web.envelope import Envelope
from web.frame import Frame
from web.limits import MAX_BODY_SIZE, MAX_UPLOAD_SIZE
from web.pages import PAGES
from web.problems import answer_again, answer_fault, answer_problem, answer_to_framework
from web.static_files import StaticFiles

__all__ = ["LOCALES", "create_app"]

LOCALES = Path(__file__).parent / "locales"

# What is uploaded stays in memory: a temporary file would lie in clear on the disk.
MultiPartParser.spool_max_size = MAX_UPLOAD_SIZE


class _Tillit(FastAPI):
    """FastAPI in our envelope, which has to go around the framework's own outermost layers too."""

    frame: Frame

    def build_middleware_stack(self) -> ASGIApp:
        """The framework's layers, then the envelope around them."""
        return Envelope(super().build_middleware_stack(), self.frame)

    def openapi(self) -> dict[str, Any]:
        """What the JSON API can do (OpenAPI 3.1), made once."""
        if self.openapi_schema is None:
            self.openapi_schema = document_of(super().openapi())
        return self.openapi_schema


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
        description="Consent-aware referrals. An answer about a person names its log event in `Tillit-Event`, and "
        "brings the event's receipt in `Tillit-Receipt`.",
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
    app.exception_handler(CannotBeHandled)(answer_cannot_be_handled)
    app.exception_handler(SharingRefused)(answer_refusal)
    app.exception_handler(AnsweredBefore)(answer_again)
    app.exception_handler(HTTPException)(answer_to_framework)
    app.exception_handler(RequestValidationError)(answer_to_framework)
    app.exception_handler(Exception)(answer_fault)
    # Routes are tried in this order: calls come first because programs ask oftener than people.
    for module in (*CALLS, *PAGES):
        app.routes.extend(module.router.routes)

    async def serve(request: Request) -> Response:
        return frame.static.serve(request, request.path_params["fingerprint"], request.path_params["name"])

    app.add_route("/static/{fingerprint}/{name:path}", serve, include_in_schema=False)
    return app
