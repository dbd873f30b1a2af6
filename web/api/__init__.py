"""The JSON API below `/api/v1`. Each module has a `router`."""

from web.api import sign_in

__all__ = ["CALLS"]

#: Every module of calls; a new one is added here and nowhere else.
CALLS = (sign_in,)
