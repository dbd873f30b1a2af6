"""What leaves with every answer, whoever made it."""

import re
from collections.abc import Callable
from dataclasses import replace

import httpx2
import pytest
from fastapi import FastAPI

from tests.a_server import Browser, a_client, a_server
from tests.situations import Town
from tests.web.test_door import routes
from web.app import create_app
from web.envelope import security_headers

EXPECTED = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


def assert_in_its_envelope(answer: httpx2.Response) -> None:
    for name, value in EXPECTED.items():
        assert answer.headers[name] == value, (answer.request.url, name)
    assert answer.headers.get_list("cache-control") == ["no-store"], answer.request.url
    assert "etag" not in answer.headers or answer.status_code != 304
    assert "last-modified" not in answer.headers


def test_every_route_answers_in_the_envelope(app: FastAPI, browser: Browser, town: Town) -> None:
    browser.enter(town.administrator.staff)
    for method, path in sorted(set(routes(app))):
        if not path.startswith("/static/") and path != "/sign-out":
            assert_in_its_envelope(browser.client.request(method, path))


def test_what_the_framework_answers_by_itself_too(browser: Browser, town: Town) -> None:
    assert_in_its_envelope(browser.client.post("/help", data={"x": "y" * 2_000_000}))
    browser.enter(town.teacher.staff)
    for answer in (browser.open("/nowhere"), browser.client.delete("/help"), browser.open("/faulty")):
        assert answer.status_code in (404, 405, 500)
        assert_in_its_envelope(answer)


def test_https_is_asked_for_only_where_there_is_https() -> None:
    assert "strict-transport-security" not in security_headers(https=False)
    assert security_headers(https=True)["strict-transport-security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.slow
def test_where_there_is_https_cookies_are_tied_to_the_host(town: Town) -> None:
    settings = town.house.settings.model_copy(update={"public_url": "https://tillit.example"})
    house = replace(town.house, settings=settings)
    with (
        a_server(create_app(house)) as address,
        a_client(address, host="tillit.example") as client,
    ):
        answer = client.get("/help")
        assert answer.headers["strict-transport-security"]
        assert re.fullmatch(
            r"__Host-tillit-visit=[^;]+; Path=/; SameSite=Lax; HttpOnly; Secure", answer.headers["set-cookie"]
        )
        from_elsewhere = client.post("/sign-in", headers={"origin": "http://tillit.example"})
        assert from_elsewhere.status_code == 403
        assert "not_from_our_pages" in from_elsewhere.text
    house.close()


def test_static_files_may_be_kept_for_ever_under_their_own_address_only(browser: Browser) -> None:
    page = browser.open("/help").text
    addresses = re.findall(r'"(/static/[^"#]+)"', page)
    assert len(addresses) >= 6
    for address in addresses:
        file = browser.client.get(address)
        assert file.status_code == 200
        assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert file.headers["content-security-policy"] == EXPECTED["content-security-policy"]
    older = re.sub("/static/[0-9a-f]+/", "/static/0000000000000000/", addresses[-1])
    assert browser.client.get(older).headers["cache-control"] == "no-store"
    assert browser.client.get("/static/0/../app.py").status_code == 404
    assert browser.client.get("/static/0/%2e%2e/app.py").status_code == 404


def test_the_first_page_weighs_less_than_two_hundred_kilobytes(browser: Browser) -> None:
    page = browser.open("/sign-in")
    weight = len(page.content)
    for address in set(re.findall(r'"(/static/[^"#]+)', page.text)):
        file = browser.client.get(address, headers={"accept-encoding": "gzip"})
        weight += int(file.headers["content-length"])
    assert weight < 200_000


def test_a_page_holds_nothing_inline(browser: Browser, town: Town) -> None:
    browser.enter(town.housing_worker.staff)
    for path in ("/", "/help", "/declaration", "/accessibility", "/nowhere"):
        html = browser.open(path).text
        assert " style=" not in html
        assert "<style" not in html
        assert not re.search(r"<script(?![^>]*\ssrc=)", html)
        assert not re.search(r"\son[a-z]+=", html)
        assert "http://" not in html.replace("http://www.w3.org/2000/svg", "")
        assert "https://" not in html


def test_no_answer_says_not_modified(browser: Browser, program: Callable[[str], httpx2.Client]) -> None:
    teacher = program("teacher")
    answer = teacher.get(
        "/api/v1/me", headers={"if-none-match": '"3"', "if-modified-since": "Sun, 22 Nov 2026 09:00:00 GMT"}
    )
    assert answer.status_code == 200
    assert browser.client.get("/help", headers={"if-none-match": "*"}).status_code == 200
