"""Register a family: the persons on the service's own roster, and who has parental responsibility for whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from audit.actions import Action
from audit.actor import Actor
from audit.operation import operation, preparing
from foundation.clock import local_date
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import EventId, PersonId
from people.identity_number import IdentityNumber, parse_identity_number
from people.register import NOT_RECORDED, CannotBeHandled, Register, register_of
from people.roster import Member, put_on_roster, record_guardianship

__all__ = ["FamilyReceipt", "GuardianOf", "MemberReceipt", "RegisterFamily", "register_family"]

_MOST_MEMBERS = 20
_KINDS = frozenset({"joint", "sole"})
_EVIDENCE = frozenset({"register", "document_seen", "self_declared"})


@dataclass(frozen=True)
class GuardianOf:
    """That one member has parental responsibility for another, and how we know."""

    child: str
    guardian: str
    kind: str
    is_resident: bool
    evidence: str


@dataclass(frozen=True)
class RegisterFamily:
    """The members of a family, and the guardianships among them."""

    members: tuple[Member, ...]
    guardianships: tuple[GuardianOf, ...] = ()


@dataclass(frozen=True)
class MemberReceipt:
    """The id that a member got."""

    ref: str
    id: PersonId


@dataclass(frozen=True)
class FamilyReceipt:
    """What was written: ids only. `id` is the first member's."""

    id: PersonId
    members: tuple[MemberReceipt, ...]
    event_id: EventId


def register_family(actor: Actor, asked: RegisterFamily) -> FamilyReceipt:
    """Put a family on the roster of the actor's service.

    Raises:
        IdentityNumberInvalid: a number that is none, or not of this installation's sort. Invalid: an impossible date,
        an empty name, one number or one guardianship twice, a guardianship that names nobody, and nobody who has lately
        seen the protection of somebody whom no register is asked about. CannotBeHandled: somebody
        is strictly protected, or the register could not say; nothing is kept.
    """
    house = actor.house
    country, register = house.installed.jurisdiction, register_of(house)
    today = local_date(house.clock.now(), country)
    with preparing(actor, Action.REGISTER_FAMILY):
        _refuse_nonsense(asked, today)
        numbers = {
            member.ref: _number_of(member, country, synthetic=house.installed.is_demo) for member in asked.members
        }
        _refuse_twice([number for number in numbers.values() if number])
        _refuse_unseen(asked, numbers, register, today)
        answers = {member.ref: register.look_up(numbers[member.ref], member.seen, today) for member in asked.members}
    with operation(actor, Action.REGISTER_FAMILY) as op:
        if any(answer.status in NOT_RECORDED for answer in answers.values()):
            raise CannotBeHandled
        ids = {
            member.ref: put_on_roster(op, op.service, member, numbers[member.ref], answers[member.ref])
            for member in asked.members
        }
        for bond in asked.guardianships:
            record_guardianship(
                op,
                ids[bond.child],
                ids[bond.guardian],
                kind=bond.kind,
                is_resident=bond.is_resident,
                evidence=bond.evidence,
                service=op.service,
            )
        members = tuple(MemberReceipt(ref, person) for ref, person in ids.items())
        return op.answered(FamilyReceipt(members[0].id, members, op.event_id))


def _refuse_unseen(
    asked: RegisterFamily, numbers: Mapping[str, IdentityNumber | None], register: Register, today: date
) -> None:
    """Where no register can be asked, somebody must have seen the protection; that it was forgotten names nobody."""
    problems = []
    for member in asked.members:
        if numbers[member.ref] is not None and register.asks_by_number:
            continue
        if member.seen is None:
            code = "number_or_seen" if register.asks_by_number else "required"
            problems.append(FieldProblem(f"{member.ref}.seen.status", code))
        elif not member.seen.counts_on(today):
            problems.append(FieldProblem(f"{member.ref}.seen.on", "seen_too_long_ago"))
    if problems:
        raise Invalid(fields=problems)


def _refuse_twice(numbers: list[IdentityNumber]) -> None:
    """Two members with one number are one person; which of the two was meant, only whoever wrote it knows."""
    if len(set(numbers)) != len(numbers):
        raise Invalid(fields=[FieldProblem("members", "identity_number_twice")])


def _number_of(member: Member, country: str, *, synthetic: bool) -> IdentityNumber | None:
    if not member.identity_number:
        return None
    return parse_identity_number(
        member.identity_number, country=country, synthetic=synthetic, field=f"{member.ref}.identity_number"
    )


def _refuse_nonsense(asked: RegisterFamily, today: date) -> None:
    refs = [member.ref for member in asked.members]
    if not 1 <= len(refs) <= _MOST_MEMBERS or len(set(refs)) != len(refs):
        raise Invalid(fields=[FieldProblem("members", "members_count")])
    for member in asked.members:
        member.refuse_nonsense(today)
    bonds = {(bond.child, bond.guardian) for bond in asked.guardianships}
    if len(bonds) != len(asked.guardianships):
        raise Invalid(fields=[FieldProblem("guardianships", "guardianship_twice")])
    for number, bond in enumerate(asked.guardianships):
        where = f"guardianships.{number}"
        if bond.child not in refs or bond.guardian not in refs or bond.child == bond.guardian:
            raise Invalid(fields=[FieldProblem(where, "unknown_member")])
        if bond.kind not in _KINDS or bond.evidence not in _EVIDENCE:
            raise Invalid(fields=[FieldProblem(where, "unknown_word")])
