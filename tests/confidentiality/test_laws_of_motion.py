"""What may never happen when something changes: no door opens because less is known, or because something ended."""

import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from confidentiality.book import BOOK
from confidentiality.decision import Asked, Decision, Result, decide, decide_anew
from confidentiality.facts import FACTS, PLACE, Facts, hidden_by_child_welfare, strict_address
from confidentiality.policy import SAFE, SWITCHES, Policy
from confidentiality.vocabulary import CATEGORIES, JURISDICTIONS, PURPOSES, Category, Jurisdiction, Term, kinds_of
from consent.case import Address, Case, Subject, decide_case
from consent.status import Party, State
from tests.confidentiality.made_up import CASE, CONSENT, GUARDIANS, HOMEWORK, HOUSING

pytestmark = pytest.mark.slow

OPEN = ("permit", "strip", "require")
AT = date(2026, 9, 1)
POLICIES = (
    SAFE,
    Policy(switches=frozenset(SWITCHES)),
    Policy(switches=frozenset(SWITCHES), entered={"NO-FVL-2025": AT, "NO-BL-2025": AT}),
)


TROUBLE = [
    "related_to_subject",
    "special_circumstances",
    "strict_address",
    "confidential_address",
    "hidden_by_child_welfare",
    "consent_set_aside_by_order",
    "service_closed",
    "child_objects",
    "holder_cannot_sign",
    "subject_is_adult",
    "concern_for_child",
]
CALM = "".join("n" if fact.code in TROUBLE else "y" for fact in FACTS)


def _question(
    where: Jurisdiction,
    way: tuple[int, int],
    purpose: Term,
    category: Category,
    calm: str,
    changes: list[tuple[int, str]],
    policy: Policy,
) -> tuple[Asked, Policy]:
    letters = list(calm)
    for place, letter in changes:
        letters[place] = letter
    kinds = kinds_of(where)
    sender, recipient = kinds[way[0] % len(kinds)], kinds[way[1] % len(kinds)]
    facts = Facts("pupil", sender, recipient, purpose.code, category.code, "".join(letters), ("signature(guardian_2)",))
    return Asked(where, AT, (facts,)), policy


QUESTIONS = st.builds(
    _question,
    st.sampled_from(JURISDICTIONS),
    st.tuples(st.integers(0, 17), st.integers(0, 17)),
    st.sampled_from(PURPOSES),
    st.sampled_from(CATEGORIES),
    st.sampled_from((CALM, CALM, "u" * len(FACTS))),
    st.lists(st.tuples(st.integers(0, len(FACTS) - 1), st.sampled_from("ynu")), max_size=12),
    st.sampled_from(POLICIES),
)
"""Any question at all; most letters are calm, so that doors are often open."""


#: Own work would be permitted, but not this to volunteers; only the emergency opens that.
_EMERGENCY_FACTS = Facts("pupil", "school", "volunteer_org", "emergency", "national_id", CALM, ())
EMERGENCY_BESIDE_OWN_WORK = (Asked("DNK", AT, (_EMERGENCY_FACTS,)), SAFE)


def result_of(asked: Asked, policy: Policy) -> Result:
    return decide(asked, BOOK, policy).results[0]


def with_facts(asked: Asked, **changes: object) -> Asked:
    return replace(asked, items=(replace(asked.items[0], **changes),))  # type: ignore[arg-type]  # the changes are named by the test


@given(QUESTIONS, st.sets(st.integers(0, len(FACTS) - 1), min_size=1))
@settings(max_examples=250)
def test_knowing_less_never_opens_a_door_except_that_a_report_is_never_stopped(
    question: tuple[Asked, Policy], forgotten: set[int]
) -> None:
    asked, policy = question
    before = result_of(asked, policy)
    letters = "".join("u" if place in forgotten else each for place, each in enumerate(asked.items[0].answers))
    after = result_of(with_facts(asked, answers=letters), policy)
    assert set(before.strip) <= set(after.strip)
    if before.result not in OPEN and after.result in OPEN:
        assert after.result == "require"
        assert before.result == "manual"
        assert "NO-B-10" in before.rules


@given(QUESTIONS, st.sampled_from(("sender", "recipient", "purpose")))
@settings(max_examples=150)
def test_not_knowing_who_or_what_for_never_opens_a_door(question: tuple[Asked, Policy], word: str) -> None:
    asked, policy = question
    before = result_of(asked, policy)
    after = result_of(with_facts(asked, **{word: None}), policy)
    assert after.result not in OPEN or before.result in OPEN


@given(QUESTIONS)
@example(EMERGENCY_BESIDE_OWN_WORK)
@settings(max_examples=250)
def test_a_forbid_always_wins_over_a_permit(question: tuple[Asked, Policy]) -> None:
    asked, policy = question
    result = result_of(asked, policy)
    spoke = [BOOK.rule(code) for code in (*result.rules, *result.beaten)]
    forbids = [rule for rule in spoke if rule.effect == "forbid" and rule.tier < 2]
    if any(rule.unbeaten for rule in forbids):
        assert result.result == "refuse"
    elif forbids and result.result in ("permit", "strip"):
        assert {rule.code for rule in forbids} == {"B-17"}
        assert {BOOK.rule(code).effect for code in result.rules if BOOK.rule(code).tier == 3} == {"permit_override"}
        assert result.basis == "emergency"


@given(QUESTIONS)
@settings(max_examples=250)
def test_a_duty_is_stopped_by_nothing_but_who_is_speaking(question: tuple[Asked, Policy]) -> None:
    asked, policy = question
    result = result_of(asked, policy)
    if any(BOOK.rule(code).effect == "require" for code in (*result.rules, *result.beaten)):
        if result.result == "refuse":
            assert {"G-00", "G-02"} & set(result.rules)
        elif result.result == "manual":
            assert "NO-B-10" in result.rules
        else:
            assert result.result == "require"


@given(QUESTIONS)
@settings(max_examples=250)
def test_every_refusal_names_a_rule_and_a_way_forward_unless_that_reveals_somebody(
    question: tuple[Asked, Policy],
) -> None:
    asked, policy = question
    result = result_of(asked, policy)
    assert result.rules
    if result.result not in OPEN and not result.missing and not result.offers:
        hidden = [asked.items[0].answers[PLACE[fact.code]] for fact in (strict_address, hidden_by_child_welfare)]
        assert {"y", "u"} & set(hidden)


@given(QUESTIONS)
@settings(max_examples=150)
def test_the_same_facts_give_the_same_bytes_and_a_stored_decision_is_made_again(question: tuple[Asked, Policy]) -> None:
    asked, policy = question
    first, second = decide(asked, BOOK, policy), decide(asked, BOOK, policy)
    stored = json.dumps(first.compact(), sort_keys=True)
    assert stored == json.dumps(second.compact(), sort_keys=True)
    assert decide_anew(json.loads(stored), BOOK, policy) == first


# Whole cases ---------------------------------------------------------------------------------------------------------


def _case(  # noqa: PLR0917  # each argument is one thing that a law of motion moves
    age: int,
    address: Address,
    heard: bool | None,
    flags: frozenset[str],
    way: tuple[Party, str],
    categories: frozenset[str],
    signed: frozenset[str],
    explicit: bool,
    state: State,
) -> Case:
    recipient, purpose = way
    terms = replace(
        CONSENT,
        recipient=recipient,
        purpose=purpose,
        categories=categories,
        explicit=categories if explicit else None,
        signed=signed,
        state=state,
    )
    return replace(
        CASE,
        recipient=recipient,
        purpose=purpose,
        subjects=(Subject("pupil", age, address, GUARDIANS, heard=heard, flags=flags),),
        asked=tuple(("pupil", each) for each in sorted(categories)),
        consents=(terms,),
    )


def _some(*values: str) -> list[frozenset[str]]:
    return [frozenset(some) for size in range(1, len(values) + 1) for some in combinations(values, size)]


CASES = st.builds(
    _case,
    st.integers(0, 25),
    st.sampled_from(("none", "none", "none", "confidential", "unknown")),
    st.sampled_from((True, True, False, None)),
    st.sampled_from((frozenset(), frozenset({"child_objects"}))),
    st.sampled_from(((HOUSING, "coordinated_support"), (HOMEWORK, "homework_support_referral"))),
    st.sampled_from(_some("academic_need", "wellbeing_social", "health")),
    st.sampled_from((*_some("pupil", "guardian_1", "guardian_2"), frozenset({"pupil", "guardian_1", "guardian_2"}))),
    st.booleans(),
    st.sampled_from(("given", "given", "given", "suspended")),
)
"""A pupil of any age, signed for by anybody, in many states, between services of the story."""


def opened(decision: Decision) -> set[str]:
    return {each.category for each in decision.results if each.result in OPEN}


@given(CASES, st.sampled_from(("withdrawn", "expired", "closed", "stale", "refused", "invalidated", "a_category")))
@settings(max_examples=150)
def test_withdrawing_expiring_or_closing_never_opens_a_door_and_shuts_those_that_rest_on_it(
    case: Case, ending: str
) -> None:
    terms = case.consents[0]
    ended = {
        "withdrawn": replace(case, consents=(replace(terms, withdrawn=frozenset({"guardian_1"})),)),
        "expired": replace(case, at=date(2027, 8, 1)),
        "closed": replace(case, recipient=replace(case.recipient, closed=True)),
        "stale": replace(case, lookup="stale"),
        "refused": replace(case, consents=(replace(terms, state="refused"),)),
        "invalidated": replace(case, consents=(replace(terms, state="invalidated"),)),
        "a_category": replace(case, consents=(replace(terms, withdrawn_categories=terms.categories),)),
    }[ending]
    assert opened(decide_case(ended)) == set()


@given(CASES, st.sampled_from((7, 12, 15, 18)))
@settings(max_examples=250)
def test_passing_an_age_border_opens_nothing_unless_the_person_has_signed(case: Case, border: int) -> None:
    before = replace(case, subjects=(replace(case.subjects[0], age=border - 1),))
    after = replace(case, subjects=(replace(case.subjects[0], age=border),))
    newly_open = opened(decide_case(after)) - opened(decide_case(before))
    if newly_open:
        assert "pupil" in case.consents[0].signed


@given(CASES, st.integers(-400, 800))
@settings(max_examples=100)
def test_a_consent_counts_on_its_days_only(case: Case, days: int) -> None:
    day = date(2026, 9, 1) + timedelta(days=days)
    decision = decide_case(replace(case, at=day))
    if opened(decision):
        assert date(2026, 8, 20) <= day <= date(2027, 7, 31)


def test_the_ordinary_case_is_open_so_that_these_laws_say_something() -> None:
    assert decide_case(CASE).permits
