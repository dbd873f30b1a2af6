"""The base of every table, and the three kinds of row about persons.

*Steps* are what happened: they are inserted and never changed. *Rows of today* are the state that lists are made of:
each change stamps `recorded_in` anew. *Rights* (wrapped keys, roster entries, sign-in sessions) are changed in the same
way, and may be removed. All of them name in `recorded_in` the log event of the deed that wrote them; the foreign key is
deferred to the commit, so that no row exists without its event. `audit.triggers` turns the three kinds into triggers of
the database.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from inspect import get_annotations
from typing import Any, ClassVar, Final, TypeVar, get_args
from uuid import UUID

from sqlalchemy import DateTime, Dialect, ForeignKey, MetaData, Text, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator, to_instance

from foundation.identifiers import (
    ConsentId,
    EventId,
    HeldCaseId,
    Identifier,
    OrganisationId,
    PersonId,
    ReferralId,
    ServiceId,
    StaffId,
)

__all__ = ["Base", "Id", "Instant", "Recorded", "Right", "RowOfToday", "Step"]


Kind = TypeVar("Kind", bound=Identifier)


#: `2026-11-22 12:00:00.000000`: so long, and with a space there. Python would read it with anything in its place.
_LENGTH: Final = 26
_BETWEEN: Final = 10


class Instant(TypeDecorator[datetime]):
    """A point in time: UTC with microseconds, on SQLite as on PostgreSQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # as SQLAlchemy calls it
        """UTC going in; a point in time without a zone is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a point in time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # as above
        """UTC coming out."""
        return None if value is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """SQLite keeps the text of a point in time, without a zone; it is read as this program writes it, or not."""
        return _from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _from_text(text: str | None) -> datetime | None:
    if text is None:
        return None
    if len(text) != _LENGTH or text[_BETWEEN] != " ":
        raise ValueError("a point in time that was not written by this program")
    return datetime.fromisoformat(f"{text}+00:00")


class Id(TypeDecorator[Kind]):
    """An id that comes out of the database as the kind of thing it names."""

    impl = Uuid
    cache_ok = True

    def __init__(self, kind: type[Kind]) -> None:
        super().__init__()
        self.kind = kind

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Kind | None]:  # noqa: ARG002  # as above
        """Make the id as its own kind, in one step from what the driver gives: a UUID, or on SQLite its digits."""
        made = self.kind.from_int
        if dialect.name == "sqlite":
            return lambda digits: None if digits is None else made(int(digits, 16))
        return lambda value: None if value is None else made(value.int)


class Base(DeclarativeBase):
    """Every table; constraints are named, so that migrations can name them too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        UUID: Uuid,
        datetime: Instant,
        PersonId: Id(PersonId),
        OrganisationId: Id(OrganisationId),
        ServiceId: Id(ServiceId),
        StaffId: Id(StaffId),
        ConsentId: Id(ConsentId),
        ReferralId: Id(ReferralId),
        EventId: Id(EventId),
        HeldCaseId: Id(HeldCaseId),
    }

    def __init_subclass__(cls, **more: Any) -> None:
        """Give a column that refers to another table the type of its own annotation, before the table is made.

        By itself it would take the type of the column it refers to, and have none until that table is imported: a
        statement made before then would hand the driver values that it does not know.
        """
        for name, annotation in get_annotations(cls).items():
            mapped = cls.__dict__.get(name)
            if isinstance(mapped, MappedColumn) and mapped.column.foreign_keys:
                (kind,) = get_args(annotation)
                known = [each for each in (kind, *get_args(kind)) if each in cls.type_annotation_map]
                if known:
                    mapped.column.type = to_instance(cls.type_annotation_map[known[0]])
        super().__init_subclass__(**more)


class Recorded:
    """A row that exists because of one event of the log, and names it."""

    __tablename__: Any
    #: True where the row says something about a person served; such rows load only inside an operation.
    of_persons: ClassVar[bool] = True

    @declared_attr
    def recorded_in(cls) -> Mapped[EventId]:  # noqa: N805  # SQLAlchemy hands the class to a declared attribute
        """The event of the deed that wrote this row, or changed it last."""
        return mapped_column(ForeignKey("audit_event.event_id", deferrable=True, initially="DEFERRED"))


class Step(Recorded):
    """What happened: inserted once, never changed, never removed."""


class RowOfToday(Recorded):
    """What holds today: may change, each time in the name of a new event; never removed."""


class Right(Recorded):
    """What somebody may do: may change as a row of today does, and may be taken away."""
