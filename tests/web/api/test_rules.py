"""The rule book and its decisions over HTTP: the same bytes as the command prints, for nobody's information."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from cli.rules import read_case, rules_app
from tests.log_reading import events
from tests.situations import Town
from tests.web.api.conftest import API, Program

CASES = Path(__file__).parents[2] / "confidentiality" / "cases"
RUN = CliRunner()


def a_case(name: str) -> dict[str, Any]:
    """A lawyer's case as JSON."""
    _, data = read_case(CASES / f"{name}.yaml")
    told: dict[str, Any] = json.loads(json.dumps(data, default=str))
    return told


@pytest.mark.parametrize("language", ["nb", "nn", "da", "en"])
def test_the_book_is_the_one_that_the_command_prints_and_needs_no_token(stranger: httpx2.Client, language: str) -> None:
    answer = stranger.get(f"{API}/rules", params={"language": language})
    assert answer.status_code == 200
    assert "tillit-event" not in answer.headers
    assert answer.json() == json.loads(RUN.invoke(rules_app, ["--json", "--language", language]).stdout)


def test_the_book_comes_in_the_readers_language_where_none_is_named(stranger: httpx2.Client) -> None:
    answer = stranger.get(f"{API}/rules", headers={"accept-language": "da"})
    assert answer.json()["language"] == "da"
    wrong = stranger.get(f"{API}/rules", params={"language": "no"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "language")


@pytest.mark.parametrize("name", ["c08-01", "c08-03", "c08-10", "c08-17b"])
def test_a_case_is_decided_as_the_command_decides_it_and_leaves_no_trace(
    as_: Callable[[str], Program], town: Town, name: str
) -> None:
    teacher = as_("teacher").client
    before = len(events(town.house))
    answer = teacher.post(f"{API}/rules/decide", params={"language": "nn"}, json=a_case(name))
    assert answer.status_code == 200
    assert "tillit-event" not in answer.headers
    arguments = ["--language", "nn", "decide", "--case", str(CASES / f"{name}.yaml"), "--json"]
    assert answer.json() == json.loads(RUN.invoke(rules_app, arguments).stdout)
    assert len(events(town.house)) == before


@pytest.mark.parametrize(
    ("change", "field", "nearest"),
    [
        ({"purpose": "homework"}, "purpose", "homework_support_referral"),
        ({"jurisdiction": False}, "jurisdiction", "NOR"),
        ({"at": None}, "at", None),
        ({"colour": "blue"}, "colour", "actor"),
        ({"subjects": [{"ref": "pupil", "age": 200}]}, "subjects[0].age", None),
        ({"asked": [{"subject": "pupil", "category": "academic_need"}] * 101}, "asked", None),
    ],
)
def test_what_cannot_be_read_is_named_with_the_nearest_word(
    as_: Callable[[str], Program], change: dict[str, Any], field: str, nearest: str | None
) -> None:
    answer = as_("teacher").client.post(f"{API}/rules/decide", json={**a_case("c08-01"), **change})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "case_unreadable")
    assert [one["field"] for one in problem["errors"]] == [field]
    if nearest is None:
        assert "values" not in problem
    else:
        assert problem["values"] == {"nearest": nearest}


def test_deciding_needs_a_token(stranger: httpx2.Client) -> None:
    assert stranger.post(f"{API}/rules/decide", json=a_case("c08-01")).status_code == 401
