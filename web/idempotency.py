"""Requests that may arrive twice and are done once: the key that says so, and the same answer again."""

import hmac
import re
from collections.abc import Sequence
from hashlib import sha256

import orjson

from audit.actor import Actor, Once
from web.bad_requests import IdempotencyKeyMissing

__all__ = ["canonical_form", "canonical_json_body", "once", "place_of_answer", "place_of_new"]

_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def once(actor: Actor, route: str, key: str, body: bytes) -> Once:
    """What a deed needs to know a repetition: keyed hashes of who asks where with which key, and of what is asked.

    Raises:
        IdempotencyKeyMissing: no key, or not 8 to 200 printable ASCII characters.
    """
    if not (8 <= len(key) <= 200 and key.isascii() and key.isprintable()):
        raise IdempotencyKeyMissing
    secret = actor.house.custody.derived_key("idempotency")
    who = "\n".join((str(actor.staff), str(actor.service), actor.role.value, route, key))
    return Once(key=hmac.digest(secret, who.encode(), sha256), body=hmac.digest(secret, b"body\n" + body, sha256))


def canonical_json_body(body: bytes) -> bytes:
    """The body with its keys sorted and its spaces gone, so that the same request is known however it is laid out."""
    try:
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
    except orjson.JSONDecodeError:
        return body


def canonical_form(fields: Sequence[tuple[str, str]]) -> bytes:
    """The fields of a form in the order of their names; fields of one name keep their order."""
    return orjson.dumps(sorted(fields, key=lambda field: field[0]))


#: What is created in one collection and lives in another: a family is registered as the persons in it.
_LIVES_IN = {"families": "persons"}


def place_of_new(path: str, new_id: str) -> str:
    """Where the thing lives that a call to the collection `path` created."""
    collection, _, last = path.rstrip("/").rpartition("/")
    return f"{collection}/{_LIVES_IN.get(last, last)}/{new_id}"


def place_of_answer(path: str, answer_id: str | None) -> str:
    """The page of the thing that a form sent to `path` was answered with.

    A creating form lies at `<collection>/new`, a step at `<collection>/<id>/<step>`.
    """
    parts = path.rstrip("/").split("/")
    ids = [place for place, part in enumerate(parts) if _UUID.fullmatch(part)]
    if ids:
        return "/".join(parts[: ids[-1] + 1])
    if parts[-1] == "new":
        parts.pop()
    return "/".join([*parts, answer_id] if answer_id else parts)
