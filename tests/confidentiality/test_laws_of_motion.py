"""What may never happen when something changes: no door opens because less is known, or because something ended."""

import json
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from confidentiality.book import BOOK
from confidentiality.decision import Asked, Decision, Result, decide, decide_again
from confidentiality.facts import FACTS, PLACE, Facts, strict_address, hidden_by_child_welfare
from confidentiality.policy import SAFE, SWITCHES, Policy
from confidentiality.vocabulary import CATEGORIES, JURISDICTIONS, PURPOSES, kinds_of
from consent.case import ActorInCase, Case, Guardian, Subject, decide_case
from consent.status import ConsentTerms, Party
from tests.confidentiality.made_up import CASE, CONSENT, GUARDIANS, HOMEWORK, HOUSING, SCHOOL

OPEN = ("permit", "strip", "require")
AT = date(2026, 9, 1)
POLICIES = (
    SAFE,
    Policy(switches=frozenset(SWITCHES)),
    Policy(switches=frozenset(SWITCHES), entered={"NO-FVL-2025": AT, "NO-BL-2025": AT}),
)


@st.composite
def questions(draw: st.DrawFn) -> tuple[Asked, Policy]:
    """Any question at all; most letters are calm, so that doors are often open."""
    where = draw(st.sampled_from(JURISDICTIONS))
    calm = draw(st.sampled_from(("yyynnyynnnnnnnyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyynnyy"[: len(FACTS)], "u" * len(FACTS))))
    letters = list(calm.ljust(len(FACTS), "y"))
    for place in draw(st.lists(st.integers(0, len(FACTS) - 1), max_size=12)):
        letters[place] = draw(st.sampled_from("ynu"))
    facts = Facts(
        "pupil",
        draw(st.sampled_from(kinds_of(where))),
        draw(st.sampled_from(kinds_of(where))),
        draw(st.sampled_from(PURPOSES)).code,
        draw(st.sampled_from(CATEGORIES)).code,
        "".join(letters),
        ("signature(guardian_2)",),
    )
    return Asked(where, AT, (facts,)), draw(st.sampled_from(POLICIES))


def result_of(asked: Asked, policy: Policy) -> Result:
    return decide(asked, BOOK, policy).results[0]


def with_facts(asked: Asked, **changes: object) -> Asked:
    return replace(asked, items=(replace(asked.items[0], **changes),))  # type: ignore[arg-type]


@given(questions(), st.sets(st.integers(0, len(FACTS) - 1), min_size=1))
@settings(max_examples=1500)
def test_knowing_less_never_opens_a_door_except_that_a_report_is_never_stopped(question, forgotten):
    asked, policy = question
    before = result_of(asked, policy)
    letters = "".join("u" if place in forgotten else each for place, each in enumerate(asked.items[0].answers))
    after = result_of(with_facts(asked, answers=letters), policy)
    assert set(before.strip) <= set(after.strip)
    if before.result not in OPEN and after.result in OPEN:
        assert after.result == "require"
        assert before.result == "manual"
        assert "NO-B-10" in before.rules


@given(questions(), st.sampled_from(("sender", "recipient", "purpose")))
@settings(max_examples=600)
def test_not_knowing_who_or_what_for_never_opens_a_door(question, word):
    asked, policy = question
    before = result_of(asked, policy)
    after = result_of(with_facts(asked, **{word: None}), policy)
    assert after.result not in OPEN or before.result in OPEN


@given(questions())
@settings(max_examples=1500)
def test_a_forbid_always_wins_over_a_permit(question):
    asked, policy = question
    result = result_of(asked, policy)
    spoke = [BOOK.rule(code) for code in (*result.rules, *result.beaten)]
    forbids = [rule for rule in spoke if rule.effect == "forbid" and rule.tier < 2]
    if any(rule.unbeaten for rule in forbids):
        assert result.result == "refuse"
    elif forbids and result.result in ("permit", "strip"):
        assert {rule.code for rule in forbids} == {"B-17"}
        assert result.basis == "emergency"


@given(questions())
@settings(max_examples=1500)
def test_a_duty_is_stopped_by_nothing_but_who_is_speaking(question):
    asked, policy = question
    result = result_of(asked, policy)
    if any(BOOK.rule(code).effect == "require" for code in (*result.rules, *result.beaten)):
        if result.result == "refuse":
            assert {"G-00", "G-02"} & set(result.rules)
        elif result.result == "manual":
            assert "NO-B-10" in result.rules
        else:
            assert result.result == "require"


@given(questions())
@settings(max_examples=1500)
def test_every_refusal_names_a_rule_and_a_way_forward_unless_that_reveals_somebody(question):
    asked, policy = question
    result = result_of(asked, policy)
    assert result.rules
    if result.result not in OPEN and not result.missing and not result.offers:
        hidden = [asked.items[0].answers[PLACE[fact.code]] for fact in (strict_address, hidden_by_child_welfare)]
        assert {"y", "u"} & set(hidden)


@given(questions())
@settings(max_examples=600)
def test_the_same_facts_give_the_same_bytes_and_a_stored_decision_is_made_again(question):
    asked, policy = question
    first, second = decide(asked, BOOK, policy), decide(asked, BOOK, policy)
    stored = json.dumps(first.compact(), sort_keys=True)
    assert stored == json.dumps(second.compact(), sort_keys=True)
    assert decide_again(json.loads(stored), BOOK, policy) == first


# Whole cases ---------------------------------------------------------------------------------------------------------


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A pupil of any age, signed for by anybody, in many states, between services of the story."""
    refs = st.frozensets(st.sampled_from(("pupil", "guardian_1", "guardian_2")))
    categories = draw(st.frozensets(st.sampled_from(("academic_need", "wellbeing_social", "health")), min_size=1))
    recipient, purpose = draw(
        st.sampled_from(((HOUSING, "coordinated_support"), (HOMEWORK, "homework_support_referral")))
    )
    signed = draw(st.one_of(st.just(frozenset({"pupil", "guardian_1", "guardian_2"})), refs))
    pupil = Subject(
        "pupil",
        draw(st.integers(0, 25)),
        draw(st.sampled_from(("none", "none", "none", "confidential", "unknown"))),
        GUARDIANS,
        heard=draw(st.sampled_from((True, True, False, None))),
        flags=draw(st.sampled_from((frozenset(), frozenset({"child_objects"})))),
    )
    terms = replace(
        CONSENT,
        recipient=recipient,
        purpose=purpose,
        categories=categories,
        explicit=draw(st.sampled_from((None, categories))),
        signed=signed,
        state=draw(st.sampled_from(("given", "given", "given", "suspended"))),
    )
    return replace(
        CASE,
        jurisdiction="NOR",
        recipient=recipient,
        purpose=purpose,
        subjects=(pupil,),
        asked=tuple(("pupil", each) for each in sorted(categories)),
        consents=(terms,),
    )


def opened(decision: Decision) -> set[str]:
    return {each.category for each in decision.results if each.result in OPEN}


@given(cases(), st.sampled_from(("withdrawn", "expired", "closed", "stale", "refused", "invalidated", "a_category")))
@settings(max_examples=600)
def test_withdrawing_expiring_or_closing_never_opens_a_door_and_shuts_those_that_rest_on_it(case, ending):
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


@given(cases(), st.sampled_from((7, 12, 15, 18)))
@settings(max_examples=1500)
def test_passing_an_age_border_opens_nothing_unless_the_person_has_signed(case, border):
    before = replace(case, subjects=(replace(case.subjects[0], age=border - 1),))
    after = replace(case, subjects=(replace(case.subjects[0], age=border),))
    newly_open = opened(decide_case(after)) - opened(decide_case(before))
    if newly_open:
        assert "pupil" in case.consents[0].signed


@given(cases(), st.integers(-400, 800))
@settings(max_examples=400)
def test_a_consent_counts_on_its_days_only(case, days):
    day = date(2026, 9, 1) + timedelta(days=days)
    decision = decide_case(replace(case, at=day))
    if opened(decision):
        assert date(2026, 8, 20) <= day <= date(2027, 7, 31)


def test_the_ordinary_case_is_open_so_that_these_laws_say_something():
    assert decide_case(CASE).permits
    assert isinstance(CONSENT, ConsentTerms)
    assert isinstance(SCHOOL, Party)
    assert isinstance(CASE.actor, ActorInCase)
    assert all(isinstance(each, Guardian) for each in GUARDIANS)
