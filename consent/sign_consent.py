"""Record that one more of those who decide has signed a consent, or has said no."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import uuid4

from sqlalchemy import select

from audit.actions import Action
from audit.actor import Actor
from audit.operation import operation
from consent.consent import Consent, ConsentSignature
from consent.on_record import consents_on_record, family_of, parties_of, standing_of
from consent.record_consent import ConsentReceipt
from foundation.errors import Conflict, FieldProblem, Invalid, NotFound
from foundation.identifiers import ConsentId, PersonId
from people.notice import tell
from people.person import entry_of
from people.policy import policy_in_force

__all__ = ["HasAnswered", "SignConsent", "TermsLocked", "sign_consent"]


class HasAnswered(Conflict):
    """This signer has answered already; a changed mind is a withdrawal, or a new consent."""

    code = "signer_has_answered"
    title = "This person has answered already"
    do = "If they have changed their mind, record a withdrawal, or a new consent that replaces this one."


class TermsLocked(Conflict):
    """The consent is no longer waiting for signatures."""

    code = "consent_not_open_for_signing"
    title = "This consent is not waiting for signatures"
    do = "Open it again and look at its state; record a new consent if the family wants one."


@dataclass(frozen=True)
class SignConsent:
    """Who answered what on which day."""

    consent: ConsentId
    person: PersonId
    signed_on: date
    answer: str = "given"


def sign_consent(actor: Actor, asked: SignConsent) -> ConsentReceipt:
    """Add a signature to a consent that the actor's service holds, and say where the consent stands then.

    Raises:
        NotFound: the service does not hold such a consent, or does not have the signer.
        Invalid: an unknown answer, a day to come, or before it was explained.
        HasAnswered: this signer has answered.
        TermsLocked: the consent has ended or been replaced.
    """
    with operation(actor, Action.SIGN_CONSENT) as op:
        op.note(asked_for=str(asked.consent))
        today = op.date(op.house.installed.jurisdiction)
        if asked.answer not in {"given", "refused"}:
            raise Invalid(fields=[FieldProblem("answer", "unknown_word")])
        rows = op.lock(
            select(Consent).where(Consent.consent_id == asked.consent, Consent.held_by == op.service), shared=False
        )
        if not rows:
            raise NotFound
        entry_of(op, asked.person, op.service)
        record = consents_on_record(op, rows)[0]
        consent = record.consent
        op.draft.consent_id, op.draft.purpose = consent.consent_id, consent.purpose
        op.about(consent.person_id, asked.person)
        explained_on = record.explanation.explained_on if record.explanation else consent.valid_from
        if not explained_on <= asked.signed_on <= today:
            raise Invalid(fields=[FieldProblem("signed_on", "signed_before_explained")])
        if any(signature.person_id == asked.person for signature in record.signatures):
            raise HasAnswered
        if consent.state not in {"asked", "given", "suspended"}:
            raise TermsLocked(values={"state": consent.state})
        signature = ConsentSignature(
            signature_id=uuid4(),
            consent_id=consent.consent_id,
            person_id=asked.person,
            answer=asked.answer,
            method="paper",
            signed_on=asked.signed_on,
            recorded_at=op.time,
        )
        op.add(signature)
        after = replace(record, signatures=(*record.signatures, signature))
        parties = parties_of(op, record.services)
        standing = standing_of(op, after, family_of(op, consent.person_id, today), parties, policy_in_force(op))
        consent.state = standing.state
        for service in sorted(record.services - {op.service}):
            tell(op, service, "consent_recorded", consent=consent.consent_id)
        return op.answered(
            ConsentReceipt(consent.consent_id, standing.state, consent.valid_to, standing.missing, op.event_id)
        )
