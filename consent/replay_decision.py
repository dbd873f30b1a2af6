"""Make a decision of the log again: from the facts of that moment, by the policy and the law of that day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import bindparam, select

from audit.actions import Action
from audit.actor import Actor
from audit.opened_event import open_event
from audit.operation import Operation, operation
from confidentiality.book import BOOK
from confidentiality.decision import Decision, decide_anew
from confidentiality.policy import Policy
from foundation.errors import Invalid, Unavailable
from foundation.identifiers import EventId
from people.policy import PolicyVersion, policy_of

__all__ = [
    "Comparison",
    "DecidedByALaterBook",
    "NothingWasDecided",
    "PolicyIsGone",
    "ReplayView",
    "Said",
    "replay_decision",
]

_WITH_DIGEST = (
    select(PolicyVersion.number, PolicyVersion.document)
    .where(PolicyVersion.digest == bindparam("digest"))
    .order_by(PolicyVersion.number)
)


class NothingWasDecided(Invalid):
    """The entry tells of a deed that asked no rule, so there is nothing to decide again."""

    code = "nothing_was_decided"
    title = "Nothing was decided in this entry"
    do = "Choose an entry that says what the rules said: a referral that was sent, opened or refused."


class PolicyIsGone(Unavailable):
    """The policy of the decision is not among the versions of this installation."""

    code = "policy_is_gone"
    title = "The policy of this decision is not here"
    do = "Keep the reference and tell whoever runs the installation: a version of the policy is missing or was changed."


class DecidedByALaterBook(Unavailable):
    """The decision was made by a later program than this one, whose rules ask what this one does not know of."""

    code = "decided_by_a_later_book"
    title = "This decision was made by a newer version of Tillit"
    do = "Decide it again with that version or a later one."


@dataclass(frozen=True)
class Said:
    """What was decided about one category: the result, the rules that decided, what was lacking, what had to go."""

    result: str
    rules: tuple[str, ...]
    missing: tuple[str, ...]
    strip: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """One category: what was decided then, and what the same facts come to now."""

    category: str
    then: Said
    again: Said
    is_same: bool


@dataclass(frozen=True)
class ReplayView:
    """A decision made again.

    `book` is `same` where the rules are those of that day, byte for byte; `changed` where the program has another book
    since: then the present rules were asked, and a difference may be theirs. `policy_number` is the version of the
    policy by which it was decided both times; the law versions are those of that day, as told then and as told now.
    """

    replayed: EventId
    decided_on: date
    is_same: bool
    book: Literal["same", "changed"]
    rule_book_then: str
    rule_book_now: str
    policy_number: int
    law_version_then: str
    law_version_now: str
    results: tuple[Comparison, ...]
    event_id: EventId


def replay_decision(actor: Actor, event: EventId) -> ReplayView:
    """Make the decision of the entry `event` again, and say whether it comes out the same.

    The policy is that of the decision, found by its hash; the law is that of its day. Nothing of the person is asked
    anew: what has changed since then changes nothing here.

    Raises:
        NotFound: there is no such entry. EntryDoesNotVerify: somebody changed it.
        NothingWasDecided: it holds no decision.
        PolicyIsGone: no version of the policy has the decision's hash.
        DecidedByALaterBook: this program is older than the decision.
    """
    with operation(actor, Action.REPLAY_DECISION) as op:
        op.note(read=str(event))
        _, said = open_event(op, event)
        stored = said.decision
        if not isinstance(stored, dict):
            raise NothingWasDecided
        policy = _policy(op, stored["policy"])
        try:
            again = decide_anew(stored, BOOK, policy)
        except ValueError as error:
            raise DecidedByALaterBook from error
        view = _view(op, event, stored, again)
        op.note(is_same=view.is_same, book=view.book)
        return op.view(view)


def _policy(op: Operation, digest: str) -> Policy:
    for number, document in op.rows(_WITH_DIGEST, digest=digest):
        policy = policy_of(number, document)
        if policy.version == digest:
            return policy
    raise PolicyIsGone


def _view(op: Operation, event: EventId, stored: Mapping[str, Any], again: Decision) -> ReplayView:
    results = tuple(
        _comparison(then, now) for then, now in zip(stored["results"], again.compact()["results"], strict=True)
    )
    return ReplayView(
        replayed=event,
        decided_on=again.at,
        is_same=all(one.is_same for one in results) and stored["law_version"] == again.law_version,
        book="same" if stored["rule_book"] == again.rule_book else "changed",
        rule_book_then=stored["rule_book"],
        rule_book_now=again.rule_book,
        policy_number=stored.get("policy_number", again.policy_number),
        law_version_then=stored["law_version"],
        law_version_now=again.law_version,
        results=results,
        event_id=op.event_id,
    )


def _comparison(then: Mapping[str, Any], now: Mapping[str, Any]) -> Comparison:
    before, after = _said(then), _said(now)
    return Comparison(then["category"], before, after, before == after)


def _said(result: Mapping[str, Any]) -> Said:
    return Said(result["result"], *(tuple(result[name]) for name in ("rules", "missing", "strip")))
