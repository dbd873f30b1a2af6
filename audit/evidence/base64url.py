"""Base64 in which one byte string has one spelling.

The standard library's decoders skip characters they do not know and ignore stray bits in the last character; a log
whose bytes are evidence accepts neither. Source: RFC 4648, sections 4 and 5; unpadded as in RFC 7515, section 2.
"""

import binascii

#: From the standard alphabet to the URL-safe one.
TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


class NotBase64(ValueError):
    """Text that is not the one base64 spelling of any bytes."""


def b64url(data: bytes) -> str:
    """``data`` in URL-safe base64 without padding."""
    return b64url_bytes(data).decode("ascii")


def b64url_bytes(data: bytes) -> bytes:
    """``data`` in URL-safe base64 without padding, as ASCII bytes."""
    return binascii.b2a_base64(data, newline=False).translate(TO_URL).rstrip(b"=")


def parse_b64url(text: str) -> bytes:
    """The bytes that ``b64url`` writes as ``text``. Raises ``NotBase64`` when there are none."""
    try:
        data = binascii.a2b_base64(text.encode("ascii").translate(_FROM_URL) + b"=" * (-len(text) % 4))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise NotBase64("the text is not base64") from error
    if b64url(data) != text:
        raise NotBase64("the text is not the base64 spelling of its bytes")
    return data


def b64(data: bytes) -> str:
    """``data`` in standard base64 with padding, as C2SP notes and proofs write hashes and signatures."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def parse_b64(text: str) -> bytes:
    """The bytes that ``b64`` writes as ``text``. Raises ``NotBase64`` when there are none."""
    try:
        data = binascii.a2b_base64(text.encode("ascii"))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise NotBase64("the text is not base64") from error
    if b64(data) != text:
        raise NotBase64("the text is not the base64 spelling of its bytes")
    return data
