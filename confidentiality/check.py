"""What a book that loads may still have wrong: dead rules, contradictions and tiers that nothing reaches.

A rule is alive when, with its switch on and its law in force, there is a question whose outcome changes when the rule
is taken away. The questions tried are the ones the rule asks for: the words it names, and its facts as it wants them,
once before an open door (for what closes) and once before a closed one (for what opens).
"""

from collections.abc import Iterator
from datetime import date
from itertools import product

from confidentiality.acts import ACT
from confidentiality.answer import NO, YES
from confidentiality.book import RuleBook, condition_as_data
from confidentiality.condition import Aspect, OneOf, leaves
from confidentiality.decision import Result, weigh
from confidentiality.facts import (
    FACTS,
    Facts,
    bit,
    child_objects,
    confidential_address,
    consent_ok,
    consent_set_aside,
    declaration_signed,
    explicit_per_category,
    hidden_by_child_welfare,
    holder_cannot_sign,
    letters,
    member_of_sending_service,
    needed_for_task,
    proportionate,
    protection_status_known,
    reason_logged,
    related_to_subject,
    same_service,
    service_closed,
    special_circumstances,
    strict_address,
    strongly_authenticated,
)
from confidentiality.fold import Words, fold, route
from confidentiality.policy import SAFE, Policy, with_switches
from confidentiality.rule import Rule
from confidentiality.vocabulary import JURISDICTIONS, Jurisdiction

AT = date(2026, 9, 1)

CALM = {
    **dict.fromkeys((strongly_authenticated, declaration_signed, member_of_sending_service), YES),
    **dict.fromkeys((protection_status_known, proportionate), YES),
    **dict.fromkeys((related_to_subject, special_circumstances, strict_address, confidential_address), NO),
    **dict.fromkeys((hidden_by_child_welfare, consent_set_aside, service_closed, child_objects), NO),
    holder_cannot_sign: NO,
}
"""Nothing closes, and nothing opens either."""

OPEN = CALM | dict.fromkeys((same_service, needed_for_task, reason_logged, consent_ok, explicit_per_category), YES)
"""Nothing closes, and something opens: within one service, or by consent."""

_ELSEWHERE: dict[Jurisdiction, dict[Aspect, str]] = {
    "NOR": {
        "sender": "school",
        "recipient": "housing_social",
        "purpose": "coordinated_support",
        "category": "attendance",
    },
    "DNK": {
        "sender": "school",
        "recipient": "health_visitor",
        "purpose": "coordinated_support",
        "category": "attendance",
    },
}
"""The words of a question on which a rule does not insist."""


def findings(book: RuleBook) -> Iterator[str]:
    """One line for each dead rule, each pair of rules that contradict each other, and each tier without a live rule."""
    for jurisdiction in JURISDICTIONS:
        rules = book.rules[jurisdiction]
        dead = [rule for rule in rules if not lives(rule, rules, jurisdiction)]
        for rule in dead:
            yield f"{jurisdiction} {rule.code}: dead: no question is answered otherwise without it"
        for tier in range(7):
            if not any(rule.tier == tier and rule not in dead for rule in rules):
                yield f"{jurisdiction} tier {tier}: unreachable: no live rule stands in it"
        yield from (
            f"{jurisdiction} {one} and {other}: contradiction: one wording both opens and closes"
            for one, other in contradictions(rules)
        )


def contradictions(rules: tuple[Rule, ...]) -> Iterator[tuple[str, str]]:
    """Pairs of rules that speak about exactly the same questions, one opening the door and the other closing it."""
    closing = {str(condition_as_data(rule.when)): rule.code for rule in rules if rule.tier < 2}
    for rule in rules:
        if rule.tier in (2, 3, 4) and (other := closing.get(str(condition_as_data(rule.when)))) is not None:
            yield other, rule.code


def policy_of(rule: Rule) -> Policy:
    """The safe policy with the rule's switch on and the act that brings it entered into force."""
    policy = with_switches(SAFE, rule.switch) if rule.switch is not None else SAFE
    act = rule.begins_with
    return policy if act is None else Policy(switches=policy.switches, entered={ACT[act].code: AT})


def lives(rule: Rule, rules: tuple[Rule, ...], jurisdiction: Jurisdiction) -> bool:
    """Whether taking a rule away changes an outcome: the result, its law, what is stripped, lacking or offered."""
    policy = policy_of(rule)
    speaking = tuple(each for each in rules if each.speaks(jurisdiction, AT, policy))
    without = tuple(each for each in speaking if each is not rule)
    if not any(each.tier == 6 for each in without):
        return rule in speaking
    return rule in speaking and any(
        _outcome(speaking, question) != _outcome(without, question) for question in questions_for(rule, jurisdiction)
    )


def questions_for(rule: Rule, jurisdiction: Jurisdiction) -> Iterator[Facts]:
    """Questions on which a rule speaks: its words, its facts as it wants them, before an open and a closed door."""
    named: dict[Aspect, tuple[str, ...]] = {aspect: (word,) for aspect, word in _ELSEWHERE[jurisdiction].items()}
    for leaf in leaves(rule.when):
        if isinstance(leaf, OneOf):
            named[leaf.aspect] = tuple(dict.fromkeys((*named[leaf.aspect], *leaf.codes)))
    for sender, recipient, purpose, category in product(*named.values()):
        words: Words = {"sender": sender, "recipient": recipient, "purpose": purpose, "category": category}
        for must, must_not in fold(rule.when, words):
            wanted = {fact: YES for fact in FACTS if must & bit(fact)} | dict.fromkeys(rule.needs, YES)
            wanted |= {fact: NO for fact in FACTS if must_not & bit(fact)}
            for background in (OPEN, CALM):
                yield Facts("person", sender, recipient, purpose, category, letters(background | wanted))


def _outcome(rules: tuple[Rule, ...], question: Facts) -> Result:
    """What comes of a question; that a rule spoke without effect is none of it."""
    words: Words = {
        "sender": question.sender,
        "recipient": question.recipient,
        "purpose": question.purpose,
        "category": question.category,
    }
    return weigh(route(rules, words, None), question)._replace(beaten=())
