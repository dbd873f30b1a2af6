"""Read what one's own service has written down of a person."""

from sqlalchemy import select

from audit.actions import Action
from audit.actor import Actor
from audit.operation import Operation, operation
from foundation.identifiers import PersonId
from people.person import Guardianship, RosterEntry, entry_of
from people.roster import own_latest_protection
from people.views import GuardianView, PersonLine, PersonView, name_and_birth_date, person_line

__all__ = ["read_person"]


def read_person(actor: Actor, person: PersonId) -> PersonView:
    """The roster entry of `person` in the actor's service, and the family as far as the service has it.

    Raises:
        NotFound: the service does not have this person.
    """
    with operation(actor, Action.READ_PERSON) as op:
        op.note(asked_for=str(person))
        entry = entry_of(op, person, op.service)
        name, birth_date = name_and_birth_date(op, entry)
        checked = own_latest_protection(op, person)
        return op.view(
            PersonView(
                id=person,
                name=name,
                birth_date=birth_date,
                identity_number=entry.identity_number.open(op),
                address=entry.address.open(op),
                telephone=entry.telephone.open(op),
                language=entry.language.open(op),
                school=entry.school.open(op),
                guardians=_guardians(op, person),
                children=_children(op, person),
                protection_checked_at=checked.checked_at.isoformat() if checked else None,
                event_id=op.event_id,
            )
        )


def _guardians(op: Operation, child: PersonId) -> tuple[GuardianView, ...]:
    found = op.rows(
        select(Guardianship, RosterEntry)
        .join(RosterEntry, RosterEntry.person_id == Guardianship.guardian_id)
        .where(Guardianship.child_id == child, Guardianship.ended_on.is_(None))
        .where(Guardianship.recorded_by == op.service, RosterEntry.service_id == op.service)
        .order_by(Guardianship.is_resident.desc(), Guardianship.recorded_at, Guardianship.guardianship_id)
    )
    return tuple(
        GuardianView(entry.person_id, person_line(op, entry).name, bond.kind, bond.is_resident) for bond, entry in found
    )


def _children(op: Operation, guardian: PersonId) -> tuple[PersonLine, ...]:
    found = op.all(
        select(RosterEntry)
        .join(Guardianship, Guardianship.child_id == RosterEntry.person_id)
        .where(Guardianship.guardian_id == guardian, Guardianship.ended_on.is_(None))
        .where(Guardianship.recorded_by == op.service, RosterEntry.service_id == op.service)
        .order_by(RosterEntry.added_at, RosterEntry.entry_id)
    )
    return tuple(person_line(op, entry) for entry in found)
