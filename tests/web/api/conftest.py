"""A family with its consent and referral in the town, and programs that ask for it.

Every answer is held against the OpenAPI document.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Match

from audit.house import House
from foundation.identifiers import ConsentId, ReferralId
from tests.a_server import a_server
from tests.situations import Family, Town, a_consent, a_family, a_referral
from web.api import CALLS
from web.api.described import VIEWS, shape_of
from web.app import create_app

API = "/api/v1"


@dataclass
class Story:
    """What is there when a test begins."""

    town: Town
    family: Family
    consent: ConsentId
    referral: ReferralId

    @property
    def house(self) -> House:
        """Where it is."""
        return self.town.house


class Program:
    """A program of somebody of the town: sends JSON, and holds each answer against what the document says of it."""

    def __init__(self, document: dict[str, Any], client: httpx2.Client) -> None:
        self._document = document
        self.client = client

    def get(self, path: str, **more: Any) -> httpx2.Response:
        """Ask for something below `/api/v1`."""
        return self._asked("GET", path, **more)

    def post(self, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> httpx2.Response:
        """Ask for something to be done; with a fresh idempotency key unless one is given."""
        told = {"idempotency-key": key or secrets.token_hex(8), **{n.replace("_", "-"): v for n, v in headers.items()}}
        return self._asked("POST", path, json=body, headers=told)

    def _asked(self, method: str, path: str, **more: Any) -> httpx2.Response:
        answer = self.client.request(method, f"{API}{path}", **more)
        hold_against_document(self._document, answer)
        return answer


def hold_against_document(document: dict[str, Any], answer: httpx2.Response) -> None:
    """The answer's status is one that the document names, and its body has exactly the documented fields."""
    template = _template_of(answer.request)
    said = document["paths"][template][answer.request.method.lower()]["responses"]
    assert str(answer.status_code) in said, f"{template} answers {answer.status_code}, which the document does not name"
    if answer.status_code < 300:
        named = {name.lower() for name in said[str(answer.status_code)].get("headers", {})}
        assert named <= set(answer.headers), "the answer lacks a header that the document names"
        of_json = said[str(answer.status_code)].get("content", {}).get("application/json")
        if of_json is not None:
            view = VIEWS[of_json["schema"]["$ref"].rpartition("/")[2]]
            shape_of(view).model_validate_json(answer.content, strict=True)


def _template_of(request: httpx2.Request) -> str:
    scope = {"type": "http", "path": request.url.path, "method": request.method, "headers": []}
    for route in every_call():
        if route.matches(scope)[0] is Match.FULL:
            return route.path_format
    raise AssertionError(f"no route for {request.method} {request.url.path}")


def method_of(call: APIRoute) -> str:
    """The one method of a call."""
    (method,) = call.methods or {"GET"}
    return method


def every_call() -> list[APIRoute]:
    """Every route of the API."""
    return [route for call in CALLS for route in call.router.routes if isinstance(route, APIRoute)]


@pytest.fixture
def app(town: Town) -> FastAPI:
    """The application as it is served."""
    return create_app(town.house)


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    """Where the server listens."""
    with a_server(app) as listening:
        yield listening


@pytest.fixture(scope="session")
def _documents() -> list[dict[str, Any]]:
    """Where the document is kept once it was made: every application has the same, and making it takes longest."""
    return []


@pytest.fixture
def document(app: FastAPI, _documents: list[dict[str, Any]]) -> dict[str, Any]:
    """The OpenAPI document."""
    if not _documents:
        _documents.append(app.openapi())
    return _documents[0]


@pytest.fixture
def as_(document: dict[str, Any], program: Callable[[str], httpx2.Client]) -> Callable[[str], Program]:
    """Makes programs of people of the town."""
    return lambda who: Program(document, program(who))


@pytest.fixture
def story(town: Town) -> Story:
    """A family on two rosters, a consent that counts, and a referral that was sent."""
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    consent = a_consent(town, family, categories=("identity_contact", "academic_need", "service_participation"))
    return Story(town, family, consent, a_referral(town, family))
