"""What members of staff have said they are to a person: said once, it counts until they say something else.

Whoever is at work here promises in their declaration to say it before they handle anything (forvaltningsloven §§ 6 and
8), so silence means that there is nothing to say. What guardianships tell of kinship counts whatever anybody says.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from audit.operation import Operation
from consent.case import CLOSE_FAMILY, OTHER_CLOSENESS
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import PersonId, StaffId
from foundation.tables import Base, Id, Step
from vault.sealed import SealedText

__all__ = ["NEWEST_SAID", "NO_CLOSENESS", "Closeness", "SaidCloseness", "refuse_unknown_relation", "remember_closeness"]

_RELATIONS = frozenset({"none", *CLOSE_FAMILY, *OTHER_CLOSENESS})


class SaidCloseness(Step, Base):
    """What a member of staff said they are to a person; what, is sealed under the person's key."""

    __tablename__ = "said_closeness"
    __table_args__ = (Index("ix_said_closeness_person_id_staff_id_said_at", "person_id", "staff_id", "said_at"),)

    closeness_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("person.person_id"))
    staff_id: Mapped[StaffId] = mapped_column(ForeignKey("staff.staff_id"))
    #: Whether they confirmed that it weakens nobody's trust in what they do here.
    is_confirmed: Mapped[bool]
    said_at: Mapped[datetime]
    relation_sealed: Mapped[bytes]

    relation = SealedText("relation_sealed")


#: The newest that `staff` said about `person`, for whoever asks the database something else at the same time.
NEWEST_SAID = (
    select(SaidCloseness.closeness_id)
    .where(
        SaidCloseness.person_id == bindparam("person", type_=Id(PersonId)),
        SaidCloseness.staff_id == bindparam("staff", type_=Id(StaffId)),
    )
    .order_by(SaidCloseness.said_at.desc(), SaidCloseness.closeness_id)
    .limit(1)
    .scalar_subquery()
)


@dataclass(frozen=True)
class Closeness:
    """What the one who asks says they are to the person, and whether they confirm that it does not weaken trust."""

    relation: str = "none"
    confirmed: bool = False


#: What somebody says who is nothing to the person.
NO_CLOSENESS = Closeness()


def refuse_unknown_relation(closeness: Closeness) -> None:
    """Raise `Invalid` for a relation that the rules do not know: it would otherwise be as good as none."""
    if closeness.relation not in _RELATIONS:
        raise Invalid(fields=[FieldProblem("closeness.relation", "unknown_word")])


def remember_closeness(op: Operation, person: PersonId, closeness: Closeness) -> None:
    """Keep what the actor says they are to a person."""
    row = SaidCloseness(
        closeness_id=uuid4(), person_id=person, staff_id=op.staff, is_confirmed=closeness.confirmed, said_at=op.time
    )
    SaidCloseness.relation.seal(row, op, closeness.relation)
    op.add(row)
