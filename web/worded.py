"""A problem in the reader's words: its status, what happened, what to do, and what stands against each field.

This is the one place where a kind of problem becomes an HTTP status.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from audit.evidence.canonical_json import JsonValue
from audit.refusals import SharingRefused
from foundation.errors import Conflict, Invalid, NotFound, Problem, Refused, Unavailable
from foundation.texts import Words
from web.bad_requests import (
    BodyTooLarge,
    IdempotencyKeyMissing,
    MethodNotAllowed,
    NotSignedIn,
    TooManyRequests,
    Unexpected,
    Unreadable,
    UnsupportedMediaType,
    VersionMissing,
    WrongHost,
)
from web.rule_words import ResultWords, RuleWords, decision_document, detail_of, result_words, rule_words
from web.wording import field_message

__all__ = ["FieldError", "Worded", "status_of", "worded"]

#: Kind of problem -> status (RFC 9110, RFC 6585); the nearest kind in the family tree counts.
_STATUS: Mapping[type[Problem], int] = {
    Invalid: 422,
    NotFound: 404,
    Refused: 403,
    Conflict: 409,
    Unavailable: 503,
    NotSignedIn: 401,
    TooManyRequests: 429,
    BodyTooLarge: 413,
    MethodNotAllowed: 405,
    UnsupportedMediaType: 415,
    Unreadable: 400,
    IdempotencyKeyMissing: 400,
    VersionMissing: 428,
    WrongHost: 421,
    Unexpected: 500,
}

_FAULT = 500  # an unknown fault gets no detail in its document


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field, in words."""

    field: str
    code: str
    message: str


@dataclass(frozen=True)
class Worded:
    """A problem, ready to be shown as a page or as an RFC 9457 document."""

    code: str
    status: int
    title: str
    detail: str
    event_id: UUID | None = None
    errors: tuple[FieldError, ...] = ()
    rules: tuple[RuleWords, ...] = ()
    results: tuple[ResultWords, ...] = ()
    values: Mapping[str, str | int] = field(default_factory=dict)
    decision: JsonValue = None

    def document(self) -> dict[str, JsonValue]:
        """The RFC 9457 document; members that would be empty are left out."""
        full: dict[str, JsonValue] = {
            "type": f"/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": None if self.status == _FAULT else self.detail,
            "instance": f"urn:uuid:{self.event_id}" if self.event_id else None,
            "code": self.code,
            "rules": [{"code": rule.code, "because": rule.because, "source": rule.source} for rule in self.rules],
            "errors": [{"field": one.field, "code": one.code, "message": one.message} for one in self.errors],
            "values": dict(self.values),
            "decision": self.decision,
        }
        return {name: value for name, value in full.items() if value not in (None, [], {})}


def status_of(problem: type[Problem]) -> int:
    """The status of a kind of problem."""
    return next(_STATUS[kind] for kind in problem.__mro__ if kind in _STATUS)


def worded(problem: Problem, words: Words) -> Worded:
    """The problem in the reader's language, with the reasons and sources of the rules that spoke."""
    language = words.language.code
    refused = problem if isinstance(problem, SharingRefused) else None
    return Worded(
        code=problem.code,
        status=status_of(type(problem)),
        title=words.gettext(problem.title),
        detail=(detail_of(refused, language) if refused else None) or words.gettext(problem.do),
        event_id=problem.event_id,
        errors=tuple(FieldError(one.field, one.code, words.gettext(field_message(one.code))) for one in problem.fields),
        rules=rule_words(problem.rules, language),
        results=result_words(refused, language) if refused else (),
        values=problem.values,
        decision=decision_document(refused, language) if refused else None,
    )
