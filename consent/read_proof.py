"""Look at the scanned page that proves a consent."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from audit.actions import Action
from audit.actor import Actor
from audit.operation import operation
from consent.attach_proof import proof_context
from consent.consent import Consent, ConsentProof, ConsentProofPiece
from foundation.errors import NotFound
from foundation.identifiers import ConsentId, EventId, PersonId
from vault.blob import open_chunks

__all__ = ["ProofPage", "read_proof"]


@dataclass(frozen=True)
class ProofPage:
    """The page as verified chunks, to be streamed; all of it was verified before the event was written."""

    person: PersonId
    media_type: str
    size: int
    chunks: tuple[bytes, ...]
    event_id: EventId


def read_proof(actor: Actor, consent: ConsentId, proof: UUID) -> ProofPage:
    """The page `proof` of a consent that the actor's service holds.

    Raises:
        NotFound: the service holds no such page.
        DoesNotOpen: a piece was changed since it was sealed; nothing is shown.
    """
    with operation(actor, Action.READ_PROOF) as op:
        op.note(asked_for=str(consent), proof=str(proof))
        row, page = op.get(Consent, consent), op.get(ConsentProof, proof)
        if row is None or page is None or page.consent_id != consent or row.held_by != op.service:
            raise NotFound
        op.draft.consent_id = consent
        pieces = op.all(
            select(ConsentProofPiece).where(ConsentProofPiece.proof_id == proof).order_by(ConsentProofPiece.number)
        )
        key = op.data_key_of(page.person_id, page.key_id)
        chunks = tuple(open_chunks(key, (piece.blob for piece in pieces), proof_context(proof)))
        op.keep_trace(page.person_id, "consent_proof", seen=True)
        return op.view(ProofPage(page.person_id, page.media_type, page.size, chunks, op.event_id))
