"""The one true shape of an error, for every source there is.

    {"type": "/problems/<code>", "title": ..., "status": ..., "detail": ..., "instance": "urn:uuid:<event>", "code":
    ...,
     "rules": [{"code", "because", "source"}], "errors": [{"field", "code", "message"}], "values": {...}, "decision":
     {...}}

Members that would be empty are left out; `Tillit-Event` bears the id that `instance` names; the same error as a page
says the same.
"""

import json
from collections.abc import Callable, Iterator

import httpx2
import pytest
from markupsafe import escape

from foundation.identifiers import EventId, ReferralId
from foundation.texts import Texts
from tests.a_server import Browser
from tests.log_reading import newest
from tests.situations import Town
from tests.web.conftest import HIDDEN
from web.app import LOCALES
from web.error_list import all_problems

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "rules", "errors", "values", "decision"}


def assert_true_shape(answer: httpx2.Response, status: int, code: str) -> dict[str, object]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, object] = answer.json()
    assert set(told) <= MEMBERS
    assert {"type", "title", "status", "code"} <= set(told)
    assert told["type"] == f"/problems/{code}"
    assert told["code"] == code
    assert told["status"] == status
    if "instance" in told:
        event = EventId.of(str(told["instance"]).removeprefix("urn:uuid:"))
        assert answer.headers["tillit-event"] == str(event)
    else:
        assert "tillit-event" not in answer.headers
    for error in told.get("errors", []):  # type: ignore[attr-defined]  # the shape is what is being tested
        assert set(error) == {"field", "code", "message"}
    return told


@pytest.fixture
def teacher(program: Callable[[str], httpx2.Client]) -> httpx2.Client:
    return program("teacher")


KEY = {"idempotency-key": "a-key-of-enough-characters"}


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "code"),
    [
        ("GET", "/api/v1/nowhere", {}, 404, "not_found"),
        ("DELETE", "/api/v1/me", {}, 405, "method_not_allowed"),
        (
            "POST",
            "/api/v1/probes",
            {"content": "{", "headers": {"content-type": "application/json"}},
            400,
            "unreadable",
        ),
        (
            "POST",
            "/api/v1/probes",
            {"content": b"\xff", "headers": {"content-type": "application/json"}},
            400,
            "unreadable",
        ),
        (
            "POST",
            "/api/v1/probes",
            {"content": "x=1", "headers": {"content-type": "text/plain"}},
            415,
            "unsupported_media_type",
        ),
        ("POST", "/api/v1/probes", {"json": {"text": "x" * 1_000_001}}, 413, "body_too_large"),
        ("POST", "/api/v1/probes", {"json": {"text": "t"}}, 400, "idempotency_key_missing"),
        ("POST", "/api/v1/probes", {"json": {}, "headers": KEY}, 422, "invalid"),
        ("POST", "/api/v1/probes", {"json": {"text": 1, "more": 2}, "headers": KEY}, 422, "invalid"),
        ("POST", "/api/v1/probes", {"json": {"text": "t", "count": "a"}, "headers": KEY}, 422, "invalid"),
        ("GET", "/api/v1/probes/none", {}, 404, "not_found"),
        ("GET", "/api/v1/probes/7d1f0f0c-2f0b-4c83-8b0a-3c0f5a1e9b11", {}, 404, "not_found"),
        ("POST", f"/api/v1/probes/{HIDDEN}/step", {}, 428, "version_missing"),
        ("POST", f"/api/v1/probes/{HIDDEN}/step", {"headers": {"if-match": "x"}}, 428, "version_missing"),
        ("POST", f"/api/v1/probes/{HIDDEN}/step", {"headers": {"if-match": '"2"'}}, 409, "conflict"),
        ("POST", "/api/v1/faulty", {"json": {"text": "t"}}, 500, "unexpected"),
    ],
)
def test_every_source_of_errors(
    teacher: httpx2.Client, method: str, path: str, sent: dict[str, object], status: int, code: str
) -> None:
    assert_true_shape(teacher.request(method, path, **sent), status, code)  # type: ignore[arg-type]  # as parametrised


def test_a_body_that_says_no_length_is_cut_off_too(teacher: httpx2.Client) -> None:
    def endless() -> Iterator[bytes]:
        yield b'{"text": "'
        for _ in range(40):
            yield b"x" * 65_536

    answer = teacher.post("/api/v1/probes", content=endless(), headers={"content-type": "application/json", **KEY})
    assert_true_shape(answer, 413, "body_too_large")


def test_the_fields_are_named_with_codes_and_without_what_was_typed(teacher: httpx2.Client, town: Town) -> None:
    sent = {"text": {"canary": "Sagal"}, "count": "canary", "canary-field": 1}
    answer = teacher.post("/api/v1/probes", json=sent, headers={**KEY, "accept-language": "nb"})
    told = assert_true_shape(answer, 422, "invalid")
    assert told["errors"] == [
        {"field": "text", "code": "not_text", "message": "Skriv tekst her"},
        {"field": "count", "code": "not_a_number", "message": "Skriv et helt tall"},
        {"field": "canary-field", "code": "unknown_field", "message": "Det er ikke noe slikt felt her"},
    ]
    assert "Sagal" not in answer.text
    event = newest(town.house)
    assert str(event.row.event_id) == answer.headers["tillit-event"]
    assert (event.row.action, event.row.outcome, event.row.code) == ("sign_out", "invalid", "invalid")
    assert event.row.staff_id == town.teacher.staff


def test_a_fault_tells_nothing_about_itself(teacher: httpx2.Client, caplog: pytest.LogCaptureFixture) -> None:
    answer = teacher.post("/api/v1/faulty", json={"text": "Sagal"})
    assert "detail" not in answer.json()
    assert "canary" not in answer.text
    written = "".join(record.getMessage() for record in caplog.records if record.name == "tillit.web")
    said = json.loads(written)
    assert said["fault"] == "RuntimeError"
    assert said["route"] == "/api/v1/faulty"
    assert said["at"][-1].startswith("tests/web/conftest.py:")
    assert "canary" not in caplog.text
    assert "Sagal" not in caplog.text


def test_hidden_and_absent_are_the_same_bytes(teacher: httpx2.Client) -> None:
    def sent_back(path: str) -> tuple[int, list[tuple[str, str]], bytes]:
        answer = teacher.get(path)
        event, receipt = answer.headers["tillit-event"], answer.headers["tillit-receipt"]
        headers = [
            (name, value.replace(receipt, str(len(receipt))).replace(event, ""))
            for name, value in answer.headers.items()
            if name != "date"
        ]
        return answer.status_code, headers, answer.content.replace(event.encode(), b"")

    hidden = sent_back(f"/api/v1/probes/{HIDDEN}")
    assert hidden == sent_back(f"/api/v1/probes/{ReferralId.new()}")
    assert hidden == sent_back("/api/v1/probes/no-id-at-all")
    assert hidden[0] == 404


def test_the_same_error_is_a_page_for_people_and_a_document_for_programs(browser: Browser, town: Town) -> None:
    browser.enter(town.teacher.staff)
    page = browser.open("/nowhere", **{"accept-language": "nb"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1" in page.text
    assert "Ikke funnet" in page.text
    told = assert_true_shape(browser.open("/nowhere", accept="application/problem+json"), 404, "not_found")
    assert told["title"] == "Ikke funnet"


def test_the_method_that_is_taken_is_named(teacher: httpx2.Client) -> None:
    assert teacher.delete("/api/v1/me").headers["allow"] == "GET"


def test_a_lost_race_tells_the_newest_state(teacher: httpx2.Client) -> None:
    lost = teacher.post(f"/api/v1/probes/{HIDDEN}/step", headers={"if-match": '"2"'})
    assert lost.json()["values"] == {"state": "accepted", "version": 4}
    won = teacher.post(f"/api/v1/probes/{HIDDEN}/step", headers={"if-match": '"3"'})
    assert won.status_code == 200
    assert won.headers["etag"] == '"3"'
    assert won.json()["event_id"] == won.headers["tillit-event"]


@pytest.mark.parametrize("language", ["nb", "nn", "da", "en"])
def test_every_code_is_explained_in_every_language(browser: Browser, language: str) -> None:
    words = Texts(LOCALES).words(language)
    for code, problem in all_problems().items():
        page = browser.open(f"/problems/{code}?language={language}")
        assert page.status_code == 200, code
        assert f'lang="{language}"' in page.text
        assert str(escape(words.gettext(problem.title))) in page.text, code
    assert browser.open("/problems/nothing_of_the_kind").status_code == 404
