"""Putting a person on a service's roster, and recording who decides for whom: what several deeds share."""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from sqlalchemy import select

from audit.operation import Operation
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import PersonId, ServiceId
from people.identity_number import IdentityNumber
from people.person import (
    Guardianship,
    NamePrefix,
    Person,
    ProtectionCheck,
    RosterEntry,
    identity_hash,
    name_hashes,
    name_parts,
)
from people.register import RegisterAnswer, SeenByHand

__all__ = [
    "Member",
    "own_latest_protection",
    "put_on_roster",
    "record_guardianship",
    "record_protection",
]


@dataclass(frozen=True)
class Member:
    """What a service writes down of one person; `ref` names them inside one request."""

    ref: str
    name: str
    birth_date: date
    identity_number: str | None = None
    address: str | None = None
    telephone: str | None = None
    language: str | None = None
    school: str | None = None
    seen: SeenByHand | None = None

    def refuse_nonsense(self, today: date) -> None:
        """Raise `Invalid` for an empty name or a birth date that cannot be."""
        fields = []
        if len(self.name.strip()) < 2 or len(self.name) > 200:
            fields.append(FieldProblem(f"{self.ref}.name", "name_length"))
        if not date(1900, 1, 1) <= self.birth_date <= today:
            fields.append(FieldProblem(f"{self.ref}.birth_date", "birth_date_impossible"))
        if fields:
            raise Invalid(fields=fields)


def put_on_roster(
    op: Operation, service: ServiceId, member: Member, number: IdentityNumber | None, answer: RegisterAnswer
) -> PersonId:
    """Write `member` on the roster of `service`, matched by number to the person they are; who is there stays as is."""
    custody = op.house.custody
    hashed = identity_hash(custody, number) if number else None
    person = op.one(select(Person).where(Person.identity_hash == hashed)) if hashed else None
    if person is None:
        person = Person(person_id=PersonId.new(), identity_hash=hashed, created_at=op.time)
        op.add(person)
    op.about(person.person_id)
    record_protection(op, service, person.person_id, answer)
    there = op.one(
        select(RosterEntry).where(RosterEntry.service_id == service, RosterEntry.person_id == person.person_id)
    )
    if there is None:
        _write_entry(op, service, person.person_id, member, number)
    return person.person_id


def _write_entry(
    op: Operation, service: ServiceId, person: PersonId, member: Member, number: IdentityNumber | None
) -> None:
    entry = RosterEntry(entry_id=uuid4(), person_id=person, service_id=service, added_at=op.time)
    RosterEntry.name.seal(entry, op, member.name.strip())
    RosterEntry.birth_date.seal(entry, op, member.birth_date.isoformat())
    RosterEntry.identity_number.seal(entry, op, number.digits if number else None)
    RosterEntry.address.seal(entry, op, member.address)
    RosterEntry.telephone.seal(entry, op, member.telephone)
    RosterEntry.language.seal(entry, op, member.language)
    RosterEntry.school.seal(entry, op, member.school)
    op.add(entry)
    for hashed in name_hashes(op.house.custody, service, name_parts(member.name), prefixes=True):
        op.add(NamePrefix(prefix_id=uuid4(), entry_id=entry.entry_id, service_id=service, hash=hashed))


def record_protection(op: Operation, service: ServiceId, person: PersonId, answer: RegisterAnswer) -> None:
    """Keep what the register said of a person, sealed, with the time, who asked, and for which service."""
    check = ProtectionCheck(
        check_id=uuid4(),
        person_id=person,
        source=answer.source,
        checked_at=op.time,
        checked_by=op.actor.staff,
        asked_for=service,
    )
    ProtectionCheck.status.seal(check, op, answer.status.value)
    ProtectionCheck.where_seen.seal(check, op, answer.where)
    op.add(check)


def own_latest_protection(op: Operation, person: PersonId) -> ProtectionCheck | None:
    """The newest answer that the actor's own service asked for: what a page may tell."""
    return op.one(
        select(ProtectionCheck)
        .where(ProtectionCheck.person_id == person, ProtectionCheck.asked_for == op.service)
        .order_by(ProtectionCheck.checked_at.desc(), ProtectionCheck.check_id)
        .limit(1)
    )


def record_guardianship(
    op: Operation,
    child: PersonId,
    guardian: PersonId,
    *,
    kind: str,
    is_resident: bool,
    evidence: str,
    service: ServiceId,
) -> None:
    """Record for `service` that `guardian` has parental responsibility for `child`, or bring its record up to date.

    Each service has a record of its own, which no other sees; the rules count a guardian whom any of them has.
    """
    found = op.one(
        select(Guardianship).where(
            Guardianship.child_id == child, Guardianship.guardian_id == guardian, Guardianship.recorded_by == service
        )
    )
    if found is None:
        found = Guardianship(guardianship_id=uuid4(), child_id=child, guardian_id=guardian, recorded_by=service)
        op.add(found)
    found.kind, found.is_resident, found.evidence = kind, is_resident, evidence
    found.recorded_at, found.ended_on = op.time, None
    op.about(child, guardian)
