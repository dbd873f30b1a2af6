"""From a case to facts: what is said, what follows, and what nobody said."""

from dataclasses import replace
from datetime import date

import pytest

from confidentiality.answer import NO, UNKNOWN, YES, Answer
from confidentiality.facts import FACT, FACTS
from confidentiality.policy import Policy
from consent.case import CLOSE_FAMILY, OTHER_CLOSENESS, STATED, ActorInCase, Case, Subject, decide_case, facts_of
from consent.status import Party
from tests.confidentiality.made_up import CASE, CONSENT, HOUSING, SCHOOL, case, consent, pupil

NOTHING_SAID = Case(
    jurisdiction="NOR",
    at=date(2026, 9, 1),
    sender=Party(None),
    recipient=Party(None),
    actor=ActorInCase(),
    purpose=None,
    subjects=(Subject("pupil"),),
    asked=(("pupil", "academic_need"),),
)


def fact(code: str, about: Case) -> Answer:
    return facts_of(about).items[0].answer(FACT[code])


def test_what_a_case_does_not_say_is_unknown_and_opens_nothing() -> None:
    facts = facts_of(NOTHING_SAID).items[0]
    known = {each.code: facts.answer(each) for each in FACTS if facts.answer(each) is not UNKNOWN}
    assert known == {
        "protection_status": NO,
        "consent_set_aside_by_order": NO,
        "service_closed": NO,
        "child_objects": NO,
        "holder_cannot_sign": NO,
        "consent": NO,
        "explicit_per_category": NO,
    }
    result = decide_case(NOTHING_SAID).results[0]
    assert result.result == "refuse"
    assert {"loa", "declaration", "membership", "impartial_actor", "protection_status"} <= set(result.missing)
    assert {"stated_sender", "stated_recipient", "stated_purpose"} <= set(result.missing)


@pytest.mark.parametrize(
    ("code", "about", "expected"),
    [
        ("loa", case(actor=ActorInCase("low")), NO),
        ("loa", case(actor=ActorInCase("substantial")), YES),
        ("declaration", case(actor=ActorInCase(declaration=False)), NO),
        ("membership", case(actor=ActorInCase(member=True)), YES),
        ("related_to_subject", CASE, NO),
        ("special_circumstances", CASE, NO),
        ("service_closed", case(sender=replace(SCHOOL, closed=True)), YES),
        ("service_closed", case(recipient=replace(HOUSING, closed=True)), YES),
        ("same_service", CASE, NO),
        ("same_service", case(recipient=SCHOOL), YES),
        ("same_service", case(recipient=replace(SCHOOL, organisation="other")), NO),
        ("same_service", case(recipient=replace(SCHOOL, organisation=None)), UNKNOWN),
        ("same_office", CASE, UNKNOWN),
        ("same_office", case(sender=replace(SCHOOL, office="a"), recipient=replace(HOUSING, office="a")), YES),
        ("same_office", case(sender=replace(SCHOOL, office="a"), recipient=replace(HOUSING, office="b")), NO),
        ("same_municipality", CASE, YES),
        ("same_municipality", case(recipient=replace(HOUSING, organisation="other")), NO),
        ("pair_enabled", CASE, UNKNOWN),
        ("pair_enabled", case(conditions={"pair_enabled": False}), NO),
        ("recipient_declaration", case(recipient_declaration=True), YES),
        ("protection_status", CASE, YES),
        ("protection_status", case(lookup="stale"), NO),
        ("protection_status", case(subjects=(pupil(address="unknown"),)), NO),
        ("strict_address", CASE, NO),
        ("strict_address", case(lookup="failed"), UNKNOWN),
        ("strict_address", case(lookup="failed", subjects=(pupil(address="strict"),)), YES),
        ("confidential_address", case(subjects=(pupil(address="confidential"),)), YES),
        ("hidden_by_child_welfare", case(subjects=(pupil(address="hidden_by_child_welfare"),)), YES),
        ("subject_is_adult", CASE, NO),
        ("subject_is_adult", case(subjects=(pupil(age=18),)), YES),
        ("concern_for_child", CASE, UNKNOWN),
        ("concern_for_child", case(conditions={"concern_for_child": True}), YES),
        ("concern_for_child", case(subjects=(pupil(flags=frozenset({"concern_for_child"})),)), YES),
        ("consent_set_aside_by_order", case(subjects=(pupil(flags=frozenset({"consent_set_aside_by_order"})),)), YES),
        ("child_objects", case(subjects=(pupil(age=12, flags=frozenset({"child_objects"})),)), YES),
        ("child_objects", case(subjects=(pupil(age=11, flags=frozenset({"child_objects"})),)), NO),
        ("child_objects", case(subjects=(pupil(age=17, flags=frozenset({"child_objects"})),)), YES),
        ("child_objects", case(subjects=(pupil(age=18, flags=frozenset({"child_objects"})),)), NO),
        ("child_objects", case(subjects=(pupil(age=None, flags=frozenset({"child_objects"})),)), YES),
        ("needed_for_task", case(conditions={"needed_for_task": True}), YES),
        ("needed_for_task", CASE, UNKNOWN),
        ("consent", CASE, YES),
        ("consent", case(consents=()), NO),
        ("explicit_per_category", CASE, NO),
    ],
)
def test_a_fact_follows_from_what_is_said(code: str, about: Case, expected: Answer) -> None:
    assert fact(code, about) is expected


def test_kinship_disqualifies_and_other_closeness_is_weighed() -> None:
    for relation in CLOSE_FAMILY:
        about = case(actor=replace(CASE.actor, relation=relation))
        assert (fact("related_to_subject", about), fact("special_circumstances", about)) == (YES, NO)
    for relation in OTHER_CLOSENESS:
        about = case(actor=replace(CASE.actor, relation=relation))
        assert (fact("related_to_subject", about), fact("special_circumstances", about)) == (NO, YES)


def test_a_pair_is_opened_for_one_direction_and_one_purpose() -> None:
    pairs = frozenset({("school_5a", "team_north", "coordinated_support")})
    opened = case(policy=Policy(pairs=pairs))
    assert fact("pair_enabled", opened) is YES
    assert fact("pair_enabled", replace(opened, purpose="housing_follow_up")) is UNKNOWN
    assert fact("pair_enabled", replace(opened, sender=HOUSING, recipient=SCHOOL)) is UNKNOWN


def test_nobody_can_state_what_follows_from_the_rest() -> None:
    assert not {"loa", "consent", "strict_address", "protection_status", "same_service"} & set(STATED)
    stated = case(lookup="failed", conditions={"protection_status": True, "consent": True, "loa": True})
    assert fact("protection_status", stated) is NO


def test_of_several_consents_the_one_that_lacks_least_counts_and_among_those_the_explicit_one() -> None:
    short = consent(signed=frozenset({"guardian_1"}))
    explicit = consent(explicit=frozenset({"academic_need"}))
    for consents in ((short, CONSENT, explicit), (explicit, CONSENT, short), (CONSENT, short, explicit)):
        facts = facts_of(case(consents=consents)).items[0]
        assert (facts.answer(FACT["consent"]), facts.lacking) == (YES, ())
        assert facts.answer(FACT["explicit_per_category"]) is YES
    assert facts_of(case(consents=(short,))).items[0].lacking == ("signature(guardian_2)",)
    about_another = consent(subject="sibling")
    assert facts_of(case(consents=(about_another,))).items[0].lacking == (
        "signature(guardian_1)",
        "signature(guardian_2)",
    )


def test_a_guardian_who_is_not_described_is_an_adult_of_whom_nothing_is_known() -> None:
    facts = facts_of(case(asked=(("guardian_1", "economic_situation"), ("stranger", "economic_situation"))))
    guardian, stranger = facts.items
    assert guardian.lacking == ("signature(guardian_1)",)
    assert guardian.answer(FACT["subject_is_adult"]) is YES
    assert guardian.answer(FACT["protection_status"]) is NO
    assert stranger.lacking == ("signature(stranger)", "age")
    assert stranger.answer(FACT["subject_is_adult"]) is UNKNOWN


@pytest.mark.parametrize(
    ("changes", "open_door"),
    [
        ({"age": 10, "heard": True}, True),
        ({"age": 10, "heard": False}, False),
        ({"age": 10, "heard": None}, False),
        ({"age": 5, "heard": False}, True),
        ({"age": 5, "heard": None}, False),
        ({"age": 5, "heard": False, "flags": frozenset({"able_to_form_views"})}, False),
        ({"age": 7, "heard": True, "heard_at_age": 6}, False),
        ({"age": 7, "heard": True, "heard_at_age": 7}, True),
        ({"age": 12, "heard": True, "heard_at_age": 11}, False),
        ({"age": 12, "heard": True, "heard_at_age": 12}, True),
        ({"age": 6, "heard": True, "heard_at_age": 0}, True),
    ],
)
def test_the_child_has_its_say(changes: dict[str, object], open_door: bool) -> None:
    assert decide_case(case(subjects=(pupil(**changes),))).permits is open_door


def test_a_decision_holds_what_was_asked_and_is_found_by_subject_and_category() -> None:
    decision = decide_case(case(asked=(("pupil", "academic_need"), ("pupil", "health"))))
    assert not decision.permits
    assert not decision.permits_stripped
    assert decision.result_for("pupil", "academic_need").result == "permit"
    with pytest.raises(KeyError, match="attendance about pupil was not asked"):
        decision.result_for("pupil", "attendance")
    assert not decide_case(case(asked=())).permits
    assert not decide_case(case(asked=())).permits_stripped
    assert decide_case(CASE).permits
    assert decide_case(CASE).permits_stripped


def test_a_stripped_result_goes_only_without_the_fields() -> None:
    decided = {"decision_recorded": True, "second_approver": True}
    about = case(subjects=(pupil(address="confidential"),), asked=(("pupil", "identity_contact"),), conditions=decided)
    decision = decide_case(about)
    assert (decision.permits, decision.permits_stripped) == (False, True)
    assert decision.results[0].strip == tuple(f"identity_contact.{each}" for each in ("address", "school", "phone"))
