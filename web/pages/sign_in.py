"""Signing in and out: with one click by role on demo data, with name, password and one-time code otherwise."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from starlette.responses import Response

from audit.actions import Action, Role
from foundation.errors import Problem
from people.sign_in import Credentials, DemoDoor, SignedIn, demo_doors, demo_sign_in, sign_in, sign_out
from web.door import safe_next
from web.pages.router import pages_below
from web.parameters import ServiceIdHere, StaffIdHere
from web.sent import FilledIn, Sent
from web.visit import Filled, Here, Visit, does

router = pages_below()


class Doors(NamedTuple):
    """Those as whom one may look around, service by service, and where to go on afterwards."""

    services: Sequence[tuple[str, Sequence[DemoDoor]]]
    next: str


class ByName(Sent):
    """What somebody types to sign in."""

    name: str
    password: str
    code: str
    next: str = "/"


class ByDoor(Sent):
    """The door that was chosen in a demo."""

    staff_id: StaffIdHere
    service_id: ServiceIdHere
    role: Role
    next: str = "/"


@router.get("/sign-in")
def show(here: Here, next: str = "/") -> Response:  # noqa: A002  # the name people see in the address
    """Where one signs in."""
    if here.token:
        return here.see_other(safe_next(next))
    return _show(here, safe_next(next))


@router.post("/sign-in")
@does(Action.SIGN_IN)
def by_name(here: Here, filled: Filled) -> Response:
    """Sign in with name, password and one-time code."""
    try:
        typed = filled.to(ByName)
        signed_in = sign_in(here.actor.house, Credentials(typed.name, typed.password, typed.code))
    except Problem as problem:
        return _show(here, safe_next(filled.text("next")), problem, filled)
    return _enter(here, signed_in, typed.next)


@router.post("/sign-in/demo")
@does(Action.SIGN_IN)
def by_door(here: Here, filled: Filled) -> Response:
    """Sign in with one click, on demo data."""
    chosen = filled.to(ByDoor)
    return _enter(here, demo_sign_in(here.actor.house, chosen.staff_id, chosen.service_id, chosen.role), chosen.next)


@router.post("/sign-out")
@does(Action.SIGN_OUT)
def leave(here: Here) -> Response:
    """End the session."""
    if here.token:
        sign_out(here.actor, here.token)
    return here.let_out(here.see_other("/sign-in"))


def _show(here: Visit, next_path: str, problem: Problem | None = None, filled: FilledIn | None = None) -> Response:
    doors = groupby(demo_doors(here.actor.house), key=lambda door: door.service_name)
    services = [(name, sorted(of_service, key=_place_of_role)) for name, of_service in doors]
    services.sort(key=lambda one: _place_of_role(one[1][0]))
    return here.page("sign_in.html", Doors(services, next_path), problem=problem, filled=filled)


def _place_of_role(door: DemoDoor) -> int:
    """Those who meet families come first, those who keep the machine last."""
    return tuple(Role).index(door.role)


def _enter(here: Visit, signed_in: SignedIn, next_path: str) -> Response:
    return here.let_in(here.see_other(safe_next(next_path), signed_in), signed_in.token, signed_in.expires_at)
