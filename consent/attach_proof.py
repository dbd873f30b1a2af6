"""Attach the scanned or photographed page that proves a consent; it rests sealed, piece by piece."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

from audit.actions import Action
from audit.actor import Actor
from audit.operation import operation, preparing
from consent.consent import Consent, ConsentProof, ConsentProofPiece
from consent.page import check_page
from foundation.errors import NotFound
from foundation.identifiers import ConsentId, EventId
from vault.blob import seal_chunks

__all__ = ["PIECE", "ProofReceipt", "attach_proof", "proof_context"]

#: A mebibyte.
PIECE = 1024 * 1024


@dataclass(frozen=True)
class ProofReceipt:
    """The page that was attached: its id, kind and size in bytes."""

    id: UUID
    consent: ConsentId
    media_type: str
    size: int
    event_id: EventId


def proof_context(proof: UUID) -> bytes:
    """The place to which the sealed page is bound."""
    return b"consent_proof/" + proof.bytes


def attach_proof(actor: Actor, consent: ConsentId, upload: bytes) -> ProofReceipt:
    """Check the page, write it anew without anything hidden, seal it under the person's key, and keep it.

    Raises:
        NotAPage: the upload is no PDF, PNG or JPEG that opens, or too large.
        NotFound: the actor's service does not hold such a consent.
    """
    with preparing(actor, Action.ATTACH_PROOF):
        page = check_page(upload)
    with operation(actor, Action.ATTACH_PROOF) as op:
        op.note(asked_for=str(consent))
        row = op.get(Consent, consent)
        if row is None or row.held_by != op.service:
            raise NotFound
        op.about(row.person_id)
        op.draft.consent_id = consent
        proof_id, (key_id, key) = uuid4(), op.data_key(row.person_id)
        op.add(
            ConsentProof(
                proof_id=proof_id,
                consent_id=consent,
                person_id=row.person_id,
                key_id=key_id,
                media_type=page.media_type,
                size=len(page.content),
                recorded_at=op.time,
            )
        )
        for number, blob in enumerate(_pieces(seal_chunks(key, _sliced(page.content), proof_context(proof_id)))):
            op.add(ConsentProofPiece(proof_id=proof_id, number=number, blob=blob))
        return op.answered(ProofReceipt(proof_id, consent, page.media_type, len(page.content), op.event_id))


def _sliced(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), PIECE):
        yield content[start : start + PIECE]


def _pieces(sealed: Iterator[bytes]) -> Iterator[bytes]:
    """The sealed stream again in pieces of about a mebibyte."""
    held = bytearray()
    for chunk in sealed:
        held += chunk
        if len(held) >= PIECE:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)
