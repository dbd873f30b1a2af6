"""Where the pages of a module are put, with what all pages have in common."""

from fastapi import APIRouter, Depends

from web.visit import check_form

__all__ = ["pages_below"]


def pages_below(prefix: str = "") -> APIRouter:
    """A place for pages below `prefix`. It says everything about its routes itself, as `web.api.router` explains."""
    return APIRouter(prefix=prefix, include_in_schema=False, dependencies=[Depends(check_form)])
