"""The rule book as a page: every rule in plain words, searched and filtered. About nobody, and open to everybody."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from starlette.responses import Response

from confidentiality.book import BOOK
from confidentiality.condition import Clause
from confidentiality.policy import Policy
from confidentiality.prose import COUNTRIES, TIERS, authority_in, beside, demands
from confidentiality.rule import CONFIRMED_BY, Rule
from confidentiality.vocabulary import JURISDICTIONS, Jurisdiction
from confidentiality.words import Language
from people.policy import policy_today
from web.pages.router import pages_below
from web.terms import Terms
from web.visit import Here, Visit
from web.wording import RULE_CONFIDENCES, RULE_EFFECTS

__all__ = ["Book", "router"]

router = pages_below("/rules")


class OneRule(NamedTuple):
    """A rule in the reader's language; its law is (country, places in it), no country where all agree."""

    code: str
    tier: int
    countries: Sequence[str]
    reason: str
    effect: str
    color: str
    is_on: bool
    is_switched: bool
    law: Sequence[tuple[str, Sequence[str]]]
    demands: Sequence[Clause]
    beside: Sequence[str]
    basis: str
    basis_sentence: str
    since: date | None
    until: date | None
    confidence: str
    confirmed_by: str


class Tier(NamedTuple):
    """The rules of one tier that were found, under its heading."""

    number: int
    heading: str
    rules: Sequence[OneRule]


class Book(NamedTuple):
    """The rules that were found, tier by tier, what they were looked for by, and the choices as (code, words)."""

    tiers: Sequence[Tier]
    found: int
    all: int
    hash: str
    q: str
    jurisdiction: str
    tier: str
    state: str
    jurisdictions: Sequence[tuple[str, str]]
    headings: Sequence[tuple[str, str]]


@router.get("")
def show_rules(here: Here) -> Response:
    """Every rule of the book; or those that hold the words, of the country, the tier and the state asked for."""
    asked = here.asked
    terms = Terms.of(here.actor.house, here.words)
    jurisdiction, tier, state = asked.text("jurisdiction"), asked.text("tier"), asked.text("state")
    words = asked.text("q").casefold().split()
    countries = sorted(JURISDICTIONS, key=lambda code: code != here.actor.house.installed.jurisdiction)
    rules = list(
        _rules(here, terms, policy_today(here.actor), sorted(countries, key=lambda code: code != jurisdiction))
    )
    found = [
        rule
        for where, rule in rules
        if jurisdiction in ("", *where)
        and tier in ("", str(rule.tier))
        and state in ("", "on" if rule.is_on else "off")
        and _holds(rule, words)
    ]
    headings = [heading.to(terms.language) for heading in TIERS]
    of_tier = [[rule for rule in found if rule.tier == number] for number in range(len(TIERS))]
    view = Book(
        tiers=[Tier(number, headings[number], rules) for number, rules in enumerate(of_tier) if rules],
        found=len(found),
        all=len(rules),
        hash=BOOK.hash,
        q=asked.text("q"),
        jurisdiction=jurisdiction,
        tier=tier,
        state=state,
        jurisdictions=[(code, COUNTRIES[code].to(terms.language)) for code in countries],
        headings=[(str(number), heading) for number, heading in enumerate(headings)],
    )
    return here.page("rules.html", view)


def _rules(
    here: Visit, terms: Terms, policy: Policy, countries: Sequence[Jurisdiction]
) -> Iterator[tuple[Sequence[Jurisdiction], OneRule]]:
    """Each rule once, with the countries where it holds; in each tier those of the first country first."""
    for rule in {rule.code: rule for where in countries for rule in BOOK.rules[where]}.values():
        where = [code for code in countries if rule in BOOK.rules[code]]
        yield where, _one(here, terms, policy, rule, where)


def _one(here: Visit, terms: Terms, policy: Policy, rule: Rule, where: Sequence[Jurisdiction]) -> OneRule:
    language, gettext = terms.language, here.words.gettext
    effect, color = RULE_EFFECTS[rule.effect]
    days = [rule.days_in_force(code, policy) for code in where]
    return OneRule(
        code=rule.code,
        tier=rule.tier,
        countries=[COUNTRIES[code].to(language) for code in where],
        reason=rule.because.to(language),
        effect=gettext(effect),
        color=color,
        is_on=any(rule.speaks(code, terms.today, policy) for code in where),
        is_switched=rule.switch is not None,
        law=_law(rule, where, language),
        demands=demands(rule, language),
        beside=beside(rule, language),
        basis=terms.basis(rule.basis),
        basis_sentence=terms.basis_sentence(rule.basis) if rule.basis else "",
        since=next((since for since, _ in days if since is not None), None),
        until=next((until for _, until in days if until is not None), None),
        confidence=gettext(RULE_CONFIDENCES[rule.confidence]),
        confirmed_by=CONFIRMED_BY[rule.confidence].to(language),
    )


def _law(rule: Rule, where: Sequence[Jurisdiction], language: Language) -> list[tuple[str, Sequence[str]]]:
    """The places in the law by country; without a country where they are the same in all."""
    places = {code: authority_in(code, rule, language) for code in where}
    if all(each == places[where[0]] for each in places.values()):
        return [("", places[where[0]])]
    return [(COUNTRIES[code].to(language), each) for code, each in places.items() if each]


def _holds(rule: OneRule, words: Sequence[str]) -> bool:
    """Whether every word stands somewhere in what is shown of a rule."""
    said = [rule.code, rule.reason, rule.effect, rule.basis, rule.basis_sentence, rule.confidence, rule.confirmed_by]
    said += [*rule.countries, *rule.beside, *_lines(rule.demands)]
    said += [place for _, places in rule.law for place in places]
    text = " ".join(said).casefold()
    return all(word in text for word in words)


def _lines(clauses: Sequence[Clause]) -> Iterator[str]:
    for clause in clauses:
        yield clause.text
        yield clause.among
        yield from _lines(clause.parts)
