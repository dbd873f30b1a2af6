"""Open a referral and read it; the rules are asked again each time."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import orjson
from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from audit.actions import Action
from audit.actor import Actor
from audit.look import Prepared
from audit.operation import Operation, operation
from confidentiality.vocabulary import OPEN
from consent.gather_facts import Gathered, gather_case
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import ReferralId
from people.organisation import Service
from people.staff import Staff
from referral.draft_referral import answers_of
from referral.flow_back import may_flow_back
from referral.kinds import kind_of
from referral.lifecycle import LIFECYCLE, Party, State, Step, seen_by_sender
from referral.own_referral import ONE_REFERRAL, named, side_of, take_step, version_passed
from referral.referral import Referral, ReferralPart, ReferralStep
from referral.views import CategoryAnswer, PartView, ReferralView, StepView
from vault.blob import DoesNotOpen
from vault.container import Manifest, PartWrap, SealedPart, ServiceWrap, open_parts, verify_manifest
from vault.keys import ServiceKey

__all__ = ["read_referral"]

_Held = tuple[SealedPart, ReferralPart, PartWrap | None]
_Giver, _Receiver = aliased(Service), aliased(Service)
_Signer, _Own = aliased(ServiceKey), aliased(ServiceKey)
#: A referral between whom, and what opens it for one service: all there is one of, in one select.
_ENVELOPE = Prepared(
    select(Referral, _Giver.name, _Receiver.name, Manifest, _Signer, ServiceWrap, _Own)
    .join(_Giver, _Giver.service_id == Referral.from_service)
    .join(_Receiver, _Receiver.service_id == Referral.to_service)
    .outerjoin(Manifest, Manifest.set_id == Referral.referral_id)
    .outerjoin(_Signer, _Signer.key_id == Manifest.signed_by)
    .outerjoin(ServiceWrap, (ServiceWrap.set_id == Manifest.set_id) & (ServiceWrap.service_id == bindparam("service")))
    .outerjoin(_Own, _Own.key_id == ServiceWrap.key_id)
    .where(Referral.referral_id == bindparam("referral"))
)
_PARTS = Prepared(
    select(SealedPart, ReferralPart, PartWrap)
    .join(ReferralPart, ReferralPart.part_id == SealedPart.part_id)
    .outerjoin(PartWrap, (PartWrap.part_id == SealedPart.part_id) & (PartWrap.service_id == bindparam("service")))
    .where(SealedPart.set_id == bindparam("referral"))
    .order_by(SealedPart.category, SealedPart.part_id)
)
_STEPS = Prepared(
    select(ReferralStep, Staff.name)
    .outerjoin(Staff, Staff.staff_id == ReferralStep.staff_id)
    .where(ReferralStep.referral_id == bindparam("referral"))
    .order_by(ReferralStep.number)
)
_MAY_STEP = {
    Step.ACCEPT: Action.ACCEPT_REFERRAL,
    Step.DECLINE: Action.DECLINE_REFERRAL,
    Step.RECALL: Action.RECALL_REFERRAL,
}


def read_referral(actor: Actor, referral: ReferralId, categories: Collection[str] = ()) -> ReferralView:
    """What a referral says, to one of its two services; the receiver's first reading is the step *opened*.

    Args:
        actor: who reads, for which service.
        referral: which one.
        categories: what is asked for by name; left out, everything that was sent. Asking for more than the rules
            allow is refused, and the refusal stands in the log.

    Raises:
        NotFound: there is no such referral, or it is between other services.
        VersionPassed: it was answered or recalled at the same moment; ask again.
        SharingRefused: the rules permit nothing of it, or not all of what was asked for by name.
    """
    with operation(actor, Action.READ_REFERRAL) as op:
        envelope = _envelope(op, referral)
        row = envelope.row
        side, kind = side_of(op, row), kind_of(row.kind)
        if set(categories) - kind.fields.keys():
            raise Invalid(fields=[FieldProblem("categories", "unknown_category")])
        all_parts = _parts(op, row)
        gathered = _ask(op, row, side, categories or {part.category for part, _, _ in all_parts})
        op.decided(gathered.decision, recipient=op.service, partly=not categories, stripped=True)
        answers = answers_of(gathered, kind)
        row = _held(op, row, side, answers)
        parts = _open(
            op, envelope, all_parts, {answer.category: answer.strip for answer in answers if answer.result in OPEN}
        )
        closed = tuple(answer for answer in answers if answer.result not in OPEN)
        return op.view(_view(op, row, envelope, side, parts, closed))


class _Envelope(NamedTuple):
    """A referral as it was found, the names of its services, and what opens it for the actor's service."""

    row: Referral
    from_name: str
    to_name: str
    manifest: Manifest | None
    signer: ServiceKey | None
    wrap: ServiceWrap | None
    own_key: ServiceKey | None


def _envelope(op: Operation, referral: ReferralId) -> _Envelope:
    found = op.rows(_ENVELOPE, referral=referral, service=op.service)
    named(op, referral, found[0][0] if found else None)
    return _Envelope(*found[0])


def _parts(op: Operation, row: Referral) -> list[_Held]:
    """Every part, on what it stands, and the right that the actor's service has to it now."""
    return op.rows(_PARTS, referral=row.referral_id, service=op.service)


def _ask(op: Operation, row: Referral, side: Party, categories: Collection[str]) -> Gathered:
    """What the rules say now: to the receiver as on the day it was sent, to the sender about its own work."""
    own = side is Party.SENDER
    return gather_case(
        op,
        person=row.person_id,
        sender=row.from_service,
        recipient=row.from_service if own else row.to_service,
        purpose=row.purpose,
        categories=categories,
        own_work_for=row.to_service if own else None,
    )


def _open(
    op: Operation, envelope: _Envelope, parts: Sequence[_Held], opened: Mapping[str, Collection[str]]
) -> tuple[PartView, ...]:
    """The parts in the categories `opened`, without the fields that must go, once the signature has been checked.

    Signed are all parts together, by the sending service.
    """
    held = [(part, standing, wrap) for part, standing, wrap in parts if wrap is not None and part.category in opened]
    if not held:
        return ()
    row, _, _, manifest, signer, wrap, own_key = envelope
    if manifest is None or signer is None or wrap is None or own_key is None or signer.service_id != row.from_service:
        raise DoesNotOpen
    verify_manifest(manifest, signer, [part for part, _, _ in parts])
    clear = open_parts(
        wrap,
        [(part, part_wrap) for part, _, part_wrap in held],
        key_pair=op.house.key_pair(own_key),
        custody=op.house.custody,
    )
    for part, _, _ in held:
        op.keep_trace(part.person_id, part.category, seen=True)
    return tuple(
        PartView(
            part.category,
            {name: said for name, said in orjson.loads(text).items() if f"{part.category}.{name}" not in strip},
            standing.basis,
            standing.consent_id,
        )
        for (part, standing, _), text in zip(held, clear, strict=True)
        for strip in (opened[part.category],)
    )


def _held(op: Operation, found: Referral, side: Party, answers: Collection[CategoryAnswer]) -> Referral:
    """The referral, kept as it is until the commit; the receiver's first opening of it is the step *opened*.

    The consents are locked already: the referral comes after them here as it does in withdrawing, so neither waits for
    the other in a ring. Raises `VersionPassed` when a step was taken since the parts were looked up.
    """
    first = side is Party.RECEIVER and State(found.state) is State.SENT and any(one.result in OPEN for one in answers)
    (row,) = op.lock(ONE_REFERRAL, shared=not first, referral=found.referral_id)
    if row.version != found.version:
        raise version_passed(op, row)
    if first:
        take_step(op, row, Step.OPEN, Party.RECEIVER)
        op.flush()  # so that the view shows the step
    return row


def _view(
    op: Operation,
    row: Referral,
    envelope: _Envelope,
    side: Party,
    parts: tuple[PartView, ...],
    closed: tuple[CategoryAnswer, ...],
) -> ReferralView:
    op.keep_trace(row.person_id, "referral", seen=True)
    tell_all = side is Party.RECEIVER or may_flow_back(op, row)
    state = row.state if tell_all else seen_by_sender(State(row.state), may_flow_back=False)
    return ReferralView(
        id=row.referral_id,
        kind=row.kind,
        purpose=row.purpose,
        person=row.person_id,
        side=side.value,
        from_service=row.from_service,
        from_service_name=envelope.from_name,
        to_service=row.to_service,
        to_service_name=envelope.to_name,
        sent_at=row.sent_at,
        state=state,
        version=row.version,
        parts=parts,
        closed=closed,
        steps=_steps(op, row, tell_all=tell_all),
        may=tuple(
            drawn.step.value
            for drawn in LIFECYCLE
            if drawn.step in _MAY_STEP
            and drawn.by is side
            and State(row.state) in drawn.from_states
            and op.actor.may(_MAY_STEP[drawn.step])
        ),
        event_id=op.event_id,
    )


def _steps(op: Operation, row: Referral, *, tell_all: bool) -> tuple[StepView, ...]:
    """The steps that the reader's side is told; without a consented way back, the sender not how it was answered."""
    found = op.rows(_STEPS, referral=row.referral_id)
    told = {Step.SEND.value, Step.OPEN.value, Step.RECALL.value, Step.STOP.value}
    return tuple(
        StepView(step.step, step.taken_at, name if step.service_id == op.service else None, step.reason)
        for step, name in found
        if tell_all or step.step in told
    )
