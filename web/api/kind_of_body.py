"""What kinds of body a call reads: JSON, unless it says otherwise."""

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from starlette.requests import Request

from web.bad_requests import UnsupportedMediaType

__all__ = ["check_kind_of_body", "takes"]

Handler = TypeVar("Handler", bound=Callable[..., Any])

_JSON = frozenset({"application/json"})


def takes(*kinds: str) -> Callable[[Handler], Handler]:
    """Say that a call reads these media types rather than JSON."""

    def mark(handler: Handler) -> Handler:
        handler.takes = frozenset(kinds)  # type: ignore[attr-defined]  # a function carries what is written on it
        return handler

    return mark


async def check_kind_of_body(request: Request) -> AsyncIterator[None]:
    """Refuse a body of a kind that the call does not read; asked of every call, after the route is known.

    What was uploaded is let go of when the answer has left.

    Raises:
        UnsupportedMediaType: there is a body, and it is none of the kinds.
    """
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if has_body and kind not in getattr(request.scope.get("endpoint"), "takes", _JSON):
        raise UnsupportedMediaType
    try:
        yield
    finally:
        await request.close()
