"""JSON to bytes and back with the standard library alone: in the single-file verifier in place of the fast one."""

import json
from typing import Any


def encode_json(value: Any) -> bytes:
    """``value`` as compact JSON in UTF-8, keys sorted. Raises ``TypeError`` or ``ValueError`` for what is not JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False).encode()


def decode_json(data: bytes) -> Any:
    """The value of the JSON text ``data``. Raises ``ValueError`` or ``RecursionError`` when it is none."""
    return json.loads(data.decode("utf-8"))
