"""Signed notes and heads: the published ones verify, known keys must hold, unknown ones are passed over."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from audit.evidence.base64url import b64
from audit.evidence.note import (
    ED25519,
    TIMESTAMPED_ED25519,
    Checkpoint,
    MalformedNote,
    Note,
    NoteRefused,
    Signature,
    Verified,
    VerifierKey,
    is_key_name,
    key_fingerprint,
    parse_checkpoint,
    parse_note,
    parse_verifier_key,
    plain_signature,
    timestamped_message,
    timestamped_signature,
    verify_note,
)
from audit.evidence.verify_ed25519 import verify_ed25519
from tests.damage import byte_changed, bytes_changed

# A note and the key to it, as the Go project's documentation has them (golang/mod, package sumdb/note).
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = PRIVATE.public_key().public_bytes_raw()
KEY = VerifierKey("tillit/one", ED25519, PUBLIC)
TIMED = VerifierKey("tillit/one", TIMESTAMPED_ED25519, PUBLIC)
HEAD = Checkpoint("tillit/one", 7, bytes(range(32)))
TIME = 1_795_000_000


def signed(text: str = HEAD.text) -> Note:
    return Note(
        text,
        (
            plain_signature(KEY, PRIVATE.sign(text.encode())),
            timestamped_signature(TIMED, TIME, PRIVATE.sign(timestamped_message(text, TIME))),
        ),
    )


def test_a_published_note_verifies() -> None:
    key = parse_verifier_key(PETER)
    assert key.text == PETER
    note = parse_note(PETERS_NOTE)
    assert verify_note(note, [key], verify_ed25519) == [Verified(key, None)]
    changed = Note(note.text.replace("answer", "anwser"), note.signatures)
    with pytest.raises(NoteRefused):
        verify_note(changed, [key], verify_ed25519)


def test_no_changed_byte_is_read_as_the_same_note() -> None:
    for changed in bytes_changed(signed().encode()):
        try:
            assert parse_note(changed).encode() == changed
        except MalformedNote:
            continue


def test_both_signatures_of_a_head_hold_and_one_states_the_time() -> None:
    note = parse_note(signed().encode())
    assert parse_checkpoint(note.text) == HEAD
    assert verify_note(note, [KEY, TIMED], verify_ed25519) == [Verified(KEY, None), Verified(TIMED, TIME)]
    assert verify_note(note, [TIMED], verify_ed25519) == [Verified(TIMED, TIME)]


def test_the_ids_of_a_key_differ_by_name_and_kind() -> None:
    assert len({KEY.key_id, TIMED.key_id, VerifierKey("tillit/two", ED25519, PUBLIC).key_id}) == 3


def test_signatures_by_unknown_keys_are_passed_over() -> None:
    note = signed()
    strangers = tuple(Signature(f"stranger{n}", bytes(4), bytes(2420)) for n in range(16))
    same_name = Signature(KEY.name, bytes(4), bytes(64))
    same_id = Signature("stranger", KEY.key_id, bytes(64))
    crowded = parse_note(Note(note.text, (*strangers, same_name, same_id, *note.signatures)).encode())
    assert verify_note(crowded, [KEY], verify_ed25519) == [Verified(KEY, None)]
    assert verify_note(crowded, [], verify_ed25519) == []


def test_a_known_key_whose_signature_does_not_hold_spoils_the_note() -> None:
    note = signed()
    plain, timed = note.signatures
    for bad in (
        Signature(plain.name, plain.key_id, bytes(64)),
        Signature(plain.name, plain.key_id, plain.made[:-1]),
        Signature(plain.name, plain.key_id, plain.made + b"\0"),
        Signature(timed.name, timed.key_id, byte_changed(timed.made, 7)),
        Signature(timed.name, timed.key_id, b"\xff" * 8 + timed.made[8:]),
        Signature(timed.name, timed.key_id, timed.made[8:]),
    ):
        with pytest.raises(NoteRefused):
            verify_note(Note(note.text, (plain, bad, timed)), [KEY, TIMED], verify_ed25519)
    with pytest.raises(NoteRefused):
        verify_note(Note(note.text, (plain, plain)), [KEY], verify_ed25519)


def test_at_least_sixteen_signatures_are_read_and_too_many_are_not() -> None:
    lines = tuple(Signature(f"w{n}", bytes(4), bytes(2420)) for n in range(64))
    assert parse_note(Note("text\n", lines).encode()).signatures == lines
    with pytest.raises(MalformedNote):
        parse_note(Note("text\n", (*lines, lines[0])).encode())
    with pytest.raises(MalformedNote):
        parse_note(Note("text\n", (Signature("w", bytes(4), bytes(1_000_000)),)).encode())


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20), st.binary(min_size=1, max_size=70))
def test_a_note_is_read_as_it_was_written(text: str, made: bytes) -> None:
    note = Note(text + "\n", (Signature("a/b", b"abcd", made),))
    assert parse_note(note.encode()) == note


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"\n\n",
        b"text\n\xe2\x80\x94 n AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94 n AAAAAAA=",
        b"text\n\n\xe2\x80\x94 n AAAAAAA=\n\n",
        b"text\n\n- n AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94  AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94 n+m AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94 n\xc2\xa0m AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94 n AAAAAA==\n",
        b"text\n\n\xe2\x80\x94 n AAAAAAB=\n",
        b"text\n\n\xe2\x80\x94 n AAAAAAA= \n",
        b"text\n\n\xe2\x80\x94 n AAAAAAA=\r\n",
        b"te\txt\n\n\xe2\x80\x94 n AAAAAAA=\n",
        b"te\xffxt\n\n\xe2\x80\x94 n AAAAAAA=\n",
    ],
)
def test_other_bytes_are_no_note(data: bytes) -> None:
    with pytest.raises(MalformedNote):
        parse_note(data)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tillit/one\n7\n",
        f"tillit/one\n7\n{b64(bytes(32))}",
        f"tillit/one\n7\n{b64(bytes(32))}\nextension\n",
        f"\n7\n{b64(bytes(32))}\n",
        f"tillit/one\n0\n{b64(bytes(32))}\n",
        f"tillit/one\n07\n{b64(bytes(32))}\n",
        f"tillit/one\n+7\n{b64(bytes(32))}\n",
        f"tillit/one\n 7\n{b64(bytes(32))}\n",
        f"tillit/one\n٧\n{b64(bytes(32))}\n",
        f"tillit/one\n{2**63}\n{b64(bytes(32))}\n",
        f"tillit/one\n7\n{b64(bytes(31))}\n",
        f"tillit/one\n7\n{b64(bytes(32))[:-2]}B=\n",
    ],
)
def test_other_texts_are_no_head(text: str) -> None:
    with pytest.raises(MalformedNote):
        parse_checkpoint(text)
    assert parse_checkpoint(HEAD.text) == HEAD


@pytest.mark.parametrize(
    "text",
    [
        "",
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("c74f20a3", "C74F20A3"),
        PETER + "\n",
        "a b" + PETER,
        PETER[:-4],
        "n+00000000+",
        VerifierKey("n", ED25519, bytes(32)).text.replace("+AQ", "+Ag"),
    ],
)
def test_other_texts_are_no_key(text: str) -> None:
    with pytest.raises(MalformedNote):
        parse_verifier_key(text)


def test_names_of_keys() -> None:
    assert all(is_key_name(name) for name in ("a", "tillit/0b9a", "kommune.example/å"))
    assert not any(is_key_name(name) for name in ("", "a b", "a+b", "a\u2003b", "a\nb", "a\u2028", "\u00a0"))


def test_a_fingerprint_is_read_out_in_groups() -> None:
    # SHA-256 of 32 zero bytes begins 66687aadf862bd77.
    assert key_fingerprint(bytes(32)) == "6668 7aad f862 bd77 6c8f c18b 8e9f 8e20"
