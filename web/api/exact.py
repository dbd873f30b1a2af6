"""Dates, instants and answers as programs send them: one way to write each, and nothing guessed."""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator, StrictBool, WithJsonSchema
from pydantic_core import PydanticCustomError

__all__ = ["Day", "Instant", "YesOrNo"]

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def _day(value: object) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass  # such as 30 February
    raise PydanticCustomError("date_parsing", "not a date")


def _instant(value: object) -> datetime:
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            pass  # such as 25 o'clock, or the last hour of the year 9999
    raise PydanticCustomError("date_parsing", "not an instant")


#: A calendar date, `2027-07-31` (RFC 3339 full-date).
Day = Annotated[
    date,
    PlainValidator(_day),
    PlainSerializer(date.isoformat, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date"}),
]
#: A point in time with its offset, `2026-11-22T09:00:00Z` (RFC 3339 date-time).
Instant = Annotated[
    datetime,
    PlainValidator(_instant),
    PlainSerializer(datetime.isoformat, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
#: `true` or `false`, and nothing that only looks like it.
YesOrNo = StrictBool
