"""The rule book: the rules of both countries, checked when loaded, with one hash for everything that decides.

A book with an empty condition, a missing reason, two rules of one code or an unknown word does not load.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from confidentiality import denmark, norway
from confidentiality.acts import ACT, ACTS, Statute
from confidentiality.condition import AllOf, Always, AnyOf, Condition, Fact, Not, OneOf
from confidentiality.facts import FACT, FACTS
from confidentiality.missing import MISSING
from confidentiality.policy import SWITCHES, Policy
from confidentiality.rule import CONFIDENCES, Effect, Rule
from confidentiality.vocabulary import (
    BASIS,
    CATEGORIES,
    CATEGORY,
    JURISDICTIONS,
    KIND,
    PURPOSE,
    Jurisdiction,
    fields_of,
)
from confidentiality.words import LANGUAGES

EFFECTS_OF_TIER: dict[int, tuple[Effect, ...]] = {
    0: ("forbid", "hold"),
    1: ("forbid", "hold", "strip"),
    2: ("require",),
    3: ("permit", "permit_after_decision", "permit_override"),
    4: ("permit", "permit_after_decision"),
    5: ("offer",),
    6: ("forbid",),
}
"""What a rule of each tier may do: integrity, hard block, duty, permission by law, consent, other ways, default."""


class RuleBookDoesNotLoad(ValueError):
    """A rule book is not well formed; `problems` has one line for each thing that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, eq=False)
class RuleBook:
    """The ordered rules of each country, and the SHA-256 in hexadecimal of all that decides (`hash`, without reasons).

    Raises RuleBookDoesNotLoad, with every problem at once, when the rules are not well formed.
    """

    rules: Mapping[Jurisdiction, tuple[Rule, ...]]
    hash: str = field(init=False)

    def __post_init__(self) -> None:
        problems = list(_problems(self.rules))
        if problems:
            raise RuleBookDoesNotLoad(problems)
        object.__setattr__(self, "rules", MappingProxyType(dict(self.rules)))
        text = json.dumps(_all_that_decides(self.rules), sort_keys=True, separators=(",", ":"))
        object.__setattr__(self, "hash", hashlib.sha256(text.encode()).hexdigest())

    def speaking(self, jurisdiction: Jurisdiction, at: date, policy: Policy) -> tuple[Rule, ...]:
        """The rules of one country that are law on a day and switched on, in the order of the book."""
        return tuple(rule for rule in self.rules[jurisdiction] if rule.speaks(jurisdiction, at, policy))

    def rule(self, code: str) -> Rule:
        """The rule with this code. Raises KeyError when no country has it."""
        for rules in self.rules.values():
            for rule in rules:
                if rule.code == code:
                    return rule
        raise KeyError(code)


def condition_as_data(condition: Condition) -> Any:
    """A condition as JSON-able data, the same shape as the tree."""
    match condition:
        case Fact(code):
            return code
        case OneOf(aspect, codes):
            return {aspect: list(codes)}
        case AllOf(parts):
            return {"all": [condition_as_data(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [condition_as_data(part) for part in parts]}
        case Not(part):
            return {"not": condition_as_data(part)}
        case Always():
            return "always"
        case _:
            raise TypeError(f"{condition!r} is no condition of a rule.")


def _place(statute: Statute) -> list[Any]:
    return [statute.act, statute.section, _place(statute.then) if statute.then else None]


def rule_as_data(rule: Rule) -> dict[str, Any]:
    """A rule as JSON-able data, without its reason: what decides, and on whose authority."""
    return {
        "code": rule.code,
        "tier": rule.tier,
        "effect": rule.effect,
        "when": condition_as_data(rule.when),
        "needs": [need.code for need in rule.needs],
        "law": [_place(statute) for statute in rule.law],
        "confidence": rule.confidence,
        "basis": rule.basis,
        "missing": rule.missing,
        "strip": list(rule.strip),
        "decided_by": [fact.code for fact in rule.decided_by],
        "switch": rule.switch,
        "final": rule.final,
        "overridable": rule.overridable,
        "unbeaten": rule.unbeaten,
        "direct_route": rule.direct_route,
        "begins_with": rule.begins_with,
        "ends_with": rule.ends_with,
    }


def _all_that_decides(rules: Mapping[Jurisdiction, tuple[Rule, ...]]) -> dict[str, Any]:
    return {
        "rules": {where: [rule_as_data(rule) for rule in rules[where]] for where in sorted(rules)},
        "facts": [fact.code for fact in FACTS],
        "sensitivity": {category.code: category.sensitivity for category in CATEGORIES},
        "acts": [[a.code, a.since.isoformat() if a.since else None, a.awaited, a.replaces] for a in ACTS],
    }


def _problems(rules: Mapping[Jurisdiction, tuple[Rule, ...]]) -> Iterator[str]:
    if sorted(rules) != sorted(JURISDICTIONS):
        expected, found = " and ".join(sorted(JURISDICTIONS)), " and ".join(sorted(rules)) or "nobody"
        yield f"a book has rules for {expected}, not for {found}"
    for where, ordered in rules.items():
        seen: set[str] = set()
        tier = 0
        if not any(rule.effect == "forbid" and rule.tier == 6 for rule in ordered):
            yield f"{where}: no rule refuses where nothing permits"
        for rule in ordered:
            if rule.code in seen:
                yield f"{where} {rule.code}: two rules have this code"
            seen.add(rule.code)
            if rule.tier < tier:
                yield f"{where} {rule.code}: tier {rule.tier} stands after tier {tier}"
            tier = rule.tier
            yield from (f"{where} {rule.code}: {problem}" for problem in _problems_of_rule(rule))


def _problems_of_rule(rule: Rule) -> Iterator[str]:
    yield from _problems_of_words(rule)
    yield from _problems_of_condition(rule.when)
    if rule.effect not in EFFECTS_OF_TIER.get(rule.tier, ()):
        yield f"tier {rule.tier} has no effect {rule.effect!r}"
    for language in LANGUAGES:
        if not rule.because.to(language).strip():
            yield f"the reason is missing in {language}"
    if not rule.law:
        yield "no law is cited"
    if rule.effect.startswith(("permit", "require", "offer")) and rule.basis is None:
        yield "what opens a door needs a basis"
    if rule.tier in (0, 1, 6) and rule.missing is None:
        yield "what closes a door says what is missing while nobody knows"
    if (rule.effect in ("hold", "permit_after_decision")) != bool(rule.decided_by):
        yield "what waits for a decision says which facts are the decision, and nothing else does"


def _problems_of_words(rule: Rule) -> Iterator[str]:
    """Every word of a rule that the vocabulary, the facts, the acts or the policy do not have."""
    if rule.confidence not in CONFIDENCES:
        yield f"there is no confidence {rule.confidence!r}"
    if rule.basis is not None and rule.basis not in BASIS:
        yield f"there is no basis {rule.basis!r}"
    if rule.missing is not None and rule.missing not in MISSING:
        yield f"nothing says what the missing {rule.missing!r} means"
    if rule.switch is not None and rule.code not in SWITCHES.get(rule.switch, ()):
        yield f"the policy has no switch {rule.switch!r} for this rule"
    yield from (f"there is no act {act!r}" for act in _acts_of(rule) if act not in ACT)
    yield from (f"{fact.code!r} is no fact" for fact in rule.facts() if FACT.get(fact.code) != fact)
    yield from (f"there is no field {name!r}" for name in rule.strip if name not in _FIELDS)


def _acts_of(rule: Rule) -> Iterator[str]:
    for statute in rule.law:
        place: Statute | None = statute
        while place is not None:
            yield place.act
            place = place.then
    yield from (act for act in (rule.begins_with, rule.ends_with) if act is not None)


_FIELDS = frozenset(field for category in CATEGORY for field in fields_of(category))
_WORDS: dict[str, Mapping[str, object]] = {"sender": KIND, "recipient": KIND, "purpose": PURPOSE, "category": CATEGORY}


def _problems_of_condition(condition: Condition) -> Iterator[str]:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            if not parts:
                yield "a condition is empty"
            for part in parts:
                yield from _problems_of_condition(part)
        case Not(part):
            yield from _problems_of_condition(part)
        case OneOf(aspect, codes):
            if not codes:
                yield "a condition is empty"
            yield from (f"there is no {aspect} {code!r}" for code in codes if code not in _WORDS[aspect])
        case Fact() | Always():
            return
        case _:
            yield f"{condition!r} is no condition"


BOOK = RuleBook({"NOR": norway.RULES, "DNK": denmark.RULES})
