"""What the rule book says, in the reader's language: a rule's reason and source, and a whole decision."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from audit.refusals import SharingRefused
from confidentiality.book import BOOK
from confidentiality.decision import Decision
from confidentiality.explanation import explanation
from confidentiality.missing import MISSING, without_ref
from confidentiality.prose import authority, authority_in
from confidentiality.vocabulary import CATEGORY, RESULT, Jurisdiction
from confidentiality.words import LANGUAGES, Language

__all__ = ["ResultWords", "RuleWords", "decision_document", "detail_of", "language_of", "result_words", "rule_words"]


@dataclass(frozen=True)
class RuleWords:
    """A rule that spoke: its code, why, and where it is written."""

    code: str
    because: str
    source: str


@dataclass(frozen=True)
class ResultWords:
    """What the decision says of one category: its name, the result, whether it is open, and what is lacking."""

    category: str
    result: str
    is_open: bool
    lacking: tuple[str, ...]


def language_of(code: str) -> Language:
    """The rule book's own language for a reader's; English where it has none."""
    return code if code in LANGUAGES else "en"


def rule_words(codes: Sequence[str], language: str, jurisdiction: Jurisdiction | None = None) -> tuple[RuleWords, ...]:
    """The rules in words, with the law of one country or of both; a code that the book lost stands as it is."""
    to, told = language_of(language), []
    for code in codes:
        try:
            rule = BOOK.rule(code)
        except KeyError:
            told.append(RuleWords(code, "", ""))
        else:
            source = "; ".join(authority_in(jurisdiction, rule, to)) if jurisdiction else authority(rule, to)
            told.append(RuleWords(code, rule.because.to(to), source))
    return tuple(told)


def detail_of(refused: SharingRefused, language: str) -> str | None:
    """The refused decision in a few plain sentences; None when it is none of this rule book's."""
    if isinstance(refused.decision, Decision):
        return explanation(refused.decision, language_of(language)).teacher
    return None


def result_words(refused: SharingRefused, language: str) -> tuple[ResultWords, ...]:
    """The decision, category by category, in words."""
    if not isinstance(refused.decision, Decision):
        return ()
    to = language_of(language)
    return tuple(
        ResultWords(
            category=CATEGORY[one.category].label.to(to),
            result=RESULT[one.result].label.to(to),
            is_open=one.result in ("permit", "require"),
            lacking=tuple(MISSING[without_ref(code)].to(to) for code in one.missing if without_ref(code) in MISSING),
        )
        for one in refused.decision.results
    )


def decision_document(refused: SharingRefused, language: str) -> dict[str, Any]:
    """The decision, category by category, as a program reads it: codes, and rules with their reasons."""
    results: list[dict[str, Any]] = []
    for one in refused.decision.results:
        result: dict[str, Any] = {"category": one.category, "result": one.result}
        result["rules"] = [asdict(rule) for rule in rule_words(one.rules, language)]
        result["missing"], result["strip"] = list(getattr(one, "missing", ())), list(getattr(one, "strip", ()))
        result["offers"] = [asdict(rule) for rule in rule_words(getattr(one, "offers", ()), language)]
        results.append(result)
    return {"rule_book": refused.decision.rule_book, "results": results}
