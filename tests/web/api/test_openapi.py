"""The OpenAPI document: every call is in it, every reference leads somewhere, and what it says of an answer is so."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx2

from tests.web.api.conftest import API, Program, every_call, method_of
from web.api.described import PROBLEM
from web.error_list import all_problems
from web.worded import status_of

#: JSON Schema 2020-12, what of it the document uses: keyword -> kind of its value.
KEYWORDS: Mapping[str, type | tuple[type, ...]] = {
    "$ref": str, "title": str, "description": str, "type": (str, list), "format": str, "enum": list, "const": object,
    "items": dict, "prefixItems": list, "properties": dict, "required": list, "additionalProperties": (bool, dict),
    "anyOf": list, "default": object, "propertyNames": dict,
    "maxLength": int, "minLength": int, "maxItems": int, "minItems": int,
}  # fmt: skip
TYPES = {"string", "integer", "number", "boolean", "array", "object", "null"}


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def schemas(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every schema of the document, those inside schemas too."""

    def within(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield schema
        inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", []), *schema.get("prefixItems", [])]
        inner += [schema[name] for name in ("items", "propertyNames") if name in schema]
        if isinstance(schema.get("additionalProperties"), dict):
            inner.append(schema["additionalProperties"])
        for one in inner:
            yield from within(one)

    for schema in document["components"]["schemas"].values():
        yield from within(schema)
    for _, _, operation in operations(document):
        carrying = [*operation.get("parameters", []), *operation.get("requestBody", {}).get("content", {}).values()]
        for response in operation["responses"].values():
            carrying += [*response.get("headers", {}).values(), *response.get("content", {}).values()]
        for one in carrying:
            yield from within(one.get("schema", {}))


def test_it_is_served_to_everybody_and_names_its_version(stranger: httpx2.Client) -> None:
    answer = stranger.get(f"{API}/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.1.")


def test_every_call_is_in_it(document: dict[str, Any]) -> None:
    served = {(call.path_format, method_of(call).lower()) for call in every_call()}
    assert {(path, method) for path, method, _ in operations(document)} == served


def test_every_call_says_what_it_does_and_what_may_be_in_the_way(document: dict[str, Any]) -> None:
    names = []
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        assert operation["summary"].endswith("."), where
        assert operation["tags"], where
        assert {"401", "403", "422", "503"} <= set(operation["responses"]), where
        good = [code for code in operation["responses"] if code.startswith("2")]
        assert len(good) == 1, where
        for code, response in operation["responses"].items():
            if code not in good:
                schema = response["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, where
        names.append(operation["operationId"])
    assert len(set(names)) == len(names)


def test_every_deed_names_its_event_and_every_list_goes_on(document: dict[str, Any]) -> None:
    deeds = [call for call in every_call() if hasattr(call.endpoint, "action")]
    for path, method, operation in operations(document):
        good = next(response for code, response in operation["responses"].items() if code.startswith("2"))
        named = "Tillit-Event" in good.get("headers", {})
        is_deed = (path, method.upper()) in [(one.path_format, method_of(one)) for one in deeds]
        assert named is is_deed, path
        schema = good.get("content", {}).get("application/json", {}).get("schema", {})
        shape = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
        if "items" in shape.get("properties", {}):
            assert set(shape["properties"]) <= {"items", "next", "event_id"}, path
            assert {"items", "next"} <= set(shape["required"]), path
    assert len(deeds) >= 24


def test_what_creates_asks_for_a_key_and_a_step_for_a_version(document: dict[str, Any]) -> None:
    keyed, versioned = set(), set()
    for path, _, operation in operations(document):
        asked = {parameter["name"]: parameter for parameter in operation.get("parameters", [])}
        keyed |= {path} if "Idempotency-Key" in asked else set()
        versioned |= {path} if "If-Match" in asked else set()
        assert all(parameter["required"] for name, parameter in asked.items() if parameter["in"] == "header"), path
    assert len(keyed) == 11
    assert {path.rpartition("/")[2] for path in versioned} == {"accept", "decline", "recall", "decide", "approve"}


def test_every_schema_is_a_schema(document: dict[str, Any]) -> None:
    known = document["components"]["schemas"]
    count = 0
    for schema in schemas(document):
        count += 1
        assert set(schema) <= set(KEYWORDS), schema
        for keyword, value in schema.items():
            assert isinstance(value, KEYWORDS[keyword]), schema
        kinds = schema.get("type", [])
        assert set([kinds] if isinstance(kinds, str) else kinds) <= TYPES
        if "$ref" in schema:
            place, _, name = schema["$ref"].rpartition("/")
            assert (place, name in known) == ("#/components/schemas", True), schema
        assert set(schema.get("required", [])) <= set(schema.get("properties", {})), schema
    assert count > 300


def test_a_problem_is_what_the_document_says(as_: Callable[[str], Program]) -> None:
    answer = as_("teacher").get("/referrals?side=left&page=x")
    assert set(answer.json()) <= set(PROBLEM["properties"])
    assert set(PROBLEM["required"]) <= set(answer.json())


def test_every_status_of_a_problem_can_be_documented() -> None:
    statuses = {status_of(problem) for problem in all_problems().values()}
    assert {401, 403, 404, 409, 422, 428, 503} <= statuses
