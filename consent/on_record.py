"""Consents as they lie in the database, and as the rules want to see them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, bindparam, select

from audit.look import Prepared
from audit.operation import Operation
from confidentiality.policy import Policy
from confidentiality.vocabulary import Jurisdiction
from consent.consent import (
    Consent,
    ConsentExplanation,
    ConsentFlow,
    ConsentHearing,
    ConsentSignature,
    ConsentWithdrawal,
)
from consent.signers import Guardian, Signers, required_signers, sensitivity_of, topic_of_consent
from consent.status import ConsentTerms, Party, Status, Step, status
from foundation.clock import local_date
from foundation.identifiers import ConsentId, PersonId, ServiceId
from people.organisation import Organisation, Service
from people.person import Guardianship, Person, ProtectionCheck, RosterEntry

__all__ = [
    "SUBJECT",
    "Family",
    "OnRecord",
    "age_on",
    "consents_on_record",
    "family_of",
    "jurisdiction_of",
    "locked_consents_about",
    "parties_of",
    "signers_of_record",
    "standing_of",
    "terms_of",
]

#: What the rules call the kinds of guardianship on record.
_HOLDERS = {"joint": "holder", "sole": "holder", "appointed": "appointed_guardian"}

# Statements are made once: building one anew costs more than running it, and opening a referral runs a dozen.
_FIRST_ENTRY = (
    select(RosterEntry.entry_id)
    .where(RosterEntry.person_id == bindparam("person"))
    .order_by(RosterEntry.added_at, RosterEntry.entry_id)
    .limit(1)
    .scalar_subquery()
)
_LATEST_CHECK = (
    select(ProtectionCheck.check_id)
    .where(ProtectionCheck.person_id == bindparam("person"))
    .order_by(ProtectionCheck.checked_at.desc(), ProtectionCheck.check_id)
    .limit(1)
    .scalar_subquery()
)
#: Whoever decides for a person, each beside the person's birth date and newest protection: one select instead of three,
#: because every opening and sending asks it.
_FAMILY = Prepared(
    select(RosterEntry, ProtectionCheck, Guardianship)
    .select_from(Person)
    .outerjoin(RosterEntry, RosterEntry.entry_id == _FIRST_ENTRY)
    .outerjoin(ProtectionCheck, ProtectionCheck.check_id == _LATEST_CHECK)
    .outerjoin(Guardianship, Guardianship.child_id == Person.person_id)
    .where(Person.person_id == bindparam("person"))
    .order_by(Guardianship.recorded_at, Guardianship.guardianship_id)
)
_SERVICES = Prepared(
    select(Service, Organisation.number)
    .join(Organisation, Organisation.organisation_id == Service.organisation_id)
    .where(Service.service_id.in_(bindparam("services", expanding=True)))
)
_IDS: BindParameter[list[ConsentId]] = bindparam("ids", expanding=True)
_FLOWS = Prepared(select(ConsentFlow).where(ConsentFlow.consent_id.in_(_IDS)).order_by(ConsentFlow.flow_id))
_SIGNATURES = Prepared(
    select(ConsentSignature)
    .where(ConsentSignature.consent_id.in_(_IDS))
    .order_by(ConsentSignature.recorded_at, ConsentSignature.signature_id)
)
_WITHDRAWALS = Prepared(
    select(ConsentWithdrawal)
    .where(ConsentWithdrawal.consent_id.in_(_IDS))
    .order_by(ConsentWithdrawal.withdrawn_at, ConsentWithdrawal.withdrawal_id)
)
_TOLD_AND_HEARD = (
    select(Consent, ConsentExplanation, ConsentHearing)
    .outerjoin(ConsentExplanation, ConsentExplanation.consent_id == Consent.consent_id)
    .outerjoin(ConsentHearing, ConsentHearing.consent_id == Consent.consent_id)
)
_OF_THESE = Prepared(_TOLD_AND_HEARD.where(Consent.consent_id.in_(_IDS)))
#: Every consent about a person, locked in id order; what was told and heard was written together with it and never
#: changes, so it may be read by the statement that waits for the lock. Everything else is read after it.
_LOCKED_ABOUT = Prepared(
    _TOLD_AND_HEARD.where(Consent.person_id == bindparam("person"))
    .order_by(Consent.consent_id)
    .with_for_update(read=True, of=Consent)
)

#: The ref of whoever a case is about.
SUBJECT = "subject"


@dataclass(frozen=True)
class Family:
    """Those around one person: by small refs that say nothing of who they are, and the ids behind them."""

    person: PersonId
    born: date | None
    age: int | None
    guardians: tuple[Guardian, ...]
    refs: Mapping[PersonId, str]
    #: The newest answer of a register about the person, however old it is and whoever asked.
    checked: ProtectionCheck | None = None

    @property
    def persons(self) -> dict[str, PersonId]:
        """The id behind each ref."""
        return {ref: person for person, ref in self.refs.items()}


@dataclass(frozen=True)
class OnRecord:
    """One consent and its steps."""

    consent: Consent
    flows: tuple[ConsentFlow, ...]
    signatures: tuple[ConsentSignature, ...]
    withdrawals: tuple[ConsentWithdrawal, ...]
    explanation: ConsentExplanation | None
    hearing: ConsentHearing | None

    @property
    def told_and_heard(self) -> tuple[ConsentExplanation | ConsentHearing, ...]:
        """What there is of explaining and hearing."""
        return tuple(step for step in (self.explanation, self.hearing) if step is not None)

    @property
    def services(self) -> set[ServiceId]:
        """Every service that the consent names, and the one that holds it."""
        named = {flow.from_service for flow in self.flows} | {flow.to_service for flow in self.flows}
        return named | {self.consent.held_by}

    def is_open(self, flow: ConsentFlow) -> bool:
        """Whether nothing withdrew this yes: not the whole, not its category, not its recipient."""
        return not any(
            taken.scope == "whole"
            or (taken.scope == "category" and taken.category == flow.category)
            or (taken.scope == "recipient" and taken.to_service == flow.to_service)
            for taken in self.withdrawals
        )


def age_on(birth_date: date, day: date) -> int:
    """Whole years on `day`; somebody born on 29 February turns a year on 1 March."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def family_of(op: Operation, person: PersonId, on: date) -> Family:
    """The age and the guardians of `person`, consulted wherever they are on record; nobody is shown.

    Where only one of those who share the parental responsibility is on record (barnelova § 30), the other stands
    among the guardians all the same, without an id behind the ref.
    """
    found = op.rows(_FAMILY, person=person)
    entry, checked, _ = found[0] if found else (None, None, None)
    written = entry.birth_date.consult(op) if entry else None
    born = date.fromisoformat(written) if written else None
    lasting = [bond for _, _, bond in found if bond and (bond.ended_on is None or bond.ended_on > on)]
    # A guardian whom any service has on record decides too; the services' records of one are told once.
    current = list({bond.guardian_id: bond for bond in reversed(lasting)}.values())[::-1]
    refs = {person: SUBJECT} | {bond.guardian_id: f"guardian_{n}" for n, bond in enumerate(current, start=1)}
    guardians = tuple(
        Guardian(ref=refs[bond.guardian_id], kind=_HOLDERS[bond.kind], resident=bond.is_resident)  # type: ignore[arg-type]  # the table holds these words only
        for bond in current
    )
    if [bond.kind for bond in current if _HOLDERS[bond.kind] == "holder"] == ["joint"]:
        # It is shared with somebody whom no service has on record, and who has to be found before anything counts.
        guardians += (Guardian(ref=f"guardian_{len(current) + 1}", kind="holder", resident=False),)
    return Family(person, born, age_on(born, on) if born else None, guardians, refs, checked)


def parties_of(op: Operation, services: Collection[ServiceId]) -> dict[ServiceId, Party]:
    """Each service as the rules want to see it."""
    found = op.rows(_SERVICES, services=list(services))
    return {
        service.service_id: Party(
            kind=service.kind,
            service=str(service.service_id),
            organisation=number,
            office=service.office,
            closed=service.closed_at is not None,
        )
        for service, number in found
    }


def consents_on_record(op: Operation, consents: Sequence[Consent]) -> list[OnRecord]:
    """The steps of each of `consents`, in their order; the consents stay the rows they are, and may be changed."""
    ids = [consent.consent_id for consent in consents]
    beside = {consent.consent_id: steps for consent, *steps in op.rows(_OF_THESE, ids=ids)} if ids else {}
    return _with_steps(op, [(consent, *beside[consent.consent_id]) for consent in consents])


def locked_consents_about(op: Operation, person: PersonId) -> list[OnRecord]:
    """Every consent about `person` with its steps, locked in shared mode and only to be looked at."""
    return _with_steps(op, op.rows(_LOCKED_ABOUT, person=person))


def _with_steps(op: Operation, consents: Sequence[tuple[Any, ...]]) -> list[OnRecord]:
    """Each consent, with what was told and heard, and with the steps that are read now."""
    ids = [consent.consent_id for consent, _, _ in consents]
    if not ids:
        return []
    flows, signatures, withdrawals = (
        _by_consent(op.rows(steps, ids=ids)) for steps in (_FLOWS, _SIGNATURES, _WITHDRAWALS)
    )
    return [
        OnRecord(
            consent,
            tuple(flows[consent.consent_id]),
            tuple(signatures[consent.consent_id]),
            tuple(withdrawals[consent.consent_id]),
            told,
            heard,
        )
        for consent, told, heard in consents
    ]


def _by_consent(rows: Sequence[tuple[Any, ...]]) -> dict[ConsentId, list[Any]]:
    grouped: dict[ConsentId, list[Any]] = defaultdict(list)
    for (row,) in rows:
        grouped[row.consent_id].append(row)
    return grouped


def standing_of(
    op: Operation, record: OnRecord, family: Family, parties: Mapping[ServiceId, Party], policy: Policy
) -> Status:
    """What the steps of a consent add up to today, and what is missing.

    A consent of which every yes was taken back, one by one, is withdrawn as if it had been taken back whole.
    """
    consent, today = record.consent, op.date(op.house.installed.jurisdiction)
    standing = status(
        _steps_of(record, family),
        signers_of_record(op, record, family, parties, policy),
        SUBJECT,
        consent.valid_to,
        today,
    )
    if standing.state == "invalidated" or any(record.is_open(flow) for flow in record.flows):
        return standing
    return replace(standing, state="withdrawn", missing=())


def signers_of_record(
    op: Operation, record: OnRecord, family: Family, parties: Mapping[ServiceId, Party], policy: Policy
) -> Signers:
    """Who must sign this consent, as everybody stands today: the strictest of its flows decides."""
    categories = frozenset(flow.category for flow in record.flows)
    return required_signers(
        jurisdiction=jurisdiction_of(op),
        subject=SUBJECT,
        age=family.age,
        guardians=family.guardians,
        topic=topic_of_consent(record.consent.purpose, categories),
        sensitivity=sensitivity_of(categories),
        sender=_only(parties[flow.from_service].kind for flow in record.flows),
        recipient=_only(parties[flow.to_service].kind for flow in record.flows),
        policy=policy,
    )


def _only(kinds: Iterable[str | None]) -> str | None:
    """The kind of service, where all are of one; exceptions for a kind hold only for a consent that names no other."""
    found = set(kinds)
    return found.pop() if len(found) == 1 else None


def jurisdiction_of(op: Operation) -> Jurisdiction:
    """The country whose rules the installation asks."""
    return "DNK" if op.house.installed.jurisdiction == "DNK" else "NOR"


def _ref(family: Family, person: PersonId) -> str:
    return family.refs.get(person, "former_guardian")


def _steps_of(record: OnRecord, family: Family) -> list[Step]:
    steps = [
        Step("asked"),
        *(
            Step("signed" if signature.answer == "given" else "refused", by=_ref(family, signature.person_id))
            for signature in record.signatures
        ),
        *(
            Step(
                "withdrawn",
                by=_ref(family, taken.person_id),
                categories=frozenset({taken.category} if taken.category else ()),
                recipients=frozenset({str(taken.to_service)} if taken.to_service else ()),
            )
            for taken in record.withdrawals
        ),
    ]
    if record.consent.suspended_by:
        steps.append(Step("suspended", event=record.consent.suspended_by))
    if record.consent.state == "superseded":
        steps.append(Step("superseded"))
    if record.consent.state == "invalidated":
        steps.append(Step("invalidated"))
    return steps


def terms_of(
    record: OnRecord, standing: Status, parties: Mapping[ServiceId, Party], jurisdiction: Jurisdiction
) -> list[ConsentTerms]:
    """The terms of a consent, one for each pair of giving and receiving service that it names."""
    consent, pairs = record.consent, defaultdict(list)
    for flow in record.flows:
        pairs[flow.from_service, flow.to_service].append(flow)
    explanation = record.explanation
    return [
        ConsentTerms(
            subject=SUBJECT,
            sender=parties[giver],
            recipient=parties[receiver],
            purpose=consent.purpose,
            categories=frozenset(flow.category for flow in flows),
            explicit=frozenset(flow.category for flow in flows if flow.is_explicit),
            signed=standing.signed,
            refused=standing.refused,
            withdrawn=standing.withdrawn,
            valid_from=consent.valid_from,
            valid_to=consent.valid_to,
            state=standing.state,
            language_ok=explanation is not None,
            form=consent.form,  # type: ignore[arg-type]  # the table holds these words only
            withdrawn_categories=standing.withdrawn_categories,
            withdrawn_recipients=standing.withdrawn_recipients,
            suspended_by=standing.suspended_by,
            recorded_on=local_date(consent.recorded_at, jurisdiction),
        )
        for (giver, receiver), flows in pairs.items()
    ]
