"""Folding: a rule book made ready for one route, so that asking every rule is a few operations on bits.

For a route (country, day, policy, sender, recipient, purpose, category) every condition on words is already yes, no or
unknown. What is left of a rule is a disjunction of terms, each a set of facts that must be yes and a set that must be
no. Kleene's logic is distributive and has De Morgan's laws, so folding changes no answer; a test compares every one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from confidentiality.condition import AllOf, Always, AnyOf, Aspect, Condition, Fact, Not, OneOf
from confidentiality.facts import FACTS, bit, consent_ok
from confidentiality.rule import Rule

Terms = tuple[tuple[int, int], ...]
"""Each term: the bits of facts that must be yes, and of those that must be no. No term is no; a term (0, 0) is yes."""

Words = Mapping[Aspect, str | None]

NOBODY_SAID = 1 << len(FACTS)
"""A bit that is never yes and never no; it stands for a word of the question that is not known."""

ALWAYS: Terms = ((0, 0),)


def fold(condition: Condition, words: Words, *, denied: bool = False) -> Terms:
    """What is left of a condition, or with `denied` of its opposite, once the words of the question are known."""
    match condition:
        case Fact():
            return ((0, bit(condition)),) if denied else ((bit(condition), 0),)
        case OneOf(aspect, codes):
            word = words[aspect]
            if word is None:
                return ((NOBODY_SAID, 0),)
            return ALWAYS if (word in codes) is not denied else ()
        case Not(part):
            return fold(part, words, denied=not denied)
        case Always():
            return () if denied else ALWAYS
        case AllOf(parts) | AnyOf(parts):
            folded = [fold(part, words, denied=denied) for part in parts]
            together = isinstance(condition, AllOf) is not denied
            return _product(folded) if together else _union(folded)
        case _:
            raise TypeError(f"{condition!r} is no condition of a rule.")


def _product(folded: list[Terms]) -> Terms:
    terms: Terms = ALWAYS
    for each in folded:
        terms = tuple((a | c, b | d) for a, b in terms for c, d in each)
    return tuple(dict.fromkeys(terms))


def _union(folded: list[Terms]) -> Terms:
    return tuple(dict.fromkeys(term for each in folded for term in each))


def holds(terms: Terms, yes: int, no: int) -> bool:
    """Whether the answer is yes."""
    for must, must_not in terms:  # noqa: SIM110  # A generator would take half as long again, on the hottest line.
        if yes & must == must and no & must_not == must_not:
            return True
    return False


def excluded(terms: Terms, yes: int, no: int) -> bool:
    """Whether the answer is no."""
    for must, must_not in terms:  # noqa: SIM110  # As in `holds`.
        if not (no & must or yes & must_not):
            return False
    return True


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """A rule on one route: what is left of `when`, and the bits of its needs and of the decision it waits for.

    `strip` holds those of the rule's fields that belong to the category of the route.
    """

    rule: Rule
    code: str
    when: Terms
    needs: int
    decided_by: int
    strip: tuple[str, ...]


def _bits(facts: tuple[Fact, ...]) -> int:
    total = 0
    for fact in facts:
        total |= bit(fact)
    return total


@dataclass(frozen=True, slots=True)
class Route:
    """Every rule that can speak on one route, by what it does, in the order of the book.

    While every bit of `calm_yes` is yes and every bit of `calm_no` is no, no forbid and no hold speaks; where one is
    not, they are asked one by one. `nothing_opens` is what the default misses; `unsaid` names the words of the question
    that nobody said; `report` is the duty that is offered to whoever worries about a child.
    """

    closing: tuple[Folded, ...]
    duties: tuple[Folded, ...]
    opening: tuple[Folded, ...]
    offers: tuple[Folded, ...]
    default: Rule
    nothing_opens: tuple[str, ...]
    unsaid: tuple[str, ...]
    report: Rule | None
    consent_can_open: bool
    calm_yes: int
    calm_no: int


def route(rules: tuple[Rule, ...], words: Words, report: Rule | None) -> Route:
    """The rules folded for one route; `report` is what `report_of` says about its sender."""
    folded = []
    for rule in rules:
        when = fold(rule.when, words)
        if when:
            own = tuple(name for name in rule.strip if name.startswith(f"{words['category']}."))
            # What is always so is one object, so that it need not be asked.
            when = ALWAYS if when == ALWAYS else when
            folded.append(Folded(rule, rule.code, when, _bits(rule.needs), _bits(rule.decided_by), own))
    closing = tuple(each for each in folded if each.rule.tier < 2)
    opening = tuple(each for each in folded if each.rule.tier in (3, 4))
    calm_yes, calm_no = _calm(closing)
    default = next(each.rule for each in folded if each.rule.tier == 6)
    return Route(
        closing=closing,
        duties=tuple(each for each in folded if each.rule.tier == 2),
        opening=opening,
        offers=tuple(each for each in folded if each.rule.tier == 5),
        default=default,
        nothing_opens=(default.missing,) if default.missing is not None else (),
        unsaid=tuple(f"stated_{word}" for word in ("sender", "recipient", "purpose") if words[word] is None),
        report=report,
        consent_can_open=any(consent_ok in each.rule.needs for each in opening),
        calm_yes=calm_yes,
        calm_no=calm_no,
    )


def _calm(closing: tuple[Folded, ...]) -> tuple[int, int]:
    """Bits whose answers silence every closing rule: one literal of each term is enough to make the term no."""
    yes = no = 0
    for each in closing:
        for must, must_not in each.when:
            if must:
                no |= must & -must
            elif must_not:
                yes |= must_not & -must_not
            else:
                yes |= NOBODY_SAID
    return yes, no


def report_of(rules: tuple[Rule, ...], sender: str | None, recipients: tuple[str, ...]) -> Rule | None:
    """The first duty that a sender has towards somebody without further conditions: to report, or else to avert.

    `recipients` are the kinds of service of the country.
    """
    for purpose in ("report_concern", "emergency"):
        for rule in rules:
            if rule.tier == 2 and not rule.needs:
                for recipient in recipients:
                    words: Words = {"sender": sender, "recipient": recipient, "purpose": purpose, "category": None}
                    if fold(rule.when, words) == ALWAYS:
                        return rule
    return None
