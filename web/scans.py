"""Scanned pages, as programs send them."""

from typing import Annotated

from fastapi import Depends
from starlette.datastructures import UploadFile
from starlette.requests import Request

from foundation.errors import FieldProblem, Invalid

__all__ = ["FIELD", "KINDS_OF_PAGE", "Upload"]

#: The kinds that a page may be; what it really is, the deed finds out.
KINDS_OF_PAGE = ("application/pdf", "image/jpeg", "image/png")

#: The field of a form that holds the page.
FIELD = "page"


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
