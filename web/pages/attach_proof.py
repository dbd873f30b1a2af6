"""The scanned page of a consent: handing it in, and looking at it."""

from typing import NamedTuple
from uuid import UUID

from starlette.responses import Response

from audit.actions import Action
from consent.attach_proof import attach_proof
from consent.read_consent import read_consent
from consent.read_proof import read_proof
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import ConsentId, EventId
from web.limits import MAX_UPLOAD_SIZE
from web.pages.router import pages_below
from web.parameters import ConsentIdHere
from web.sent import FilledIn
from web.terms import Terms
from web.visit import Filled, Here, HereOnce, Visit, does

__all__ = ["Attaching", "router"]

router = pages_below("/consents")


class Attaching(NamedTuple):
    """Adding the scanned page."""

    path: str
    purpose: str
    event_id: EventId


@router.get("/{consent_id}/proof")
@does(Action.ATTACH_PROOF)
def proof_form(here: Here, consent_id: ConsentIdHere) -> Response:
    """Where the scanned page is chosen."""
    return here.page("attach_proof.html", _attaching(here, consent_id))


@router.post("/{consent_id}/proof", max_body_size=MAX_UPLOAD_SIZE)
@does(Action.ATTACH_PROOF)
def attach(here: HereOnce, consent_id: ConsentIdHere, filled: Filled) -> Response:
    """The scanned page, checked and sealed."""
    try:
        receipt = attach_proof(here.actor, consent_id, _uploaded(filled))
    except Invalid as problem:
        return here.page("attach_proof.html", _attaching(here, consent_id), problem=problem, filled=filled)
    return here.see_other(f"/consents/{consent_id}", receipt)


@router.get("/{consent_id}/proofs/{proof_id}")
@does(Action.READ_PROOF)
def proof(here: Here, consent_id: ConsentIdHere, proof_id: UUID) -> Response:
    """The scanned page itself."""
    return here.stream(read_proof(here.actor, consent_id, proof_id))


def _uploaded(filled: FilledIn) -> bytes:
    upload = filled.file("page")
    if upload is None:
        raise Invalid(fields=[FieldProblem("page", "required")])
    return upload.file.read()


def _attaching(here: Visit, consent_id: ConsentId) -> Attaching:
    terms, consent = Terms.of(here.actor.house, here.words), read_consent(here.actor, consent_id)
    return Attaching(f"/consents/{consent_id}", terms.purpose(consent.purpose), consent.event_id)
