"""A change is made only from our own pages, by the session that opened them."""

import pytest

from tests.a_server import Browser
from tests.situations import Town


@pytest.fixture
def teacher(browser: Browser, town: Town) -> Browser:
    browser.enter(town.teacher.staff)
    return browser


def test_another_site_is_refused_before_anything_else(teacher: Browser) -> None:
    fields = teacher.form("/", "/sign-out")
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}):
        answer = teacher.client.post("/sign-out", data=fields, headers=headers)
        assert answer.status_code == 403
    old_browser = teacher.client.post("/sign-out", data=fields, headers={"origin": "https://elsewhere.example"})
    assert old_browser.status_code == 403
    assert teacher.open("/").status_code == 200


def test_an_old_browser_is_known_by_its_origin_or_by_the_token_alone(teacher: Browser) -> None:
    fields = teacher.form("/", "/sign-out")
    answer = teacher.client.post("/sign-out", data=fields, headers={"origin": teacher.address})
    assert answer.headers["location"] == "/sign-in"


def test_without_the_token_nothing_is_done(teacher: Browser) -> None:
    for fields in ({}, {"csrf": ""}, {"csrf": "x" * 43}, {"csrf": "å"}):
        assert teacher.send("/sign-out", fields).status_code == 403
    assert teacher.open("/").status_code == 200


def test_the_token_of_another_session_does_not_fit(teacher: Browser, town: Town) -> None:
    other = Browser(teacher.address)
    other.enter(town.auditor.staff)
    stolen = other.form("/", "/sign-out")
    other.close()
    assert teacher.send("/sign-out", stolen).status_code == 403


def test_the_token_may_come_in_the_header_that_htmx_sends(teacher: Browser) -> None:
    token = teacher.form("/", "/sign-out")["csrf"]
    answer = teacher.send("/sign-out", {}, **{"x-csrf-token": token, "hx-request": "true"})
    assert answer.status_code == 204
    assert answer.headers["hx-redirect"] == "/sign-in"


def test_signing_in_needs_a_form_that_was_opened_here_too(browser: Browser, town: Town) -> None:
    door = browser.form("/sign-in", "/sign-in/demo")
    assert browser.send("/sign-in/demo", {**door, "csrf": "x"}).status_code == 403
    stranger = Browser(browser.address)
    assert stranger.send("/sign-in/demo", door).status_code == 403
    stranger.close()


def test_a_file_form_needs_it_as_well(teacher: Browser) -> None:
    answer = teacher.client.post(
        "/probes/new",
        data={"text": "t", "once": "x" * 16},
        files={"page": b"%PDF"},
        headers={"sec-fetch-site": "same-origin"},
    )
    assert answer.status_code == 403
