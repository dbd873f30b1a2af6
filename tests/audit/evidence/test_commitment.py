"""Facts are committed to, opened and hidden as RFC 9901 describes; nothing but the canonical form is read."""

import base64
import hashlib
import json
import random
import unicodedata

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from audit.evidence.base64url import NotBase64, b64, b64url, parse_b64, parse_b64url
from audit.evidence.canonical_json import JsonValue, NotCanonical, canonical_json, parse_canonical_json
from audit.evidence.commitment import MalformedDisclosure, commitment, digest, disclosure, opened

ascii_text = st.text(st.characters(max_codepoint=0x7F), max_size=12)
nfc_text = st.text(max_size=12).map(lambda text: unicodedata.normalize("NFC", text))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | nfc_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ascii_text, inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_the_bytes_are_those_of_rfc_8785(value: JsonValue) -> None:
    written = canonical_json(value)
    assert written == rfc8785.dumps(value)
    assert canonical_json(parse_canonical_json(written)) == written


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        2**53,
        -(2**53),
        {"å": 1},
        {1: 2},
        "a\u030a",
        ["\ud800"],
        {"\ud800": 1},
        b"bytes",
        {1, 2},
        json.loads("[" * 33 + "]" * 33),
    ],
)
def test_values_outside_the_model_are_refused(value: JsonValue) -> None:
    with pytest.raises(NotCanonical):
        canonical_json(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1, "b":2}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b"1.0",
        b"1e3",
        b"-0",
        b"01",
        b"9007199254740992",
        b'"\\u0041"',
        b'"\\/"',
        b'"\\u000A"',
        b'"a\xcc\x8a"',
        b'"\xff"',
        b"\xef\xbb\xbf1",
        b"1\n",
        b"",
        b"NaN",
        b"[" * 5000 + b"]" * 5000,
    ],
)
def test_bytes_that_are_not_the_one_spelling_are_refused(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        parse_canonical_json(data)


@given(st.binary(max_size=40))
def test_base64_has_one_spelling(data: bytes) -> None:
    assert parse_b64url(b64url(data)) == data
    assert parse_b64(b64(data)) == data


@pytest.mark.parametrize("text", ["QQ==", "QR", "Q", "Q Q", "QQ\n", "Qå", "+w", "A"])
def test_other_spellings_of_base64url_are_refused(text: str) -> None:
    with pytest.raises(NotBase64):
        parse_b64url(text)


@pytest.mark.parametrize("text", ["QQ", "QR==", "Q===", "QQ== ", "QQ==\n", "-w==", "Qå=="])
def test_other_spellings_of_base64_are_refused(text: str) -> None:
    with pytest.raises(NotBase64):
        parse_b64(text)


@given(ascii_text.filter(bool), json_values)
def test_what_was_disclosed_is_what_opens(name: str, value: JsonValue) -> None:
    written = disclosure(name, value)
    assert opened(written) == (name, value)
    salt, _, _ = json.loads(base64.urlsafe_b64decode(written + b"=" * (-len(written) % 4)))
    assert len(parse_b64url(salt)) == 16


def test_a_disclosure_of_the_standard_digests_as_the_standard_says() -> None:
    # RFC 9901, section 4.2.1 and 4.2.3: this disclosure is written with spaces, which a digest does not mind and
    # opening does, since only one spelling may be read.
    theirs = b"WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    assert b64url(digest(theirs)) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
    with pytest.raises(MalformedDisclosure):
        opened(theirs)


def test_a_salt_is_sixteen_bytes_and_fresh() -> None:
    assert disclosure("purpose", "x") != disclosure("purpose", "x")
    assert disclosure("purpose", "x", bytes(16)) == b64url(b'["AAAAAAAAAAAAAAAAAAAAAA","purpose","x"]').encode()
    with pytest.raises(MalformedDisclosure):
        disclosure("purpose", "x", bytes(15))


@pytest.mark.parametrize("name", ["", "navn_på"])
def test_names_are_ascii(name: str) -> None:
    with pytest.raises(MalformedDisclosure):
        disclosure(name, 1)


def test_the_commitment_covers_the_set_of_digests() -> None:
    digests = [digest(disclosure(f"field_{n}", n)) for n in range(7)]
    expected = hashlib.sha256(b"disclosure-log/commit/1\n" + b"".join(sorted(digests))).digest()
    shuffled = random.Random(1).sample(digests, len(digests))
    assert commitment(digests) == commitment(iter(shuffled)) == expected
    assert commitment(digests[:-1]) != expected
    for bad in ([], [b"short"], [*digests, digests[0]]):
        with pytest.raises(MalformedDisclosure):
            commitment(bad)


@pytest.mark.parametrize(
    "content",
    [
        b'["AAAAAAAAAAAAAAAAAAAAAA","purpose"]',
        b'["AAAAAAAAAAAAAAAAAAAAAA","purpose",1,2]',
        b'{"salt":1}',
        b'["AAAA","purpose",1]',
        b'["AAAAAAAAAAAAAAAAAAAAAB","purpose",1]',
        b'[1,"purpose",1]',
        b'["AAAAAAAAAAAAAAAAAAAAAA",1,1]',
        b'["AAAAAAAAAAAAAAAAAAAAAA","",1]',
        b'["AAAAAAAAAAAAAAAAAAAAAA","purpose",1.5]',
        b'["AAAAAAAAAAAAAAAAAAAAAA", "purpose",1]',
    ],
)
def test_what_is_not_a_disclosure_does_not_open(content: bytes) -> None:
    with pytest.raises(MalformedDisclosure):
        opened(b64url(content).encode())


def test_opening_reads_ascii_only() -> None:
    with pytest.raises(MalformedDisclosure):
        opened("ø".encode())
