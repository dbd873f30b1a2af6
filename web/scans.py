"""Scanned pages: how they come in, and how they go out again."""

from collections.abc import Sequence
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import Depends
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from foundation.errors import FieldProblem, Invalid
from web.visit import EVENT_HEADER

__all__ = ["FIELD", "LARGEST_UPLOAD", "KINDS_OF_PAGE", "ScannedPage", "Upload", "show_page"]

#: Bytes of a body that carries a page of 25 MB and the form around it.
LARGEST_UPLOAD = 26_000_000

#: The kinds that a page may be; what it really is, the deed finds out.
KINDS_OF_PAGE = ("application/pdf", "image/jpeg", "image/png")

#: The field of a form that holds the page.
FIELD = "page"


class ScannedPage(Protocol):
    """A page that a deed lets out: its kind, its size in bytes, and its content in verified pieces."""

    @property
    def media_type(self) -> str:
        """One of `KINDS_OF_PAGE`."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def chunks(self) -> Sequence[bytes]:
        """The content, in order."""

    @property
    def event_id(self) -> UUID:
        """The event of this look."""


async def _upload(request: Request) -> bytes:
    """The page as the whole body, or as the field `page` of a form; held in memory, never in a file."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    page = (await request.form(max_files=1, max_fields=20)).get(FIELD)
    if not isinstance(page, UploadFile):
        raise Invalid(fields=[FieldProblem(FIELD, "required")])
    return await page.read()


#: The page that was sent.
Upload = Annotated[bytes, Depends(_upload)]


def show_page(page: ScannedPage) -> Response:
    """The page, piece by piece; it has no name, and is shown rather than kept."""
    headers = {EVENT_HEADER: str(page.event_id), "content-length": str(page.size), "content-disposition": "inline"}
    return StreamingResponse(iter(page.chunks), media_type=page.media_type, headers=headers)
