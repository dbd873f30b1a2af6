"""A leaf says one thing in one spelling; nothing that is not a leaf of this log is read as one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.evidence.base64url import b64url
from audit.evidence.canonical_json import JsonValue, canonical_json
from audit.evidence.event_leaf import (
    EVENT_LEAF_BYTES,
    MalformedLeaf,
    commits_to,
    event_leaf,
    event_leaves,
    is_event_leaf,
)
from audit.evidence.leaf import SYSTEM_LEAVES, EventLeaf, SystemLeaf, parse_leaf, system_leaf
from tests.damage import bytes_changed

TIME = "2026-11-22T08:15:00.000000Z"
HASH = b64url(bytes(range(32)))
ID = "0b9a4d6e-8a35-4b0e-9d7c-3f1f0a6c2b11"
EXAMPLES: dict[str, dict[str, JsonValue]] = {
    "genesis": {"key": HASH, "origin": "tillit/0b9a4d6e", "time": TIME},
    "key": {"key": HASH, "reason": "yearly change", "time": TIME},
    "erase": {
        "approved_by": [ID],
        "basis": "GDPR art. 17(1)(d)",
        "commitments": [HASH],
        "decision": ID,
        "time": TIME,
    },
    "restore": {"event": ID, "reason": "accepted_loss", "size": 12, "time": TIME},
    "policy": {"digest": HASH, "name": "rule book NOR", "time": TIME},
    "gap": {"commitment": HASH, "reason": "the export was broken off", "time": TIME},
}


@given(st.binary(min_size=32, max_size=32))
def test_an_event_leaf_shows_its_commitment_and_nothing_else(commitment: bytes) -> None:
    leaf = event_leaf(commitment)
    assert len(leaf) == EVENT_LEAF_BYTES
    assert leaf == canonical_json({"c": b64url(commitment), "k": "e", "v": 1})
    assert is_event_leaf(leaf)
    assert parse_leaf(leaf) == EventLeaf(commitment)
    assert event_leaves([commitment, bytes(32)]) == [leaf, event_leaf(bytes(32))]
    assert commits_to(leaf, commitment)
    assert not commits_to(leaf, bytes(31) + b"!")
    assert not commits_to(leaf + b" ", commitment)


def test_every_kind_of_system_leaf_has_an_example_here() -> None:
    assert EXAMPLES.keys() == SYSTEM_LEAVES.keys()


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_system_leaf_is_readable(kind: str) -> None:
    leaf = system_leaf(kind, EXAMPLES[kind])
    assert leaf == canonical_json({**EXAMPLES[kind], "k": kind, "v": 1})
    assert parse_leaf(leaf) == SystemLeaf(kind, EXAMPLES[kind])
    assert not is_event_leaf(leaf)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_system_leaf_has_exactly_the_fields_of_its_kind(kind: str) -> None:
    for name in EXAMPLES[kind]:
        without = {key: value for key, value in EXAMPLES[kind].items() if key != name}
        wrong: JsonValue
        for wrong in (None, 1.5, -1, "", "x" * 1001, [], [""], True, {}):  # type: ignore[assignment]  # a float, on purpose
            with pytest.raises(MalformedLeaf):
                system_leaf(kind, {**without, name: wrong})
        for fields in (without, {**EXAMPLES[kind], "name_of_pupil": "x"}):
            with pytest.raises(MalformedLeaf):
                system_leaf(kind, fields)
            with pytest.raises(MalformedLeaf):
                parse_leaf(canonical_json({**fields, "k": kind, "v": 1}))


def test_a_leaf_fits_an_entry() -> None:
    many = {**EXAMPLES["erase"], "commitments": [b64url(bytes([n % 256, n // 256]) * 16) for n in range(1500)]}
    with pytest.raises(MalformedLeaf):
        system_leaf("erase", many)
    with pytest.raises(MalformedLeaf):
        event_leaf(bytes(31))


@pytest.mark.parametrize(
    "leaf",
    [
        b"",
        b"{}",
        b"[]",
        b"1",
        b'{"k":"e","v":1}',
        b'{"c":"' + HASH.encode() + b'","k":"e","v":2}',
        b'{"c":"' + HASH.encode() + b'","k":"e","v":true}',
        b'{"c":"' + HASH.encode() + b'","k":"e", "v":1}',
        b'{"c":"' + HASH.encode()[:-1] + b'9","k":"e","v":1}',
        b'{"c":"' + HASH.encode() + b'","k":"e","v":1}\n',
        b'{"c":"' + HASH.encode() + b'","k":"e","n":"x","v":1}',
        canonical_json({**EXAMPLES["gap"], "k": "other", "v": 1}),
        canonical_json({**EXAMPLES["gap"], "k": "gap", "v": True}),
        canonical_json({**EXAMPLES["gap"], "k": 1, "v": 1}),
        canonical_json({**EXAMPLES["gap"], "k": "gap", "v": 1}).replace(b":", b": "),
    ],
)
def test_other_bytes_are_no_leaf(leaf: bytes) -> None:
    assert not is_event_leaf(leaf)
    with pytest.raises(MalformedLeaf):
        parse_leaf(leaf)


def read(leaf: bytes) -> object:
    try:
        return parse_leaf(leaf)
    except MalformedLeaf:
        return None


def test_every_changed_byte_makes_another_leaf_or_none() -> None:
    for leaf in (event_leaf(bytes(32)), *(system_leaf(kind, fields) for kind, fields in EXAMPLES.items())):
        for changed in bytes_changed(leaf):
            assert read(changed) != read(leaf)
