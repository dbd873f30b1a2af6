"""Whether an Ed25519 signature holds, in plain Python: in the single-file verifier, where nothing else is at hand.

It only verifies, so nothing secret passes through and it need not run in constant time; one signature takes some
milliseconds. Strict as RFC 8032 is: encodings that are not canonical are refused. Source: RFC 8032, sections 5.1 and 6.
"""

from __future__ import annotations

import hashlib
from typing import Final

PRIME: Final = 2**255 - 19
ORDER: Final = 2**252 + 27742317777372353535851937790883648493
CURVE_D: Final = -121665 * pow(121666, PRIME - 2, PRIME) % PRIME
ROOT_OF_MINUS_ONE: Final = pow(2, (PRIME - 1) // 4, PRIME)

# A point as x = X/Z, y = Y/Z, xy = T/Z (RFC 8032, section 5.1.4).
Point = tuple[int, int, int, int]

NEUTRAL: Final = (0, 1, 1, 0)


def verify_ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` (64 bytes) over ``message`` was made with the key of ``public`` (32 bytes)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, commitment_point = _decoded(public), _decoded(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or commitment_point is None or scalar >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    # sB = R + hA, asked as sB + h(-A) = R and compared as bytes, without the cofactor, as the usual libraries do.
    negated = (PRIME - key[0], key[1], key[2], PRIME - key[3])
    return _encoded(_double_multiplied(scalar, BASE, challenge, negated)) == signature[:32]


def _added(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % PRIME
    b = (one[1] + one[0]) * (other[1] + other[0]) % PRIME
    c = 2 * one[3] * other[3] * CURVE_D % PRIME
    d = 2 * one[2] * other[2] % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def _double_multiplied(factor: int, point: Point, other_factor: int, other: Point) -> Point:
    """The sum of ``factor`` times ``point`` and ``other_factor`` times ``other``, bit by bit from the highest."""
    both = _added(point, other)
    total: Point = NEUTRAL
    for bit in reversed(range(max(factor.bit_length(), other_factor.bit_length()))):
        total = _added(total, total)
        chosen = factor >> bit & 1, other_factor >> bit & 1
        if chosen == (1, 1):
            total = _added(total, both)
        elif chosen == (1, 0):
            total = _added(total, point)
        elif chosen == (0, 1):
            total = _added(total, other)
    return total


def _encoded(point: Point) -> bytes:
    inverse = pow(point[2], PRIME - 2, PRIME)
    x, y = point[0] * inverse % PRIME, point[1] * inverse % PRIME
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _decoded(encoded: bytes) -> Point | None:
    """The point, or None for bytes that are not the encoding of one. Source: RFC 8032, section 5.1.3."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= PRIME:
        return None
    numerator, denominator = y * y - 1, CURVE_D * y * y + 1
    x = numerator * denominator**3 * pow(numerator * denominator**7, (PRIME - 5) // 8, PRIME) % PRIME
    if (denominator * x * x - numerator) % PRIME != 0:
        x = x * ROOT_OF_MINUS_ONE % PRIME
    if (denominator * x * x - numerator) % PRIME != 0 or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = PRIME - x
    return x, y, 1, x * y % PRIME


_BASE_Y: Final = 4 * pow(5, PRIME - 2, PRIME) % PRIME
_BASE_POINT = _decoded(_BASE_Y.to_bytes(32, "little"))
if _BASE_POINT is None:
    raise ArithmeticError("the base point of the curve is not on the curve")
BASE: Final = _BASE_POINT
