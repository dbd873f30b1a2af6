"""What a municipality may choose: every choice within its bounds, every other one named, and nothing else changed."""

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from confidentiality.policy import SAFE, SWITCHES, Policy
from confidentiality.policy_settings import AWAITED_ACTS, SETTINGS, SWITCH_WORDS, ChoicesRefused, choose
from confidentiality.words import LANGUAGES

PAIR = ("a_school", "a_team", "coordinated_support")
CHOSEN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"form": "oral_minuted"}, {"form": "oral_minuted"}),
    ({"guardians": "resident_holder"}, {"guardians": "resident_holder"}),
    (
        {"custody_holders_with_youth_for_sensitivity_3": False},
        {"custody_holders_with_youth_for_sensitivity_3": False},
    ),
    ({"switches": ["ssp", "givers_task"]}, {"switches": frozenset({"ssp", "givers_task"})}),
    ({"switches": ()}, {}),
    ({"pairs": [list(PAIR)]}, {"pairs": frozenset({PAIR})}),
    (
        {"entered": {"NO-FVL-2025": "2027-01-01", "NO-BL-2025": None}},
        {"entered": {"NO-FVL-2025": date(2027, 1, 1)}},
    ),
]
REFUSED: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"colour": "blue"}, [("colour", "unknown_field")]),
    ({"version": "x"}, [("version", "unknown_field")]),
    ({"form": "sung"}, [("form", "not_a_choice")]),
    ({"form": None}, [("form", "not_a_choice")]),
    (
        {"custody_holders_with_youth_for_sensitivity_3": 1},
        [("custody_holders_with_youth_for_sensitivity_3", "not_yes_or_no")],
    ),
    ({"consent_at_most_months": True}, [("consent_at_most_months", "not_a_number")]),
    ({"consent_at_most_months": "6"}, [("consent_at_most_months", "not_a_number")]),
    ({"switches": "ssp"}, [("switches", "not_a_choice")]),
    ({"switches": ["sps"]}, [("switches", "not_a_choice")]),
    ({"switches": [["ssp"]]}, [("switches", "not_a_choice")]),
    ({"pairs": "all"}, [("pairs", "wrong_type")]),
    ({"pairs": ["all", list(PAIR)]}, [("pairs", "wrong_type")]),
    ({"pairs": [["a", "b"]]}, [("pairs", "wrong_type")]),
    ({"pairs": [["a", "b", 3]]}, [("pairs", "wrong_type")]),
    ({"pairs": [["a", "a", "audit"]]}, [("pairs", "same_service")]),
    ({"pairs": [["a", "b", "fun"], ["c", "c", "audit"]]}, [("pairs", "unknown_word"), ("pairs", "same_service")]),
    ({"entered": ["NO-FVL-2025"]}, [("entered", "wrong_type")]),
    ({"entered": {"NO-FVL-1967": "2027-01-01"}}, [("entered.NO-FVL-1967", "unknown_field")]),
    ({"entered": {"NO-FVL-2025": "20270101"}}, [("entered.NO-FVL-2025", "not_a_date")]),
    ({"entered": {"NO-FVL-2025": "soon", "NO-BL-2025": 3}}, [
        ("entered.NO-FVL-2025", "not_a_date"), ("entered.NO-BL-2025", "not_a_date"),
    ]),
    ({"form": 1, "guardians": 2}, [("form", "not_a_choice"), ("guardians", "not_a_choice")]),
]  # fmt: skip


@pytest.mark.parametrize(("choices", "changed"), CHOSEN)
def test_what_is_chosen_is_changed_and_nothing_else(choices: dict[str, Any], changed: dict[str, Any]) -> None:
    before = replace(SAFE, number=7, consent_at_most_months=9)
    after = choose(before, choices)
    assert after == replace(before, **changed)
    assert after.number == 0


@pytest.mark.parametrize(("choices", "problems"), REFUSED)
def test_what_is_out_of_bounds_is_named(choices: dict[str, Any], problems: list[tuple[str, str]]) -> None:
    with pytest.raises(ChoicesRefused) as refused:
        choose(SAFE, choices)
    assert refused.value.problems == problems
    assert str(refused.value) == ", ".join(f"{name}: {code}" for name, code in problems)


@pytest.mark.parametrize("setting", [each for each in SETTINGS if each.kind == "number"], ids=lambda each: each.name)
def test_a_number_is_between_its_bounds(setting: Any) -> None:
    for number in (setting.least, setting.most):
        assert getattr(choose(SAFE, {setting.name: number}), setting.name) == number
    for number, code in ((setting.least - 1, "too_small"), (setting.most + 1, "too_large")):
        with pytest.raises(ChoicesRefused) as refused:
            choose(SAFE, {setting.name: number})
        assert refused.value.problems == [(setting.name, code)]


@pytest.mark.parametrize("setting", [each for each in SETTINGS if each.kind == "word"], ids=lambda each: each.name)
def test_a_word_is_one_of_its_choices(setting: Any) -> None:
    for word in setting.words:
        assert getattr(choose(SAFE, {setting.name: word}), setting.name) == word


def test_every_setting_is_a_part_of_the_policy_with_words_in_every_language() -> None:
    parts = {each.name for each in fields(Policy)}
    for setting in SETTINGS:
        assert setting.name in parts
        for words in (setting.label, setting.sentence, *(setting.words or {}).values()):
            assert all(words.to(language) for language in LANGUAGES)
    assert set(SWITCH_WORDS) == set(SWITCHES)
    assert all(words.to(language) for words in SWITCH_WORDS.values() for language in LANGUAGES)
    assert AWAITED_ACTS == ("NO-FVL-2025", "NO-BL-2025")


def test_a_stored_policy_is_read_again_with_its_number() -> None:
    policy = Policy(
        form="oral_minuted",
        switches=frozenset({"ssp"}),
        pairs=frozenset({PAIR}),
        entered={"NO-FVL-2025": date(2027, 1, 1)},
        consent_reminders_days=(14,),
        number=3,
    )
    again = Policy.of_data(policy.as_data(), 3)
    assert (again, again.version, again.number) == (policy, policy.version, 3)
    assert again.consent_reminders_days == (14,)
    assert "number" not in policy.as_data()


def test_what_an_older_policy_does_not_name_is_as_safe_as_can_be() -> None:
    assert Policy.of_data({}) == SAFE
    assert Policy.of_data({}).number == 0
    assert Policy.of_data({"consent_at_most_months": 6}) == Policy(consent_at_most_months=6)
    with pytest.raises(TypeError, match="colour"):
        Policy.of_data({"colour": "blue"})
