"""Who must sign, by age, topic, sensitivity, guardianship, policy and country, and what the child must be told."""

from dataclasses import replace

import pytest

from confidentiality.policy import SAFE, Policy
from confidentiality.vocabulary import CATEGORIES, EDUCATION_CATEGORIES, Jurisdiction
from consent.signers import (
    AGE_EVENTS,
    Guardian,
    Signers,
    Topic,
    age_events,
    required_signers,
    sensitivity_of,
    topic_of_consent,
)

MOTHER = Guardian("guardian_1", "holder", resident=True)
FATHER = Guardian("guardian_2", "holder", resident=False)
BOTH = (MOTHER, FATHER)
RESIDENT = Policy(guardians="resident_holder")
TWO = ("guardian_1", "guardian_2")


def signers(
    age: int | None,
    topic: Topic = "other",
    *,
    country: Jurisdiction = "NOR",
    guardians: tuple[Guardian, ...] = BOTH,
    sensitivity: int = 1,
    recipient: str = "housing_social",
    policy: Policy = SAFE,
    in_care: bool = False,
    youth_objects_to_informing: bool = False,
) -> Signers:
    return required_signers(
        jurisdiction=country,
        subject="pupil",
        age=age,
        guardians=guardians,
        topic=topic,
        sensitivity=sensitivity,
        sender="school",
        recipient=recipient,
        policy=policy,
        in_care=in_care,
        youth_objects_to_informing=youth_objects_to_informing,
    )


NORWAY: list[tuple[int, Topic, str, tuple[str, ...]]] = [
    (0, "other", "housing_social", TWO),
    (6, "education", "homework_municipal", TWO),
    (14, "education", "homework_municipal", TWO),
    (15, "education", "homework_municipal", ("pupil",)),
    (17, "education", "homework_municipal", ("pupil",)),
    (15, "other", "housing_social", ("pupil", *TWO)),
    (17, "other", "housing_social", ("pupil", *TWO)),
    (15, "health", "health_service", ("pupil", *TWO)),
    (16, "health", "health_service", ("pupil",)),
    (17, "health", "housing_social", ("pupil", *TWO)),
    (18, "other", "housing_social", ("pupil",)),
    (97, "health", "housing_social", ("pupil",)),
]


@pytest.mark.parametrize(("age", "topic", "recipient", "required"), NORWAY)
def test_norway(age: int, topic: Topic, recipient: str, required: tuple[str, ...]) -> None:
    assert signers(age, topic, recipient=recipient).required == required


DENMARK: list[tuple[int, int, Policy, tuple[str, ...]]] = [
    (14, 1, SAFE, TWO),
    (15, 1, SAFE, ("pupil",)),
    (15, 2, SAFE, ("pupil",)),
    (17, 3, SAFE, ("pupil", *TWO)),
    (17, 3, Policy(custody_holders_with_youth_for_sensitivity_3=False), ("pupil",)),
    (18, 3, SAFE, ("pupil",)),
]


@pytest.mark.parametrize(("age", "sensitivity", "policy", "required"), DENMARK)
def test_denmark(age: int, sensitivity: int, policy: Policy, required: tuple[str, ...]) -> None:
    assert signers(age, country="DNK", sensitivity=sensitivity, policy=policy).required == required


HEARD: list[tuple[Jurisdiction, int, str, bool, bool]] = [
    ("NOR", 6, "if_able", True, False),
    ("NOR", 7, "age_and_maturity", True, True),
    ("NOR", 11, "age_and_maturity", True, True),
    ("NOR", 12, "great", True, True),
    ("NOR", 14, "great", True, True),
    ("NOR", 15, "own_signature", False, False),
    ("NOR", 18, "own_signature", False, False),
    ("DNK", 3, "age_and_maturity", True, True),
    ("DNK", 12, "great", True, True),
    ("DNK", 15, "own_signature", False, False),
]


@pytest.mark.parametrize(("country", "age", "weight", "inform", "hear"), HEARD)
def test_how_the_child_is_told_and_heard(
    country: Jurisdiction, age: int, weight: str, inform: bool, hear: bool
) -> None:
    found = signers(age, country=country)
    assert (found.weight, found.inform_child, found.hear_child) == (weight, inform, hear)


def test_an_unknown_age_lets_nobody_give_the_consent() -> None:
    assert signers(None) == Signers(("pupil",), (), ("age",), (), inform_child=True, hear_child=True, weight="great")


def test_guardians_are_told_of_what_a_youth_signs_alone_unless_the_youth_objects_or_they_are_a_danger() -> None:
    assert signers(15, "education").informed == TWO
    assert signers(15, "education", youth_objects_to_informing=True).informed == ()
    assert signers(15, "education", guardians=(MOTHER, replace(FATHER, cannot_sign="threat"))).informed == (
        "guardian_1",
    )
    assert signers(15, "other").informed == ()


GUARDIANSHIP: list[tuple[str, tuple[Guardian, ...], Topic, bool, tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = [
    ("sole", (MOTHER,), "other", False, ("guardian_1",), (), ()),
    (
        "without",
        (MOTHER, replace(FATHER, kind="parent_without_responsibility")),
        "other",
        False,
        ("guardian_1",),
        (),
        (),
    ),
    ("unknown kind", (MOTHER, replace(FATHER, kind=None)), "other", False, TWO, (), ()),
    (
        "unreachable",
        (MOTHER, replace(FATHER, cannot_sign="unreachable")),
        "other",
        False,
        ("guardian_1",),
        ("guardian_2",),
        (),
    ),
    ("all threats", (replace(MOTHER, cannot_sign="threat"),), "other", False, (), ("guardian_1",), ("guardianship",)),
    ("nobody", (), "other", False, (), (), ("guardianship",)),
    ("appointed", (Guardian("guardian_3", "appointed_guardian"),), "other", False, ("guardian_3",), (), ()),
    ("holders first", (MOTHER, Guardian("guardian_3", "appointed_guardian")), "other", False, ("guardian_1",), (), ()),
    ("foster carers do not sign", (Guardian("guardian_3", "foster_carer"),), "other", False, (), (), ("guardianship",)),
    ("care, school", (*BOTH, Guardian("welfare", "child_welfare")), "education", True, ("welfare",), (), ()),
    ("care, other", (*BOTH, Guardian("welfare", "child_welfare")), "other", True, ("welfare", *TWO), (), ()),
    ("care by kind", (*BOTH, Guardian("welfare", "child_welfare")), "education", False, ("welfare",), (), ()),
    ("care, not named", BOTH, "education", True, (), (), ("guardianship",)),
]


@pytest.mark.parametrize(
    ("guardians", "topic", "in_care", "required", "excused", "lacking"),
    [each[1:] for each in GUARDIANSHIP],
    ids=[each[0] for each in GUARDIANSHIP],
)
def test_guardianship(
    guardians: tuple[Guardian, ...],
    topic: Topic,
    in_care: bool,
    required: tuple[str, ...],
    excused: tuple[str, ...],
    lacking: tuple[str, ...],
) -> None:
    found = signers(10, topic, guardians=guardians, in_care=in_care)
    assert (found.required, found.excused, found.lacking) == (required, excused, lacking)


@pytest.mark.parametrize("recipient", ["homework_municipal", "library", "housing_social"])
def test_the_resident_parent_alone_where_policy_says_so(recipient: str) -> None:
    assert signers(10, recipient=recipient, policy=RESIDENT).required == ("guardian_1",)
    assert signers(10, recipient=recipient).required == TWO


def test_where_the_resident_parent_is_never_enough() -> None:
    assert signers(10, recipient="nav_social", policy=RESIDENT).required == TWO
    assert signers(10, sensitivity=2, policy=RESIDENT).required == TWO
    nobody_knows = (replace(MOTHER, resident=None), replace(FATHER, resident=None))
    assert signers(10, guardians=nobody_knows, policy=RESIDENT).required == TWO
    assert signers(15, policy=RESIDENT).required == ("pupil", "guardian_1")


def cited(found: Signers) -> list[str]:
    return [f"{place.act} {place.section}" for place in found.law]


def test_the_law_behind_it_is_told() -> None:
    assert cited(signers(10)) == ["NO-BL-1981 30", "NO-BL-1981 31"]
    assert cited(signers(10, policy=RESIDENT)) == ["NO-BL-1981 37", "NO-BL-1981 31"]
    assert cited(signers(10, in_care=True)) == ["NO-OPPL-2023 24-4", "NO-BL-1981 31"]
    assert cited(signers(15, "education")) == ["NO-OPPL-2023 24-5", "NO-BL-1981 32"]
    assert cited(signers(15)) == ["NO-BL-1981 30", "NO-BL-1981 31", "NO-BL-1981 33", "NO-VGML 9"]
    assert cited(signers(16, "health", recipient="health_service")) == ["NO-PBRL 3-4", "NO-PBRL 4-3"]
    assert cited(signers(18)) == ["NO-VGML 9"]
    assert cited(signers(10, country="DNK")) == ["DK-FAL 3"]
    assert cited(signers(15, country="DNK")) == ["DK-DPA "]
    assert cited(signers(15, country="DNK", sensitivity=3)) == ["DK-FAL 3"]
    assert cited(signers(18, country="DNK")) == []


def test_the_topic_is_that_of_the_whole_consent() -> None:
    assert topic_of_consent("homework_support_referral", EDUCATION_CATEGORIES) == "education"
    assert topic_of_consent("homework_support_follow_up", ("attendance",)) == "education"
    assert topic_of_consent("homework_support_referral", ("attendance", "wellbeing_social")) == "other"
    assert topic_of_consent("coordinated_support", ("academic_need",)) == "other"
    assert topic_of_consent("coordinated_support", ("health",)) == "health"
    assert topic_of_consent("coordinated_support", ("health", "attendance")) == "other"
    assert topic_of_consent("homework_support_referral", ()) == "other"
    assert topic_of_consent(None, ()) == "other"


def test_the_sensitivity_is_the_highest_and_the_unknown_is_the_highest_of_all() -> None:
    for category in CATEGORIES:
        assert sensitivity_of((category.code,)) == category.sensitivity
    assert sensitivity_of(("academic_need", "attendance")) == 2
    assert sensitivity_of(()) == 3
    assert sensitivity_of(("something",)) == 3


def test_every_age_border_passed_is_an_event() -> None:
    assert [each.turns for each in age_events("NOR", 6, 7)] == [7]
    assert [each.turns for each in age_events("NOR", 7, 11)] == []
    assert [each.turns for each in age_events("NOR", 0, 18)] == [7, 12, 15, 18]
    assert [each.turns for each in age_events("DNK", 6, 18)] == [15, 18]
    assert [each.action for each in AGE_EVENTS][2] == "suspend_education_scope_until_youth_confirms"
