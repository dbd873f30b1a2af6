"""Finding a referral for one of its two services, and taking a step with it: what several deeds share."""

from collections.abc import Collection
from uuid import uuid4

from sqlalchemy import bindparam, select

from audit.operation import Operation
from consent.consent import Consent, ConsentFlow
from foundation.errors import Conflict, NotFound
from foundation.identifiers import ConsentId, ReferralId, ServiceId
from people.notice import tell
from referral.lifecycle import Party, State, Step, Transition, after, seen_by_sender, transition
from referral.referral import Referral, ReferralPart, ReferralStep
from vault.container import PartWrap

__all__ = [
    "ONE_REFERRAL",
    "VersionPassed",
    "named",
    "own_referral",
    "side_of",
    "stop_what_hung_on",
    "take_step",
    "version_passed",
]


_ANSWERS = frozenset({Step.ACCEPT, Step.DECLINE})

#: One referral by its id.
ONE_REFERRAL = select(Referral).where(Referral.referral_id == bindparam("referral"))


class VersionPassed(Conflict):
    """Somebody took a step since this referral was looked at; `version` and `state` in the values are the newest."""

    code = "version_passed"
    title = "Somebody was faster"
    do = "Open the referral again and look at its newest state before you go on."


def own_referral(op: Operation, referral: ReferralId, *, to_change: bool = False) -> Referral:
    """The referral, if the actor's service sends or receives it; locked alone when it is to be changed.

    Raises:
        NotFound: there is no such referral, or it is between other services: nobody can tell which.
    """
    if to_change:
        op.stand_in_line(Referral)
        found = op.lock(ONE_REFERRAL, shared=False, referral=referral)
    else:
        found = op.all(ONE_REFERRAL, referral=referral)
    return named(op, referral, next(iter(found), None))


def named(op: Operation, referral: ReferralId, row: Referral | None) -> Referral:
    """The referral that was asked for and found, named in the event, if the actor's service sends or receives it.

    Raises:
        NotFound: there is no such referral, or it is between other services: nobody can tell which.
    """
    op.note(asked_for=str(referral))
    if row is None or op.service not in (row.from_service, row.to_service):
        raise NotFound
    op.draft.referral_id, op.draft.purpose = row.referral_id, row.purpose
    op.about(row.person_id)
    return row


def version_passed(op: Operation, row: Referral) -> VersionPassed:
    """The answer to somebody who looked at an older version; the sender is not told there how it was answered."""
    state = row.state
    if side_of(op, row) is Party.SENDER:
        state = seen_by_sender(State(state), may_flow_back=False)
    return VersionPassed(values={"version": row.version, "state": state})


def side_of(op: Operation, row: Referral) -> Party:
    """On which side of the referral the actor's service stands."""
    return Party.SENDER if row.from_service == op.service else Party.RECEIVER


def take_step(
    op: Operation, row: Referral, step: Step, by: Party, *, version: int | None = None, reason: str | None = None
) -> None:
    """Take one step of the life cycle: the row, its step, the keys that go, and who is told.

    Raises:
        VersionPassed: the actor looked at another version than the newest.
        StepNotDrawn, NotThisParty: the life cycle does not draw it.
    """
    if version is not None and version != row.version:
        raise version_passed(op, row)
    drawn = after(State(row.state), step, by)
    op.add(
        ReferralStep(
            step_id=uuid4(),
            referral_id=row.referral_id,
            number=row.version + 1,
            step=step.value,
            from_state=row.state,
            to_state=drawn.to_state.value,
            staff_id=op.actor.staff,
            service_id=op.actor.service,
            taken_at=op.time,
            reason=reason,
        )
    )
    row.state, row.version = drawn.to_state.value, row.version + 1
    if drawn.closes_receiver:
        op.remove(*_wraps(op, row, row.to_service))
    _tell(op, row, drawn)


def _tell(op: Operation, row: Referral, drawn: Transition) -> None:
    told = {Party.SENDER: row.from_service, Party.RECEIVER: row.to_service, Party.CONSENT: None, None: None}[
        drawn.tells
    ]
    if told is not None:
        # How the receiver answered is shown behind the link, to a sender to whom a consent lets it flow back.
        kind = "answered" if drawn.step in _ANSWERS else drawn.to_state.value
        tell(op, told, f"referral_{kind}", referral=row.referral_id)


def _wraps(
    op: Operation,
    row: Referral,
    service: ServiceId,
    *,
    sent_on: tuple[Collection[ConsentId], Collection[str]] | None = None,
) -> list[PartWrap]:
    """The rights of `service` to the parts of a referral, or to those that were sent on a consent in a category."""
    query = (
        select(PartWrap)
        .join(ReferralPart, ReferralPart.part_id == PartWrap.part_id)
        .where(ReferralPart.referral_id == row.referral_id, PartWrap.service_id == service)
        .order_by(PartWrap.wrap_id)
    )
    if sent_on is not None:
        consents, categories = sent_on
        query = query.where(ReferralPart.consent_id.in_(consents), ReferralPart.category.in_(categories))
    return op.all(query)


def stop_what_hung_on(op: Operation, consent: ConsentId, gone: Collection[ConsentFlow]) -> int:
    """Close all that was sent on the yeses that are gone, stop what nothing is left of; how many were stopped.

    What was sent on a consent that this one renewed hangs on this one now.

    This is what `withdraw_consent` asks its caller for: consent knows nothing of referrals.
    """
    lineage = _with_those_it_replaced(op, consent)
    hanging = op.lock(
        select(Referral)
        .where(
            Referral.referral_id.in_(select(ReferralPart.referral_id).where(ReferralPart.consent_id.in_(lineage))),
            Referral.state.in_([state.value for state in transition(Step.STOP).from_states]),
        )
        .order_by(Referral.referral_id),
        shared=False,
    )
    stopped = 0
    for row in hanging:
        categories = {
            flow.category for flow in gone if (flow.from_service, flow.to_service) == (row.from_service, row.to_service)
        }
        closing = _wraps(op, row, row.to_service, sent_on=(lineage, categories))
        if not closing:
            continue
        op.about(row.person_id)
        if len(closing) < len(_wraps(op, row, row.to_service)):
            op.remove(*closing)
            tell(op, row.to_service, "referral_part_closed", referral=row.referral_id)
        else:
            take_step(op, row, Step.STOP, Party.CONSENT, reason="consent_withdrawn")
            tell(op, row.to_service, "referral_stopped", referral=row.referral_id)
            stopped += 1
    return stopped


def _with_those_it_replaced(op: Operation, consent: ConsentId) -> list[ConsentId]:
    """The consent and every earlier one that it renewed or changed, newest first."""
    lineage = [consent]
    while (earlier := op.get_one(Consent, lineage[-1]).supersedes) is not None:
        lineage.append(earlier)
    return lineage
