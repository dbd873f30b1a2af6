"""Withdraw a consent: whole, for one category, or for one recipient; from that moment nothing opens on it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from uuid import uuid4

from sqlalchemy import select

from audit.actions import Action
from audit.actor import Actor
from audit.operation import Operation, operation
from consent.consent import Consent, ConsentFlow, ConsentWithdrawal
from consent.on_record import OnRecord, consents_on_record, family_of, parties_of, standing_of
from foundation.errors import Conflict, FieldProblem, Invalid, NotFound
from foundation.identifiers import ConsentId, EventId, PersonId, ServiceId
from people.notice import tell
from people.policy import policy_in_force

__all__ = ["AlreadyEnded", "StopWhatHungOnIt", "WithdrawConsent", "WithdrawalReceipt", "withdraw_consent"]

_SCOPES = frozenset({"whole", "category", "recipient"})
_CHANNELS = frozenset({"oral", "written", "digital"})

#: What the floor above does about what was sent on the yeses that are gone: stop it, and take the recipients' keys
#: away. Gives back how many referrals were stopped.
StopWhatHungOnIt = Callable[[Operation, ConsentId, Collection[ConsentFlow]], int]


class AlreadyEnded(Conflict):
    """There is nothing left of the consent that this withdrawal could take back."""

    code = "consent_already_ended"
    title = "This is withdrawn already, or has ended"
    do = "Open the consent again; nothing is shared on what was taken back."


@dataclass(frozen=True)
class WithdrawConsent:
    """Who takes back what, and how they said so."""

    consent: ConsentId
    by: PersonId
    channel: str
    scope: str = "whole"
    category: str | None = None
    to_service: ServiceId | None = None


@dataclass(frozen=True)
class WithdrawalReceipt:
    """What was taken back: the state the consent is in now, and how many referrals were stopped."""

    id: ConsentId
    state: str
    stopped: int
    event_id: EventId


def withdraw_consent(actor: Actor, asked: WithdrawConsent, *, stop: StopWhatHungOnIt) -> WithdrawalReceipt:
    """Record that somebody who had to sign has taken a consent back, and close everything that hung on it.

    Any service that the consent names records it, as the family said it: orally, in writing or on the family page. It
    cannot be refused for its form. The consent's row is locked alone, so whoever is opening something on it is waited
    for, and nobody opens afterwards.

    Raises:
        NotFound: there is no such consent that the actor's service may know of.
        Invalid: an unknown word, or the person had no say in it.
        AlreadyEnded: it is taken back already.
    """
    with operation(actor, Action.WITHDRAW_CONSENT) as op:
        op.note(asked_for=str(asked.consent), scope=asked.scope, channel=asked.channel)
        _refuse_nonsense(asked)
        record = _locked(op, asked.consent)
        today = op.date(op.house.installed.jurisdiction)
        op.draft.consent_id, op.draft.purpose = record.consent.consent_id, record.consent.purpose
        op.about(record.consent.person_id, asked.by)
        family, parties = family_of(op, record.consent.person_id, today), parties_of(op, record.services)
        if asked.by not in _have_a_say(record):
            raise Invalid(fields=[FieldProblem("by", "had_no_say")])
        withdrawal = ConsentWithdrawal(
            withdrawal_id=uuid4(),
            consent_id=record.consent.consent_id,
            person_id=asked.by,
            scope=asked.scope,
            category=asked.category,
            to_service=asked.to_service,
            channel=asked.channel,
            withdrawn_at=op.time,
        )
        after = replace(record, withdrawals=(*record.withdrawals, withdrawal))
        gone = [flow for flow in record.flows if record.is_open(flow) and not after.is_open(flow)]
        if not gone:
            raise AlreadyEnded
        op.add(withdrawal)
        standing = standing_of(op, after, family, parties, policy_in_force(op))
        record.consent.state = standing.state
        op.draft.categories.update(flow.category for flow in gone)
        stopped = stop(op, record.consent.consent_id, gone)
        for service in sorted({flow.from_service for flow in gone} | {flow.to_service for flow in gone}):
            tell(op, service, "consent_withdrawn", consent=record.consent.consent_id)
        return op.answered(WithdrawalReceipt(record.consent.consent_id, record.consent.state, stopped, op.event_id))


def _refuse_nonsense(asked: WithdrawConsent) -> None:
    problems = []
    if asked.scope not in _SCOPES:
        problems.append(FieldProblem("scope", "unknown_word"))
    if (asked.category is None) == (asked.scope == "category"):
        problems.append(FieldProblem("category", "does_not_fit_scope"))
    if (asked.to_service is None) == (asked.scope == "recipient"):
        problems.append(FieldProblem("to_service", "does_not_fit_scope"))
    if asked.channel not in _CHANNELS:
        problems.append(FieldProblem("channel", "unknown_word"))
    if problems:
        raise Invalid(fields=problems)


def _locked(op: Operation, consent: ConsentId) -> OnRecord:
    op.stand_in_line(Consent)
    rows = op.lock(select(Consent).where(Consent.consent_id == consent), shared=False)
    if not rows:
        raise NotFound
    record = consents_on_record(op, rows)[0]
    if op.service not in record.services:
        raise NotFound
    return record


def _have_a_say(record: OnRecord) -> set[PersonId]:
    """Whoever signed, and the person it is about (one withdrawal ends it, whoever makes it)."""
    return {signature.person_id for signature in record.signatures} | {record.consent.person_id}
