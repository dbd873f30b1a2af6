"""The frame and its pages: for each role and language, by keyboard and without script."""

import re
from collections.abc import Callable

import httpx2
import pytest

from audit.actions import Role
from foundation.texts import STAFF_LANGUAGES
from tests.a_server import Browser, a_server
from tests.houses import Databases
from tests.log_reading import newest
from tests.situations import Town
from web.app import create_app
from web.wording import ROLES

PAGES = ("/", "/declaration", "/help", "/accessibility", "/problems/not_found", "/nowhere")


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_every_page_is_whole_in_every_language(browser: Browser, town: Town, language: str) -> None:
    assert browser.open(f"/sign-in?language={language}").status_code == 200
    browser.enter(town.teacher.staff)
    for path in PAGES:
        html = browser.open(path).text
        assert f'<html lang="{language}" dir="ltr"' in html
        assert html.count("<h1") == 1
        assert '<a class="ds-skip-link" href="#main">' in html
        assert '<main id="main"' in html
        assert re.search(r"<title>[^<]+ · Tillit</title>", html)
        assert "Tiril Lærerud" in html
        assert html.rstrip().endswith("</html>")


def test_the_language_is_remembered_and_only_known_ones_are(browser: Browser) -> None:
    chosen = browser.open("/help?language=da")
    cookies = chosen.headers.get_list("set-cookie")
    assert "tillit-language=da; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly" in cookies
    assert "Hjælp" in browser.open("/help").text
    for wrong in ("xx", "", "nb%0d%0aset-cookie:x", "../nb"):
        answer = browser.open(f"/help?language={wrong}")
        assert answer.status_code == 200
        assert "tillit-language" not in answer.headers.get("set-cookie", "")


def test_the_demo_says_so_on_every_page(browser: Browser, town: Town) -> None:
    browser.enter(town.teacher.staff)
    for path in PAGES:
        assert "oppdiktede personer" in browser.open(path).text


@pytest.mark.slow
def test_a_real_installation_asks_for_name_password_and_code(databases: Databases) -> None:
    with a_server(create_app(databases.house("sqlite", is_demo=False, name="real"))) as address:
        browser = Browser(address)
        page = browser.open("/sign-in").text
        assert "oppdiktede" not in page
        assert 'type="password"' in page
        assert 'autocomplete="one-time-code"' in page
        fields = browser.form("/sign-in", "/sign-in")
        empty = browser.send("/sign-in", fields)
        assert empty.status_code == 422
        assert 'aria-describedby="code-description code-error"' in empty.text
        assert '<a class="ds-link" href="#name">' in empty.text
        wrong = browser.send("/sign-in", {**fields, "name": "kari", "password": "canary", "code": "123456"})
        assert wrong.status_code == 403
        assert 'value="kari"' in wrong.text
        assert "canary" not in wrong.text
        assert wrong.headers["tillit-event"]
        demo = browser.send("/sign-in/demo", {**fields, "staff_id": "x"})
        assert demo.status_code == 422
        browser.close()


def test_every_role_has_a_name(browser: Browser) -> None:
    assert set(ROLES) == set(Role)
    page = browser.open("/sign-in").text
    for name in ("Lærer", "Boligsosial medarbeider", "NAV-veileder", "Revisor", "Personvernombud", "Frivillig"):
        assert name in page


def test_help_shows_whom_to_call(browser: Browser) -> None:
    page = browser.open("/help").text
    for number in ("112", "113", "116 111", "22 00 00 00"):
        assert f'<bdi dir="ltr">{number}</bdi>' in page


def test_one_signs_the_declaration_on_its_page(
    browser: Browser, program: Callable[[str], httpx2.Client], town: Town
) -> None:
    browser.enter(town.teacher.staff)
    page = browser.open("/declaration").text
    assert "Du har signert denne erklæringen" in page
    signed = browser.send("/declaration", browser.form("/", "/sign-out"))
    assert signed.status_code == 303
    assert signed.headers["tillit-event"] == str(newest(town.house).row.event_id)
    assert program("teacher").post("/api/v1/declarations").status_code == 204


def test_a_program_learns_who_it_is(program: Callable[[str], httpx2.Client], town: Town) -> None:
    me = program("nav_adviser").get("/api/v1/me").json()
    assert me["role"] == "nav_adviser"
    assert me["strength"] == "high"
    assert me["service_id"] == str(town.nav_social)
    assert me["declaration_signed"] is True


def test_the_api_describes_itself(browser: Browser) -> None:
    told = browser.client.get("/api/v1/openapi.json").json()
    assert "/api/v1/me" in told["paths"]
    assert all(path.startswith("/api/v1/") for path in told["paths"])
    for path, methods in told["paths"].items():
        for method, call in methods.items():
            answers = " ".join(str(answer) for answer in call["responses"].values())
            assert "application/problem+json" in answers, (path, method)
    assert browser.client.get("/docs").status_code == 303
