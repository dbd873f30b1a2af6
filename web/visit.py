"""One request by somebody, and every way to answer it: what a route's function takes and gives.

    @router.get("/{referral_id}")
    @does(Action.READ_REFERRAL)
    def read(here: Here, referral_id: ReferralIdHere) -> Response:
        return here.page("referral.html", read_referral(here.actor, referral_id))

The event of what was done travels in the view (`event_id`) and leaves in the header `Tillit-Event`; to programs its
receipt goes along in `Tillit-Receipt`, and a page has it at its foot.
"""

import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Protocol, TypeVar
from urllib.parse import quote
from uuid import UUID

import orjson
from fastapi import Depends
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from audit.actions import Action
from audit.actor import Actor
from audit.operation import refuse
from foundation.errors import Problem, Unavailable
from foundation.identifiers import Identifier
from foundation.texts import Words
from people.standing import whoami
from web.bad_requests import VersionMissing
from web.csrf import check_token, token_of
from web.frame import Frame, Page
from web.idempotency import canonical_form, canonical_json_body, once, place_of_new
from web.sent import FilledIn, whole_number
from web.worded import Worded, worded

__all__ = ["Filled", "Here", "HereOnce", "Visit", "action_of", "check_form", "does", "this_visit"]

_EVENT_HEADER = "tillit-event"
_RECEIPT_HEADER = "tillit-receipt"

_FAULT = 500  # from here on, something that must be there is not

Handler = TypeVar("Handler", bound=Callable[..., object])


def does(action: Action) -> Callable[[Handler], Handler]:
    """Say which deed a route reaches; a malformed request to it then leaves an event of that deed."""

    def mark(handler: Handler) -> Handler:
        handler.action = action  # type: ignore[attr-defined]  # a function carries what is written on it
        return handler

    return mark


def action_of(request: Request) -> Action | None:
    """The deed that the request's route reaches; None where there is no such route or it is about nobody."""
    found: Action | None = getattr(request.scope.get("endpoint"), "action", None)
    return found


class ScannedPage(Protocol):
    """A page that a deed lets out: its kind, its size in bytes, and its content in verified pieces."""

    @property
    def media_type(self) -> str:
        """Such as `application/pdf`."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def chunks(self) -> Sequence[bytes]:
        """The content, in order."""

    @property
    def event_id(self) -> UUID:
        """The event of this look."""


@dataclass(frozen=True)
class Visit:
    """Somebody asks for something."""

    frame: Frame
    request: Request
    words: Words
    actor: Actor
    #: The session's token, or None when nobody is signed in.
    token: str | None
    #: What the form token is derived from: the session, or the visit before signing in.
    seed: str

    @property
    def path(self) -> str:
        """The path that was asked for; taken from the request line alone, which no Host header can bend."""
        path: str = self.request.scope["path"]
        return path

    @property
    def asked(self) -> FilledIn:
        """What stands behind the question mark of the address, read as a form is; without the choice of language."""
        pairs = self.request.query_params.multi_items()
        return FilledIn(FormData([(name, value) for name, value in pairs if name != "language"]))

    @property
    def is_api(self) -> bool:
        """Whether a program asks, and problems are therefore documents rather than pages."""
        return self.path.startswith("/api/")

    @property
    def csrf(self) -> str:
        """The form token of this session or visit."""
        return token_of(self.frame.csrf_key, self.seed)

    @property
    def version(self) -> int:
        """The version that a step builds on: `If-Match: "3"` (RFC 9110 section 13.1.1); a form has a field for it.

        Raises:
            VersionMissing: it is not said, or is no version.
        """
        text = self.request.headers.get("if-match", "").removeprefix("W/").strip().strip('"')
        number = whole_number(text)
        if number is None:
            raise VersionMissing
        return number

    def named(self, event_id: UUID | None) -> dict[str, str]:
        """The headers that name an answer's event, and for a program bring the event's receipt."""
        if event_id is None:
            return {}
        receipt = self.frame.receipts.line(event_id) if self.is_api else None
        return {_EVENT_HEADER: str(event_id), **({_RECEIPT_HEADER: receipt} if receipt else {})}

    def worded(self, problem: Problem) -> Worded:
        """A problem in the reader's words."""
        return worded(problem, self.words)

    def remember(self, problem: Problem) -> None:
        """Leave an event for a refusal that no deed has recorded: what is malformed never reaches one.

        Raises:
            LogUnavailable: the event cannot be written.
        """
        action = action_of(self.request)
        if problem.event_id is None and action is not None and not isinstance(problem, Unavailable):
            refuse(self.actor, action, problem)

    def page(
        self,
        template: str,
        view: object,
        *,
        status: int = 200,
        problem: Problem | None = None,
        filled: FilledIn | None = None,
    ) -> Response:
        """A page; with `problem` and `filled`, the form comes back with what was typed and what is wrong with it."""
        said = None
        if problem is not None:
            self.remember(problem)
            said = self.worded(problem)
            status = said.status
        event_id = said.event_id if said else _event_of(view)
        html = self.frame.render(template, self._page(event_id, said, filled), view)
        return Response(html, status, self.named(event_id), "text/html; charset=utf-8")

    def problem_page(self, said: Worded) -> Response:
        """The page that says what went wrong and what to do."""
        html = self.frame.render("problem.html", self._page(said.event_id, said, None), said)
        return Response(html, said.status, self.named(said.event_id), "text/html; charset=utf-8")

    def see_other(self, path: str, view: object = None) -> Response:
        """Go on to a page (303), after something was done."""
        headers = {**self.named(_event_of(view)), "location": path}
        if self.request.headers.get("hx-request"):
            # htmx follows a redirect inside its request and would put a whole page into a part of one.
            headers["hx-redirect"] = headers.pop("location")
            return Response(status_code=204, headers=headers)
        return Response(status_code=303, headers=headers)

    def json(self, view: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        """A view as JSON, with its event, and its version as ETag."""
        told = {**self.named(_event_of(view)), **(headers or {})}
        version = getattr(view, "version", None)
        if isinstance(version, int):
            told["etag"] = f'"{version}"'
        return Response(orjson.dumps(view, default=_plain), status, told, "application/json")

    def created(self, view: object, new_id: UUID) -> Response:
        """What was created (201), and where it lives."""
        return self.json(view, status=201, headers={"location": place_of_new(self.path, str(new_id))})

    def stream(self, page: ScannedPage) -> Response:
        """A scanned page, piece by piece; it has no name, and is shown rather than kept."""
        headers = {
            **self.named(page.event_id),
            "content-length": str(page.size),
            "content-disposition": "inline",
            # What somebody uploaded is shown in a box of its own: it may load, run and reach nothing.
            "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        }
        return StreamingResponse(iter(page.chunks), media_type=page.media_type, headers=headers)

    def nothing(self, event_id: UUID | None = None) -> Response:
        """It is done, and there is nothing to say (204)."""
        return Response(status_code=204, headers=self.named(event_id))

    def let_in(self, response: Response, token: str, until: datetime) -> Response:
        """Keep the session's token in the browser until the session ends."""
        seconds = max(0, int((until - self.actor.house.clock.now()).total_seconds()))
        response.set_cookie(
            session_cookie(self.frame),
            token,
            max_age=seconds,
            path="/",
            secure=self.frame.is_https,
            httponly=True,
            samesite="lax",
        )
        return response

    def let_out(self, response: Response) -> Response:
        """Take the session's token from the browser."""
        response.delete_cookie(
            session_cookie(self.frame), path="/", secure=self.frame.is_https, httponly=True, samesite="lax"
        )
        return response

    def _page(self, event_id: UUID | None, said: Worded | None, filled: FilledIn | None) -> Page:
        frame, installed = self.frame, self.frame.house.installed
        # When the database may be what is missing, the page must not ask it who is reading.
        is_known = self.actor.staff is not None
        me = whoami(self.actor) if is_known and not (said and said.status >= _FAULT) else None
        return Page(
            path=quote(self.path),
            query=tuple(self.asked.fields()) if self.request.method == "GET" else (),
            language=self.words.language,
            languages=frame.texts.languages,
            municipality=installed.municipality,
            demo=installed.is_demo,
            actor=self.actor,
            me=me,
            ways=tuple(way for way in frame.ways if is_known and self.actor.may(way.action)),
            csrf=self.csrf,
            once=secrets.token_urlsafe(16),
            event_id=event_id,
            receipt=frame.receipts.line(event_id) if event_id else None,
            problem=said,
            filled=filled,
        )


def session_cookie(frame: Frame) -> str:
    """The session cookie's name; the prefix (RFC 6265bis section 4.1.3.2) ties it to this host, and needs https."""
    return "__Host-tillit" if frame.is_https else "tillit"


def this_visit(request: Request) -> Visit:
    """The visit that the door has let in."""
    visit: Visit = request.scope["tillit_visit"]
    return visit


async def _here(request: Request) -> Visit:
    return this_visit(request)


async def _form(request: Request) -> FormData:
    return await request.form(max_files=20, max_fields=500)


async def check_form(request: Request) -> AsyncIterator[None]:
    """Let a form through only with its session's token: in the header that htmx sends, or in the hidden field.

    What was uploaded is let go of when the answer has left, also where the route itself never looked at it.
    """
    try:
        if request.method not in ("GET", "HEAD"):
            sent = request.headers.get("x-csrf-token") or FilledIn(await _form(request)).text("csrf")
            check_token(this_visit(request).csrf, sent)
        yield
    finally:
        await request.close()


async def _here_once(request: Request) -> Visit:
    visit = this_visit(request)
    key = request.headers.get("idempotency-key", "")
    if visit.is_api and not request.headers.get("content-type", "").startswith("multipart/form-data"):
        body = canonical_json_body(await request.body())
    else:
        filled = FilledIn(await _form(request))
        key, body = key if visit.is_api else filled.text("once"), await _canonical(filled)
    return replace(visit, actor=visit.actor.doing_once(once(visit.actor, visit.path, key, body)))


async def _canonical(filled: FilledIn) -> bytes:
    body = canonical_form(filled.fields())
    for name, file in filled.files():
        body += name.encode() + b"\n" + await file.read()
        await file.seek(0)
    return body


async def _filled(request: Request) -> FilledIn:
    return FilledIn(await _form(request))


#: This request by somebody.
Here = Annotated[Visit, Depends(_here)]
#: The same where something is created: a repetition is known, and gets the first answer again.
HereOnce = Annotated[Visit, Depends(_here_once)]
#: The form that was sent.
Filled = Annotated[FilledIn, Depends(_filled)]


def _event_of(view: object) -> UUID | None:
    event_id = getattr(view, "event_id", None)
    return event_id if isinstance(event_id, UUID) else None


def _plain(value: object) -> Any:
    if isinstance(value, Identifier):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"a view holds a {type(value).__name__}, which has no JSON form")
