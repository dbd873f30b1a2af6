"""A made-up case from a form: the examples come out as the lawyers' cases, and every choice reaches the case."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from starlette.datastructures import FormData

from cli.rules import read_case
from consent.case import Case, decide_case
from consent.case_file import case_from
from foundation.errors import Invalid
from web.sent import FilledIn
from web.what_if import EXAMPLES, FIRST, Asking, Example

CASES = Path(__file__).parents[1] / "confidentiality" / "cases"


def file_of(example: Example) -> Path:
    """The lawyers' case that an example shows."""
    number = example.number.rstrip("b")
    return CASES / f"c08-{int(number):02}{example.number.removeprefix(number)}.yaml"


def asking_of(path: str, **changes: Any) -> Asking:
    """The form as the address of an example fills it in, with other answers to some of it."""
    chosen = parse_qs(urlsplit(path).query) | {name: [value] for name, value in changes.items()}
    pairs = [(name, value) for name, values in chosen.items() for value in values]
    return FilledIn(FormData(pairs)).to(Asking)


def case_of(**changes: Any) -> Case:
    """The case of the first example, changed."""
    return case_from(asking_of(EXAMPLES[0].path, **changes).as_case())


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.number for example in EXAMPLES])
def test_an_example_comes_out_as_the_worked_case_of_its_number(example: Example) -> None:
    asking = asking_of(example.path)
    asking.check()
    found = decide_case(case_from(asking.as_case()))
    case, data = read_case(file_of(example))
    assert found.jurisdiction == case.jurisdiction
    assert [(one.subject, one.category) for one in found.results] == list(case.asked)
    for wanted in data["expect"]:
        result = found.result_for(wanted["subject"], wanted["category"])
        for part in ("result", "rules", "missing", "strip", "offers"):
            if part in wanted:
                said = getattr(result, part)
                assert (list(said) if isinstance(said, tuple) else said) == wanted[part], part


def test_every_worked_case_is_an_example() -> None:
    assert {example.number for example in EXAMPLES} == {str(number) for number in range(1, 21)} | {"17b"}


def test_the_case_is_a_file_that_the_command_reads() -> None:
    data = asking_of(EXAMPLES[0].path).as_case()
    assert case_from(yaml.safe_load(yaml.safe_dump(data, sort_keys=False))) == case_from(data)


def test_what_is_left_open_is_left_out_and_so_unknown() -> None:
    asking = Asking.model_validate({"jurisdiction": "NOR", "at": "2026-09-01", "about": ["health"]})
    assert asking.as_case() == {
        "jurisdiction": "NOR",
        "at": asking.at,
        "from": {"service": "sender", "organisation": "municipality"},
        "to": {"service": "recipient", "organisation": "municipality"},
        "actor": {},
        "subjects": [{"ref": "pupil", "address": "unknown"}],
        "asked": [{"subject": "pupil", "category": "health"}],
        "consents": [],
        "policy": {},
        "conditions": {},
    }


def test_how_the_services_belong_together_is_told_by_their_ids() -> None:
    same, office, apart = (case_of(together=word) for word in ("service", "office", "apart"))
    assert (same.sender.service, same.sender.organisation) == (same.recipient.service, same.recipient.organisation)
    assert (office.sender.office, office.sender.service) == (office.recipient.office, "sender")
    assert (apart.sender.organisation, apart.recipient.organisation) == ("municipality", "elsewhere")
    assert same.consents[0].recipient == same.recipient


def test_each_person_has_their_own_answer() -> None:
    terms = case_of(age="16", self_answer="refused", guardian_1_answer="withdrew").consents[0]
    assert (terms.signed, terms.refused, terms.withdrawn) == (
        frozenset({"guardian_1", "guardian_2"}),
        frozenset({"pupil"}),
        frozenset({"guardian_1"}),
    )
    adult = case_of(age="18", self_answer="signed", guardian_1="", guardian_2="")
    assert (adult.consents[0].subject, adult.consents[0].signed) == ("adult", frozenset({"adult"}))
    assert case_of(guardian_1_answer="", guardian_2_answer="").consents == ()
    assert case_of(guardian_1="", guardian_2_answer="").consents == ()


def test_guardians_are_who_they_are_said_to_be() -> None:
    changed = case_of(guardian_2="", guardian_3="appointed_guardian", guardian_3_cannot="threat", guardian_3_lives="no")
    first, third = changed.subjects[0].guardians
    assert (first.ref, first.kind, first.resident) == ("guardian_1", "holder", True)
    assert (third.ref, third.kind, third.resident, third.cannot_sign) == (
        "guardian_3",
        "appointed_guardian",
        False,
        "threat",
    )


def test_a_guardian_can_be_spoken_about_and_sign_for_that() -> None:
    silent = case_of(about_guardian="health")
    assert [terms.subject for terms in silent.consents] == ["pupil"]
    agreed = case_of(about_guardian="health", guardian_agrees="yes")
    assert [(terms.subject, terms.categories, terms.signed) for terms in agreed.consents][1:] == [
        ("guardian_1", frozenset({"health"}), frozenset({"guardian_1"}))
    ]


def test_a_consent_says_what_it_covers_which_way_and_how_it_was_given() -> None:
    terms = case_of(
        consent_about="attendance",
        consent_purpose="audit",
        consent_way="back",
        consent_state="expired",
        consent_form="oral",
        informed="no",
        explicit="yes",
    ).consents[0]
    assert (terms.categories, terms.explicit, terms.purpose) == (frozenset({"attendance"}),) * 2 + ("audit",)
    assert (terms.sender.service, terms.recipient.service) == ("recipient", "sender")
    assert (terms.state, terms.form, terms.language_ok) == ("expired", "oral", False)


def test_what_the_municipality_has_chosen_is_in_the_case() -> None:
    policy = case_of(
        switches="givers_task",
        entered="NO-FVL-2025",
        oral="yes",
        one_guardian="yes",
        custody_beside_youth="no",
        objection_age="10",
        months="6",
    ).policy
    assert policy.switches == {"givers_task"}
    assert list(policy.entered) == ["NO-FVL-2025"]
    assert (policy.form, policy.guardians) == ("oral_minuted", "resident_holder")
    assert (policy.child_objection_from_age, policy.consent_at_most_months) == (10, 6)
    assert policy.custody_holders_with_youth_for_sensitivity_3 is False


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"about": ""}, "about", "too_few"),
        ({"about_guardian": "health", "guardian_1": ""}, "guardian_1", "required"),
        ({"sender": "family_department"}, "sender", "not_a_choice"),
        ({"jurisdiction": "DNK"}, "recipient", "not_a_choice"),
    ],
)
def test_what_does_not_fit_together_is_named(changes: dict[str, str], field: str, code: str) -> None:
    with pytest.raises(Invalid) as wrong:
        asking_of(EXAMPLES[0].path, **changes).check()
    assert [(one.field, one.code) for one in wrong.value.fields] == [(field, code)]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("age", "131", "too_large"),
        ("age", "ten", "not_a_number"),
        ("at", "tomorrow", "not_a_date"),
        ("sender", "a_friend", "not_a_choice"),
        ("stated", "loa", "not_a_choice"),
        ("guardian_1", "uncle", "not_a_choice"),
        ("months", "13", "too_large"),
        ("name", "somebody", "unknown_field"),
    ],
)
def test_what_cannot_be_read_is_named(name: str, value: str, code: str) -> None:
    with pytest.raises(Invalid) as wrong:
        asking_of(EXAMPLES[0].path, **{name: value})
    assert [(one.field.split(".")[0], one.code) for one in wrong.value.fields] == [(name, code)]


def test_there_is_no_field_for_free_text() -> None:
    for name, field in Asking.model_fields.items():
        said = Asking.model_json_schema()["properties"][name]
        if "string" in str(said) and "enum" not in str(said) and "format" not in str(said) and "const" not in str(said):
            assert field.metadata or "Annotated" in str(field.annotation), name
            with pytest.raises(Invalid):
                asking_of(EXAMPLES[0].path, **{name: "Kari lives here"})


def test_the_form_begins_with_the_first_example() -> None:
    assert EXAMPLES[0].changes == {}
    assert decide_case(case_of()).permits
    assert set(FIRST) <= set(Asking.model_fields)
