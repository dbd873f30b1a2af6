"""What is sent twice is done once, and answered the same."""

from collections.abc import Callable
from datetime import timedelta

import httpx2
import pytest

from tests.a_server import Browser
from tests.log_reading import events
from tests.set_clock import SetClock
from tests.situations import Town
from web.idempotency import place_of_answer, place_of_new


def test_a_call_that_comes_twice_is_answered_as_the_first_time(
    program: Callable[[str], httpx2.Client], town: Town
) -> None:
    teacher = program("teacher")
    key = {"idempotency-key": "the-same-key-twice"}
    first = teacher.post("/api/v1/probes", json={"text": "a", "count": 1}, headers=key)
    assert first.status_code == 201
    assert first.headers["location"] == f"/api/v1/probes/{first.json()['id']}"
    assert first.headers["tillit-event"] == first.json()["event_id"]
    assert "idempotency-replayed" not in first.headers
    counted = len(events(town.house))
    again = teacher.post(
        "/api/v1/probes",
        content='{ "count": 1,\n "text": "a" }',
        headers={**key, "content-type": "application/json"},
    )
    assert again.status_code == 201
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    for name in ("location", "tillit-event"):
        assert again.headers[name] == first.headers[name]
    assert len(events(town.house)) == counted


def test_the_same_key_for_something_else_is_refused(program: Callable[[str], httpx2.Client]) -> None:
    teacher = program("teacher")
    key = {"idempotency-key": "one-key-two-requests"}
    assert teacher.post("/api/v1/probes", json={"text": "a"}, headers=key).status_code == 201
    other = teacher.post("/api/v1/probes", json={"text": "b"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_the_same_key_of_another_person_is_another_key(program: Callable[[str], httpx2.Client]) -> None:
    key = {"idempotency-key": "everybody-uses-this"}
    made = {
        program(who).post("/api/v1/probes", json={"text": "a"}, headers=key).json()["id"]
        for who in ("teacher", "auditor")
    }
    assert len(made) == 2


def test_a_key_is_forgotten_after_a_day(program: Callable[[str], httpx2.Client], town: Town) -> None:
    key = {"idempotency-key": "yesterday-and-today"}
    first = program("teacher").post("/api/v1/probes", json={"text": "a"}, headers=key)
    assert isinstance(town.house.clock, SetClock)
    town.house.clock.advance(timedelta(hours=25))
    second = program("teacher").post("/api/v1/probes", json={"text": "a"}, headers=key)
    assert first.json()["id"] != second.json()["id"]


@pytest.mark.parametrize("key", ["", "short", "x" * 201])
def test_a_key_must_be_one(program: Callable[[str], httpx2.Client], key: str) -> None:
    answer = program("teacher").post("/api/v1/probes", json={"text": "a"}, headers={"idempotency-key": key})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


def test_a_double_click_leads_to_the_one_thing_that_was_made(browser: Browser, town: Town) -> None:
    browser.enter(town.teacher.staff)
    fields = {"text": "a", "once": "k" * 22, "csrf": browser.form("/", "/sign-out")["csrf"]}
    first = browser.send("/probes/new", fields)
    again = browser.send("/probes/new", fields)
    assert first.status_code == again.status_code == 303
    assert first.headers["location"] == again.headers["location"]
    assert first.headers["tillit-event"] == again.headers["tillit-event"]
    assert again.headers["idempotency-replayed"] == "true"


ID = "3f0c9c1e-3d1b-4a57-9d35-0a4f6c1f0001"


@pytest.mark.parametrize(
    ("path", "answer_id", "place"),
    [
        ("/referrals/new", ID, f"/referrals/{ID}"),
        ("/referrals", ID, f"/referrals/{ID}"),
        (f"/consents/{ID}/withdraw", ID, f"/consents/{ID}"),
        (f"/consents/{ID}/proof/new", None, f"/consents/{ID}"),
        ("/families/new", None, "/families"),
    ],
)
def test_where_a_form_leads_that_was_sent_before(path: str, answer_id: str | None, place: str) -> None:
    assert place_of_answer(path, answer_id) == place


def test_where_a_thing_lives_that_a_call_created() -> None:
    assert place_of_new("/api/v1/referrals", ID) == f"/api/v1/referrals/{ID}"
    assert place_of_new("/api/v1/families", ID) == f"/api/v1/persons/{ID}"
