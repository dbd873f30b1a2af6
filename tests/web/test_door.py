"""Nobody comes further than the door without a session, except to what stands on the list."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from tests.a_server import Browser, a_client
from tests.set_clock import SetClock
from tests.situations import Town
from web.door import OPEN, OPEN_BELOW, safe_next


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every method and path there is, with something plausible where a path wants an id."""
    for route in iter_route_contexts(app.routes):
        path = re.sub(r"{[^}]*}", "00000000-0000-4000-8000-000000000000", route.path or "")
        for method in route.methods or ():
            yield method, path


def test_every_route_is_closed_unless_it_is_on_the_list(app: FastAPI, stranger: httpx2.Client) -> None:
    found = set(routes(app))
    assert len(found) > 20
    for method, path in sorted(found):
        if path in OPEN or path.startswith(OPEN_BELOW):
            continue
        answer = stranger.request(method, path)
        if path.startswith("/api/"):
            assert answer.status_code == 401, (method, path)
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["code"] == "not_signed_in"
        else:
            assert answer.status_code == 303, (method, path)
            assert answer.headers["location"].startswith("/sign-in"), (method, path)


def test_the_list_holds_nothing_that_is_not_there(app: FastAPI) -> None:
    paths = {path for _, path in routes(app)} | {"/api/v1/openapi.json"}
    assert paths >= OPEN


def test_what_does_not_exist_is_closed_too(stranger: httpx2.Client) -> None:
    assert stranger.get("/nowhere").headers["location"] == "/sign-in?next=/nowhere"
    assert stranger.get("/api/v1/nowhere").status_code == 401


def test_one_signs_in_by_a_door_goes_where_one_wanted_and_signs_out(browser: Browser, town: Town) -> None:
    read = browser.form("/sign-in?next=/help", "/sign-in/demo")
    assert read["next"] == "/help"
    entered = browser.enter(town.teacher.staff)
    assert entered.status_code == 303
    assert entered.headers["tillit-event"]
    cookie = entered.headers["set-cookie"]
    assert cookie.startswith("tillit=")
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    home = browser.open("/")
    assert home.status_code == 200
    assert "Solbakken skole" in home.text
    out = browser.send("/sign-out", browser.form("/", "/sign-out"))
    assert out.status_code == 303
    assert browser.open("/").headers["location"] == "/sign-in"


def test_the_token_is_dead_after_signing_out(program: Callable[[str], httpx2.Client]) -> None:
    teacher = program("teacher")
    assert teacher.get("/api/v1/me").json()["role"] == "teacher"
    assert teacher.post("/api/v1/sign-out").status_code == 204
    assert teacher.get("/api/v1/me").status_code == 401


def test_a_session_ends_by_itself(program: Callable[[str], httpx2.Client], town: Town) -> None:
    teacher = program("teacher")
    assert isinstance(town.house.clock, SetClock)
    town.house.clock.advance(timedelta(hours=town.house.settings.session_hours))
    assert teacher.get("/api/v1/me").status_code == 401


def test_a_cookie_opens_no_api_and_a_bearer_no_page(browser: Browser, town: Town, address: str) -> None:
    browser.enter(town.teacher.staff)
    assert browser.open("/api/v1/me").status_code == 401
    token = browser.client.cookies["tillit"]
    with a_client(address, authorization=f"Bearer {token}") as program:
        assert program.get("/api/v1/me").status_code == 200
        assert program.get("/").status_code == 303


@pytest.mark.parametrize(
    "path",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "/sign-out",
        "/sign-in",
        "javascript:1",
        "/a\nb",
        "",
        "/api/v1/me",
        "/%0d%0aset-cookie",
        "/x@y",
    ],
)
def test_one_is_never_sent_elsewhere_after_signing_in(path: str) -> None:
    assert safe_next(path) in ("/", "/%0d%0aset-cookie")


def test_another_host_is_told_that_it_is_not_here(stranger: httpx2.Client) -> None:
    assert stranger.get("/help", headers={"host": "elsewhere.example"}).status_code == 421
    assert stranger.get("/help", headers={"host": "[broken"}).status_code == 421
    assert stranger.get("/help", headers={"host": "localhost:1"}).status_code == 200


def test_health_needs_nobody(stranger: httpx2.Client) -> None:
    assert stranger.get("/livez").json() == {"live": True}
    assert stranger.get("/readyz").json() == {"ready": True}


def test_wrong_credentials_come_back_as_a_form_that_forgets_the_secrets(browser: Browser) -> None:
    fields = {"name": "nobody", "password": "canary-password", "code": "000000", "next": "/"}
    fields |= {name: value for name, value in browser.form("/sign-in", "/sign-in/demo").items() if name == "csrf"}
    answer = browser.send("/sign-in", fields)
    assert answer.status_code == 403
    assert "canary-password" not in answer.text
