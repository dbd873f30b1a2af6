# ruff: noqa: E501  # A row is one line: the case, and everything that comes out of it.
"""The decision as a value: what it stores, how it is made again, and the phrases and trees rules are written with."""

from dataclasses import replace
from datetime import date

import pytest

from confidentiality import facts as fact
from confidentiality.answer import NO, UNKNOWN, YES, Answer
from confidentiality.book import BOOK, RuleBook
from confidentiality.check import OPEN
from confidentiality.condition import AllOf, Always, AnyOf, Condition, Not, OneOf, evaluated, leaves
from confidentiality.decision import Asked, decide, decide_anew
from confidentiality.denmark import RULES as DENMARK
from confidentiality.facts import FACTS, Facts, bit, letters
from confidentiality.fold import ALWAYS, NOBODY_SAID, Words, excluded, fold, holds, report_of, route
from confidentiality.norway import RULES as NORWAY
from confidentiality.policy import SAFE, Policy
from confidentiality.rule import (
    Rule,
    any_service,
    category_is,
    public,
    public_or_contracted,
    purpose_is,
    recipient_is,
    sender_is,
)
from confidentiality.vocabulary import CONTRACTED, PUBLIC, kinds_of
from consent.case import ActorInCase, Subject, decide_case
from consent.status import Party
from tests.confidentiality.made_up import CASE, CHILD_WELFARE, PUPIL, case, consent, pupil

A, B = fact.needed_for_task, fact.reason_logged


def facts(**more: object) -> Facts:
    """Facts about one question in which only the named answers are known."""
    answers = {FACT: more.pop(FACT.code) for FACT in FACTS if FACT.code in more}
    words: dict[str, object] = {"sender": None, "recipient": None, "purpose": None, "category": None} | more
    return Facts(subject="pupil", answers=letters(answers), **words)  # type: ignore[arg-type]  # the changes are named by the test


# What is stored ------------------------------------------------------------------------------------------------------


def test_a_stored_decision_is_codes_and_letters_only() -> None:
    decision = decide_case(case(consents=(consent(signed=frozenset({"guardian_1"})),)))
    assert decision.compact() == {
        "jurisdiction": "NOR",
        "at": "2026-09-01",
        "sender": "school",
        "recipient": "housing_social",
        "purpose": "coordinated_support",
        "rule_book": BOOK.hash,
        "policy": SAFE.version,
        "policy_number": 0,
        "law_version": "NOR-2024-08-01",
        "results": [
            {
                "subject": "pupil",
                "category": "academic_need",
                "result": "refuse",
                "rules": ["Z-99"],
                "missing": ["signature(guardian_2)"],
                "strip": [],
                "facts": decision.results[0].facts,
                "lacking": ["signature(guardian_2)"],
            }
        ],
    }
    assert len(decision.results[0].facts) == len(FACTS)


@pytest.mark.parametrize(
    "about",
    [
        CASE,
        case(consents=()),
        case(
            asked=(("pupil", "academic_need"), ("pupil", "identity_contact")), subjects=(pupil(address="confidential"),)
        ),
        case(policy=Policy(entered={"NO-FVL-2025": date(2026, 8, 1)})),
    ],
)
def test_a_stored_decision_is_made_again_from_its_own_facts(about) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    decision = decide_case(about)
    assert decide_anew(decision.compact(), BOOK, about.policy) == decision


def test_a_stored_decision_is_made_anew_by_another_policy_and_book_from_what_was_known_then() -> None:
    decision = decide_case(case(asked=(("pupil", "academic_need"), ("pupil", "health"))))
    stored = decision.compact()
    assert decide_anew(stored, BOOK, SAFE) == decision
    entered = Policy(entered={"NO-FVL-2025": date(2026, 8, 1)})
    assert decide_anew(stored, BOOK, entered).results[0].missing == ("proportionate",)
    older = {**stored, "results": [{**each, "facts": each["facts"][:-2]} for each in stored["results"]]}
    assert [each.result for each in decide_anew(older, BOOK, SAFE).results] == ["permit", "refuse"]
    assert decide_anew(older, BOOK, SAFE).results[0].facts == stored["results"][0]["facts"][:-2] + "uu"
    later = {**stored, "results": [{**each, "facts": each["facts"] + "y"} for each in stored["results"]]}
    with pytest.raises(ValueError, match="letters y, n or u"):
        decide_anew(later, BOOK, SAFE)


def test_a_result_is_found_by_its_subject_and_category() -> None:
    decision = decide_case(CASE)
    assert decision.result_for("pupil", "academic_need") is decision.results[0]
    for subject, category in (("pupil", "health"), ("guardian_1", "academic_need")):
        with pytest.raises(KeyError, match=f"^'{category} about {subject} was not asked'$"):
            decision.result_for(subject, category)


def test_a_decision_about_nothing_says_so() -> None:
    decision = decide(Asked("NOR", date(2026, 9, 1), ()))
    assert (decision.sender, decision.recipient, decision.purpose, decision.results) == (None, None, None, ())
    assert (decision.rule_book, decision.policy, decision.jurisdiction) == (BOOK.hash, SAFE.version, "NOR")


def test_a_word_of_another_country_is_no_word_here() -> None:
    fresh = RuleBook(dict(BOOK.rules))
    for word in ("sender", "recipient"):
        about = facts(**{"sender": "school", "recipient": "housing_social", word: "family_department"})
        result = decide(Asked("NOR", date(2026, 9, 1), (about,)), fresh).results[0]
        assert result.result == "refuse"
        assert not [code for code in result.rules if code.startswith(("NO-P", "NO-C", "NO-D"))]
        assert f"stated_{word}" in result.missing


def test_what_was_remembered_of_one_day_does_not_decide_another() -> None:
    policy = Policy(entered={"NO-FVL-2025": date(2026, 9, 2)})
    before, after = (case(at=day, policy=policy) for day in (date(2026, 9, 1), date(2026, 9, 2)))
    for _ in range(2):
        assert decide_case(before).permits
        assert decide_case(after).results[0].missing == ("proportionate",)
        assert decide_case(before).law_version == "NOR-2024-08-01"
        assert decide_case(after).law_version == "NOR-2026-09-02"


def test_where_nothing_is_the_matter_no_closing_rule_is_asked_one_by_one() -> None:
    known = Facts("pupil", "school", "housing_social", "coordinated_support", "academic_need", letters(OPEN))
    words: Words = {
        "sender": known.sender,
        "recipient": known.recipient,
        "purpose": known.purpose,
        "category": known.category,
    }
    road = route(BOOK.speaking("NOR", date(2026, 9, 1), SAFE), words, None)
    assert road.closing
    assert known.yes & road.calm_yes == road.calm_yes
    assert known.no & road.calm_no == road.calm_no


def test_a_book_without_the_ordinary_way_refuses() -> None:
    few: tuple[Rule, ...] = tuple(rule for rule in NORWAY if rule.tier in (0, 6))
    result = decide_case(CASE, RuleBook({"NOR": few, "DNK": DENMARK})).results[0]
    assert (result.result, result.rules, result.missing, result.offers) == ("refuse", ("Z-99",), ("legal_basis",), ())


# Rules that beat each other, together --------------------------------------------------------------------------------


def test_every_reason_is_kept() -> None:
    about = case(
        actor=replace(CASE.actor, declaration=False, relation="parent"),
        recipient=replace(CASE.recipient, closed=True),
        subjects=(pupil(age=13, address="confidential", flags=frozenset({"child_objects"})),),
    )
    result = decide_case(about).results[0]
    assert result.rules == ("G-01", "NO-G-03", "NO-B-11", "B-18", "B-20")
    assert result.missing == (
        "declaration",
        "impartial_actor",
        "open_service",
        "decision_recorded",
        "second_approver",
    )
    assert (result.beaten, result.unanswered, result.offers) == (("NO-C-40",), (), ())


def test_an_unanswered_hold_closes_and_is_told_as_what_nobody_knows() -> None:
    calm = {
        fact.strongly_authenticated: YES,
        fact.declaration_signed: YES,
        fact.member_of_sending_service: YES,
        fact.related_to_subject: NO,
        fact.special_circumstances: NO,
        fact.protection_status_known: YES,
        fact.strict_address: NO,
        fact.confidential_address: NO,
        fact.hidden_by_child_welfare: NO,
        fact.consent_set_aside: NO,
        fact.service_closed: NO,
        fact.child_objects: UNKNOWN,
        fact.holder_cannot_sign: NO,
        fact.same_service: NO,
        fact.consent_ok: YES,
    }
    words = ("pupil", "school", "housing_social", "coordinated_support", "academic_need")
    result = decide(Asked("NOR", date(2026, 9, 1), (Facts(*words, letters(calm)),))).results[0]
    assert (result.result, result.rules, result.missing) == ("refuse", ("B-18",), ("child_voice",))
    assert result.unanswered == ("B-18",)
    decided = calm | {fact.decision_recorded: YES, fact.second_approver: YES}
    result = decide(Asked("NOR", date(2026, 9, 1), (Facts(*words, letters(decided)),))).results[0]
    assert (result.result, result.rules, result.unanswered) == ("permit", ("B-18", "NO-C-40"), ("B-18",))
    close = decided | {fact.special_circumstances: YES}
    result = decide(Asked("NOR", date(2026, 9, 1), (Facts(*words, letters(close)),))).results[0]
    assert (result.result, result.rules, result.unanswered) == ("manual", ("G-04", "NO-C-40"), ("B-18",))


def test_a_consent_is_not_asked_for_where_it_is_there_and_people_are_waited_for() -> None:
    waiting = decide_case(case(subjects=(pupil(age=13, flags=frozenset({"child_objects"})),))).results[0]
    assert (waiting.result, waiting.offers) == ("manual", ("A-50", "A-51", "NO-D-20"))
    closed = decide_case(case(recipient=replace(CASE.recipient, closed=True))).results[0]
    assert (closed.result, closed.offers) == ("refuse", ("A-50", "A-51", "NO-D-20"))
    pending = decide_case(
        case(
            consents=(consent(categories=frozenset({"criminal_matters"})),),
            asked=(("pupil", "criminal_matters"),),
        )
    ).results[0]
    assert (pending.result, pending.offers) == ("manual", ("A-50", "A-51", "NO-D-20"))
    alone = decide_case(case(consents=(), subjects=(pupil(age=13, address="confidential"),))).results[0]
    assert (alone.result, alone.offers) == ("refuse", ("A-52", "A-50", "A-51", "NO-D-20"))


def test_the_nearest_way_is_the_one_that_lacks_least() -> None:
    about = case(consents=(), conditions={"needed_for_task": True}, recipient=CASE.sender)
    assert decide_case(about).results[0].missing == ("reason_logged",)


ADDRESS = ("identity_contact.address", "identity_contact.school", "identity_contact.phone")
WELFARE: dict[str, object] = {
    "recipient": CHILD_WELFARE,
    "purpose": "report_concern",
    "consents": (),
    "asked": (("pupil", "identity_contact"),),
}
DECIDED = {"decision_recorded": True, "second_approver": True}
ALL_WAYS = ("A-52", "A-50", "A-51", "NO-D-20")
KNOWN_WAYS = ("A-50", "A-51", "NO-D-20")
CONFIDENTIAL = (pupil(address="confidential"),)
NAMED = (("pupil", "identity_contact"),)
OBJECTS = (pupil(age=13, flags=frozenset({"child_objects"})),)
CRIME: dict[str, object] = {
    "asked": (("pupil", "criminal_matters"),),
    "consents": (consent(categories=frozenset({"criminal_matters"})),),
}
FRIENDS = Party("volunteer_org", "homework_friends", "association")

WHOLE: list[tuple[str, dict[str, object], tuple[object, ...]]] = [
    # result, rules, missing, strip, offers, basis, beaten, unanswered
    ("open", {}, ("permit", ("NO-C-40",), (), (), (), "consent", (), ())),
    ("nobody asked", {"consents": ()}, ("refuse", ("Z-99",), ("signature(guardian_1)", "signature(guardian_2)"), (), ALL_WAYS, None, (), ())),
    ("a report", WELFARE, ("require", ("NO-D-20", "NO-D-21"), (), (), (), "duty_report", (), ())),
    ("a report about a confidential address", {**WELFARE, "subjects": CONFIDENTIAL}, ("require", ("NO-B-11", "NO-D-20", "NO-D-21"), (), ADDRESS, (), "duty_report", (), ())),
    ("a report while the look-up is down", {**WELFARE, "lookup": "failed"}, ("require", ("NO-B-11", "NO-B-12", "B-13", "NO-D-20", "NO-D-21"), (), ADDRESS, (), "duty_report", ("NO-B-10",), ("NO-B-10", "NO-B-11", "NO-B-12"))),
    ("a report about a strictly protected child", {**WELFARE, "lookup": "stale", "subjects": (pupil(address="strict"),)}, ("manual", ("NO-B-10", "NO-D-20", "NO-D-21"), (), ADDRESS, (), None, ("NO-B-11", "NO-B-12", "B-13"), ("NO-B-11", "NO-B-12"))),
    ("a report by nobody known", {**WELFARE, "actor": ActorInCase("low", declaration=True, member=True, relation="none")}, ("refuse", ("G-00", "Z-99"), ("loa", "signature(guardian_1)", "signature(guardian_2)"), (), (), None, ("NO-D-20", "NO-D-21"), ())),
    ("held", {"subjects": OBJECTS}, ("manual", ("B-18", "NO-C-40"), ("decision_recorded", "second_approver"), (), KNOWN_WAYS, None, (), ())),
    ("held and decided", {"subjects": OBJECTS, "conditions": DECIDED}, ("permit", ("B-18", "NO-C-40"), (), (), (), "consent", (), ())),
    ("held, stripped and decided", {"subjects": CONFIDENTIAL, "asked": NAMED, "conditions": DECIDED}, ("strip", ("NO-B-11", "NO-C-40"), (), ADDRESS, (), "consent", (), ())),
    ("held, and nothing opens", {"subjects": CONFIDENTIAL, "asked": NAMED, "consents": ()}, ("refuse", ("NO-B-11", "Z-99"), ("decision_recorded", "second_approver", "signature(guardian_1)", "signature(guardian_2)"), ADDRESS, ALL_WAYS, None, (), ())),
    ("decided, and nothing opens", {"subjects": CONFIDENTIAL, "asked": NAMED, "consents": (), "conditions": DECIDED}, ("refuse", ("Z-99",), ("signature(guardian_1)", "signature(guardian_2)"), ADDRESS, ALL_WAYS, None, ("NO-B-11",), ())),
    ("the sheet, held", {"subjects": CONFIDENTIAL, "asked": NAMED, "consents": (), "conditions": {"document_given_to_subject_or_guardian": True, "no_transmission": True}}, ("offer", ("NO-B-11", "A-50", "Z-99"), (), ADDRESS, ALL_WAYS, "carried_by_person", (), ())),
    ("a worry, held", {"subjects": (pupil(address="confidential", flags=frozenset({"concern_for_child"})),), "asked": NAMED, "consents": ()}, ("offer", ("NO-B-11", "Z-99"), (), ADDRESS, ALL_WAYS, "duty_report", (), ())),
    ("waits for a decision", CRIME, ("manual", ("NO-C-45",), ("decision_recorded", "second_approver"), (), KNOWN_WAYS, None, (), ())),
    ("waits for a decision, and held", {**CRIME, "subjects": OBJECTS}, ("manual", ("B-18", "NO-C-45"), ("decision_recorded", "second_approver"), (), KNOWN_WAYS, None, (), ())),
    ("closed, and consented", {"sender": replace(CASE.sender, closed=True)}, ("refuse", ("B-20",), ("open_service",), (), KNOWN_WAYS, None, ("NO-C-40",), ())),
    ("closed, and nothing could open", {"sender": FRIENDS, "recipient": replace(CHILD_WELFARE, closed=True), "consents": ()}, ("refuse", ("B-20", "Z-99"), ("open_service",), (), ("A-50", "A-51", "NO-D-23"), None, (), ())),
    ("nothing could open", {"sender": FRIENDS, "recipient": CHILD_WELFARE, "consents": ()}, ("refuse", ("Z-99",), ("legal_basis",), (), ("A-50", "A-51", "NO-D-23"), None, (), ())),
    ("closed for good", {"asked": (("pupil", "protected_address"),)}, ("refuse", ("B-15", "Z-99"), (), (), KNOWN_WAYS, None, (), ())),
    ("an adult", {"asked": (("mother", "economic_situation"),), "subjects": (Subject("mother", 41, "none"),)}, ("refuse", ("Z-99",), ("signature(mother)",), (), ("A-52", "A-50", "A-51"), None, (), ())),
    ("a consent could open it, but the ceiling stands", {"jurisdiction": "DNK", "recipient": FRIENDS, "consents": (), "recipient_declaration": True, "asked": (("pupil", "attendance"),)}, ("refuse", ("B-17", "Z-99"), (), (), ("A-50", "A-51", "DK-D-20"), None, (), ())),
    ("danger passes the ceiling", {"jurisdiction": "DNK", "recipient": FRIENDS, "purpose": "emergency", "consents": (), "asked": (("pupil", "health"),), "conditions": {"vital_interest": True, "override_record": True}}, ("permit", ("DK-P-33",), (), (), (), "emergency", ("B-17",), ())),
    ("the nearest of two ways", {"recipient": CASE.sender, "consents": (), "subjects": (replace(PUPIL, guardians=PUPIL.guardians[:1]),)}, ("refuse", ("Z-99",), ("signature(guardian_1)",), (), ALL_WAYS, None, (), ())),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), [each[1:] for each in WHOLE], ids=[each[0] for each in WHOLE])
def test_a_result_is_whole(changes: dict[str, object], expected: tuple[object, ...]) -> None:
    found = decide_case(case(**changes)).results[0]
    assert (
        found.result,
        found.rules,
        found.missing,
        found.strip,
        found.offers,
        found.basis,
        found.beaten,
        found.unanswered,
    ) == expected


def test_a_category_that_nobody_named_is_an_empty_word() -> None:
    assert decide(Asked("NOR", date(2026, 9, 1), (facts(sender="school"),))).results[0].category == ""


def test_a_consent_whose_lack_nobody_explains_is_itself_lacking() -> None:
    calm = dict.fromkeys(("loa", "declaration", "membership", "protection_status"), YES)
    trouble = "related_to_subject special_circumstances strict_address confidential_address hidden_by_child_welfare"
    quiet = dict.fromkeys([*trouble.split(), "consent_set_aside_by_order", "service_closed"], NO)
    nobody = dict.fromkeys(("child_objects", "holder_cannot_sign", "same_service"), NO)
    words = {"sender": "school", "recipient": "housing_social", "purpose": "audit", "category": "attendance"}
    about = facts(**words, **calm, **quiet, **nobody)
    assert decide(Asked("NOR", date(2026, 9, 1), (about,))).results[0].missing == ("consent",)


def test_whoever_worries_is_offered_the_first_duty_without_conditions() -> None:
    def offered(sender: str | None, *rules: Rule) -> str | None:
        rule = report_of(rules or NORWAY, sender, kinds_of("NOR"))
        return rule.code if rule else None

    assert (offered("school"), offered("library"), offered(None)) == ("NO-D-20", "NO-D-23", None)
    assert offered("school", BOOK.rule("NO-D-24")) is None
    assert offered("school", BOOK.rule("NO-P-36")) is None
    assert offered("nav_social", BOOK.rule("NO-D-23"), BOOK.rule("NO-D-22")) == "NO-D-22"


# Conditions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (A, YES),
        (B, NO),
        (fact.reason, UNKNOWN),
        (~A, NO),
        (~B, YES),
        (~fact.reason, UNKNOWN),
        (A & B, NO),
        (A & fact.reason, UNKNOWN),
        (B & fact.reason, NO),
        (A | B, YES),
        (B | fact.reason, UNKNOWN),
        (A | fact.reason, YES),
        (A & A & A, YES),
        (B | B | B, NO),
        (~(A & fact.reason) | B, UNKNOWN),
        (sender_is("school"), YES),
        (sender_is("ppt", "sfo"), NO),
        (recipient_is("school"), UNKNOWN),
        (category_is("health"), UNKNOWN),
        (Always(), YES),
        (Not(Always()), NO),
    ],
)
def test_a_tree_and_what_it_folds_to_answer_alike(condition: Condition, expected: Answer) -> None:
    about = facts(sender="school", needed_for_task=YES, reason_logged=NO)
    assert evaluated(condition, about) is expected
    words = {"sender": "school", "recipient": None, "purpose": None, "category": None}
    terms = fold(condition, words)  # type: ignore[arg-type]  # wrong on purpose, or a word that the table holds
    assert holds(terms, about.yes, about.no) is (expected is YES)
    assert excluded(terms, about.yes, about.no) is (expected is NO)


def test_what_a_fold_leaves() -> None:
    words = {"sender": "school", "recipient": None, "purpose": "audit", "category": "health"}
    a, b = bit(A), bit(B)

    def left(condition: Condition) -> object:
        return fold(condition, words)  # type: ignore[arg-type]  # wrong on purpose, or a word that the table holds

    assert left(sender_is("school") & A) == ((a, 0),)
    assert left(sender_is("sfo") & A) == ()
    assert left(~sender_is("school") | ~A) == ((0, a),)
    assert left(recipient_is("school") & A) == ((NOBODY_SAID | a, 0),)
    assert left(~recipient_is("school")) == ((NOBODY_SAID, 0),)
    assert left((A | B) & A) == ((a, 0), (a | b, 0))
    assert left(A | A) == ((a, 0),)
    assert left(~(A & B)) == ((0, a), (0, b))
    assert left(~(A | B)) == ((0, a | b),)
    assert left(Always()) == ALWAYS
    assert left(~Always()) == ()
    assert not facts().yes & NOBODY_SAID
    assert not facts().no & NOBODY_SAID


def test_a_fact_is_a_code_with_a_clause_in_four_languages() -> None:
    made = fact._fact("asked", "1", "2", "3", "4")
    assert (made.code, made.words) == ("asked", ("1", "2", "3", "4"))


def test_the_phrases_that_rules_are_written_with() -> None:
    assert sender_is("school", "sfo") == OneOf("sender", ("school", "sfo"))
    assert recipient_is("school") == OneOf("recipient", ("school",))
    assert purpose_is("audit") == OneOf("purpose", ("audit",))
    assert category_is("health") == OneOf("category", ("health",))
    for aspect in ("sender", "recipient"):
        for where in ("NOR", "DNK"):
            anyone, official, bound = (each(aspect, where) for each in (any_service, public, public_or_contracted))
            assert isinstance(anyone, OneOf)
            assert isinstance(official, OneOf)
            assert isinstance(bound, OneOf)
            assert (anyone.aspect, official.aspect, bound.aspect) == (aspect, aspect, aspect)
            assert anyone.codes == kinds_of(where)
            assert official.codes == PUBLIC[where]
            assert bound.codes == (*PUBLIC[where], *CONTRACTED[where])
            assert len({each.group for each in (anyone, official, bound)} - {None}) == 3


def test_conditions_join_flat_and_name_what_they_read() -> None:
    assert AllOf((A, B, A)) == (A & B & A)
    assert AnyOf((A, B, A)) == (A | B | A)
    assert AllOf((A, AllOf((B, A)))) == (A & (B & A))
    assert list(leaves(~(A & sender_is("school")) | B)) == [A, sender_is("school"), B]
    assert list(leaves(Always())) == []


def test_a_rule_names_the_facts_and_words_it_reads_once_and_in_order() -> None:
    rule = BOOK.rule("NO-C-45")
    assert [each.code for each in rule.facts()] == ["consent", "decision_recorded", "second_approver"]
    assert rule.words() == ("sender", "recipient", "category")
    assert BOOK.rule("B-18").words() == ("purpose",)
    assert [each.code for each in BOOK.rule("B-18").facts()][:2] == ["child_objects", "same_service"]
