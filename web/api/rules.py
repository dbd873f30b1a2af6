"""The rule book and its decisions for a program that asks about nobody: the same as `tillit rules` prints."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Query
from starlette.responses import Response

from confidentiality.book import BOOK
from confidentiality.explanation import decision_as_read, explanation
from confidentiality.prose import book_as_read
from confidentiality.vocabulary import Jurisdiction, Outcome
from confidentiality.words import Language
from consent.case import decide_case
from consent.case_file import CaseNotUnderstood, case_from, said_place
from foundation.errors import FieldProblem, Invalid
from people.policy import policy_today
from web.api.described import gives
from web.api.router import calls_below
from web.terms import Terms
from web.visit import Here

router = calls_below("/rules", tag="Rules")

_LONGEST_PLACE = 80  # a longer name of a field is somebody's text, not a field


class CaseUnreadable(Invalid):
    """A case holds a word that is not known, or something is missing in it."""

    code = "case_unreadable"
    title = "The case cannot be read"
    do = "Correct the place that is named. The known word that is most like yours is in the answer, where there is one."


@dataclass(frozen=True)
class OneRule:
    """A rule: what it says, why, by which law, and whether it speaks today under the municipality's policy."""

    code: str
    jurisdiction: Jurisdiction
    tier: int
    effect: str
    reason: str
    says: str
    basis: str | None
    law: tuple[str, ...]
    missing: str | None
    strip: tuple[str, ...]
    override: Literal["allowed", "never"]
    switch: str | None
    in_force: bool
    since: str | None
    until: str | None
    begins_with: str | None
    ends_with: str | None
    confidence: str
    to_be_confirmed_by: str


@dataclass(frozen=True)
class Book:
    """The rules of both countries in their order, in one language, and the hash of all that decides."""

    rule_book: str
    language: Language
    rules: tuple[OneRule, ...]


@dataclass(frozen=True)
class Result:
    """The answer for one category about one subject of the case; the words are those of docs/rules-cases.md."""

    subject: str
    category: str
    result: Outcome
    rules: tuple[str, ...]
    missing: tuple[str, ...]
    strip: tuple[str, ...]
    offers: tuple[str, ...]
    basis: str | None
    beaten: tuple[str, ...]
    unanswered: tuple[str, ...]
    facts: str


@dataclass(frozen=True)
class Explained:
    """The decision in plain words for three readers."""

    teacher: str
    family: str
    auditor: tuple[str, ...]


@dataclass(frozen=True)
class Decided:
    """A case decided, category by category, and said in plain words."""

    at: str
    rule_book: str
    policy: str
    law_version: str
    results: tuple[Result, ...]
    explanation: Explained


@router.get("", **gives(Book, event=False))
def read(here: Here, language: Annotated[Language | None, Query()] = None) -> Response:
    """The whole rule book, in one of four languages; needs no token, because it is about nobody."""
    terms = Terms.of(here.actor.house, here.words)
    return here.json(book_as_read(BOOK, language or terms.language, terms.today, policy_today(here.actor)))


@router.post("/decide", **gives(Decided, event=False))
def decide(here: Here, case: Mapping[str, Any], language: Annotated[Language | None, Query()] = None) -> Response:
    """Decide a case that is about nobody; it is neither stored nor written in the log."""
    try:
        read = case_from(case)
    except CaseNotUnderstood as wrong:
        field = FieldProblem(
            said_place(wrong.place)[:_LONGEST_PLACE], "unknown_word" if wrong.nearest else "wrong_type"
        )
        raise CaseUnreadable(fields=[field], values={"nearest": wrong.nearest} if wrong.nearest else {}) from None
    decision = decide_case(read)
    words = explanation(decision, language or Terms.of(here.actor.house, here.words).language, BOOK, read.policy)
    return here.json(decision_as_read(decision, words))
