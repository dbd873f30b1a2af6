"""Adding a signature, or a no, to a consent that waits for it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from starlette.responses import Response

from audit.actions import Action
from consent.read_consent import read_consent
from consent.sign_consent import SignConsent, sign_consent
from foundation.errors import Invalid
from foundation.identifiers import ConsentId, EventId
from web.pages.router import pages_below
from web.parameters import ConsentIdHere, PersonIdHere
from web.sent import Sent
from web.terms import Terms
from web.visit import Filled, Here, HereOnce, Visit, does
from web.wording import ANSWERS

__all__ = ["Signing", "router"]

router = pages_below("/consents")


class Signing(NamedTuple):
    """Adding a signature: who has not answered yet."""

    path: str
    purpose: str
    signers: Sequence[tuple[str, str]]
    answers: Sequence[tuple[str, str]]
    today: date
    event_id: EventId


class Answer(Sent):
    """What one signer answered on paper."""

    person: PersonIdHere
    signed_on: date
    answer: str


@router.get("/{consent_id}/sign")
@does(Action.SIGN_CONSENT)
def sign_form(here: Here, consent_id: ConsentIdHere) -> Response:
    """Who has not answered yet."""
    return here.page("sign_consent.html", _signing(here, consent_id))


@router.post("/{consent_id}/sign")
@does(Action.SIGN_CONSENT)
def sign(here: HereOnce, consent_id: ConsentIdHere, filled: Filled) -> Response:
    """One more signature, or a no."""
    try:
        typed = filled.to(Answer)
        asked = SignConsent(consent_id, typed.person, typed.signed_on, typed.answer)
        receipt = sign_consent(here.actor, asked)
    except Invalid as problem:
        return here.page("sign_consent.html", _signing(here, consent_id), problem=problem, filled=filled)
    return here.see_other(f"/consents/{consent_id}", receipt)


def _signing(here: Visit, consent_id: ConsentId) -> Signing:
    terms, consent = Terms.of(here.actor.house, here.words), read_consent(here.actor, consent_id)
    return Signing(
        path=f"/consents/{consent_id}",
        purpose=terms.purpose(consent.purpose),
        signers=[(str(one.person), one.name) for one in consent.signers if one.answer is None and one.name],
        answers=[(code, here.words.gettext(words)) for code, words in ANSWERS.items()],
        today=terms.today,
        event_id=consent.event_id,
    )
