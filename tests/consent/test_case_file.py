# ruff: noqa: E501  # A row is one line: what stands in the file, what is put there instead, and what is said about it.
"""A case file that cannot be read: one line with file, line, word and the nearest known word."""

from pathlib import Path

import pytest

from cli.rules import CaseFileUnreadable, read_case
from consent.case import decide_case
from consent.case_file import CaseNotUnderstood, case_from, said_place

GOOD = (Path(__file__).parents[1] / "confidentiality" / "cases" / "c08-01.yaml").read_text(encoding="utf-8")

WRONG = [
    ("jurisdiction: NOR", "jurisdiction: NO", 2, "jurisdiction: a jurisdiction is meant here, not the boolean false (quote a word such as 'NO'); the nearest known word is 'NOR'"),
    ("jurisdiction: NOR", "jurisdiction: NORWAY", 2, "jurisdiction: 'NORWAY' is not a known jurisdiction; the nearest known word is 'NOR'"),
    ("jurisdiction: NOR\n", "", 1, "jurisdiction: `jurisdiction` is missing"),
    ("at: 2026-09-01\n", "", 1, "at: a date is missing: `at: 2026-09-01`"),
    ("at: 2026-09-01", "at: 1 September", 3, "at: a date such as 2026-09-01 is meant here, not '1 September'"),
    ("at: 2026-09-01", "at: 2026-13-41", 3, "'2026-13-41' cannot be read"),
    ("kind: housing_social", "kind: housing_socal", 5, "to.kind: 'housing_socal' is not a known kind of service; the nearest known word is 'housing_social'"),
    ("kind: housing_social", "kind: family_department", 5, "to.kind: 'family_department' is not a known kind of service; the nearest known word is"),
    ("age: 10", "age: 210", 11, "subjects[0].age: an age in whole years from 0 to 130 is meant here, not 210"),
    ("age: 10", "age: -1", 11, "subjects[0].age: an age in whole years from 0 to 130 is meant here, not -1"),
    ("age: 10", "age: true", 11, "subjects[0].age: an age in whole years from 0 to 130 is meant here, not the boolean true"),
    ("age: 10", "age: ten", 11, "subjects[0].age: an age in whole years from 0 to 130 is meant here, not 'ten'"),
    ("ref: pupil", "ref: Kari Nordmann", 10, "subjects[0].ref: a short ref without blanks is meant here, never a name, not 'Kari Nordmann'"),
    ("heard: true", "heard: perhaps", 13, "subjects[0].heard: true, false or unknown is meant here, not 'perhaps'"),
    ("relation: none", "relation: auntie", 6, "actor.relation: 'auntie' is not a known relation; the nearest known word is 'aunt'"),
    ("sign_in: high", "sign_in: yes", 6, "actor.sign_in: a strength of sign-in is meant here, not the boolean true"),
    ("purpose: coordinated_support\nsubjects", "purpose: homework\nsubjects", 8, "purpose: 'homework' is not a known purpose; the nearest known word is"),
    ("category: academic_need", "category: acedemic_need", 18, "asked[0].category: 'acedemic_need' is not a known category; the nearest known word is 'academic_need'"),
    ("{subject: pupil, category: academic_need}\n", "{subject: pupl, category: academic_need}\n", 18, "asked[0].subject: 'pupl' is not a known person of this case; the nearest known word is 'pupil'"),
    ("lookup: ok", "lookup: fine", 37, "lookup: 'fine' is not a known outcome of a look-up; the nearest known word is"),
    ("lookup: ok", "look_up: ok", 37, "look_up: 'look_up' is not a known key; the nearest known word is 'lookup'"),
    ("conditions: {}", "conditions: {needed_for_tasks: true}", 36, "conditions.needed_for_tasks: 'needed_for_tasks' is not a known key; the nearest known word is 'needed_for_task'"),
    ("conditions: {}", "conditions: {consent: true}", 36, "conditions.consent: 'consent' is not a known key"),
    ("policy: {}", "policy: {ssd_meetings: true}", 35, "policy.ssd_meetings: 'ssd_meetings' is not a known key; the nearest known word is 'ssd_meeting'"),
    ("policy: {}", "policy: [ssd_meeting]", 35, "policy: a mapping of keys is meant here, not ['ssd_meeting']"),
    ("policy: {}", "policy: {entered: {NO-FVL-1967: 2026-01-01}}", 35, "policy.entered.NO-FVL-1967: 'NO-FVL-1967' is not a known key; the nearest known word is 'NO-FVL-2025'"),
    ("policy: {}", "policy: {switches: [spp]}", 35, "policy.switches[0]: 'spp' is not a known switch; the nearest known word is 'ssp'"),
    ("state: given", "state: revoked", 32, "consents[0].state: 'revoked' is not a known state of a consent; the nearest known word is"),
    ("signed: [guardian_1, guardian_2]", "signed: guardian_1", 27, "consents[0].signed: a list is meant here, not 'guardian_1'"),
    ("form: written", "form: fax", 34, "consents[0].form: 'fax' is not a known form; the nearest known word is"),
    ("explicit: false", "explicit: sometimes", 26, "consents[0].explicit: true, false or unknown is meant here, not 'sometimes'"),
    ("title: A", "- title: A", 2, "not YAML or JSON"),
    ("at: 2026-09-01", "at: 2026-09-01\nat: 2026-09-02", 4, "the key 'at' is there twice or is not a word"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("right", "wrong", "line", "problem"), WRONG, ids=[str(number) for number in range(len(WRONG))]
)
def test_one_line_says_where_and_what(tmp_path: Path, right: str, wrong: str, line: int, problem: str) -> None:
    assert right in GOOD
    path = tmp_path / "case.yaml"
    path.write_text(GOOD.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(CaseFileUnreadable) as unreadable:
        read_case(path)
    message = str(unreadable.value)
    assert "\n" not in message
    assert message.startswith(f"{path}:{line}: {problem}")


def test_a_file_that_is_no_case(tmp_path: Path) -> None:
    for content, problem in (
        (b"", "a case is a mapping"),
        (b"[]", "a case is a mapping"),
        (b"\xff\xfe\xfa", "the file is not UTF-8 text"),
        (b"a: [1", "not YAML or JSON"),
        (b"\x00", "not YAML or JSON"),
        (b"x" * 1_000_001, "the file is larger than"),
        (b"a: " + b"{a: " * 13 + b"1" + b"}" * 13, "nested too deeply"),
        (b"? [a]\n: 1", "is there twice or is not a word"),
    ):
        path = tmp_path / "case.yaml"
        path.write_bytes(content)
        with pytest.raises(CaseFileUnreadable, match=problem):
            read_case(path)
    with pytest.raises(CaseFileUnreadable, match="the file cannot be read"):
        read_case(tmp_path / "nowhere.yaml")


def test_the_same_case_as_json_with_tabs(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_text(
        '{\n\t"jurisdiction": "NOR",\n\t"at": "2026-09-01",\n\t"from": {"kind": "school"},\n\t"asked": []\n}',
        encoding="utf-8",
    )
    case, _ = read_case(path)
    assert (case.jurisdiction, case.sender.kind, case.asked) == ("NOR", "school", ())
    assert not decide_case(case).permits


def test_null_and_unknown_and_left_out_are_the_same() -> None:
    bare = {"jurisdiction": "NOR", "at": "2026-09-01", "asked": []}
    for value in (None, "unknown"):
        said = {
            **bare,
            "purpose": value,
            "lookup": value,
            "recipient_declaration": value,
            "subjects": value,
            "actor": value,
        }
        assert case_from(said) == case_from(bare)


def test_a_policy_in_a_case_is_the_safe_one_changed() -> None:
    def policy_of(**policy: object) -> object:
        return case_from({"jurisdiction": "NOR", "at": "2026-09-01", "asked": [], "policy": policy}).policy

    on = policy_of(ssp=True)
    assert on == policy_of(switches=["ssp"]) == policy_of(switches={"ssp": True, "ssd_meeting": False})
    assert on == policy_of(enabled=["DK-P-32"]) == policy_of(**{"DK-P-32": True, "DK-P-31": False})
    assert policy_of(form="oral_minuted") == policy_of(form_required="oral")
    assert policy_of(guardians="resident_holder") == policy_of(resident_holder_ok=True)
    pair = {"from": "a", "to": "b", "purpose": "audit"}
    assert policy_of(pairs=[pair]) == policy_of(same_body_pairs=[pair])
    assert policy_of(pairs=[pair]) != policy_of(same_body_pairs=True)
    for changed in (
        {"child_objection_from_age": 14},
        {"consent_at_most_months": 6},
        {"custody_holders_with_youth_for_sensitivity_3": False},
        {"entered": {"NO-BL-2025": "2027-01-01"}},
    ):
        assert policy_of(**changed) != policy_of()


def test_a_consent_names_a_service_by_its_id_its_kind_or_a_mapping() -> None:
    def sender_of(said: object) -> object:
        data = {
            "jurisdiction": "NOR",
            "at": "2026-09-01",
            "from": {"kind": "school", "service": "school_5a", "organisation": "town"},
            "to": {"kind": "housing_social", "service": "north", "organisation": "town"},
            "asked": [],
            "consents": [{"subject": "pupil", "from": said}],
        }
        return case_from(data).consents[0].sender

    assert sender_of("school_5a") == sender_of("school")
    assert sender_of({"kind": "school", "service": "school_5a", "organisation": "town"}) == sender_of("school")
    assert getattr(sender_of("school_5b"), "service") == "school_5b"  # noqa: B009  # The value is typed as object here.
    assert sender_of("north") == sender_of("housing_social")


def test_a_place_is_written_as_a_reader_would() -> None:
    assert said_place(("subjects", 0, "guardians", 1, "kind")) == "subjects[0].guardians[1].kind"
    assert said_place(()) == "the case"
    with pytest.raises(CaseNotUnderstood, match="the case: a mapping of keys is meant here"):
        case_from([])


def test_a_case_is_about_a_page_and_no_list_in_it_is_longer() -> None:
    asked = [{"subject": "pupil", "category": "health"}]
    data = {"jurisdiction": "NOR", "at": "2026-09-01", "subjects": [{"ref": "pupil"}]}
    assert len(case_from({**data, "asked": asked * 100}).asked) == 100
    with pytest.raises(CaseNotUnderstood, match="asked: at most 100 are read here, not 101"):
        case_from({**data, "asked": asked * 101})


def test_the_nearest_known_word_is_told_apart() -> None:
    with pytest.raises(CaseNotUnderstood) as wrong:
        case_from({"jurisdiction": "NRO"})
    assert (wrong.value.nearest, wrong.value.place) == ("NOR", ("jurisdiction",))
    assert wrong.value.problem == "'NRO' is not a known jurisdiction; the nearest known word is 'NOR'"
    with pytest.raises(CaseNotUnderstood) as wrong:
        case_from({"jurisdiction": "NOR"})
    assert wrong.value.nearest == ""
