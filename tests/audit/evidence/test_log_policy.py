"""The policy says whom to trust, clearly or not at all; a head it does not vouch for is refused."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.evidence.log_policy import (
    CheckpointRefused,
    Group,
    LogKey,
    LogPolicy,
    PolicyRefused,
    Witness,
    judge_checkpoint,
    parse_policy,
)
from audit.evidence.note import (
    ED25519,
    TIMESTAMPED_ED25519,
    Checkpoint,
    Note,
    Signature,
    VerifierKey,
    plain_signature,
    timestamped_message,
    timestamped_signature,
)
from audit.evidence.verify_ed25519 import verify_ed25519

ORIGIN = "tillit/one"
PRIVATE = [Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in range(6)]
PUBLIC = [private.public_key().public_bytes_raw() for private in PRIVATE]
FIRST, SECOND = (VerifierKey(ORIGIN, ED25519, public) for public in PUBLIC[:2])
WITNESSES = tuple(
    Witness(f"w{n}", VerifierKey(f"witness{n}.example", TIMESTAMPED_ED25519, PUBLIC[n])) for n in range(2, 6)
)
POLICY = LogPolicy(
    ORIGIN,
    (LogKey(FIRST, 1, 20), LogKey(SECOND, 11)),
    WITNESSES,
    (Group("towns", 2, ("w3", "w4", "w5")), Group("all", 2, ("w2", "towns"))),
    "all",
)


def head(size: int, *signers: int, origin: str = ORIGIN, time: int = 5, cosigners: tuple[int, ...] = ()) -> Note:
    text = Checkpoint(origin, size, bytes(32)).text
    lines = []
    for signer in signers:
        key = VerifierKey(origin, ED25519, PUBLIC[signer])
        timed = VerifierKey(origin, TIMESTAMPED_ED25519, PUBLIC[signer])
        lines.append(plain_signature(key, PRIVATE[signer].sign(text.encode())))
        lines.append(timestamped_signature(timed, time, PRIVATE[signer].sign(timestamped_message(text, time))))
    for cosigner in cosigners:
        key = WITNESSES[cosigner - 2].key
        lines.append(timestamped_signature(key, 9, PRIVATE[cosigner].sign(timestamped_message(text, 9))))
    return Note(text, tuple(lines))


def test_a_policy_is_read_as_it_was_written() -> None:
    again = parse_policy(POLICY.encode())
    assert again == POLICY
    assert again.policy_id == POLICY.policy_id
    assert parse_policy(json.dumps(json.loads(POLICY.encode()), sort_keys=True).encode()).policy_id == POLICY.policy_id


def test_two_policies_that_differ_have_different_ids() -> None:
    policies = [
        POLICY,
        LogPolicy(ORIGIN, POLICY.keys, WITNESSES),
        LogPolicy(ORIGIN, POLICY.keys),
        LogPolicy(ORIGIN, (LogKey(FIRST),)),
        LogPolicy(ORIGIN, (LogKey(FIRST, 2),)),
    ]
    assert len({one.policy_id for one in policies}) == len(policies)


def test_the_form_of_c2sp() -> None:
    assert POLICY.c2sp() == (
        f"log {FIRST.text}\nlog {SECOND.text}\n"
        + "".join(f"witness {one.name} {one.key.text}\n" for one in WITNESSES)
        + "group towns 2 w3 w4 w5\ngroup all 2 w2 towns\nquorum all\n"
    )


def test_a_quorum_is_counted_through_its_groups() -> None:
    assert POLICY.is_witnessed_by({"w2", "w3", "w5"})
    assert not POLICY.is_witnessed_by({"w3", "w4", "w5"})
    assert not POLICY.is_witnessed_by({"w2", "w3"})
    assert LogPolicy(ORIGIN, (LogKey(FIRST),)).is_witnessed_by(())


def test_each_size_needs_the_signatures_of_its_keys() -> None:
    for size, signers in ((1, (0,)), (10, (0,)), (11, (0, 1)), (20, (1, 0)), (21, (1,))):
        judged = judge_checkpoint(head(size, *signers).encode(), POLICY, verify_ed25519)
        assert (judged.checkpoint.size, judged.time, judged.is_witnessed) == (size, 5, False)
    for size, signers in ((1, (1,)), (11, (0,)), (11, (1,)), (21, (0,)), (5, (2,))):
        with pytest.raises(CheckpointRefused, match="missing"):
            judge_checkpoint(head(size, *signers).encode(), POLICY, verify_ed25519)
    with pytest.raises(CheckpointRefused, match="no key"):
        judge_checkpoint(head(5, 0).encode(), LogPolicy(ORIGIN, (LogKey(FIRST, 6),)), verify_ed25519)


def test_witnesses_are_named_when_they_cosigned() -> None:
    judged = judge_checkpoint(head(3, 0, cosigners=(2, 3, 5)).encode(), POLICY, verify_ed25519)
    assert (judged.witnesses, judged.is_witnessed) == (("w2", "w3", "w5"), True)
    note = head(3, 0, cosigners=(2,))
    bad = Signature(note.signatures[-1].name, note.signatures[-1].key_id, bytes(72))
    with pytest.raises(CheckpointRefused, match="does not hold"):
        judge_checkpoint(Note(note.text, (*note.signatures[:-1], bad)).encode(), POLICY, verify_ed25519)


def test_both_signatures_of_a_key_are_needed_and_the_times_must_agree() -> None:
    note = head(3, 0)
    for kept in note.signatures:
        with pytest.raises(CheckpointRefused, match="missing"):
            judge_checkpoint(Note(note.text, (kept,)).encode(), POLICY, verify_ed25519)
    one, other = head(12, 0, time=5), head(12, 1, time=6)
    with pytest.raises(CheckpointRefused, match="different times"):
        judge_checkpoint(Note(one.text, one.signatures + other.signatures).encode(), POLICY, verify_ed25519)


def test_what_is_no_head_of_this_log_is_refused() -> None:
    with pytest.raises(CheckpointRefused, match="another log"):
        judge_checkpoint(head(3, 0, origin="tillit/two").encode(), POLICY, verify_ed25519)
    for data in (b"", b"text\n\n", head(3, 0).encode()[:-1], head(3, 0).encode().replace(b"\n3\n", b"\n0\n")):
        with pytest.raises(CheckpointRefused):
            judge_checkpoint(data, POLICY, verify_ed25519)


def changed(**fields: Any) -> bytes:
    return json.dumps({**json.loads(POLICY.encode()), **fields}).encode()


KEY = {"key": FIRST.text, "from": 1, "to": None}
WITNESS = {"name": "w", "key": WITNESSES[0].key.text}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[]", "not an object"),
        (b'{"version":1,"version":1}', "twice"),
        (b"[" * 100_000, "not JSON"),
        (changed(version=2), "version 2"),
        (changed(version=True), "version"),
        (changed(surprise=1), "surprise"),
        (changed(keys=None), "keys"),
        (changed(keys=[]), "no key"),
        (changed(keys=[KEY, KEY]), "twice"),
        (changed(keys=[{**KEY, "key": "x"}]), r"keys\[0\]\.key"),
        (changed(keys=[{**KEY, "key": WITNESSES[0].key.text}]), r"keys\[0\]"),
        (changed(keys=[{**KEY, "key": VerifierKey("tillit/two", ED25519, PUBLIC[0]).text}]), "origin"),
        (changed(keys=[{**KEY, "key": VerifierKey(ORIGIN, TIMESTAMPED_ED25519, PUBLIC[0]).text}]), "plain"),
        (changed(keys=[{**KEY, "from": 0}]), "at least 1"),
        (changed(keys=[{**KEY, "from": 1.0}]), "type int"),
        (changed(keys=[{**KEY, "from": 5, "to": 4}]), "empty"),
        (changed(keys=[{"key": FIRST.text, "from": 1}]), "missing or unknown: to"),
        (changed(keys=["x"]), "not an object"),
        (changed(witnesses=[WITNESS, WITNESS], groups=[], quorum="none"), "taken"),
        (changed(witnesses=[WITNESS, {**WITNESS, "name": "v"}], groups=[], quorum="none"), "twice"),
        (changed(witnesses=[{**WITNESS, "name": "none"}], groups=[], quorum="none"), "taken"),
        (changed(witnesses=[{**WITNESS, "name": "a b"}], groups=[], quorum="none"), "spaces"),
        (changed(witnesses=[{**WITNESS, "name": "a\u030a"}], groups=[], quorum="none"), "NFC"),
        (changed(witnesses=[{**WITNESS, "name": "\ud800"}], groups=[], quorum="none"), "surrogate"),
        (changed(witnesses=[{**WITNESS, "key": FIRST.text}], groups=[], quorum="none"), "timestamped"),
        (
            changed(witnesses=[{**WITNESS, "key": LogKey(FIRST).timed.text}], groups=[], quorum="none"),
            "own witness",
        ),
        (changed(groups=[{"name": "g", "threshold": 1, "members": ["unknown"]}], quorum="g"), "not defined"),
        (changed(groups=[{"name": "g", "threshold": 1, "members": []}], quorum="g"), "missing"),
        (changed(groups=[{"name": "g", "threshold": 1, "members": [1]}], quorum="g"), "list of names"),
        (changed(groups=[{"name": "g", "threshold": 1, "members": ["w2", "w2"]}], quorum="g"), "repeated"),
        (changed(groups=[{"name": "g", "threshold": 3, "members": ["w2", "w3"]}], quorum="g"), "threshold"),
        (changed(groups=[{"name": "g", "threshold": 0, "members": ["w2", "w3"]}], quorum="g"), "threshold"),
        (changed(groups=[{"name": "w2", "threshold": 1, "members": ["w3"]}], quorum="w2"), "taken"),
        (
            changed(
                groups=[
                    {"name": "g", "threshold": 1, "members": ["w2"]},
                    {"name": "h", "threshold": 1, "members": ["w2"]},
                ],
                quorum="h",
            ),
            "another group",
        ),
        (changed(receipts=None), "receipts is not a list"),
        (changed(receipts=[1]), r"receipts\[0\]"),
        (changed(receipts=[FIRST.text]), "name is not that"),
        (changed(receipts=[VerifierKey(f"{ORIGIN}/receipts", TIMESTAMPED_ED25519, PUBLIC[5]).text]), "plain"),
        (changed(receipts=[VerifierKey(f"{ORIGIN}/receipts", ED25519, PUBLIC[0]).text]), "own key"),
        (changed(receipts=[VerifierKey(f"{ORIGIN}/receipts", ED25519, PUBLIC[5]).text] * 2), "twice"),
        (changed(quorum="unknown"), "quorum"),
        (changed(quorum=None), "quorum"),
    ],
)
def test_what_is_unclear_in_a_policy_is_refused_by_its_place(data: bytes, reason: str) -> None:
    with pytest.raises(PolicyRefused, match=reason):
        parse_policy(data)
