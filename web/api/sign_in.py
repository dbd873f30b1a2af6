"""Signing in for programs: a token for some hours, bound to one service and one role."""

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from audit.actions import Action, Role
from foundation.identifiers import EventId, ServiceId, StaffId
from people.sign_declaration import sign_declaration
from people.sign_in import Credentials, DemoDoor, SignedIn, demo_doors, demo_sign_in, sign_in, sign_out
from people.standing import whoami
from web.api.described import does_only, gives
from web.api.router import calls_below
from web.parameters import ServiceIdHere, StaffIdHere
from web.sent import Sent
from web.visit import Here, Visit, does

router = calls_below(tag="Signing in")


class ByName(Sent):
    """Name, password and one-time code; service and role for those who hold more than one."""

    name: str
    password: str
    code: str
    service_id: ServiceIdHere | None = None
    role: Role | None = None


class ByDoor(Sent):
    """One of the demo's doors."""

    staff_id: StaffIdHere
    service_id: ServiceIdHere | None = None
    role: Role | None = None


@dataclass(frozen=True)
class Session:
    """A fresh session; the token is told once, here."""

    token: str
    expires_at: datetime
    staff_id: StaffId
    name: str
    service_id: ServiceId
    role: Role
    strength: str
    event_id: EventId


@dataclass(frozen=True)
class Doors:
    """Those as whom one may look around."""

    items: list[DemoDoor]
    next: None = None


@dataclass(frozen=True)
class Me:
    """Where the caller stands."""

    name: str
    role: Role
    service_id: ServiceId | None
    service_name: str
    service_kind: str
    organisation_name: str
    jurisdiction: str
    declaration_signed: bool
    strength: str


@router.post("/sign-in", **gives(Session))
@does(Action.SIGN_IN)
def begin(here: Here, sent: ByName) -> Response:
    """Sign in with an account."""
    typed = Credentials(sent.name, sent.password, sent.code, sent.service_id, sent.role)
    return _session(here, sign_in(here.actor.house, typed))


@router.get("/demo-doors", **gives(Doors, event=False))
def doors(here: Here) -> Response:
    """Whom one may be in a demo; nobody on real data."""
    return here.json(Doors(demo_doors(here.actor.house)))


@router.post("/demo-sign-in", **gives(Session))
@does(Action.SIGN_IN)
def begin_demo(here: Here, sent: ByDoor) -> Response:
    """Sign in as somebody of the demo."""
    return _session(here, demo_sign_in(here.actor.house, sent.staff_id, sent.service_id, sent.role))


@router.post("/sign-out", **does_only())
@does(Action.SIGN_OUT)
def end(here: Here) -> Response:
    """End the session of the token that is sent."""
    return here.nothing(sign_out(here.actor, here.token or ""))


@router.get("/me", **gives(Me, event=False))
def me(here: Here) -> Response:
    """Who the token is for."""
    found = whoami(here.actor)
    return here.json(
        Me(
            found.name,
            found.role,
            here.actor.service,
            found.service_name,
            found.service_kind,
            found.organisation_name,
            found.jurisdiction,
            found.declaration_signed,
            found.strength.code,
        )
    )


@router.post("/declarations", **does_only())
@does(Action.SIGN_DECLARATION)
def sign(here: Here) -> Response:
    """Sign the declaration of confidentiality for one's own service."""
    return here.nothing(sign_declaration(here.actor))


def _session(here: Visit, begun: SignedIn) -> Response:
    return here.json(
        Session(
            begun.token,
            begun.expires_at,
            begun.staff_id,
            begun.name,
            begun.service_id,
            begun.role,
            begun.strength.code,
            EventId.of(begun.event_id),
        )
    )
