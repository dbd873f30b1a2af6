"""What an operation refuses with, and what the log keeps of a deed that did not happen.

A refusal is an answer of the product: it has a code, it says what to do next, and it leaves an event. That event says
who tried what, and nothing that the one who tried was not shown.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from audit.event import MAX_PERSONS, Draft, Outcome
from audit.evidence.canonical_json import JsonValue
from foundation.errors import Conflict, Invalid, NotFound, Problem, Refused, Unavailable

__all__ = [
    "CategoryClosed",
    "DecisionLike",
    "LogUnavailable",
    "NotInYourRole",
    "SharingRefused",
    "in_normal_form",
    "nothing_was_shown",
    "outcome_of",
]


class ResultLike(Protocol):
    """What an operation knows of the result for one category, in codes."""

    @property
    def category(self) -> str:
        """The category that was asked about."""

    @property
    def result(self) -> str:
        """What may be done with it."""

    @property
    def rules(self) -> Sequence[str]:
        """The rules that decided."""

    @property
    def basis(self) -> str | None:
        """The legal basis, where there is one."""


class DecisionLike(Protocol):
    """What an operation knows of a decision: whether it permits, and how it is written down."""

    @property
    def permits(self) -> bool:
        """Whether everything that was asked may be shared as it is."""

    @property
    def permits_stripped(self) -> bool:
        """Whether everything that was asked may be shared once the fields that must go are empty."""

    @property
    def rule_book(self) -> str:
        """The hash of the rule book."""

    @property
    def results(self) -> Sequence[ResultLike]:
        """The result for each category."""

    def compact(self) -> dict[str, Any]:
        """The whole decision in codes, enough to make it again."""


class NotInYourRole(Refused):
    """The deed belongs to another role than the one the actor acts in."""

    code = "not_in_your_role"
    title = "This is done by somebody in another role"
    do = "Sign in with the role that does this, or ask a colleague who has it."


class SharingRefused(Refused):
    """The rules do not permit this disclosure; `decision` says for each category why."""

    code = "sharing_refused"
    title = "The rules on confidentiality do not permit this"
    do = "Read what is lacking below. Asking the family for consent, or letting them carry it, is usually the way."

    def __init__(self, decision: DecisionLike, rules: Sequence[str]) -> None:
        super().__init__(rules=rules)
        self.decision = decision


class CategoryClosed(SharingRefused):
    """Some of what was asked for is open and some is closed, so nothing of it goes."""

    code = "category_closed"


class LogUnavailable(Unavailable):
    """The disclosure log cannot be written, so nothing is disclosed and nothing is done."""

    code = "log_unavailable"
    title = "The disclosure log cannot be written"
    do = "Nothing was shared or changed. Try again in a little while; if it is urgent, use the telephone."


def outcome_of(problem: Problem) -> Outcome:
    """How the event of a deed that ended with `problem` says that it ended."""
    for kind, outcome in (
        (NotFound, Outcome.NOT_FOUND),
        (Invalid, Outcome.INVALID),
        (Conflict, Outcome.CONFLICT),
        (Refused, Outcome.REFUSED),
    ):
        if isinstance(problem, kind):
            return outcome
    return Outcome.FAILED


def nothing_was_shown(draft: Draft, problem: Problem | None) -> None:
    """Turn the draft of a deed into that of its refusal: what was opened was looked at, and nobody is given away."""
    for person, what in draft.disclosed.items():
        draft.consulted.setdefault(person, set()).update(what)
    draft.disclosed.clear()
    if draft.rule_book is None and draft.purpose is not None:
        # Nobody has judged it yet, so it may be anything that somebody typed: it does not rest in clear.
        draft.notes["purpose_as_asked"] = in_normal_form(draft.purpose)
        draft.purpose = None
    if problem is not None:
        draft.notes.update({name: in_normal_form(value) for name, value in problem.values.items()})
    if problem is not None and not problem.names_subjects:
        _forget_persons(draft)
        draft.consent_id = draft.referral_id = draft.recipient_service_id = None
        # Whether the rules were asked at all would tell the hidden from what is not there.
        draft.categories.clear()
        draft.rules, draft.rule_book, draft.basis, draft.decision = (), None, None, None
    if len(draft.persons) > MAX_PERSONS:
        draft.notes["too_many_persons"] = len(draft.persons)
        _forget_persons(draft)


def _forget_persons(draft: Draft) -> None:
    draft.about.clear()
    draft.consulted.clear()


def in_normal_form(value: JsonValue) -> JsonValue:
    """`value` with every text in it as the log writes text: in Unicode NFC, without lone surrogates."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value.encode(errors="replace").decode())
    if isinstance(value, Mapping):
        return {name: in_normal_form(inner) for name, inner in value.items()}
    if isinstance(value, Sequence):
        return [in_normal_form(inner) for inner in value]
    return value
