"""What is sealed under one key is packed in one form, opens to the same disclosures, and is small."""

import hashlib
import unicodedata
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.evidence.bundle import WORDS, bundle, unbundle
from audit.evidence.canonical_json import JsonValue, NotCanonical
from audit.evidence.commitment import MalformedDisclosure, digest, opened
from tests.damage import bits_changed, cut_or_lengthened

ascii_text = st.text(st.characters(max_codepoint=0x7F), min_size=1, max_size=12)
nfc_text = st.text(max_size=12).map(lambda text: unicodedata.normalize("NFC", text))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | nfc_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ascii_text, inner, max_size=4),
    max_leaves=12,
)
FACTS: dict[str, JsonValue] = {"person": {"person": "p"}, "decision": {"at": "2026-11-22"}, "notes": {"read": "x\n"}}


@pytest.mark.slow
@given(st.dictionaries(ascii_text, json_values, min_size=1, max_size=6))
def test_what_was_packed_is_what_comes_out(facts: dict[str, JsonValue]) -> None:
    packed, digests = bundle(facts)
    disclosures = unbundle(packed)
    assert [opened(one) for one in disclosures] == sorted(facts.items(), key=lambda one: one[0])
    assert [digest(one) for one in disclosures] == digests


def test_every_salt_is_fresh() -> None:
    """Equal facts have unlike digests, within a bundle and from one to the next: a guess cannot be tried."""
    first, second = (bundle({f"field_{n}": "yes" for n in range(50)}) for _ in range(2))
    salts = {one.packed[at : at + 16] for one in (first, second) for at in range(3, 3 + 50 * 16, 16)}
    assert len(salts) == 100
    assert len({*first.digests, *second.digests}) == 100


def test_the_words_of_the_form_never_change() -> None:
    """They are part of what is sealed: with other words nothing that was sealed before can be read."""
    assert hashlib.sha256(WORDS).hexdigest() == "94bb55687791af5c8d559b447b7cd9234eca1dc4232e4607790a98539988343f"


def test_a_bundle_of_the_form_still_opens() -> None:
    salts = bytes(range(32))
    deflating = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, WORDS)
    packed = deflating.compress(b'"about",{"categories":"academic_need"}\n"staff",1') + deflating.flush()
    disclosures = unbundle(b"\x01\x00\x02" + salts + packed)
    assert [opened(one) for one in disclosures] == [("about", {"categories": "academic_need"}), ("staff", 1)]


@pytest.mark.parametrize("facts", [{}, {"navn_på": 1}, {"": 1}])
def test_what_cannot_be_disclosed_is_not_packed(facts: dict[str, JsonValue]) -> None:
    with pytest.raises(MalformedDisclosure):
        bundle(facts)


def test_a_value_outside_the_model_is_not_packed() -> None:
    with pytest.raises(NotCanonical):
        bundle({"x": 1.5})  # type: ignore[dict-item]  # that is the point


def test_a_bundle_cut_or_lengthened_is_refused() -> None:
    for damaged in cut_or_lengthened(bundle(FACTS).packed):
        with pytest.raises(MalformedDisclosure):
            unbundle(damaged)


def test_no_changed_bit_of_a_bundle_opens_to_the_same_disclosures() -> None:
    packed = bundle(FACTS).packed
    same = unbundle(packed)
    for changed in bits_changed(packed):
        try:
            assert unbundle(changed) != same or _only_pads(packed, changed)
        except MalformedDisclosure:
            continue


def _only_pads(packed: bytes, changed: bytes) -> bool:
    """The last bits of a deflated stream, up to the full byte, say nothing; what is sealed covers them all the same."""
    return changed[:-1] == packed[:-1]


def test_a_bundle_in_another_order_is_refused() -> None:
    def packed(texts: bytes, count: int) -> bytes:
        deflating = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, WORDS)
        salts = bytes(range(16 * count))
        return b"\x01" + count.to_bytes(2, "big") + salts + deflating.compress(texts) + deflating.flush()

    assert len(unbundle(packed(b'"a",1\n"b",2', 2))) == 2
    for bad in (
        packed(b'"b",2\n"a",1', 2),
        packed(b'"a",1\n"a",2', 2),
        packed(b'"a",1\n"b",2', 1),
        packed(b'"a",1', 2),
        packed(b'"a", 1', 1),
        packed(b'"a",1,2', 1),
        packed(b'"a"', 1),
        packed(b'"a",1.5', 1),
        packed(b"", 1),
        packed(b"", 0),
        b"\x02" + packed(b'"a",1', 1)[1:],
    ):
        with pytest.raises(MalformedDisclosure):
            unbundle(bad)


def test_what_inflates_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = bundle({"a": "x" * 5_000}).packed
    monkeypatch.setattr("audit.evidence.bundle.LARGEST_BUNDLE", 4_000)
    with pytest.raises(MalformedDisclosure, match="does not end"):
        unbundle(packed)
