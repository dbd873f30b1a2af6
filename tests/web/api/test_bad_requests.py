"""What every call answers to what is not right: a stable code, the field, and the event of what did not happen."""

import re
import secrets
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel

from tests.log_reading import event_named
from tests.situations import Town
from tests.web.api.conftest import API, Program, Story, every_call, method_of
from web.door import OPEN
from web.limits import MAX_BODY_SIZE

As = Callable[[str], Program]

CALLS = every_call()


def body_of(call: APIRoute) -> type[BaseModel] | None:
    """The shape of the JSON that the call takes."""
    for field in call.dependant.body_params:
        shape = field.field_info.annotation
        if isinstance(shape, type) and issubclass(shape, BaseModel):
            return shape
    return None


def somewhere(call: APIRoute) -> str:
    """An address of the call, about nothing that exists."""
    return re.sub(r"\{\w+\}", str(uuid4()), call.path)


WITH_BODY = [call for call in CALLS if body_of(call) is not None]
DEEDS = [call for call in CALLS if hasattr(call.endpoint, "action")]
CREATING = [
    call
    for call in CALLS
    if any(getattr(dependency.call, "__name__", None) == "_here_once" for dependency in call.dependant.dependencies)
]
STEPS = [call for call in CALLS if call.path.endswith(("/accept", "/decline", "/recall"))]


@pytest.fixture
def asker(as_: As) -> Callable[[APIRoute], httpx2.Client]:
    """Somebody in a role that may do what the call does, or a teacher."""
    roles = {"auditor": "/log", "coordinator": "/accept", "teacher": "/recall", "housing_worker": ""}

    def chosen(call: APIRoute) -> httpx2.Client:
        return as_(next(who for who, part in roles.items() if part in call.path)).client

    return chosen


def event_of(town: Town, answer: httpx2.Response) -> tuple[str, str, str | None]:
    assert answer.json()["instance"] == f"urn:uuid:{answer.headers['tillit-event']}"
    return event_named(town.house, answer.headers["tillit-event"]).shape


def action_of(call: APIRoute) -> str:
    code: str = call.endpoint.action.code  # type: ignore[attr-defined]  # `does` has written it there
    return code


def test_there_is_something_to_try() -> None:
    assert len(CALLS) >= 30
    assert len(DEEDS) >= 26
    assert {call.path.removeprefix(API) for call in CREATING} == {
        "/families",
        "/persons/{person_id}/protection-checks",
        "/consents",
        "/consents/{consent_id}/signatures",
        "/consents/{consent_id}/proofs",
        "/consents/{consent_id}/withdrawals",
        "/referrals",
        "/closeness",
        "/held-cases",
        "/policy/proposals",
        "/policy/proposals/{proposal}/approve",
    }


def test_nobody_comes_in_without_a_session(stranger: httpx2.Client) -> None:
    closed = [call for call in CALLS if call.path not in OPEN]
    assert len(CALLS) - len(closed) == 5  # signing in, twice; the demo's doors; taking up an invitation; the rules
    for call in closed:
        answer = stranger.request(method_of(call), somewhere(call))
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), call.path
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_wrong_method_a_wrong_kind_and_too_much_are_refused_everywhere(
    asker: Callable[[APIRoute], httpx2.Client], town: Town
) -> None:
    client = asker(CALLS[-1])
    for call in DEEDS:
        where = somewhere(call)
        wrong = client.delete(where)
        assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed"), where
        assert wrong.headers["allow"] in ("GET", "POST")
        form = client.post(where, files={"x": b"y"}) if body_of(call) else None
        if form is not None:
            assert (form.status_code, form.json()["code"]) == (415, "unsupported_media_type"), where
            assert event_of(town, form) == (action_of(call), "invalid", "unsupported_media_type")
            large = client.post(where, content=b" " * (MAX_BODY_SIZE + 1), headers={"content-type": "application/json"})
            assert (large.status_code, large.json()["code"]) == (413, "body_too_large"), where
            assert event_of(town, large) == (action_of(call), "invalid", "body_too_large")


def test_an_unknown_field_a_missing_one_and_a_wrong_type_are_named(
    asker: Callable[[APIRoute], httpx2.Client], town: Town
) -> None:
    for call in WITH_BODY:
        client, where, shape = asker(call), somewhere(call), body_of(call)
        assert shape is not None
        fields = shape.model_fields

        def post(body: Any, client: httpx2.Client = client, where: str = where) -> httpx2.Response:
            headers = {"idempotency-key": secrets.token_hex(8), "if-match": '"1"'}
            return client.post(where, json=body, headers=headers)

        wrong = post({name: [[]] for name in fields})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid"), where
        named = {error["field"].split(".")[0] for error in wrong.json()["errors"]}
        assert named == set(fields), where
        assert event_of(town, wrong) == (action_of(call), "invalid", "invalid")
        empty = post({})
        required = {name for name, field in fields.items() if field.is_required()}
        if required:
            assert {(error["field"], error["code"]) for error in empty.json()["errors"]} == {
                (name, "required") for name in required
            }
        more = post({"surplus": 1})
        assert ("surplus", "unknown_field") in {(error["field"], error["code"]) for error in more.json()["errors"]}
        broken = client.post(where, content=b"{", headers={"content-type": "application/json"})
        assert (broken.status_code, broken.json()["code"]) == (400, "unreadable")
        assert event_of(town, broken) == (action_of(call), "invalid", "unreadable")


@pytest.mark.parametrize("key", [None, "short", "æ" * 8, "x" * 201])
def test_what_creates_needs_an_idempotency_key(
    asker: Callable[[APIRoute], httpx2.Client], town: Town, key: str | None
) -> None:
    for call in CREATING:
        headers = {"content-type": "application/json", **({} if key is None else {"idempotency-key": key.encode()})}
        answer = asker(call).post(somewhere(call), content=b"{}", headers=headers)  # type: ignore[arg-type]  # raw on purpose
        assert answer.status_code in (400, 415), call.path
        if answer.status_code == 400:
            assert answer.json()["code"] == "idempotency_key_missing"
            assert event_of(town, answer) == (action_of(call), "invalid", "idempotency_key_missing")


@pytest.mark.parametrize("version", [None, '"x"', "*", '"-1"'])
def test_a_step_needs_the_version_it_builds_on(
    asker: Callable[[APIRoute], httpx2.Client], town: Town, version: str | None
) -> None:
    for call in STEPS:
        headers = {} if version is None else {"if-match": version}
        answer = asker(call).post(somewhere(call), json={"reason": "full"} if body_of(call) else None, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (428, "version_missing")
        assert event_of(town, answer) == (action_of(call), "invalid", "version_missing")


NO_DAYS: tuple[object, ...] = (
    "2026-02-30",
    "20260101",
    "2026-01-01T00:00:00",
    "٢٠٢٦-٠١-٠١",
    "2026-1-1",
    20260101,
    0,
    True,
    None,
    [],
    "",
)


def test_a_day_is_written_in_one_way(as_: As, story: Story) -> None:
    worker, where = as_("housing_worker"), f"/consents/{story.consent}/signatures"
    for day in NO_DAYS:
        answer = worker.post(where, {"person": str(story.family.father), "signed_on": day})
        wrong = [(error["field"], error["code"]) for error in answer.json()["errors"]]
        assert wrong == [("signed_on", "not_a_date")], day


def test_yes_and_no_are_true_and_false(as_: As, town: Town) -> None:
    for value in ("yes", "true", 1, 0, None):
        bond = {"child": "a", "guardian": "b", "kind": "sole", "is_resident": value, "evidence": "register"}
        answer = as_("housing_worker").post("/families", {"members": [], "guardianships": [bond]})
        wrong = [(error["field"], error["code"]) for error in answer.json()["errors"]]
        assert wrong == [("guardianships.0.is_resident", "not_yes_or_no")], value


NO_INSTANTS = ("2026-11-22", "2026-11-22T09:00:00", "2026-11-22T25:00:00Z", "9999-12-31T23:59:59-12:00", "now", "")


def test_an_instant_has_its_offset(as_: As, town: Town) -> None:
    auditor = as_("auditor")
    for since in NO_INSTANTS:
        answer = auditor.get("/log/events", params={"since": since})
        wrong = [(error["field"], error["code"]) for error in answer.json()["errors"]]
        assert wrong == [("since", "not_a_date")], since


def test_an_instant_of_another_offset_is_the_same_instant(as_: As, town: Town) -> None:
    auditor = as_("auditor")
    now = town.house.clock.now()
    auditor.get("/log/events")
    there = auditor.get("/log/events", params={"since": now.astimezone().isoformat(), "action": "search_log"})
    here = auditor.get("/log/events", params={"since": now.isoformat(), "action": "search_log"})
    assert [line["id"] for line in here.json()["items"]][-1] == [line["id"] for line in there.json()["items"]][-1]


def test_what_was_typed_is_never_repeated(as_: As, story: Story) -> None:
    secret = "Kanariflesk Canarius"
    teacher = as_("teacher")
    answers = [
        teacher.post("/families", {"members": [{"ref": "a", "name": secret, "birth_date": secret}]}),
        teacher.post("/families", {"members": secret}),
        teacher.post("/persons/search", {"words": [secret]}),
        teacher.post("/referrals", {"pupil": secret, "to_service": secret, "content": {"academic_need": secret}}),
        teacher.get("/log/events", params={"action": secret}),
        teacher.get("/referrals", params={"state": secret, "page": secret}),
    ]
    for answer in answers:
        assert 400 <= answer.status_code < 500
        assert "Kanari" not in answer.text


def test_a_page_of_a_list_that_is_none_is_refused(as_: As, town: Town) -> None:
    for who, where in (
        ("teacher", "/persons"),
        ("teacher", "/consents"),
        ("teacher", "/referrals"),
        ("auditor", "/log/events"),
    ):
        answer = as_(who).get(where, params={"page": "first"})
        assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [("page", "unknown_page")]


def test_the_application_has_these_calls(app: FastAPI) -> None:
    assert {call.path_format for call in CALLS} == set(app.openapi()["paths"])
