"""Trying a case on the page: it begins with an example, answers in plain words, and keeps what was chosen."""

from collections.abc import Iterator

import pytest
import yaml

from consent.case import decide_case
from consent.case_file import case_from
from foundation.texts import STAFF_LANGUAGES
from tests.log_reading import events
from tests.situations import Town
from tests.web.pages.visitor import Visitor
from web.what_if import EXAMPLES

BUTTON = "Ask the rules"


@pytest.fixture
def reader(address: str) -> Iterator[Visitor]:
    """Somebody who has not signed in, reading English."""
    visitor = Visitor(address)
    yield visitor
    visitor.close()


def test_one_presses_the_button_and_gets_an_answer_without_a_trace(reader: Visitor, town: Town) -> None:
    before = len(events(town.house))
    page = reader.open("/rules").click("Try a case").press(BUTTON)
    assert page.status == 200
    assert "You may share: academic need and language need" in page.words
    for said in ("Open Academic need and language need The child", "NO-C-40", "You can withdraw consent at any time."):
        assert said in page.words
    assert "tillit-event" not in page.response.headers
    assert len(events(town.house)) == before


def test_the_answer_says_what_is_lacking_and_what_one_can_do(reader: Visitor) -> None:
    page = reader.open("/rules/what-if").press(BUTTON, {"guardian_2_answer": ""})
    for said in (
        "Closed Academic need and language need",
        "What is lacking The signature of the second guardian",
        "What one can do instead Ask the family for consent",
    ):
        assert said in page.words
    assert page.form(BUTTON).controls["guardian_2_answer"].values == [""]


def test_the_case_that_is_shown_is_the_one_that_was_decided(reader: Visitor) -> None:
    page = reader.open("/rules/what-if").press(BUTTON, {"age": "13", "flags": ["child_objects"]})
    shown = page.response.text.split('id="case"')[1].split(">", 1)[1].split("</pre>")[0]
    decision = decide_case(case_from(yaml.safe_load(shown)))
    assert [result.result for result in decision.results] == ["manual", "manual"]
    assert "Waits for a person Academic need and language need" in page.words


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_every_example_is_answered_in_every_language(reader: Visitor, language: str) -> None:
    reader.open(f"/rules/what-if?language={language}")
    for example in EXAMPLES:
        page = reader.open(example.path)
        assert page.status == 200, example.number
        assert 'id="answer"' in page.response.text
        assert 'lang="en"' not in page.response.text.split("<head")[0] or language == "en"


def test_denmark_has_its_own_services_statements_and_choices(reader: Visitor) -> None:
    page = reader.open("/rules/what-if").click("Denmark")
    controls = page.form(BUTTON).controls
    assert "family_department" in controls["sender"].choices
    assert "nav_social" not in controls["sender"].choices
    assert "meeting_minuted" in controls["stated"].choices
    assert "guardians_informed" not in controls["stated"].choices
    assert set(controls["switches"].choices) == {"ssd_meeting", "ssp"}
    assert "custody_beside_youth" in controls
    assert "entered" not in controls
    assert "DK-C-40" in page.press(BUTTON).words
    first = next(example for example in EXAMPLES if example.jurisdiction == "DNK")
    assert page.response.text.index(first.title) < page.response.text.index(EXAMPLES[0].title)


def test_what_is_wrong_is_said_and_what_was_chosen_stays(reader: Visitor) -> None:
    page = reader.open("/rules/what-if").press(BUTTON, {"age": "ten", "sender": "ppt"})
    assert page.status == 422
    assert "Age in whole years: Write a whole number" in page.words
    controls = page.form(BUTTON).controls
    assert (controls["age"].values, controls["sender"].values) == (["ten"], ["ppt"])
    nothing = reader.open("/rules/what-if").press(BUTTON, {"about": []})
    assert (nothing.status, "What is to be shared: Choose at least one" in nothing.words) == (422, True)


def test_another_language_keeps_the_case(reader: Visitor) -> None:
    page = reader.open(EXAMPLES[3].path).click("Nynorsk")
    assert page.heading == "Prøv eit tilfelle"
    assert "Stengd" in page.words


def test_what_was_changed_is_in_sight(reader: Visitor) -> None:
    fresh = reader.open("/rules/what-if").press(BUTTON)
    assert 'panel-details" open' not in fresh.response.text
    changed = reader.open("/rules/what-if").press(BUTTON, {"stated": ["needed_for_task"]})
    assert changed.response.text.count('panel-details" open') == 1
