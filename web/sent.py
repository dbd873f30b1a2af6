"""What was sent: one shape for a form and for a JSON body, strict about what it does not know.

A route's shape is a `Sent` class. JSON arrives as it; a form becomes it by `Filled.to`. Both give the same errors with
the same codes, and neither ever repeats what somebody typed in an error.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from pydantic_core import ErrorDetails
from starlette.datastructures import FormData, UploadFile

from foundation.errors import FieldProblem, Invalid, NotFound, Problem
from web.bad_requests import Unreadable

__all__ = ["SECRET_FIELDS", "FilledIn", "Sent", "problem_of", "whole_number"]

#: Hidden fields that every form carries and no deed reads: the form token and the idempotency key.
SECRET_FIELDS = ("csrf", "once")

#: pydantic's names for what is wrong, as ours; what is not listed is of the wrong kind.
_CODES: Mapping[str, str] = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "string_type": "not_text",
    "too_long": "too_many",
    "too_short": "too_few",
    "greater_than": "too_small",
    "greater_than_equal": "too_small",
    "less_than": "too_large",
    "less_than_equal": "too_large",
    "enum": "not_a_choice",
    "literal_error": "not_a_choice",
    "date_type": "not_a_date",
    "date_parsing": "not_a_date",
    "date_from_datetime_parsing": "not_a_date",
    "date_from_datetime_inexact": "not_a_date",
    "uuid_parsing": "not_an_id",
    "uuid_type": "not_an_id",
    "not_an_id": "not_an_id",
    "int_type": "not_a_number",
    "int_parsing": "not_a_number",
    "int_from_float": "not_a_number",
    "bool_type": "not_yes_or_no",
    "bool_parsing": "not_yes_or_no",
}

#: Longer names of fields are somebody's text, not a field.
_LONGEST_FIELD = 80

Shape = TypeVar("Shape", bound="Sent")


class Sent(BaseModel):
    """The shape of what a route takes: unknown fields are refused, texts trimmed and in composed form (Unicode NFC)."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)

    @field_validator("*", mode="before")
    @classmethod
    def _in_composed_form(cls, value: object) -> object:
        if isinstance(value, str):
            return unicodedata.normalize("NFC", value)
        if isinstance(value, list):
            return [unicodedata.normalize("NFC", one) if isinstance(one, str) else one for one in value]
        return value


class FilledIn:
    """A form as somebody filled it in."""

    def __init__(self, data: FormData) -> None:
        self._data = data

    def text(self, name: str, otherwise: str = "") -> str:
        """What stands in the field, trimmed; `otherwise` when it is not there."""
        for value in self.texts(name):
            return value
        return otherwise

    def texts(self, name: str) -> list[str]:
        """Everything under this name, as for a group of checkboxes."""
        return [_trimmed(value) for value in self._data.getlist(name) if isinstance(value, str)]

    def day(self, name: str, problems: list[FieldProblem]) -> date | None:
        """The day in the field; None, and one problem more in `problems`, where it is empty or none."""
        text = self.text(name)
        try:
            return date.fromisoformat(text)
        except ValueError:
            problems.append(FieldProblem(name, "not_a_date" if text else "required"))
            return None

    def file(self, name: str) -> UploadFile | None:
        """The file under this name; None when none was chosen."""
        value = self._data.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None

    def fields(self) -> list[tuple[str, str]]:
        """All texts with their names, without the hidden secrets."""
        return [
            (name, value)
            for name, value in self._data.multi_items()
            if isinstance(value, str) and name not in SECRET_FIELDS
        ]

    def files(self) -> list[tuple[str, UploadFile]]:
        """All files with their names."""
        return [(name, value) for name, value in self._data.multi_items() if isinstance(value, UploadFile)]

    def to(self, shape: type[Shape]) -> Shape:
        """The form as `shape`; an empty field counts as left out.

        Raises:
            Invalid: with a code for each field that is wrong.
        """
        values: dict[str, object] = {}
        for name in {name for name, _ in self.fields()}:
            field = shape.model_fields.get(name)
            if field is not None and _takes_many(field.annotation):
                values[name] = [text for text in self.texts(name) if text]
            elif text := self.text(name):
                values[name] = text
        try:
            return shape.model_validate(values)
        except ValidationError as error:
            raise problem_of(error.errors(include_url=False, include_input=False)) from None


def whole_number(text: str) -> int | None:
    """The number that these digits say; None for anything else, and for one that no field here can hold."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _trimmed(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _takes_many(annotation: Any) -> bool:
    return get_origin(annotation) in (list, tuple, set, frozenset)


def problem_of(errors: Sequence[ErrorDetails] | Sequence[Any]) -> Problem:
    """What a validation found, as a problem of ours: fields and codes, never what was typed.

    A place that cannot exist (an id in the path that is none) is not found rather than invalid, so that guessing tells
    nothing.
    """
    if any(error["type"] == "json_invalid" for error in errors):
        return Unreadable()
    if any(error["loc"] and error["loc"][0] == "path" for error in errors):
        return NotFound()
    return Invalid(
        fields=[FieldProblem(_field(error["loc"]), _CODES.get(error["type"], "wrong_type")) for error in errors]
    )


def _field(place: Sequence[str | int]) -> str:
    named = [str(part) for part in place]
    if named and named[0] in ("body", "query", "header", "cookie"):
        named = named[1:]
    return ".".join(named)[:_LONGEST_FIELD]
