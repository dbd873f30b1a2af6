"""Record a family's written consent, as it was explained, heard and signed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import select

from audit.actions import Action
from audit.actor import Actor
from audit.operation import Operation, operation
from confidentiality.policy import Policy
from confidentiality.vocabulary import CATEGORY, PURPOSE
from consent.consent import Consent, ConsentExplanation, ConsentFlow, ConsentHearing, ConsentSignature
from consent.on_record import OnRecord, family_of, jurisdiction_of, parties_of, standing_of
from consent.validity import latest_end, usual_end
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import ConsentId, EventId, PersonId, ServiceId
from people.notice import tell
from people.person import entry_of
from people.policy import policy_in_force

__all__ = [
    "TEMPLATE_VERSION",
    "ConsentReceipt",
    "Explained",
    "Flow",
    "Heard",
    "RecordConsent",
    "Signed",
    "record_consent",
]

#: The version of the form and of the written information that is in use.
TEMPLATE_VERSION = "2026-11"
_NEVER_ASKED = frozenset({"protected_address", "ethnicity_religion"})
_ANSWERS = frozenset({"given", "refused"})
_FORMS = frozenset({"written", "oral"})
_VIEWS = frozenset({"agrees", "objects", "no_view"})
_INTERPRETERS = frozenset({"none", "professional", "adult_by_choice"})


@dataclass(frozen=True)
class Flow:
    """One yes on the form: who may give what to whom, and whether it was ticked on its own."""

    from_service: ServiceId
    to_service: ServiceId
    category: str
    is_explicit: bool = True


@dataclass(frozen=True)
class Signed:
    """What one signer answered on paper, and on which day."""

    person: PersonId
    signed_on: date
    answer: str = "given"


@dataclass(frozen=True)
class Explained:
    """When it was explained, in which language (BCP 47), and with what interpreter; by the one who records it."""

    on: date
    language: str
    interpreter: str = "none"


@dataclass(frozen=True)
class Heard:
    """When the child was told and heard, and whether it agrees, objects or has no view."""

    on: date
    view: str


@dataclass(frozen=True)
class RecordConsent:
    """A written consent about one person, as it was signed.

    Without `valid_to`: to the coming 31 July, as the form says.
    """

    person: PersonId
    purpose: str
    flows: tuple[Flow, ...]
    valid_from: date
    explained: Explained
    signatures: tuple[Signed, ...]
    heard: Heard | None = None
    valid_to: date | None = None
    form: str = "written"
    conversation: UUID | None = None
    supersedes: ConsentId | None = None


@dataclass(frozen=True)
class ConsentReceipt:
    """What was recorded: the state it is in, until when it counts, and what is missing before it does."""

    id: ConsentId
    state: str
    valid_to: date
    missing: tuple[str, ...]
    event_id: EventId


def record_consent(actor: Actor, asked: RecordConsent) -> ConsentReceipt:
    """Record a consent about a person on the roster of the actor's service.

    It counts when everybody has signed who must (barnelova §§ 30-33, opplæringslova § 24-5), and says which signatures
    are missing.

    Raises:
        NotFound: the service does not have the person, or one of the signers, or the consent that this one replaces.
        Invalid: an unknown word or service, no flow, dates out of order or to come, longer than the policy lets a
            consent count.
    """
    with operation(actor, Action.RECORD_CONSENT, about=[asked.person], purpose=asked.purpose) as op:
        today = op.date(op.house.installed.jurisdiction)
        policy = policy_in_force(op)
        valid_to = asked.valid_to or usual_end(asked.valid_from, policy)
        _refuse_nonsense(asked, valid_to, today, policy)
        for person in (asked.person, *(signed.person for signed in asked.signatures)):
            entry_of(op, person, op.service)
        parties = parties_of(op, {service for flow in asked.flows for service in (flow.from_service, flow.to_service)})
        if any(flow.from_service not in parties or flow.to_service not in parties for flow in asked.flows):
            raise Invalid(fields=[FieldProblem("flows", "unknown_service")])
        consent = _consent(op, asked, valid_to)
        if asked.supersedes is not None:
            _supersede(op, asked)
        record = _steps(op, consent, asked)
        family = family_of(op, asked.person, today)
        standing = standing_of(op, record, family, parties, policy)
        consent.state = standing.state
        op.add(consent, *record.flows, *record.signatures, *record.told_and_heard)
        op.draft.consent_id = consent.consent_id
        op.draft.categories.update(flow.category for flow in asked.flows)
        op.about(*(signed.person for signed in asked.signatures))
        for service in sorted(record.services - {op.service}):
            tell(op, service, "consent_recorded", consent=consent.consent_id)
        return op.answered(ConsentReceipt(consent.consent_id, standing.state, valid_to, standing.missing, op.event_id))


def _refuse_nonsense(asked: RecordConsent, valid_to: date, today: date, policy: Policy) -> None:
    problems = [*_unknown_words(asked), *_dates_out_of_order(asked, valid_to, today, policy)]
    if not asked.flows or len({(f.from_service, f.to_service, f.category) for f in asked.flows}) != len(asked.flows):
        problems.append(FieldProblem("flows", "flows_empty_or_twice"))
    if any(flow.from_service == flow.to_service for flow in asked.flows):
        problems.append(FieldProblem("flows", "same_service"))
    if len({signed.person for signed in asked.signatures}) != len(asked.signatures):
        problems.append(FieldProblem("signatures", "signed_twice"))
    if problems:
        raise Invalid(fields=problems)


def _unknown_words(asked: RecordConsent) -> Iterable[FieldProblem]:
    if asked.purpose not in PURPOSE:
        yield FieldProblem("purpose", "unknown_word")
    if any(flow.category not in CATEGORY or flow.category in _NEVER_ASKED for flow in asked.flows):
        yield FieldProblem("flows", "unknown_category")
    if any(signed.answer not in _ANSWERS for signed in asked.signatures):
        yield FieldProblem("signatures", "unknown_word")
    if asked.form not in _FORMS:
        yield FieldProblem("form", "unknown_word")
    if asked.heard is not None and asked.heard.view not in _VIEWS:
        yield FieldProblem("heard.view", "unknown_word")
    if asked.explained.interpreter not in _INTERPRETERS:
        yield FieldProblem("explained.interpreter", "unknown_word")
    if not 2 <= len(asked.explained.language) <= 35:
        yield FieldProblem("explained.language", "unknown_word")


def _dates_out_of_order(asked: RecordConsent, valid_to: date, today: date, policy: Policy) -> Iterable[FieldProblem]:
    if valid_to < asked.valid_from or valid_to < today:
        yield FieldProblem("valid_to", "ends_before_it_begins")
    if valid_to > latest_end(asked.valid_from, policy.consent_at_most_months):
        yield FieldProblem("valid_to", "counts_too_long")
    if asked.explained.on > today:
        yield FieldProblem("explained.on", "day_to_come")
    if asked.heard is not None and asked.heard.on > today:
        yield FieldProblem("heard.on", "day_to_come")
    if any(signed.signed_on > today for signed in asked.signatures):
        yield FieldProblem("signatures", "day_to_come")
    if any(signed.signed_on < asked.explained.on for signed in asked.signatures):
        yield FieldProblem("signatures", "signed_before_explained")


def _consent(op: Operation, asked: RecordConsent, valid_to: date) -> Consent:
    return Consent(
        consent_id=ConsentId.new(),
        person_id=asked.person,
        conversation_id=asked.conversation or uuid4(),
        held_by=op.service,
        purpose=asked.purpose,
        valid_from=asked.valid_from,
        valid_to=valid_to,
        recorded_at=op.time,
        template_version=TEMPLATE_VERSION,
        law_version=f"{jurisdiction_of(op)}-{op.date(op.house.installed.jurisdiction).isoformat()}",
        form=asked.form,
        state="asked",
        suspended_by=None,
        supersedes=asked.supersedes,
    )


def _supersede(op: Operation, asked: RecordConsent) -> None:
    op.stand_in_line(Consent)
    earlier = op.lock(
        select(Consent).where(
            Consent.consent_id == asked.supersedes,
            Consent.held_by == op.service,
            Consent.person_id == asked.person,
        ),
        shared=False,
    )
    if not earlier:
        raise Invalid(fields=[FieldProblem("supersedes", "unknown_consent")])
    earlier[0].state = "superseded"


def _steps(op: Operation, consent: Consent, asked: RecordConsent) -> OnRecord:
    """The steps of a consent that is being recorded, not yet in the database."""
    flows = tuple(
        ConsentFlow(
            flow_id=uuid4(),
            consent_id=consent.consent_id,
            from_service=flow.from_service,
            to_service=flow.to_service,
            category=flow.category,
            is_explicit=flow.is_explicit,
        )
        for flow in asked.flows
    )
    signatures = tuple(
        ConsentSignature(
            signature_id=uuid4(),
            consent_id=consent.consent_id,
            person_id=signed.person,
            answer=signed.answer,
            method="paper",
            signed_on=signed.signed_on,
            recorded_at=op.time,
        )
        for signed in asked.signatures
    )
    return OnRecord(
        consent,
        flows,
        signatures,
        (),
        _explanation(op, consent, asked.explained),
        _hearing(op, consent, asked.heard),
    )


def _explanation(op: Operation, consent: Consent, explained: Explained) -> ConsentExplanation:
    row = ConsentExplanation(
        explanation_id=uuid4(),
        consent_id=consent.consent_id,
        person_id=consent.person_id,
        explained_by=op.staff,
        explained_on=explained.on,
        written_version=TEMPLATE_VERSION,
        interpreter=explained.interpreter,
    )
    ConsentExplanation.language.seal(row, op, explained.language)
    return row


def _hearing(op: Operation, consent: Consent, heard: Heard | None) -> ConsentHearing | None:
    if heard is None:
        return None
    row = ConsentHearing(
        hearing_id=uuid4(),
        consent_id=consent.consent_id,
        person_id=consent.person_id,
        heard_by=op.staff,
        heard_on=heard.on,
    )
    ConsentHearing.view.seal(row, op, heard.view)
    return row
