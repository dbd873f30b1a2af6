"""Whether a change was asked for by one of our own pages.

First Fetch Metadata (`Sec-Fetch-Site`), which every browser of today sends and no page can forge; `Origin` where it is
missing; then a token that only our own pages know. The token is derived from the session and never stored, so it ends
when the session does.
"""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from starlette.datastructures import Headers

from web.bad_requests import FormOutdated, NotFromOurPages

__all__ = ["check_origin", "check_token", "token_of"]

_SAFE_SITES = ("same-origin", "none")


def token_of(key: bytes, seed: str) -> str:
    """The form token of the session (or of the visit before signing in) that `seed` names: HMAC-SHA-256."""
    return urlsafe_b64encode(hmac.digest(key, seed.encode(), sha256)).rstrip(b"=").decode()


def check_origin(headers: Headers, own_origin: str) -> None:
    """Raise `NotFromOurPages` when the browser says that another site's page is asking."""
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if site is not None:
        if site not in _SAFE_SITES:
            raise NotFromOurPages
    elif origin is not None and origin != own_origin:
        raise NotFromOurPages


def check_token(expected: str, sent: str) -> None:
    """Raise `FormOutdated` unless the form bears its session's token."""
    if not hmac.compare_digest(expected.encode(), sent.encode(errors="replace")):
        raise FormOutdated
