import secrets
from collections.abc import Iterable

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from tests.damage import byte_changed
from vault.blob import CHUNK, DoesNotOpen, fresh_key, open_blob, open_chunks, seal_blob, seal_chunks

KEY, PLACE = fresh_key(), b"roster_entry/name/1"
HEADER, SEALED_CHUNK = 1 + 24 + 32, CHUNK + 16
SIZES = [0, 1, 1000, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7]


def _cut(blob: bytes, sizes: Iterable[int]) -> list[bytes]:
    pieces, start = [], 0
    for size in sizes:
        pieces.append(blob[start : start + size])
        start += size
    return [*pieces, blob[start:]]


def _sealed_chunks(blob: bytes) -> tuple[bytes, list[bytes]]:
    rest = blob[HEADER:]
    return blob[:HEADER], [rest[at : at + SEALED_CHUNK] for at in range(0, len(rest), SEALED_CHUNK)]


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_opens(size: int) -> None:
    clear = secrets.token_bytes(size)
    blob = seal_blob(KEY, clear, PLACE)
    assert open_blob(KEY, blob, PLACE) == clear
    assert len(blob) == HEADER + size + 16 * max(1, -(-size // CHUNK))


def test_nothing_of_the_text_is_in_the_blob_and_no_two_blobs_are_equal() -> None:
    clear = b"Sagal lives here" * 4
    one, other = seal_blob(KEY, clear, PLACE), seal_blob(KEY, clear, PLACE)
    assert clear[:16] not in one
    assert one != other


def test_every_changed_byte_is_noticed() -> None:
    blob = seal_blob(KEY, b"a short text", PLACE)
    for place in range(len(blob)):
        for change in (0x01, 0x80):
            tampered = bytearray(blob)
            tampered[place] ^= change
            with pytest.raises(DoesNotOpen):
                open_blob(KEY, bytes(tampered), PLACE)


@given(st.data())
def test_a_changed_byte_of_a_long_text_is_noticed(data: st.DataObject) -> None:
    blob = bytearray(seal_blob(KEY, bytes(2 * CHUNK + 5), PLACE))
    blob[data.draw(st.integers(0, len(blob) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(DoesNotOpen):
        open_blob(KEY, bytes(blob), PLACE)


def test_a_blob_opens_only_in_its_place_and_with_its_key() -> None:
    blob = seal_blob(KEY, b"text", PLACE)
    for place in (b"", PLACE + b"0", PLACE[:-1], b"roster_entry/name/2"):
        with pytest.raises(DoesNotOpen):
            open_blob(KEY, blob, place)
    with pytest.raises(DoesNotOpen):
        open_blob(fresh_key(), blob, PLACE)


@pytest.mark.parametrize("size", SIZES)
def test_a_blob_cut_anywhere_does_not_open(size: int) -> None:
    blob = seal_blob(KEY, bytes(size), PLACE)
    borders = {HEADER + at * SEALED_CHUNK for at in range(5)}
    cuts = {0, 1, 25, HEADER - 1, HEADER, HEADER + 15, len(blob) - 16, len(blob) - 1, *borders}
    for cut in sorted(cut for cut in cuts if 0 <= cut < len(blob)):
        with pytest.raises(DoesNotOpen):
            open_blob(KEY, blob[:cut], PLACE)


def test_what_is_appended_is_noticed() -> None:
    for size in SIZES:
        blob = seal_blob(KEY, bytes(size), PLACE)
        _, chunks = _sealed_chunks(blob)
        for more in (b"\0", bytes(16), chunks[-1], blob):
            with pytest.raises(DoesNotOpen):
                open_blob(KEY, blob + more, PLACE)


def test_chunks_swapped_dropped_or_doubled_are_noticed() -> None:
    header, (first, second, last) = _sealed_chunks(seal_blob(KEY, bytes(2 * CHUNK + 5), PLACE))
    for order in (
        [second, first, last],
        [first, last],
        [second, last],
        [first, second],
        [first, first, second, last],
        [first, second, second, last],
        [last],
    ):
        with pytest.raises(DoesNotOpen):
            open_blob(KEY, header + b"".join(order), PLACE)


def test_a_chunk_of_another_blob_under_the_same_key_is_noticed() -> None:
    header, chunks = _sealed_chunks(seal_blob(KEY, bytes(CHUNK + 5), PLACE))
    _, others = _sealed_chunks(seal_blob(KEY, bytes(CHUNK + 5), PLACE))
    with pytest.raises(DoesNotOpen):
        open_blob(KEY, header + others[0] + chunks[1], PLACE)


def test_the_key_is_committed_to() -> None:
    """A blob whose chunks would decrypt under a second key does not open with it, for its header names the first."""
    blob, other = seal_blob(KEY, b"what A reads", PLACE), fresh_key()
    material = HKDF(SHA512(), length=64, salt=blob[1:25], info=b"tillit/blob/1\n" + PLACE).derive(other)
    second = AESGCM(material[:32]).encrypt(bytes(11) + b"\x01", b"what B reads", None)
    with pytest.raises(DoesNotOpen):
        open_blob(other, blob[:HEADER] + second, PLACE)
    # With B's own commitment it opens for B, and then not for A: never for both.
    of_b = blob[:25] + material[32:] + second
    assert open_blob(other, of_b, PLACE) == b"what B reads"
    with pytest.raises(DoesNotOpen):
        open_blob(KEY, of_b, PLACE)


def test_another_version_does_not_open() -> None:
    blob = seal_blob(KEY, b"text", PLACE)
    with pytest.raises(DoesNotOpen):
        open_blob(KEY, b"\x02" + blob[1:], PLACE)


@given(st.lists(st.binary(max_size=40_000), max_size=6), st.lists(st.integers(1, 50_000), max_size=12))
def test_pieces_may_be_of_any_size_on_both_sides(pieces: list[bytes], cuts: list[int]) -> None:
    sealed = b"".join(seal_chunks(KEY, pieces, PLACE))
    assert b"".join(open_chunks(KEY, _cut(sealed, cuts), PLACE)) == b"".join(pieces)


def test_a_stream_gives_out_nothing_of_a_chunk_that_was_changed() -> None:
    blob = byte_changed(seal_blob(KEY, bytes(3 * CHUNK), PLACE), HEADER + SEALED_CHUNK + 10)
    stream = open_chunks(KEY, _cut(blob, [1000] * 60), PLACE)
    assert next(stream) == bytes(CHUNK)
    with pytest.raises(DoesNotOpen):
        next(stream)


def test_a_blob_sealed_by_an_earlier_program_still_opens() -> None:
    blob = bytes.fromhex(_FROZEN)
    assert open_blob(bytes(range(32)), blob, b"frozen/place") == "Æsøy".encode()


_FROZEN = (
    "01e683167d27be32ba9f0104bfa35c0861275ea7bb780ac0da22a89a96417d5652c9b1f2c7798a5ddcba7ad6d020b2af7b0e"
    "b42855b3fdf53dff174d0b3b9d3569e03543d23717907691376ef74ebd"
)
