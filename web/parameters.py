"""Ids as routes take them: in a path, a query or a body, already as the kind of thing they name."""

from typing import Annotated, Any, TypeVar

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from foundation.identifiers import (
    ConsentId,
    EventId,
    HeldCaseId,
    Identifier,
    PersonId,
    ReferralId,
    ServiceId,
    StaffId,
)

__all__ = [
    "ConsentIdHere",
    "EventIdHere",
    "HeldCaseIdHere",
    "PersonIdHere",
    "ReferralIdHere",
    "ServiceIdHere",
    "StaffIdHere",
]

Kind = TypeVar("Kind", bound=Identifier)


def _as(kind: type[Kind]) -> PlainValidator:
    def read(value: object) -> Kind:
        try:
            return kind.of(str(value))
        except ValueError:
            raise PydanticCustomError("not_an_id", "not an id") from None

    return PlainValidator(read)


_SCHEMA: dict[str, Any] = {"type": "string", "format": "uuid"}

PersonIdHere = Annotated[PersonId, _as(PersonId), PlainSerializer(str), WithJsonSchema(_SCHEMA)]
ConsentIdHere = Annotated[ConsentId, _as(ConsentId), PlainSerializer(str), WithJsonSchema(_SCHEMA)]
ReferralIdHere = Annotated[ReferralId, _as(ReferralId), PlainSerializer(str), WithJsonSchema(_SCHEMA)]
ServiceIdHere = Annotated[ServiceId, _as(ServiceId), PlainSerializer(str), WithJsonSchema(_SCHEMA)]
StaffIdHere = Annotated[StaffId, _as(StaffId), PlainSerializer(str), WithJsonSchema(_SCHEMA)]
HeldCaseIdHere = Annotated[HeldCaseId, _as(HeldCaseId), PlainSerializer(str), WithJsonSchema(_SCHEMA)]
EventIdHere = Annotated[EventId, _as(EventId), PlainSerializer(str), WithJsonSchema(_SCHEMA)]
