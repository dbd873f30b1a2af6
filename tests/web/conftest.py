"""A real server over a town, with a few routes of the tests' own where no page has what is to be tried."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI
from starlette.responses import Response

from audit.actions import Action
from audit.operation import operation
from foundation.errors import Conflict, NotFound
from foundation.identifiers import ConsentId, EventId, ReferralId
from tests.a_server import Browser, a_client, a_server
from tests.situations import Town
from web.app import create_app
from web.parameters import ReferralIdHere
from web.sent import Sent
from web.visit import Filled, Here, HereOnce, check_form, does


@dataclass(frozen=True)
class Made:
    """What the tests' own deed answers."""

    id: ConsentId
    event_id: EventId
    version: int = 3


class Asked(Sent):
    """What the tests' own routes take."""

    text: str
    count: int = 0


probes = APIRouter()

#: One that is there and hidden; every other id does not exist.
HIDDEN = ReferralId("0e8b7b6e-5e0a-4f0e-9a53-5f1d2c3b4a59")


def make(here: Here) -> Made:
    """A deed of the tests' own: leaves an event, and is done once."""
    with operation(here.actor, Action.SIGN_OUT) as op:
        return op.answered(Made(ConsentId.new(), op.event_id))


@probes.post("/api/v1/probes", status_code=201)
@does(Action.SIGN_OUT)
def create(here: HereOnce, sent: Asked) -> Response:
    assert sent.text
    view = make(here)
    return here.created(view, view.id)


@probes.post("/api/v1/probes/{probe_id}/step")
@does(Action.SIGN_OUT)
def step(here: Here, probe_id: ReferralIdHere) -> Response:
    assert isinstance(probe_id, ReferralId)
    if here.version != 3:
        with operation(here.actor, Action.SIGN_OUT):
            raise Conflict(values={"state": "accepted", "version": 4})
    return here.json(make(here))


@probes.get("/api/v1/probes/{probe_id}")
@does(Action.SIGN_OUT)
def read(here: Here, probe_id: ReferralIdHere) -> Response:
    with operation(here.actor, Action.SIGN_OUT) as op:
        op.note(probe=str(probe_id == HIDDEN))
        raise NotFound


@probes.post("/api/v1/faulty")
@does(Action.SIGN_OUT)
def faulty(here: Here, sent: Asked) -> Response:
    assert here.token is not None
    raise RuntimeError(f"canary {sent.text}")


@probes.get("/faulty")
def faulty_page() -> Response:
    raise RuntimeError("canary in a page")


@probes.post("/probes/new")
@does(Action.SIGN_OUT)
def create_by_form(here: HereOnce, filled: Filled) -> Response:
    filled.to(Asked)
    view = make(here)
    return here.see_other(f"/probes/{view.id}", view)


@pytest.fixture
def town(sqlite_town: Town) -> Town:
    """The town, on SQLite: the edge does not know the database."""
    return sqlite_town


@pytest.fixture
def app(town: Town) -> FastAPI:
    """The application with the probes."""
    made = create_app(town.house)
    pages, calls = APIRouter(), APIRouter()
    for route in probes.routes:
        (calls if route.path.startswith("/api/") else pages).routes.append(route)  # type: ignore[attr-defined]  # all are API routes
    made.include_router(pages, include_in_schema=False, dependencies=[Depends(check_form)])
    made.include_router(calls, include_in_schema=False)
    return made


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    """Where the server listens."""
    with a_server(app) as listening:
        yield listening


@pytest.fixture
def browser(address: str) -> Iterator[Browser]:
    """A browser that nobody has signed in with yet."""
    made = Browser(address)
    yield made
    made.close()


@pytest.fixture
def stranger(address: str) -> Iterator[httpx2.Client]:
    """A client that nobody has signed in with."""
    with a_client(address) as made:
        yield made


@pytest.fixture
def program(address: str, town: Town) -> Iterator[Callable[[str], httpx2.Client]]:
    """Makes clients of the API that are signed in as somebody of the town."""
    made: list[httpx2.Client] = []

    def signed_in(who: str) -> httpx2.Client:
        client = a_client(address)
        made.append(client)
        answer = client.post("/api/v1/demo-sign-in", json={"staff_id": str(town.actors[who].staff)})
        client.headers["authorization"] = f"Bearer {answer.json()['token']}"
        return client

    yield signed_in
    for client in made:
        client.close()
