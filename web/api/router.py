"""Where the calls of a module are put, with what all calls have in common."""

from fastapi import APIRouter, Depends, Security
from fastapi.security import HTTPBearer

from web.api.described import problems
from web.api.kind_of_body import check_kind_of_body

__all__ = ["calls_below"]


def calls_below(prefix: str = "", *, tag: str) -> APIRouter:
    """A place for calls below `/api/v1` and `prefix`; the document lists them under `tag`.

    It says everything about its routes itself, because a router that is included in another one has each route analysed
    a second time, and searches it on one more level with every request.
    """
    return APIRouter(
        prefix=f"/api/v1{prefix}",
        tags=[tag],
        # The door has checked the token; this tells readers of the API that it does.
        dependencies=[Security(HTTPBearer(auto_error=False)), Depends(check_kind_of_body)],
        responses=problems(),
    )
