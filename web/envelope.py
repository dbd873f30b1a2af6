"""The outermost layer: every answer leaves in the same envelope, whoever made it.

It begins the visit (language, nobody signed in yet), puts the security headers on, and has the last word where the
framework answers by itself: its body limit speaks plain text, and a fault would reach the server's own log with its
text.
"""

from collections.abc import Callable
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from audit.actor import Actor
from web.bad_requests import BodyTooLarge
from web.frame import Frame
from web.problems import answer_error
from web.visit import Visit, this_visit

__all__ = ["LANGUAGE_COOKIE", "Envelope", "security_headers"]

LANGUAGE_COOKIE = "tillit-language"
_YEAR = 31_536_000
_BODY_TOO_LARGE = 413
_POLICY = "content-security-policy"


def security_headers(*, https: bool) -> dict[str, str]:
    """What browsers are told with every answer: load from here only, run nothing inline, tell nobody, frame nowhere."""
    return {
        **({"strict-transport-security": f"max-age={_YEAR}; includeSubDomains"} if https else {}),
        # The design system draws its icons as masks in its style sheet, hence `data:`.
        _POLICY: "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    }


class Envelope:
    """Wraps the whole application, the framework's own layers included."""

    def __init__(self, app: ASGIApp, frame: Frame) -> None:
        self._app = app
        self._frame = frame
        self._headers = security_headers(https=frame.is_https)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        visit, choice = self._begin(request)
        scope["tillit_visit"] = visit
        sent = _Sent(send, partial(self._write, language=choice))

        async def send_in_envelope(message: Message) -> None:
            if _is_plain_413(message):
                response = await run_in_threadpool(answer_error, this_visit(request), BodyTooLarge())
                await response(scope, receive, sent)
                sent.is_over = True
            elif not sent.is_over:
                await sent(message)

        try:
            await self._app(scope, receive, send_in_envelope)
        except Exception:
            # The fault was answered and written down by its handler; raised on, the server would print its text.
            if not sent.has_begun:
                raise

    def _begin(self, request: Request) -> tuple[Visit, str | None]:
        """The visit as it begins, and the language to remember if one was chosen just now."""
        asked = request.query_params.get("language")
        remembered = request.cookies.get(LANGUAGE_COOKIE)
        words = self._frame.texts.chosen(asked, remembered, accepted=request.headers.get("accept-language", ""))
        stranger = Actor.stranger(self._frame.house)
        visit = Visit(frame=self._frame, request=request, words=words, actor=stranger, token=None, seed="")
        return visit, asked if asked == words.language.code else None

    def _write(self, headers: MutableHeaders, *, language: str | None) -> None:
        for name, value in self._headers.items():
            if name == _POLICY:
                headers.setdefault(name, value)  # a scanned page has a stricter one of its own
            else:
                headers[name] = value
        headers.setdefault("cache-control", "no-store")
        if language is not None:
            secure = "; Secure" if self._frame.is_https else ""
            headers.append(
                "set-cookie", f"{LANGUAGE_COOKIE}={language}; Path=/; Max-Age={_YEAR}; SameSite=Lax; HttpOnly{secure}"
            )


class _Sent:
    """The way out: puts the envelope's headers on, and knows whether an answer has begun."""

    def __init__(self, send: Send, write: Callable[[MutableHeaders], None]) -> None:
        self._send = send
        self._write = write
        self.has_begun = False
        self.is_over = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._write(MutableHeaders(raw=message.setdefault("headers", [])))
            self.has_begun = True
        await self._send(message)


def _is_plain_413(message: Message) -> bool:
    """Whether this is the framework's body limit answering by itself, in plain text."""
    if message["type"] != "http.response.start" or message["status"] != _BODY_TOO_LARGE:
        return False
    return MutableHeaders(raw=message["headers"]).get("content-type", "").startswith("text/plain")
