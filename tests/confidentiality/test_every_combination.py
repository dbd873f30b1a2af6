"""Every combination of answers of the facts that one rule reads, rule by rule, against the oracle, and counted."""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import combinations, product

import pytest

from confidentiality.answer import Answer
from confidentiality.book import BOOK
from confidentiality.condition import OneOf, evaluated, leaves
from confidentiality.decision import Asked, decide
from confidentiality.facts import FACT, FACTS, PLACE, Facts
from confidentiality.fold import Words, excluded, fold, holds
from confidentiality.policy import SWITCHES, Policy
from confidentiality.rule import Rule
from confidentiality.vocabulary import CATEGORIES, JURISDICTIONS, PURPOSES, Jurisdiction, kinds_of
from tests.confidentiality import oracle

pytestmark = pytest.mark.slow

AT = date(2026, 9, 1)
ALL_SWITCHES = frozenset(SWITCHES)
BEFORE, AFTER = Policy(switches=ALL_SWITCHES), Policy(switches=ALL_SWITCHES, entered={"NO-FVL-2025": AT})

CLOSED_DOOR = {
    **dict.fromkeys(("loa", "declaration", "membership", "protection_status", "proportionate"), "y"),
    **dict.fromkeys(("related_to_subject", "special_circumstances", "strict_address", "confidential_address"), "n"),
    **dict.fromkeys(("hidden_by_child_welfare", "consent_set_aside_by_order", "service_closed"), "n"),
    **dict.fromkeys(("child_objects", "holder_cannot_sign", "same_service", "subject_is_adult"), "n"),
}
OPEN_DOOR = CLOSED_DOOR | dict.fromkeys(("same_service", "needed_for_task", "reason_logged"), "y")
CONSENTED = CLOSED_DOOR | dict.fromkeys(("consent", "explicit_per_category"), "y")
UNKNOWN_DOOR: dict[str, str] = {}
BACKGROUNDS = (CLOSED_DOOR, OPEN_DOOR, CONSENTED, UNKNOWN_DOOR)

RULES = [(where, rule) for where in JURISDICTIONS for rule in BOOK.rules[where]]
NAMES = [f"{where}-{rule.code}" for where, rule in RULES]


COUNTED: Counter[str] = Counter()
"""How many combinations each rule was asked about, and how many whole decisions were compared."""


def policy_for(rule: Rule) -> Policy:
    return AFTER if rule.begins_with is not None else BEFORE


def answers(given: dict[str, str]) -> str:
    return "".join(given.get(fact.code, "u") for fact in FACTS)


def every_word(where: Jurisdiction, rule: Rule) -> Iterator[tuple[str | None, ...]]:
    """Every word of each kind that the rule looks at, and nobody-said; one of each kind that it does not look at."""
    looked_at = rule.words()
    words: list[tuple[str | None, ...]] = []
    for aspect, all_words in (
        ("sender", kinds_of(where)),
        ("recipient", kinds_of(where)),
        ("purpose", tuple(each.code for each in PURPOSES)),
        ("category", tuple(each.code for each in CATEGORIES)),
    ):
        words.append((*all_words, None) if aspect in looked_at else (all_words[0],))
    return product(*words)


def few_words(where: Jurisdiction, rule: Rule) -> Iterator[tuple[str | None, ...]]:
    """For each word that the rule looks at: one it names, one it does not, and nobody-said."""
    chosen: dict[str, tuple[str | None, ...]] = {
        "sender": ("school",),
        "recipient": ("volunteer_org",),
        "purpose": ("coordinated_support",),
        "category": ("identity_contact",),
    }
    every = {
        "sender": kinds_of(where),
        "recipient": kinds_of(where),
        "purpose": tuple(each.code for each in PURPOSES),
        "category": tuple(each.code for each in CATEGORIES),
    }
    for leaf in leaves(rule.when):
        if isinstance(leaf, OneOf):
            outside = next((word for word in every[leaf.aspect] if word not in leaf.codes), None)
            chosen[leaf.aspect] = tuple(dict.fromkeys((leaf.codes[-1], outside, None)))
    return product(chosen["sender"], chosen["recipient"], chosen["purpose"], chosen["category"])


def as_words(sender: str | None, recipient: str | None, purpose: str | None, category: str | None) -> Words:
    return {"sender": sender, "recipient": recipient, "purpose": purpose, "category": category}


def as_three(terms: tuple[tuple[int, int], ...], facts: Facts) -> str:
    if holds(terms, facts.yes, facts.no):
        return "y"
    return "n" if excluded(terms, facts.yes, facts.no) else "u"


@pytest.mark.parametrize(("where", "rule"), RULES, ids=NAMES)
def test_a_rule_speaks_exactly_when_the_oracle_says_so(where: Jurisdiction, rule: Rule) -> None:
    row = next(each for each in oracle.BOOKS[where] if each.code == rule.code)
    read = rule.facts()
    everything = [
        Facts("pupil", None, None, None, None, answers(dict(zip([f.code for f in read], letters, strict=True))))
        for letters in product("ynu", repeat=len(read))
    ]
    asked_of_oracle = [{fact.code: facts.answers[PLACE[fact.code]] for fact in read} for facts in everything]
    needs = tuple(fact.code for fact in rule.needs)
    assert needs == row.cond, "the rule needs other things than the law"
    assert tuple(fact.code for fact in rule.decided_by) == row.decision
    count = 0
    words_seen: dict[tuple[tuple[int, int], ...], set[str]] = {}
    for sender, recipient, purpose, category in every_word(where, rule):
        terms = fold(rule.when, as_words(sender, recipient, purpose, category))
        question = oracle.Asked(sender, recipient, purpose, category)
        # Words that leave the same of the product's rule must leave the same of the oracle's: one answer to everything.
        signature = (
            "".join(
                oracle.named(getattr(question, aspect), getattr(row, aspect))
                for aspect in ("sender", "recipient", "purpose", "category")
            )
            + oracle.named(purpose, frozenset(oracle.NOT_BY_CONSENT)) * row.by_consent_only
        )
        known = words_seen.setdefault(terms, set())
        if signature in known:
            count += len(everything)
            continue
        known.add(signature)
        for facts, given in zip(everything, asked_of_oracle, strict=True):
            expected = oracle.speaks(row, oracle.Asked(sender, recipient, purpose, category, given))
            assert as_three(terms, facts) == expected, (sender, recipient, purpose, category, given)
            count += 1
    COUNTED[f"{where} {rule.code}"] = count


@pytest.mark.parametrize(("where", "rule"), RULES, ids=NAMES)
def test_the_tree_that_is_printed_and_what_it_is_folded_to_give_the_same_answers(
    where: Jurisdiction, rule: Rule
) -> None:
    read = [leaf for leaf in dict.fromkeys(leaves(rule.when)) if not isinstance(leaf, OneOf)]
    for sender, recipient, purpose, category in few_words(where, rule):
        words = as_words(sender, recipient, purpose, category)
        terms, opposite = fold(rule.when, words), fold(rule.when, words, denied=True)
        for letters in product("ynu", repeat=len(read)):
            given = answers({fact.code: letter for fact, letter in zip(read, letters, strict=True)})
            facts = Facts("pupil", sender, recipient, purpose, category, given)
            in_full = evaluated(rule.when, facts)
            assert Answer(as_three(terms, facts)) is in_full
            assert Answer(as_three(opposite, facts)) is ~in_full


@pytest.mark.parametrize(("where", "rule"), RULES, ids=NAMES)
def test_the_whole_decision_is_the_oracles_for_every_answer_to_what_a_rule_reads(
    where: Jurisdiction, rule: Rule
) -> None:
    policy = policy_for(rule)
    rows = oracle.rules(where, new_act=policy is AFTER)
    read = [fact.code for fact in rule.facts()]
    for background in BACKGROUNDS if len(read) <= 4 else (CLOSED_DOOR,):
        for words in few_words(where, rule):
            for given in combinations_of(read, background):
                agree(where, policy, rows, words, background | given)
                COUNTED["whole decisions"] += 1


def combinations_of(read: list[str], background: dict[str, str]) -> Iterator[dict[str, str]]:
    """Every combination of answers; for a rule that reads more than six facts, every change of up to three of them."""
    if len(read) <= 6:
        for letters in product("ynu", repeat=len(read)):
            yield dict(zip(read, letters, strict=True))
        return
    for size in range(4):
        for changed in combinations(read, size):
            for letters in product("ynu", repeat=size):
                yield {fact: background.get(fact, "y") for fact in read} | dict(zip(changed, letters, strict=True))


def agree(
    where: Jurisdiction,
    policy: Policy,
    rows: list[oracle.Row],
    words: tuple[str | None, ...],
    given: dict[str, str],
) -> None:
    sender, recipient, purpose, category = words
    facts = Facts("pupil", sender, recipient, purpose, category, answers(given))
    result = decide(Asked(where, AT, (facts,)), BOOK, policy).results[0]
    verdict = oracle.judge(rows, oracle.Asked(sender, recipient, purpose, category, given))
    assert (result.result, set(result.rules), set(result.strip), result.basis) == (
        verdict.result,
        verdict.rules,
        verdict.strip,
        verdict.basis,
    ), (words, given)


def test_the_oracle_and_the_book_have_the_same_rules() -> None:
    for where in JURISDICTIONS:
        assert [rule.code for rule in BOOK.rules[where]] == [row.code for row in oracle.BOOKS[where]]
        for rule, row in zip(BOOK.rules[where], oracle.BOOKS[where], strict=True):
            assert (rule.tier, str(rule.effect), rule.basis) == (row.tier, row.effect, row.basis)
            assert frozenset(rule.strip) == row.strip
            assert set(FACT) >= {fact for fact, _ in row.when} | set(row.cond)


def test_how_much_was_asked(capsys: pytest.CaptureFixture[str]) -> None:
    rules = {name: count for name, count in COUNTED.items() if name != "whole decisions"}
    assert all(rules.values())
    asked, whole = sum(rules.values()), COUNTED["whole decisions"]
    with capsys.disabled():
        sys.stdout.write(f"\n{asked} combinations of {len(rules)} rules, {whole} whole decisions\n")
