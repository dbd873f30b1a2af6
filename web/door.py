"""Who is asking. Nobody comes further without a session, unless the place stands on one short list.

Pages know their visitor by a cookie that holds a random token and nothing else; programs by the same kind of token as
`Authorization: Bearer`. Everything not listed below is closed, whatever route is added later and however it is added.
"""

import re
import secrets
from dataclasses import replace
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audit.actions import Action
from audit.actor import Actor
from audit.operation import refuse
from foundation.errors import Problem
from people.sign_in import actor_of
from web.bad_requests import NotSignedIn, TooManyRequests, UnsupportedMediaType, WrongHost
from web.csrf import check_origin
from web.frame import Frame
from web.pace import Pace
from web.problems import answer_error
from web.scans import KINDS_OF_PAGE
from web.visit import Visit, session_cookie, this_visit

__all__ = ["OPEN", "OPEN_BELOW", "Door", "safe_next"]

#: Places that need no session: signing in, help, the rule book, checking the log, the accessibility statement, whether
#: Tillit works, and what the API can do. About nobody, all of them.
OPEN = frozenset(
    {
        "/sign-in",
        "/sign-in/demo",
        "/help",
        "/rules",
        "/rules/what-if",
        "/accessibility",
        "/verify",
        "/verify/tillit-verify.py",
        "/verify/log-policy.json",
        "/status",
        "/livez",
        "/readyz",
        "/api/v1/sign-in",
        "/api/v1/demo-doors",
        "/api/v1/demo-sign-in",
        "/api/v1/invitations/take-up",
        "/api/v1/rules",
        "/api/v1/openapi.json",
    }
)

#: Everything below these: style sheets and fonts, what each error code means, and the links of invitations, whose
#: random code is what their holder shows instead of a session.
OPEN_BELOW = ("/static/", "/problems/", "/invitation/")

#: Asked for too often, or by machines, to look up a session.
_UNATTENDED = ("/static/", "/livez", "/readyz")

_LOCAL_NAMES = ("127.0.0.1", "localhost", "::1")

_PORT = re.compile(r":[0-9]*$")

#: An address inside this site: one slash, then no second one, and nothing a browser would read as another host.
_INSIDE = re.compile(r"/(?![/\\])[\w\-./~%?=&]*")


def safe_next(path: str) -> str:
    """`path` where it leads inside this site, otherwise the home page."""
    return path if _INSIDE.fullmatch(path) and not path.startswith(("/sign-in", "/sign-out", "/api/")) else "/"


class Door:
    """Stands before every route."""

    def __init__(self, app: ASGIApp, frame: Frame) -> None:
        self._app = app
        self._frame = frame
        self._house = frame.house
        self._pace = Pace(self._house.settings.requests_per_minute)
        public = urlsplit(self._house.settings.public_url or "")
        self._origin = f"{public.scheme}://{public.netloc}" if public.netloc else None
        listens_to_itself = self._house.settings.host in _LOCAL_NAMES
        self._hosts = {public.hostname, *_LOCAL_NAMES} if public.hostname or listens_to_itself else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let somebody in, or answer at the door."""
        if scope["type"] != "http" or scope["path"].startswith(_UNATTENDED):
            await self._app(scope, receive, send)
            return
        visit, fresh = self._with_token(this_visit(Request(scope)))
        scope["tillit_visit"] = visit
        try:
            self._check_where_from(visit)
            visit = scope["tillit_visit"] = await self._recognised(visit)
            if visit.token is None and not _is_open(scope["path"]):
                await _ask_to_sign_in(visit)(scope, receive, send)
                return
            _check_kind_of_body(visit)
        except Problem as problem:
            response = await run_in_threadpool(answer_error, visit, problem)
            await response(scope, receive, send)
            return
        await self._app(scope, receive, self._remembering(fresh, send))

    def _with_token(self, visit: Visit) -> tuple[Visit, str | None]:
        """The visit with what it shows at the door, and the name of the visit if it had none yet."""
        if visit.is_api:
            scheme, _, token = visit.request.headers.get("authorization", "").partition(" ")
            return replace(visit, token=token.strip() if scheme.lower() == "bearer" and token.strip() else None), None
        session = visit.request.cookies.get(session_cookie(self._frame))
        seed = session or visit.request.cookies.get(_visit_cookie(self._frame))
        fresh = None if seed else secrets.token_urlsafe(16)
        return replace(visit, token=session, seed=seed or fresh or ""), fresh

    def _check_where_from(self, visit: Visit) -> None:
        request = visit.request
        host = request.headers.get("host", "")
        if self._hosts is not None and _PORT.sub("", host).lower().strip("[]") not in self._hosts:
            raise WrongHost
        if not visit.is_api and request.method not in ("GET", "HEAD"):
            check_origin(request.headers, self._origin or f"{request.scope['scheme']}://{host}")

    async def _recognised(self, visit: Visit) -> Visit:
        """The visit with its actor; without, when the token belongs to no living session.

        Raises:
            TooManyRequests: they ask too often.
        """
        actor = None
        if visit.token and self._house.is_embedded:
            # Handing the question to another thread takes longer than this database needs to answer it.
            actor = actor_of(self._house, visit.token)
        elif visit.token:
            actor = await run_in_threadpool(actor_of, self._house, visit.token)
        who = str(actor.staff) if actor else "stranger"
        address = visit.request.client.host if visit.request.client else ""
        if not self._pace.allows(who, address, self._house.clock.now()):
            raise await run_in_threadpool(self._too_many, actor or visit.actor, who, address)
        return replace(visit, actor=actor) if actor else replace(visit, token=None)

    def _too_many(self, actor: Actor, who: str, address: str) -> TooManyRequests:
        """The refusal of a request too many; once a minute at most it leaves an event, with how many there were."""
        refused = self._pace.refused(who, address, self._house.clock.now())
        if refused is None:
            return TooManyRequests()
        problem = TooManyRequests(values={"refused": refused})
        refuse(actor, Action.ASK_TOO_OFTEN, problem)
        return problem

    def _remembering(self, fresh: str | None, send: Send) -> Send:
        """Sends on, and names a visit that had no name, so that its first form can bear a token."""
        if fresh is None:
            return send
        flags = "; Secure" if self._frame.is_https else ""

        async def send_with_name(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = f"{_visit_cookie(self._frame)}={fresh}; Path=/; SameSite=Lax; HttpOnly{flags}"
                MutableHeaders(raw=message["headers"]).append("set-cookie", cookie)
            await send(message)

        return send_with_name


def _visit_cookie(frame: Frame) -> str:
    return f"{session_cookie(frame)}-visit"


def _is_open(path: str) -> bool:
    return path in OPEN or path.startswith(OPEN_BELOW)


def _ask_to_sign_in(visit: Visit) -> Response:
    if visit.is_api:
        return answer_error(visit, NotSignedIn(), {"www-authenticate": "Bearer"})
    path = safe_next(visit.path)
    place = "/sign-in" if path == "/" else f"/sign-in?next={quote(path)}"
    return visit.see_other(place)


def _check_kind_of_body(visit: Visit) -> None:
    headers = visit.request.headers
    if not visit.is_api or (headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers):
        return
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/json", "multipart/form-data", *KINDS_OF_PAGE):
        raise UnsupportedMediaType
