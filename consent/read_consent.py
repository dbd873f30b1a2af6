"""Read a consent: its terms, who has signed, what is missing, and what was withdrawn."""

from collections.abc import Mapping

from sqlalchemy import select

from audit.actions import Action
from audit.actor import Actor
from audit.operation import Operation, operation
from consent.consent import Consent, ConsentProof
from consent.on_record import (
    Family,
    OnRecord,
    consents_on_record,
    family_of,
    parties_of,
    signers_of_record,
    standing_of,
)
from consent.views import (
    ConsentView,
    FlowView,
    ProofView,
    SignatureView,
    SignerView,
    names_known_to,
    service_names,
)
from foundation.errors import NotFound
from foundation.identifiers import ConsentId, PersonId
from people.policy import policy_in_force

__all__ = ["read_consent"]


def read_consent(actor: Actor, consent: ConsentId) -> ConsentView:
    """The consent, for a service that holds it or that it names.

    Raises:
        NotFound: there is no such consent that the actor's service may know of.
    """
    with operation(actor, Action.READ_CONSENT) as op:
        op.note(asked_for=str(consent))
        row = op.get(Consent, consent)
        if row is None:
            raise NotFound
        record = consents_on_record(op, [row])[0]
        if op.service not in record.services:
            raise NotFound
        op.draft.consent_id, op.draft.purpose = row.consent_id, row.purpose
        return op.view(_view(op, record))


def _view(op: Operation, record: OnRecord) -> ConsentView:
    consent, today = record.consent, op.date(op.house.installed.jurisdiction)
    family, parties = family_of(op, consent.person_id, today), parties_of(op, record.services)
    policy = policy_in_force(op)
    standing = standing_of(op, record, family, parties, policy)
    required = signers_of_record(op, record, family, parties, policy).required
    is_own = consent.held_by == op.service
    known = names_known_to(op, op.service, [*family.refs, *(signature.person_id for signature in record.signatures)])
    services = service_names(op, record.services)
    for person in {consent.person_id, *family.persons.values(), *(s.person_id for s in record.signatures)}:
        op.keep_trace(person, "consent", seen=True)
    proofs = op.all(
        select(ConsentProof)
        .where(ConsentProof.consent_id == consent.consent_id)
        .order_by(ConsentProof.recorded_at, ConsentProof.proof_id)
    )
    return ConsentView(
        id=consent.consent_id,
        person=consent.person_id,
        person_name=known.get(consent.person_id),
        purpose=consent.purpose,
        state=standing.state,
        missing=standing.missing,
        valid_from=consent.valid_from,
        valid_to=consent.valid_to,
        recorded_at=consent.recorded_at,
        held_by=consent.held_by,
        held_by_name=services[consent.held_by],
        is_own=is_own,
        form=consent.form,
        template_version=consent.template_version,
        explained_on=record.explanation.explained_on if record.explanation else None,
        language=record.explanation.language.open(op) if record.explanation and is_own else None,
        interpreter=record.explanation.interpreter if record.explanation and is_own else None,
        heard_on=record.hearing.heard_on if record.hearing else None,
        view=record.hearing.view.open(op) if record.hearing and is_own else None,
        flows=tuple(
            FlowView(
                flow.from_service,
                services[flow.from_service],
                flow.to_service,
                services[flow.to_service],
                flow.category,
                flow.is_explicit,
                record.is_open(flow),
            )
            for flow in sorted(record.flows, key=lambda flow: (flow.from_service, flow.to_service, flow.category))
        ),
        signers=_signers(record, family, required, known),
        signatures=tuple(
            SignatureView(s.person_id, known.get(s.person_id), s.answer, s.signed_on) for s in record.signatures
        ),
        proofs=tuple(ProofView(str(p.proof_id), p.media_type, p.size, p.recorded_at) for p in proofs) if is_own else (),
        supersedes=consent.supersedes,
        event_id=op.event_id,
    )


def _signers(
    record: OnRecord, family: Family, required: tuple[str, ...], known: Mapping[PersonId, str]
) -> tuple[SignerView, ...]:
    answers = {signature.person_id: signature.answer for signature in record.signatures}
    return tuple(
        SignerView(ref, family.persons[ref], known.get(family.persons[ref]), answers.get(family.persons[ref]))
        for ref in required
        if ref in family.persons
    )
