"""Read what the rules ask about, and put it together as a case: everything known when somebody wants to share.

Whoever opens something on a consent passes here first, and here the consents of the person are locked in shared mode,
in the order of their ids. Withdrawing locks the same rows alone and waits, so no opening commits after a withdrawal
has.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import BindParameter, bindparam, func, select

from audit.look import Prepared
from audit.operation import Operation
from confidentiality.decision import Decision
from confidentiality.policy import Policy
from confidentiality.rule import DECISION
from consent.case import ActorInCase, Address, BestConsents, Case, Lookup, Subject, best_consents, decide_case
from consent.closeness import (
    NEWEST_SAID,
    NO_CLOSENESS,
    Closeness,
    SaidCloseness,
    refuse_unknown_relation,
)
from consent.held_case import decided_between
from consent.on_record import (
    SUBJECT,
    Family,
    OnRecord,
    age_on,
    family_of,
    jurisdiction_of,
    locked_consents_about,
    parties_of,
    standing_of,
    terms_of,
)
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import ConsentId, PersonId, ServiceId
from people.organisation import Service
from people.person import Guardianship, Person
from people.policy import NEWEST, PolicyVersion, policy_of
from people.register import CannotBeHandled
from people.staff import DECLARATION_VERSION, Declaration, Staff, StaffRole

__all__ = ["NO_CLOSENESS", "Closeness", "Gathered", "gather_case", "waits_for_people"]

_DECISION = frozenset(fact.code for fact in DECISION)


# Statements are made once: building one anew costs more than running it.
_DECLARED = Declaration.version == DECLARATION_VERSION
_I_DECLARED = select(Declaration.staff_id).where(Declaration.service_id == bindparam("mine"), _DECLARED)
_THEY_DECLARED = select(Declaration.staff_id).where(Declaration.service_id == bindparam("recipient"), _DECLARED)
_WORKING = select(func.count()).where(
    StaffRole.service_id == bindparam("recipient"),
    StaffRole.valid_from <= bindparam("today"),
    StaffRole.valid_to.is_(None) | (StaffRole.valid_to >= bindparam("today")),
)
#: The policy in force, who asks (as staff, as a person here, and what they have said they are to whom it is about), and
#: what is known of the service that receives: each once, in one select, because every opening and sending asks it.
_AROUND = Prepared(
    select(
        PolicyVersion.number,
        PolicyVersion.document,
        Staff.staff_id,
        Person.person_id,
        Staff.staff_id.in_(_I_DECLARED),
        Service.processing_basis,
        _WORKING.scalar_subquery(),
        _WORKING.where(StaffRole.staff_id.in_(_THEY_DECLARED)).scalar_subquery(),
        SaidCloseness,
    )
    .select_from(PolicyVersion)
    .outerjoin(Staff, Staff.staff_id == bindparam("staff"))
    .outerjoin(Person, Person.identity_hash == Staff.identity_hash)
    .outerjoin(Service, Service.service_id == bindparam("recipient"))
    .outerjoin(SaidCloseness, SaidCloseness.closeness_id == NEWEST_SAID)
    .where(PolicyVersion.number == NEWEST)
)
_BOTH: BindParameter[list[PersonId]] = bindparam("both", expanding=True)
_BONDS_BETWEEN = Prepared(
    select(Guardianship.child_id, Guardianship.guardian_id).where(
        Guardianship.child_id.in_(_BOTH) | Guardianship.guardian_id.in_(_BOTH)
    )
)


@dataclass(frozen=True)
class _Around:
    """The policy in force, who asks as far as it is known, and what is known of the service that receives."""

    policy: Policy
    is_known: bool
    me: PersonId | None
    i_have_declared: bool | None
    basis_there: str | None
    all_there_have_declared: bool
    #: What the one who asks said earlier about the person.
    said: SaidCloseness | None


@dataclass(frozen=True)
class Gathered:
    """A case, what the rules say to it, and on which consent each category may go."""

    case: Case
    decision: Decision
    family: Family
    #: The consent on which each category may go, where one is good.
    consents: Mapping[str, ConsentId]
    #: The last day on which each of these consents counts.
    ends: Mapping[ConsentId, date]


def gather_case(
    op: Operation,
    *,
    person: PersonId,
    sender: ServiceId,
    recipient: ServiceId,
    purpose: str,
    categories: Collection[str],
    closeness: Closeness = NO_CLOSENESS,
    own_work_for: ServiceId | None = None,
) -> Gathered:
    """Everything the rules ask about sharing `categories` about `person`, and their decision.

    The one who acts stands on one side: the sender's when sending, the recipient's when opening; `membership` asks
    whether they work there. A service that reads again what it wrote itself is both, and says for whom it wrote it
    (`own_work_for`). Where the rules hold something, what leader and second approver have decided of exactly that
    counts.

    Raises:
        Invalid: one of the services does not exist, or no rule knows what the one who asks says they are.
        CannotBeHandled: the person has become strictly protected since they were written down.
    """
    refuse_unknown_relation(closeness)
    jurisdiction, today = jurisdiction_of(op), op.date(op.house.installed.jurisdiction)
    records, around = locked_consents_about(op, person), _around(op, person, recipient, today)
    closeness = _closeness(op, around, closeness)
    services = {sender, recipient}.union(*(record.services for record in records))
    parties = parties_of(op, services)
    if not {sender, recipient} <= parties.keys():
        raise Invalid(fields=[FieldProblem("to_service", "unknown_service")])
    family = family_of(op, person, today)
    terms, ids = [], []
    for record in records:
        standing = standing_of(op, record, family, parties, around.policy)
        of_record = terms_of(record, standing, parties, jurisdiction)
        terms += of_record
        ids += [record.consent.consent_id] * len(of_record)
    address, lookup = _protection(op, family, around.policy)
    if address == "strict":
        raise CannotBeHandled
    case = Case(
        jurisdiction=jurisdiction,
        at=today,
        sender=parties[sender],
        recipient=parties[recipient],
        actor=_actor(op, around, person, {sender, recipient}, closeness),
        purpose=purpose,
        subjects=(_subject(op, family, address, _relevant(records, sender, recipient, purpose)),),
        asked=tuple((SUBJECT, category) for category in sorted(categories)),
        recipient_declaration=around.all_there_have_declared,
        consents=tuple(terms),
        policy=around.policy,
        conditions={
            "gdpr_basis_recipient": around.basis_there is not None,
            "impartiality_confirmed": closeness.confirmed,
            # It reads what it wrote, for the same purpose; the event is the logged reason (forvaltningsloven § 13 b).
            **(dict.fromkeys(("needed_for_task", "reason_logged"), True) if own_work_for else {}),
        },
        lookup=lookup,
    )
    best = best_consents(case)
    case, decision = _as_decided(op, case, best, person, sender, own_work_for or recipient)
    by_terms = {id(one): consent for one, consent in zip(terms, ids, strict=True)}
    return Gathered(
        case,
        decision,
        family,
        {category: by_terms[id(found.terms)] for (_, category), found in best.items() if found.carries},
        {record.consent.consent_id: record.consent.valid_to for record in records},
    )


def waits_for_people(result: str, missing: Collection[str]) -> bool:
    """Whether what a category waits for is a leader's decision and a second approver."""
    return result == "manual" and not _DECISION.isdisjoint(missing)


def _as_decided(
    op: Operation, case: Case, best: BestConsents, person: PersonId, sender: ServiceId, recipient: ServiceId
) -> tuple[Case, Decision]:
    """The case with what people have decided of it, and the decision; people are asked for only where the rules are."""
    decision = decide_case(case, best=best)
    held = {one.category for one in decision.results if waits_for_people(one.result, one.missing)}
    if not held or case.purpose is None:
        return case, decision
    decided = decided_between(op, person=person, sender=sender, recipient=recipient, purpose=case.purpose)
    if held.isdisjoint(decided):
        return case, decision
    op.note(held_cases=sorted({str(held_case) for category, held_case in decided.items() if category in held}))
    case = replace(case, decided=frozenset((SUBJECT, category) for category in held & decided.keys()))
    return case, decide_case(case, best=best)


def _around(op: Operation, person: PersonId, recipient: ServiceId, today: date) -> _Around:
    actor = op.actor
    (found,) = op.rows(_AROUND, staff=actor.staff, mine=actor.service, person=person, recipient=recipient, today=today)
    number, document, staff, me, declared, basis, working, have_declared, said = found
    all_there = bool(working) and working == have_declared
    return _Around(policy_of(number, document), staff is not None, me, declared, basis, all_there, said)


def _closeness(op: Operation, around: _Around, closeness: Closeness) -> Closeness:
    """What the one who asks says now; where they say nothing, what they said earlier."""
    if closeness.relation != "none" or around.said is None:
        return closeness
    return Closeness(around.said.relation.consult(op) or "none", around.said.is_confirmed)


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


def _protection(op: Operation, family: Family, policy: Policy) -> tuple[Address, Lookup]:
    """The newest answer of a register; one that is too old, or none, is as good as a failed look-up."""
    check = family.checked
    if check is None:
        return "unknown", "failed"
    status = check.status.consult(op)
    if check.checked_at < op.time - timedelta(days=policy.protection_status_days):
        return status, "stale"  # type: ignore[return-value]  # sealed by `record_protection`, which takes these words only
    return status, "failed" if status == "unknown" else "ok"  # type: ignore[return-value]  # as above


def _actor(
    op: Operation, around: _Around, person: PersonId, sides: set[ServiceId], closeness: Closeness
) -> ActorInCase:
    if not around.is_known:
        return ActorInCase()
    kinship = _kinship(op, around.me, person) if around.me is not None else None
    return ActorInCase(
        sign_in=op.actor.strength.code,  # type: ignore[arg-type]  # the codes of a strength are these three words
        declaration=around.i_have_declared,
        member=op.actor.service in sides,
        relation=kinship or closeness.relation,
    )


def _kinship(op: Operation, me: PersonId, person: PersonId) -> str | None:
    """What a member of staff, who is a person here too, is to another, as far as guardianships tell; else None."""
    if me == person:
        return "self"
    bonds = op.rows(_BONDS_BETWEEN, both=[me, person])
    if (person, me) in bonds:
        return "parent"
    if (me, person) in bonds:
        return "child"
    mine = {guardian for child, guardian in bonds if child == me}
    theirs = {guardian for child, guardian in bonds if child == person}
    return "sibling" if mine & theirs else None
