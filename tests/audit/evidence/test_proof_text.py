"""A proof as text: one spelling, and an error that names the line."""

import pytest

from audit.evidence.base64url import b64
from audit.evidence.note import Note, Signature
from audit.evidence.proof_text import MalformedProof, TextProof, parse_proof

NOTE = Note(f"tillit/one\n7\n{b64(bytes(32))}\n", (Signature("tillit/one", b"abcd", bytes(64)),))
HASHES = (b"a" * 32, b"b" * 32, b"c" * 32)


def test_the_text_is_the_one_of_the_specification() -> None:
    # The order of lines is that of the example in c2sp.org/tlog-proof.
    assert TextProof(4, HASHES[:2], NOTE, b"extra!").encode().decode() == (
        "c2sp.org/tlog-proof@v1\n"
        "extra ZXh0cmEh\n"
        "index 4\n"
        f"{b64(HASHES[0])}\n{b64(HASHES[1])}\n"
        "\n" + NOTE.encode().decode()
    )


@pytest.mark.parametrize("extra", [None, b"", b"extra"])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_proof_is_read_as_it_was_written(extra: bytes | None, count: int) -> None:
    proof = TextProof(6, HASHES[:count], NOTE, extra)
    assert parse_proof(proof.encode()) == proof


GOOD = TextProof(4, HASHES, NOTE).encode()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty line"),
        (GOOD.partition(b"\n\n")[0], "empty line"),
        (GOOD.replace(b"@v1", b"@v2"), "line 1"),
        (GOOD.replace(b"index 4", b"index 04"), "line 2"),
        (GOOD.replace(b"index 4", b"index -4"), "line 2"),
        (GOOD.replace(b"index 4", b"index  4"), "line 2"),
        (GOOD.replace(b"index 4\n", b""), "line 2"),
        (GOOD.replace(b"index 4\n", b"extra =\nindex 4\n"), "line 2"),
        (GOOD.replace(b"index 4\n", b"extra \nextra \nindex 4\n"), "line 3"),
        (GOOD.replace(b"index 4\n", b"index 4\nindex 4\n"), "line 3"),
        (GOOD.replace(b64(HASHES[1]).encode(), b64(b"b" * 31).encode()), "line 4"),
        (GOOD.replace(b64(HASHES[1]).encode(), b64(HASHES[1]).encode() + b" "), "line 4"),
        (GOOD.replace(b64(HASHES[2]).encode(), "å".encode()), "ASCII"),
        (GOOD.replace(b"\n\n", b"\n\n\n", 1), "checkpoint"),
        (GOOD.replace(b"\n", b"\r\n"), "empty line"),
        (GOOD[:-1], "checkpoint"),
        (GOOD + b"\n", "checkpoint"),
        (TextProof(4, [b"a" * 32] * 64, NOTE).encode(), "higher|high"),
    ],
)
def test_a_wrong_line_is_named(data: bytes, reason: str) -> None:
    with pytest.raises(MalformedProof, match=reason):
        parse_proof(data)
