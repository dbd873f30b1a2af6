"""The decision: what may be done with each category about each subject, by which rules, and what is lacking.

Every rule is asked every time. Who is asking comes first: nothing beats that. A duty is stopped by nothing else, but
what is stripped stays stripped. Otherwise a forbid beats every permit, a hold waits for people, and where nothing
permits the default refuses. Unknown never permits, and an unanswered forbid forbids.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from confidentiality.acts import law_version
from confidentiality.answer import UNKNOWN
from confidentiality.book import BOOK, RuleBook
from confidentiality.facts import (
    FACTS,
    Facts,
    bit,
    concern_for_child,
    consent_ok,
    explicit_per_category,
    subject_is_adult,
)
from confidentiality.fold import ALWAYS, Folded, Route, Words, excluded, holds, report_of, route
from confidentiality.policy import SAFE, Policy
from confidentiality.rule import Rule
from confidentiality.vocabulary import CATEGORY, OPEN, PURPOSE, Jurisdiction, Outcome, kinds_of

_CONSENT = bit(consent_ok)
_ADULT = bit(subject_is_adult)
_CONCERN = bit(concern_for_child)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: the sender's country, the local date, and the facts about each subject and category."""

    jurisdiction: Jurisdiction
    at: date
    items: tuple[Facts, ...]


class Result(NamedTuple):
    """The answer for one category about one subject.

    - `result`: permit, refuse, strip, require, manual or offer.
    - `rules`: the rules that decided, in the order of the book; `beaten`: those that spoke without effect;
      `unanswered`: those among all of them that forbid or hold because nobody knows.
    - `missing`: what is lacking, a word or a word with a ref of the case (`signature(guardian_2)`), never a name.
    - `strip`: fields that must be left empty whatever else the result says.
    - `offers`: other ways, in the order in which to offer them, by the code of the rule that opens them.
    - `basis`: the legal basis, when there is one.
    - `facts` and `lacking`: the answers it was decided on, enough to decide it again.
    """

    subject: str
    category: str
    result: Outcome
    rules: tuple[str, ...]
    missing: tuple[str, ...]
    strip: tuple[str, ...]
    offers: tuple[str, ...]
    basis: str | None
    facts: str
    lacking: tuple[str, ...] = ()
    beaten: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The whole answer to one question, with everything needed to make it again.

    `rule_book` and `policy` are SHA-256 in hexadecimal, `law_version` the country and the day its law last changed;
    `policy_number` is the number under which the municipality approved the policy.
    """

    jurisdiction: Jurisdiction
    at: date
    sender: str | None
    recipient: str | None
    purpose: str | None
    rule_book: str
    policy: str
    law_version: str
    results: tuple[Result, ...]
    policy_number: int = 0

    @property
    def permits(self) -> bool:
        """Whether everything asked may go as it is: every result is `permit` or `require`, and there is one."""
        return bool(self.results) and all(each.result in ("permit", "require") for each in self.results)

    @property
    def permits_stripped(self) -> bool:
        """Whether everything asked may go once every field named in `strip` is empty."""
        return bool(self.results) and all(each.result in OPEN for each in self.results)

    def result_for(self, subject: str, category: str) -> Result:
        """The result for one subject and category. Raises KeyError when it was not asked."""
        for each in self.results:
            if each.subject == subject and each.category == category:
                return each
        raise KeyError(f"{category} about {subject} was not asked")

    def compact(self) -> dict[str, Any]:
        """The decision as JSON-able codes, versions and letters: what the event of the disclosure log stores."""
        return {
            "jurisdiction": self.jurisdiction,
            "at": self.at.isoformat(),
            "sender": self.sender,
            "recipient": self.recipient,
            "purpose": self.purpose,
            "rule_book": self.rule_book,
            "policy": self.policy,
            "policy_number": self.policy_number,
            "law_version": self.law_version,
            "results": [
                {
                    "subject": each.subject,
                    "category": each.category,
                    "result": each.result,
                    "rules": list(each.rules),
                    "missing": list(each.missing),
                    "strip": list(each.strip),
                    "facts": each.facts,
                    "lacking": list(each.lacking),
                }
                for each in self.results
            ],
        }


def decide(asked: Asked, book: RuleBook = BOOK, policy: Policy = SAFE) -> Decision:
    """What may be done, by the rules of `book` that are law on the day asked about and switched on in `policy`.

    Pure: the same arguments give the same decision, byte for byte.
    """
    roads = _roads(book, asked.jurisdiction, asked.at, policy)
    first = asked.items[0] if asked.items else None
    return Decision(
        jurisdiction=asked.jurisdiction,
        at=asked.at,
        sender=first.sender if first else None,
        recipient=first.recipient if first else None,
        purpose=first.purpose if first else None,
        rule_book=book.hash,
        policy=policy.version,
        law_version=roads.law_version,
        results=tuple([weigh(roads.for_facts(facts), facts) for facts in asked.items]),
        policy_number=policy.number,
    )


def decide_anew(compact: Mapping[str, Any], book: RuleBook, policy: Policy) -> Decision:
    """What a stored decision (`Decision.compact`) would be by another rule book or policy, from the same facts.

    A fact is never moved in the order of facts, so what is stored reads the same in every later book; what a later book
    asks besides was not known then. Raises ValueError for a decision of a later book than this program's.
    """
    items = tuple(
        Facts(
            subject=each["subject"],
            sender=compact["sender"],
            recipient=compact["recipient"],
            purpose=compact["purpose"],
            category=each["category"],
            answers=each["facts"].ljust(len(FACTS), UNKNOWN.value),
            lacking=tuple(each["lacking"]),
        )
        for each in compact["results"]
    )
    return decide(Asked(compact["jurisdiction"], date.fromisoformat(compact["at"]), items), book, policy)


class _Roads:
    """The folded routes of one book, country, law version and policy; folded when first walked, then remembered."""

    _AT_MOST = 8192

    def __init__(self, rules: tuple[Rule, ...], jurisdiction: Jurisdiction, law_version: str) -> None:
        self.rules, self.law_version = rules, law_version
        self.kinds = kinds_of(jurisdiction)
        self.report: dict[str | None, Rule | None] = {}
        self.folded: dict[tuple[str | None, str | None, str | None, str | None], Route] = {}

    def for_facts(self, facts: Facts) -> Route:
        key = (facts.sender, facts.recipient, facts.purpose, facts.category)
        known = self.folded.get(key)
        if known is None:
            if len(self.folded) >= self._AT_MOST:
                self.folded.clear()
            sender = _known(facts.sender, self.kinds)
            words: Words = {
                "sender": sender,
                "recipient": _known(facts.recipient, self.kinds),
                "purpose": _known(facts.purpose, PURPOSE),
                "category": _known(facts.category, CATEGORY),
            }
            if sender not in self.report:
                self.report[sender] = report_of(self.rules, sender, self.kinds)
            known = self.folded[key] = route(self.rules, words, self.report[sender])
        return known


def _known(word: str | None, words: Container[str]) -> str | None:
    """A word, or nothing when the country has no such word: a word that means nothing is unknown."""
    return word if word in words else None


@lru_cache(maxsize=64)
def _roads(book: RuleBook, jurisdiction: Jurisdiction, at: date, policy: Policy) -> _Roads:
    return _Roads(book.speaking(jurisdiction, at, policy), jurisdiction, law_version(jurisdiction, at, policy.entered))


def weigh(road: Route, facts: Facts) -> Result:
    """Ask every rule of a folded route about one category of one subject, and put their answers together."""
    yes, no = facts.yes, facts.no
    duties = [each for each in road.duties if yes & each.needs == each.needs and holds(each.when, yes, no)]
    opening = [
        each
        for each in road.opening
        if yes & each.needs == each.needs and (each.when is ALWAYS or holds(each.when, yes, no))
    ]
    if duties or yes & road.calm_yes != road.calm_yes or no & road.calm_no != road.calm_no:
        closing = [each for each in road.closing if not excluded(each.when, yes, no)]
        if closing or duties:
            return _contested(road, facts, closing, duties, opening)
    return _uncontested(road, facts, opening)


def _uncontested(road: Route, facts: Facts, opening: list[Folded]) -> Result:
    """The result where no forbid, hold or duty speaks: a permit, a permit that waits, another way, or the default."""
    yes = facts.yes
    if opening:
        permits = [each for each in opening if yes & each.decided_by == each.decided_by]
        if permits:
            return _result(facts, "permit", permits, opening, basis=permits[0].rule.basis)
        missing, offers = _undecided(opening, yes), _offers(road, facts, opened=True)
        return _result(facts, "manual", opening, opening, missing, offers=offers)
    return _default(road, facts)


def _default(
    road: Route,
    facts: Facts,
    held: Sequence[Folded] = (),
    closing: Sequence[Folded] = (),
    strip: tuple[str, ...] = (),
) -> Result:
    """The result where nothing permits: another way if one is ready, else the default refuses."""
    offers = _offers(road, facts)
    ready = [
        each for each in road.offers if each.needs and facts.yes & each.needs == each.needs and each.code in offers
    ]
    if ready:
        basis = ready[0].rule.basis
        return _result(facts, "offer", [*held, *ready], closing, (), strip, offers, basis, road.default)
    if facts.yes & _CONCERN and road.report is not None and road.report.code in offers:
        basis = road.report.basis
        return _result(facts, "offer", held, closing, (), strip, offers, basis, road.default)
    missing = _missing(road, facts, (), held)
    return _result(facts, "refuse", held, closing, missing, strip, offers, None, road.default)


def _contested(road: Route, facts: Facts, closing: list[Folded], duties: list[Folded], opening: list[Folded]) -> Result:
    """The result where a forbid, a hold or a duty speaks, in the order that the module's docstring tells."""
    yes = facts.yes
    unanswered = tuple([each.code for each in closing if not holds(each.when, yes, facts.no)])
    permits = [each for each in opening if yes & each.decided_by == each.decided_by]
    overriding = [each for each in permits if each.rule.effect == "permit_override"]
    overridden = [each for each in closing if each.rule.effect == "forbid" and each.rule.overridable and overriding]
    if overridden:
        permits = overriding  # nothing else opens what is forbidden, so nothing else is what it stands on
    undecided = [each for each in closing if each.rule.effect == "hold" and yes & each.decided_by != each.decided_by]
    held = [each for each in undecided if each.code not in unanswered]
    # Nobody knows whether an unanswered hold holds, so nobody can decide what it would wait for: it forbids.
    forbids = [
        each
        for each in closing
        if (each.rule.effect == "forbid" and each not in overridden) or (each in undecided and each not in held)
    ]
    stripping = [each for each in closing if each.strip]
    strip = tuple(dict.fromkeys([name for each in stripping for name in each.strip]))
    spoke = [*closing, *duties, *opening]

    if duties and not any(each.rule.unbeaten for each in forbids):
        direct = [each for each in forbids if each.rule.direct_route and each.code not in unanswered]
        if direct:
            return _result(facts, "manual", [*direct, *duties], spoke, (), strip, unanswered=unanswered)
        basis = duties[0].rule.basis
        return _result(facts, "require", [*stripping, *duties], spoke, (), strip, basis=basis, unanswered=unanswered)
    if forbids:
        closed = [each for each in closing if each in forbids or each in held]
        missing = _missing(road, facts, forbids, held)
        offers = _offers(road, facts, forbids, opened=bool(opening))
        default = None if opening else road.default
        return _result(facts, "refuse", closed, spoke, missing, strip, offers, None, default, unanswered)
    if not opening:
        return _default(road, facts, held, closing, strip)
    if held or not permits:
        waiting = held + (permits or opening)
        missing, offers = _undecided(waiting, yes), _offers(road, facts, opened=True)
        return _result(facts, "manual", waiting, spoke, missing, strip, offers, unanswered=unanswered)
    lifted = [each for each in closing if each.rule.effect == "hold" or each.strip]
    outcome: Outcome = "strip" if strip else "permit"
    basis = permits[0].rule.basis
    return _result(facts, outcome, lifted + permits, spoke, (), strip, basis=basis, unanswered=unanswered)


def _result(  # noqa: PLR0913, PLR0917  # One argument for each part of a result.
    facts: Facts,
    outcome: Outcome,
    decisive: Sequence[Folded],
    spoke: Sequence[Folded],
    missing: tuple[str, ...] = (),
    strip: tuple[str, ...] = (),
    offers: tuple[str, ...] = (),
    basis: str | None = None,
    default: Rule | None = None,
    unanswered: tuple[str, ...] = (),
) -> Result:
    rules = [each.code for each in decisive]
    if default is not None:
        rules.append(default.code)
    return Result(
        facts.subject,
        facts.category or "",
        outcome,
        tuple(rules),
        missing,
        strip,
        offers,
        basis,
        facts.answers,
        facts.lacking,
        tuple([each.code for each in spoke if each not in decisive]),
        unanswered,
    )


def _undecided(waiting: Sequence[Folded], yes: int) -> tuple[str, ...]:
    """The facts of the decision that is waited for, as far as they are not yes."""
    return tuple(dict.fromkeys([fact.code for each in waiting for fact in each.rule.decided_by if not yes & bit(fact)]))


def _final(forbid: Folded, facts: Facts) -> bool:
    """Whether nothing that anybody could add would make this forbid fall silent."""
    return forbid.rule.final and holds(forbid.when, facts.yes, facts.no)


def _missing(road: Route, facts: Facts, forbids: Sequence[Folded], held: Sequence[Folded]) -> tuple[str, ...]:
    """What would have to be added: what the forbids and holds wait for, then the nearest way to a permit.

    Where a forbid is final nothing would help, and only what the other forbids lack is told.
    """
    final = [each for each in forbids if _final(each, facts)]
    codes = [each.rule.missing for each in forbids if each.rule.missing is not None and each not in final]
    codes += road.unsaid
    if not final:
        codes += _undecided(held, facts.yes)
        codes += _nearest(road, facts)
    return tuple(dict.fromkeys(codes)) or (road.nothing_opens if not final else ())


def _nearest(road: Route, facts: Facts) -> list[str]:
    """What the permit lacks that lacks least; the first in the book where several lack as little."""
    yes, no = facts.yes, facts.no
    lacking = [_lacking(each, facts) for each in road.opening if each.when is ALWAYS or holds(each.when, yes, no)]
    return min(lacking, key=len, default=[])


def _lacking(permit: Folded, facts: Facts) -> list[str]:
    codes: list[str] = []
    for need in permit.rule.needs:
        if facts.yes & bit(need):
            continue
        if need is consent_ok:
            codes += facts.lacking or (consent_ok.code,)
        elif need is not explicit_per_category or facts.yes & _CONSENT:
            # While there is no good consent, asking for one asks for an explicit one; it is not a second thing to do.
            codes.append(need.code)
    return codes


def _offers(road: Route, facts: Facts, forbids: Iterable[Folded] = (), *, opened: bool = False) -> tuple[str, ...]:
    """Other ways that are open for certain, in the order in which to offer them.

    A consent is offered only where it could open a door that nothing has opened yet; a report only where the subject
    may be a child.
    """
    open_ways = [each for each in road.offers if holds(each.when, facts.yes, facts.no)]
    if not open_ways:
        return ()
    if opened or not road.consent_can_open or any(_final(each, facts) for each in forbids):
        open_ways = [each for each in open_ways if each.rule.basis != "ask_consent"]
    codes = [each.code for each in open_ways]
    if road.report is not None and not facts.yes & _ADULT:
        codes.append(road.report.code)
    return tuple(codes)
