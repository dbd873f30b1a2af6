"""One value has one spelling: the JSON whose bytes the log hashes.

What is hashed is always the stored bytes, never a re-serialisation. Still, every reader demands that bytes re-encode to
themselves, so that no two parsers can read one leaf or one disclosure differently.

The model is RFC 8785 (JSON Canonicalization Scheme) without its two hard corners, numbers that are not integers and
keys beyond ASCII. Inside it sorting keys by bytes and by UTF-16 units is the same order, and a plain compact encoder
writes the bytes RFC 8785 asks for; a test holds the two against each other. Text must arrive in Unicode NFC, because no
canonicaliser normalises: a composed and a decomposed a-ring would otherwise be two values that look like one.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Union

from audit.evidence.json_bytes import decode_json, encode_json

# Spelled as a Union because this file is part of the single-file verifier, which must run on older Pythons.
JsonValue = Union[None, bool, int, str, "Sequence[JsonValue]", "Mapping[str, JsonValue]"]

LARGEST_INTEGER: Final = 2**53 - 1
DEEPEST_NESTING: Final = 32


class NotCanonical(ValueError):
    """A value outside the model, or bytes that are not the one spelling of their value."""


def canonical_json(value: JsonValue) -> bytes:
    """The one spelling of ``value`` in UTF-8: no spaces, keys in order.

    Raises ``NotCanonical`` for floats, integers beyond 2^53-1, keys that are not ASCII, text that is not NFC or holds a
    lone surrogate, nesting deeper than 32, and every other type, subclasses included: their meaning is not JSON's.
    """
    _check_value(value, DEEPEST_NESTING)
    try:
        return encode_json(value)
    except (TypeError, ValueError) as error:
        raise NotCanonical("text holds a lone surrogate") from error


def parse_canonical_json(data: bytes) -> JsonValue:
    """The value of ``data``, when ``data`` is exactly the spelling ``canonical_json`` gives it.

    Raises ``NotCanonical`` otherwise: duplicate keys, spaces, other escapes, other number forms, a byte order mark.
    """
    try:
        value: JsonValue = decode_json(data)
    except (ValueError, RecursionError) as error:
        raise NotCanonical("the bytes are not JSON") from error
    if canonical_json(value) != data:
        raise NotCanonical("the bytes are not in canonical form")
    return value


def _check_value(value: object, depth: int) -> None:
    kind = type(value)
    if kind is str:
        _check_text(value)  # type: ignore[arg-type]  # the exact type was compared; mypy narrows on isinstance only
    elif kind is int:
        if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:  # type: ignore[operator]  # as above
            raise NotCanonical("an integer is beyond 2^53-1")
    elif kind is dict:
        for key in value:  # type: ignore[attr-defined]  # as above
            if type(key) is not str or not key.isascii():
                raise NotCanonical("a key is not ASCII text")
        _check_items(value.values(), depth)  # type: ignore[attr-defined]  # as above
    elif kind is list or kind is tuple:
        _check_items(value, depth)  # type: ignore[arg-type]  # as above
    elif value is not None and kind is not bool:
        raise NotCanonical(f"a value of type {kind.__name__} is outside the model")


def _check_text(text: str) -> None:
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        raise NotCanonical("text is not in Unicode NFC")


def _check_items(items: Iterable[object], depth: int) -> None:
    if depth <= 0:
        raise NotCanonical(f"nesting is deeper than {DEEPEST_NESTING}")
    for item in items:
        if type(item) is not str or not item.isascii():  # most is, and asking here costs half of asking above
            _check_value(item, depth - 1)
