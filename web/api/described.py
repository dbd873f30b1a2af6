"""What the OpenAPI document says of a call: the shape of its answer, its headers, and what may be in the way.

A view is a frozen dataclass; here it becomes a model for the document. Answers are not made by these models: a view is
written as it is, and the tests hold what was really answered against them.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import BaseModel, ConfigDict, create_model
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from starlette.responses import Response

from foundation.identifiers import Identifier
from web.scans import FIELD, KINDS_OF_PAGE

__all__ = [
    "PROBLEM",
    "VIEWS",
    "creates",
    "document_of",
    "does_only",
    "gives",
    "problems",
    "shape_of",
    "shows_page",
    "with_page",
]

#: The media type and schema of every problem (RFC 9457).
_PROBLEM_TYPE = "application/problem+json"
_TEXT: dict[str, Any] = {"type": "string"}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT}
_BYTES: dict[str, Any] = {"type": "string", "format": "binary"}
_RULES: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["code", "because", "source"],
        "properties": {"code": _TEXT, "because": _TEXT, "source": _TEXT},
    },
}

#: A problem document, as JSON Schema.
PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "description": "A problem (RFC 9457); `/problems/<code>` explains the code. What would be empty is left out.",
    "required": ["type", "title", "status", "code"],
    "additionalProperties": False,
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "instance": {"type": "string", "description": "`urn:uuid:` and the id of the log event"},
        "code": {"type": "string", "description": "Stable; docs/errors.md lists them all"},
        "rules": {**_RULES, "description": "The rules that spoke, each with its reason and its source"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {"field": _TEXT, "code": _TEXT, "message": _TEXT},
            },
        },
        "values": {"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
        "decision": {
            "type": "object",
            "description": "The whole result for each category that was asked about, and the rule book that decided",
            "required": ["rule_book", "results"],
            "properties": {
                "rule_book": _TEXT,
                "results": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["category", "result", "rules", "missing", "strip", "offers"],
                        "additionalProperties": False,
                        "properties": {
                            "category": _TEXT,
                            "result": {"enum": ["permit", "refuse", "strip", "require", "manual", "offer"]},
                            "rules": _RULES,
                            "missing": _TEXTS,
                            "strip": _TEXTS,
                            "offers": _RULES,
                        },
                    },
                },
            },
        },
    },
}

_WHY: Mapping[int, str] = {
    400: "The Idempotency-Key is missing, or the body cannot be read",
    401: "There is no session, or it has ended",
    403: "Your role or the rules on confidentiality do not permit it",
    404: "There is no such thing, or it is not yours to know of",
    409: "Something has changed meanwhile",
    413: "What was sent is too large",
    415: "The body is of a kind that this place does not read",
    422: "Something in what was sent is not right; `errors` names the fields",
    428: "If-Match is missing",
    503: "The log or the database cannot be written, so nothing was done",
}
_ALWAYS = (401, 403, 422, 503)

_EVENT = {
    "Tillit-Event": {
        "description": "The id of the log event of this answer",
        "schema": {"type": "string", "format": "uuid"},
    },
    "Tillit-Receipt": {
        "description": "The signed promise that the event stands in the log within a minute; `tillit receipt check`",
        "schema": _TEXT,
    },
}
_ETAG = {"ETag": {"description": "The version, for `If-Match` on the next step", "schema": _TEXT}}
_LOCATION = {
    "Location": {"description": "Where the new thing lives", "schema": {"type": "string", "format": "uri-reference"}}
}

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "8 to 200 printable ASCII characters, fresh for each request; a repetition gets the first answer",
    "schema": {"type": "string", "minLength": 8, "maxLength": 200},
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of the version that the step builds on",
    "schema": _TEXT,
}

#: The views that calls answer with, by name.
VIEWS: dict[str, type] = {}


def gives(
    view: type, *more: int, version: bool = False, step: bool = False, once: bool = False, event: bool = True
) -> dict[str, Any]:
    """What a route says of itself that answers 200 with `view`.

    Args:
        view: the dataclass that the deed returns.
        more: further statuses that it may answer with.
        version: True where the answer has an ETag.
        step: True where `If-Match` is needed.
        once: True where an idempotency key is needed.
        event: False where no deed is reached, so that no event is named.
    """
    parameters = [*([_KEY] if once else ()), *([_IF_MATCH] if step else ())]
    headers = {**(_EVENT if event else {}), **(_ETAG if version else {})}
    statuses = {*more, *((400, 409) if once else ()), *((404, 409, 428) if step else ())}
    return {
        "responses": {200: _answer(view, headers), **problems(*statuses)},
        "openapi_extra": {"parameters": parameters} if parameters else None,
    }


def creates(view: type, *more: int) -> dict[str, Any]:
    """What a route says of itself that creates something: 201 with `view`, where it lives, and an idempotency key."""
    said = gives(view, *more, once=True)
    headers = {**_EVENT, **_LOCATION}
    return {**said, "status_code": 201, "responses": {201: _answer(view, headers), **problems(400, 409, *more)}}


def does_only() -> dict[str, Any]:
    """What a route says of itself that does something and has nothing to tell but its event (204)."""
    return {"status_code": 204, "responses": {204: {"description": "Done", "headers": _EVENT}, **problems()}}


def with_page(said: dict[str, Any]) -> dict[str, Any]:
    """The same of a route that takes a scanned page: as the whole body, or as a field of a form."""
    form = {"schema": {"type": "object", "required": [FIELD], "properties": {FIELD: _BYTES}}}
    content = {**_pages(), "multipart/form-data": form}
    return {**said, "openapi_extra": {**said["openapi_extra"], "requestBody": {"required": True, "content": content}}}


def shows_page() -> dict[str, Any]:
    """What a route says of itself that answers with a scanned page."""
    found = {"description": "The page", "headers": _EVENT, "content": _pages()}
    return {"response_class": Response, "responses": {200: found, **problems(404)}}


def _pages() -> dict[str, Any]:
    return {kind: {"schema": _BYTES} for kind in KINDS_OF_PAGE}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What may be in the way of a route, besides what may be in the way of all."""
    content = {_PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": _WHY[status], "content": content} for status in sorted({*_ALWAYS, *statuses})}


def _answer(view: type, headers: dict[str, Any]) -> dict[str, Any]:
    """An answer with `view`, whose shape the document will have; making it is left until somebody asks for that."""
    VIEWS[view.__name__] = view
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{view.__name__}"}}}
    return {"description": "Done", "headers": headers, "content": content}


def document_of(made: dict[str, Any]) -> dict[str, Any]:
    """The framework's document with what it cannot know: what is answered, and a sentence as each summary."""
    shapes: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (shape_of(view), "serialization") for view in VIEWS.values()
    ]
    _, answers = models_json_schema(shapes, ref_template="#/components/schemas/{model}")
    schemas = made["components"]["schemas"]
    if twice := [name for name, schema in answers["$defs"].items() if schemas.get(name, schema) != schema]:
        raise ValueError(f"sent and answered under one name: {twice}")
    schemas |= {**answers["$defs"], "Problem": PROBLEM}
    for calls in made["paths"].values():
        for call in calls.values():
            call["summary"] = call.pop("description")
    return made


@cache
def shape_of(view: type) -> type[BaseModel]:
    """The dataclass `view` as a model that knows every field, and no other."""
    hints = get_type_hints(view)
    told: dict[str, Any] = {field.name: (_plain(hints[field.name]), ...) for field in fields(view)}
    return create_model(view.__name__, __config__=ConfigDict(extra="forbid"), __doc__=view.__doc__, **told)


def _plain(kind: Any) -> Any:
    """A type of a view, as JSON has it: an id is a UUID, a dataclass its own shape."""
    origin, inner = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, Identifier):
        return UUID
    if isinstance(kind, type) and is_dataclass(kind):
        return shape_of(kind)
    if origin in (tuple, list):
        return list[_plain(inner[0])]  # type: ignore[misc]  # made while running, from a type that was
    if origin in (Union, UnionType):
        return Union[tuple(_plain(one) for one in inner)]  # noqa: UP007  # of types known only while running
    if origin is dict:
        return dict[str, _plain(inner[1])]  # type: ignore[misc]  # as above
    return None if kind is NoneType else kind
