"""Consents: recording one, signing it, proving it, and withdrawing it."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field
from starlette.responses import Response

from audit.actions import Action
from consent.attach_proof import ProofReceipt, attach_proof
from consent.list_consents import list_consents
from consent.read_consent import read_consent
from consent.read_proof import read_proof
from consent.record_consent import ConsentReceipt, Explained, Flow, Heard, RecordConsent, Signed, record_consent
from consent.sign_consent import SignConsent, sign_consent
from consent.views import ConsentList, ConsentView
from consent.withdraw_consent import WithdrawalReceipt, WithdrawConsent, withdraw_consent
from referral.own_referral import stop_what_hung_on
from web.api.described import creates, gives, shows_page, with_page
from web.api.exact import Day, YesOrNo
from web.api.kind_of_body import takes
from web.api.router import calls_below
from web.limits import MAX_UPLOAD_SIZE
from web.parameters import ConsentIdHere, PersonIdHere, ServiceIdHere
from web.scans import KINDS_OF_PAGE, Upload
from web.sent import Sent
from web.visit import Here, HereOnce, does

router = calls_below("/consents", tag="Consents")

Word = Annotated[str, Field(max_length=40)]


class OneFlow(Sent):
    """One yes on the form: which service may give what kind of information to which."""

    from_service: ServiceIdHere
    to_service: ServiceIdHere
    category: Word
    is_explicit: YesOrNo = True


class OneSignature(Sent):
    """What one signer answered on paper: `given` or `refused`."""

    person: PersonIdHere
    signed_on: Day
    answer: Word = "given"


class HowExplained(Sent):
    """When it was explained, in which language (BCP 47), and with what interpreter."""

    on: Day
    language: Word
    interpreter: Word = "none"


class HowHeard(Sent):
    """When the child was heard, and whether it `agrees`, `objects` or has `no_view`."""

    on: Day
    view: Word


class Consent(Sent):
    """A written consent about one person, as it was signed; without `valid_to`, to the coming 31 July."""

    person: PersonIdHere
    purpose: Word
    flows: Annotated[tuple[OneFlow, ...], Field(max_length=200)]
    valid_from: Day
    explained: HowExplained
    signatures: Annotated[tuple[OneSignature, ...], Field(max_length=20)] = ()
    heard: HowHeard | None = None
    valid_to: Day | None = None
    form: Word = "written"
    conversation: UUID | None = None
    supersedes: ConsentIdHere | None = None

    def command(self) -> RecordConsent:
        """As the deed takes it."""
        return RecordConsent(
            person=self.person,
            purpose=self.purpose,
            flows=tuple(Flow(one.from_service, one.to_service, one.category, one.is_explicit) for one in self.flows),
            valid_from=self.valid_from,
            explained=Explained(self.explained.on, self.explained.language, self.explained.interpreter),
            signatures=tuple(Signed(one.person, one.signed_on, one.answer) for one in self.signatures),
            heard=Heard(self.heard.on, self.heard.view) if self.heard else None,
            valid_to=self.valid_to,
            form=self.form,
            conversation=self.conversation,
            supersedes=self.supersedes,
        )


class Withdrawal(Sent):
    """Who takes back what: the `whole`, one `category`, or what goes to one `recipient`; and how they said so."""

    by: PersonIdHere
    channel: Word
    scope: Word = "whole"
    category: Word | None = None
    to_service: ServiceIdHere | None = None


class Which(Sent):
    """Consents about one person only, and where the list goes on."""

    person: PersonIdHere | None = None
    page: str | None = None


@router.post("", **creates(ConsentReceipt, 404))
@does(Action.RECORD_CONSENT)
def record(here: HereOnce, sent: Consent) -> Response:
    """Record a family's written consent."""
    receipt = record_consent(here.actor, sent.command())
    return here.created(receipt, receipt.id)


@router.get("", **gives(ConsentList))
@does(Action.LIST_CONSENTS)
def several(here: Here, asked: Annotated[Which, Query()]) -> Response:
    """List the consents that name one's own service, newest first."""
    return here.json(list_consents(here.actor, person=asked.person, page=asked.page))


@router.get("/{consent_id}", **gives(ConsentView, 404))
@does(Action.READ_CONSENT)
def read(here: Here, consent_id: ConsentIdHere) -> Response:
    """Read a consent: its terms, who has signed, what is missing."""
    return here.json(read_consent(here.actor, consent_id))


@router.post("/{consent_id}/signatures", **gives(ConsentReceipt, 404, once=True))
@does(Action.SIGN_CONSENT)
def sign(here: HereOnce, consent_id: ConsentIdHere, sent: OneSignature) -> Response:
    """Record one more signature, or a no."""
    return here.json(sign_consent(here.actor, SignConsent(consent_id, sent.person, sent.signed_on, sent.answer)))


@router.post("/{consent_id}/proofs", max_body_size=MAX_UPLOAD_SIZE, **with_page(creates(ProofReceipt, 404, 413, 415)))
@does(Action.ATTACH_PROOF)
@takes(*KINDS_OF_PAGE, "multipart/form-data")
def prove(here: HereOnce, consent_id: ConsentIdHere, upload: Upload) -> Response:
    """Attach the scanned page: PDF, PNG or JPEG, at most 25 MB, as it is or as the field `page` of a form."""
    receipt = attach_proof(here.actor, consent_id, upload)
    return here.created(receipt, receipt.id)


@router.get("/{consent_id}/proofs/{proof_id}", **shows_page())
@does(Action.READ_PROOF)
def proof(here: Here, consent_id: ConsentIdHere, proof_id: UUID) -> Response:
    """Look at a scanned page."""
    return here.stream(read_proof(here.actor, consent_id, proof_id))


@router.post("/{consent_id}/withdrawals", **gives(WithdrawalReceipt, 404, once=True))
@does(Action.WITHDRAW_CONSENT)
def withdraw(here: HereOnce, consent_id: ConsentIdHere, sent: Withdrawal) -> Response:
    """Record that a consent is withdrawn, whole, for one category or for one recipient."""
    asked = WithdrawConsent(consent_id, sent.by, sent.channel, sent.scope, sent.category, sent.to_service)
    return here.json(withdraw_consent(here.actor, asked, stop=stop_what_hung_on))
