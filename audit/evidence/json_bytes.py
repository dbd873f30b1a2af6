"""JSON to bytes and back, as fast as it goes and unchecked; ``canonical_json`` decides what is allowed.

The single-file verifier carries the standard library in its place (``audit/evidence/verifier/json_bytes.py``).
"""

from typing import Any

import orjson


def encode_json(value: Any) -> bytes:
    """``value`` as compact JSON in UTF-8, keys sorted. Raises ``TypeError`` or ``ValueError`` for what is not JSON."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def decode_json(data: bytes) -> Any:
    """The value of the JSON text ``data``. Raises ``ValueError`` when it is none."""
    return orjson.loads(data)
