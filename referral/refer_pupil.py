"""Refer a pupil: decide, seal for the receiving service, and send, in one breath or not at all."""

from dataclasses import dataclass
from uuid import uuid4

import orjson
from sqlalchemy import BindParameter, bindparam, select

from audit.actions import Action
from audit.actor import Actor
from audit.look import Prepared
from audit.operation import Operation, operation
from consent.gather_facts import NO_CLOSENESS, Closeness, Gathered, gather_case
from consent.on_record import SUBJECT
from foundation.errors import FieldProblem, Invalid, Refused
from foundation.identifiers import PersonId, ReferralId, ServiceId
from people.notice import tell
from people.person import entry_of
from referral.kinds import Content, kind_of, refuse_content
from referral.lifecycle import State, Step
from referral.referral import Referral, ReferralPart, ReferralStep
from referral.views import ReferralReceipt
from vault.container import PartToSeal, seal_set
from vault.keys import KEYHOLDER_OF_ARCHIVE, ServiceKey

__all__ = ["FieldMustNotGo", "ReferPupil", "refer_pupil"]

_SERVICES: BindParameter[list[ServiceId]] = bindparam("services", expanding=True)
_KEYS_OF = Prepared(select(ServiceKey).where(ServiceKey.service_id.in_(_SERVICES)).order_by(ServiceKey.created_at))


class FieldMustNotGo(Refused):
    """A field was filled in that must never go about this person; nothing was sent."""

    code = "field_must_not_go"
    title = "One of the fields must not be sent about this person"
    do = "Empty the fields that are named and send it again."


@dataclass(frozen=True)
class ReferPupil:
    """Who is referred where, and what is said, by category and field."""

    pupil: PersonId
    to_service: ServiceId
    content: Content
    kind: str = "homework_support"
    closeness: Closeness = NO_CLOSENESS


def refer_pupil(actor: Actor, asked: ReferPupil) -> ReferralReceipt:
    """Send a referral about a pupil on the sending service's roster.

    Nothing is dropped by itself: when one filled category is closed, nothing is sent, and the answer has the result for
    each.

    Raises:
        NotFound: the actor's service does not have this person.
        Invalid: an unknown kind, service or field, or nothing filled in.
        SharingRefused: a rule closes one of the categories.
        FieldMustNotGo: a filled field is stripped for this person.
    """
    with operation(actor, Action.REFER_PUPIL, about=[asked.pupil]) as op:
        kind = kind_of(asked.kind)
        op.draft.purpose = kind.purpose
        refuse_content(kind, asked.content)
        entry_of(op, asked.pupil, op.service)
        if asked.to_service == op.service:
            raise Invalid(fields=[FieldProblem("to_service", "unknown_service")])
        gathered = gather_case(
            op,
            person=asked.pupil,
            sender=op.service,
            recipient=asked.to_service,
            purpose=kind.purpose,
            categories=asked.content.keys(),
            closeness=asked.closeness,
        )
        if gathered.case.sender.kind not in kind.senders or gathered.case.recipient.kind not in kind.receivers:
            raise Invalid(fields=[FieldProblem("to_service", "not_for_this_kind")])
        op.decided(gathered.decision, recipient=asked.to_service, stripped=True)
        _refuse_stripped(asked.content, gathered)
        referral = _referral(op, asked, kind.purpose)
        op.draft.referral_id = referral.referral_id
        op.draft.consent_id = next(iter(gathered.consents.values()), None)
        _seal(op, referral, asked.content, gathered)
        tell(op, asked.to_service, "referral_received", referral=referral.referral_id)
        return op.answered(ReferralReceipt(referral.referral_id, referral.state, referral.version, op.event_id))


def _refuse_stripped(content: Content, gathered: Gathered) -> None:
    stripped = [
        f"{category}.{name}"
        for category, fields in content.items()
        for name in fields
        if f"{category}.{name}" in gathered.decision.result_for(SUBJECT, category).strip
    ]
    if stripped:
        raise FieldMustNotGo(fields=[FieldProblem(f"content.{name}", "must_not_go") for name in stripped])


def _referral(op: Operation, asked: ReferPupil, purpose: str) -> Referral:
    row = Referral(
        referral_id=ReferralId.new(),
        kind=asked.kind,
        person_id=asked.pupil,
        from_service=op.service,
        to_service=asked.to_service,
        purpose=purpose,
        sent_at=op.time,
        sent_by=op.staff,
        state=State.SENT.value,
        version=1,
    )
    op.add(
        row,
        ReferralStep(
            step_id=uuid4(),
            referral_id=row.referral_id,
            number=1,
            step=Step.SEND.value,
            from_state=State.DRAFT.value,
            to_state=State.SENT.value,
            staff_id=op.staff,
            service_id=op.service,
            taken_at=op.time,
            reason=None,
        ),
    )
    return row


def _seal(op: Operation, referral: Referral, content: Content, gathered: Gathered) -> None:
    """Seal each category as a part of its own, for sender, receiver and archive; sign as the sending service."""
    readers = (referral.from_service, referral.to_service, KEYHOLDER_OF_ARCHIVE)
    keys = _newest_keys(op, readers)
    sealed = seal_set(
        referral.referral_id,
        [
            PartToSeal(
                referral.person_id, category, orjson.dumps(fields, option=orjson.OPT_SORT_KEYS), frozenset(readers)
            )
            for category, fields in sorted(content.items())
        ],
        signer=op.house.key_pair(keys[referral.from_service]),
        readers=[keys[reader] for reader in readers],
        custody=op.house.custody,
    )
    op.add(*sealed.rows)
    op.note(part_digests=[part.digest.hex() for part in sealed.parts])
    for part in sealed.parts:
        # From here on the receiver can open it: what is sent is disclosed, whether or not somebody reads it today.
        op.keep_trace(part.person_id, part.category, seen=True)
        basis = gathered.decision.result_for(SUBJECT, part.category).basis
        op.add(
            ReferralPart(
                part_id=part.part_id,
                referral_id=referral.referral_id,
                person_id=part.person_id,
                category=part.category,
                basis=basis or "consent",
                consent_id=gathered.consents.get(part.category),
            )
        )


def _newest_keys(op: Operation, services: tuple[ServiceId, ...]) -> dict[ServiceId, ServiceKey]:
    return {key.service_id: key for (key,) in op.rows(_KEYS_OF, services=services)}
