"""Read what the rules ask about, and put it together as a case: everything known when somebody wants to share.

Whoever opens something on a consent passes here first, and here the consents of the person are locked in shared mode, in the order of their
ids. Withdrawing locks the same rows alone and waits, so no opening commits after a withdrawal has.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from audit.operation import Operation
from confidentiality.decision import Decision
from confidentiality.policy import SAFE
from consent.case import ActorInCase, Address, Case, Lookup, Subject, carried_by, decide_case
from consent.consent import Consent
from consent.on_record import (
    SUBJECT,
    Family,
    OnRecord,
    age_on,
    consents_on_record,
    family_of,
    jurisdiction_of,
    parties_of,
    standing_of,
    terms_of,
)
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import ConsentId, PersonId, ServiceId
from people.organisation import Service
from people.person import Guardianship, Person
from people.register import VALID_FOR
from people.roster import latest_protection
from people.staff import DECLARATION_VERSION, Declaration, Staff, StaffRole

__all__ = ["Closeness", "Gathered", "gather_case"]


@dataclass(frozen=True)
class Closeness:
    """What the one who asks says they are to the person, and whether they confirm that it does not weaken trust."""

    relation: str = "none"
    confirmed: bool = False


@dataclass(frozen=True)
class Gathered:
    """A case, what the rules say to it, and on which consent each category may go."""

    case: Case
    decision: Decision
    family: Family
    consents: Mapping[str, ConsentId]


def gather_case(
    op: Operation,
    *,
    person: PersonId,
    sender: ServiceId,
    recipient: ServiceId,
    purpose: str,
    categories: Collection[str],
    closeness: Closeness | None = None,
    conditions: Mapping[str, bool] | None = None,
) -> Gathered:
    """Everything the rules ask about sharing `categories` about `person`, and their decision.

    The one who acts stands on one side: the sender's when sending, the recipient's when opening; `membership` asks whether they
    work there. Raises `Invalid` when one of the services does not exist.
    """
    jurisdiction, today = jurisdiction_of(op), op.date(op.house.installed.jurisdiction)
    records = _locked(op, person)
    services = {sender, recipient}.union(*(record.services for record in records))
    parties = parties_of(op, services)
    if not {sender, recipient} <= parties.keys():
        raise Invalid(fields=[FieldProblem("to_service", "unknown_service")])
    family = family_of(op, person, today)
    terms, ids = [], []
    for record in records:
        standing = standing_of(op, record, family, parties)
        of_record = terms_of(record, standing, family, parties, jurisdiction)
        terms += of_record
        ids += [record.consent.consent_id] * len(of_record)
    address, lookup = _protection(op, person)
    case = Case(
        jurisdiction=jurisdiction,
        at=today,
        sender=parties[sender],
        recipient=parties[recipient],
        actor=_actor(op, person, {sender, recipient}, closeness or Closeness()),
        purpose=purpose,
        subjects=(_subject(op, family, address, _relevant(records, sender, recipient, purpose)),),
        asked=tuple((SUBJECT, category) for category in sorted(categories)),
        recipient_declaration=_all_have_declared(op, recipient),
        consents=tuple(terms),
        policy=SAFE,
        conditions=_stated(op, recipient, closeness or Closeness(), conditions or {}),
        lookup=lookup,
    )
    by_terms = {id(one): consent for one, consent in zip(terms, ids, strict=True)}
    carrying = {category: carried_by(case, SUBJECT, category) for category in categories}
    return Gathered(
        case,
        decide_case(case),
        family,
        {category: by_terms[id(found)] for category, found in carrying.items() if found is not None},
    )


def _locked(op: Operation, person: PersonId) -> list[OnRecord]:
    consents = op.lock(select(Consent).where(Consent.person_id == person).order_by(Consent.consent_id), shared=True)
    return consents_on_record(op, consents)


def _relevant(records: list[OnRecord], sender: ServiceId, recipient: ServiceId, purpose: str) -> OnRecord | None:
    """The newest consent between these services for this purpose; failing that, the newest there is."""
    newest = sorted(records, key=lambda record: record.consent.recorded_at, reverse=True)
    between = (
        record
        for record in newest
        if record.consent.purpose == purpose
        and any(flow.from_service == sender and flow.to_service == recipient for flow in record.flows)
    )
    return next(between, None) or next(iter(newest), None)


def _subject(op: Operation, family: Family, address: Address, record: OnRecord | None) -> Subject:
    hearing = record.hearing if record else None
    if record is None or hearing is None:
        return Subject(SUBJECT, family.age, address, family.guardians, heard=None if record is None else False)
    return Subject(
        SUBJECT,
        family.age,
        address,
        family.guardians,
        heard=True,
        flags=frozenset({"child_objects"} if hearing.view.consult(op) == "objects" else ()),
        heard_at_age=age_on(family.born, hearing.heard_on) if family.born else None,
    )


def _protection(op: Operation, person: PersonId) -> tuple[Address, Lookup]:
    """The newest answer of a register; one that is too old, or none, is as good as a failed look-up."""
    check = latest_protection(op, person)
    if check is None:
        return "unknown", "failed"
    status = check.status.consult(op)
    if check.checked_at < op.time - VALID_FOR:
        return status, "stale"  # type: ignore[return-value]  # sealed by `record_protection`, which takes these words only
    return status, "failed" if status == "unknown" else "ok"  # type: ignore[return-value]  # as above


def _actor(op: Operation, person: PersonId, sides: set[ServiceId], closeness: Closeness) -> ActorInCase:
    actor = op.actor
    if actor.staff is None:
        return ActorInCase()
    staff = op.get(Staff, actor.staff)
    declared = op.count(
        select(Declaration.declaration_id).where(
            Declaration.staff_id == actor.staff,
            Declaration.service_id == actor.service,
            Declaration.version == DECLARATION_VERSION,
        )
    )
    return ActorInCase(
        sign_in=actor.strength.code,  # type: ignore[arg-type]  # the codes of a strength are these three words
        declaration=declared > 0,
        member=actor.service in sides,
        relation=_kinship(op, staff, person) or closeness.relation,
    )


def _kinship(op: Operation, staff: Staff | None, person: PersonId) -> str | None:
    """What a member of staff is to a person, as far as the installation can tell by itself; None where it sees nothing."""
    if staff is None or staff.identity_hash is None:
        return None
    own = op.rows(select(Person.person_id).where(Person.identity_hash == staff.identity_hash))
    if not own:
        return None
    (me,) = own[0]
    if me == person:
        return "self"
    bonds = op.rows(
        select(Guardianship.child_id, Guardianship.guardian_id).where(
            Guardianship.child_id.in_([me, person]) | Guardianship.guardian_id.in_([me, person])
        )
    )
    if (person, me) in bonds:
        return "parent"
    if (me, person) in bonds:
        return "child"
    mine = {guardian for child, guardian in bonds if child == me}
    theirs = {guardian for child, guardian in bonds if child == person}
    return "sibling" if mine & theirs else None


def _all_have_declared(op: Operation, service: ServiceId) -> bool:
    """Whether everybody who works in `service` today has signed the declaration."""
    today = op.date(op.house.installed.jurisdiction)
    working = (
        select(StaffRole.staff_id)
        .where(StaffRole.service_id == service, StaffRole.valid_from <= today)
        .where(StaffRole.valid_to.is_(None) | (StaffRole.valid_to >= today))
    )
    signed = select(Declaration.staff_id).where(
        Declaration.service_id == service, Declaration.version == DECLARATION_VERSION
    )
    return op.count(working) > 0 and op.count(working.where(StaffRole.staff_id.not_in(signed))) == 0


def _stated(
    op: Operation, recipient: ServiceId, closeness: Closeness, conditions: Mapping[str, bool]
) -> dict[str, bool]:
    service = op.get(Service, recipient)
    return {
        "gdpr_basis_recipient": service is not None and service.processing_basis is not None,
        "impartiality_confirmed": closeness.confirmed,
        **conditions,
    }
