"""The tree gives the published roots and proofs, and no proof but the right one is accepted."""

import ast
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import audit.evidence.tree
from audit.evidence.tree import (
    EMPTY_ROOT,
    CompactRange,
    InvalidProof,
    Nodes,
    compact_range,
    complete_levels,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    subtree_root,
    verify_consistency,
    verify_inclusion,
)

LARGEST = 130

# The eight-leaf reference tree that RFC 6962 implementations share (transparency-dev/merkle, testonly constants).
REFERENCE_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
REFERENCE_ROOTS = [
    bytes.fromhex(root)
    for root in (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
REFERENCE_INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
REFERENCE_CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def by_definition(hashes: list[bytes]) -> bytes:
    """RFC 6962's recursive definition, written down as it stands there."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    left, right = by_definition(hashes[:split]), by_definition(hashes[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def nodes_over(hashes: list[bytes]) -> Nodes:
    known: dict[tuple[int, int], bytes] = {}

    def node(level: int, index: int) -> bytes:
        part = hashes[index << level : (index + 1) << level]
        assert len(part) == 1 << level, "a proof may ask only for complete subtrees"
        if (level, index) not in known:
            known[level, index] = by_definition(part)
        return known[level, index]

    return node


LEAVES = [leaf_hash(f"leaf {n}".encode()) for n in range(LARGEST)]
ROOTS = [EMPTY_ROOT] + [by_definition(LEAVES[: n + 1]) for n in range(LARGEST)]
NODE = nodes_over(LEAVES)


def test_the_empty_tree_has_the_root_of_rfc_6962() -> None:
    expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert EMPTY_ROOT.hex() == subtree_root(b"").hex() == CompactRange().root().hex() == expected


def test_leaf_and_node_hashes_differ_by_prefix() -> None:
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert leaf_hash(b"L123456").hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    assert node_hash(b"N123", b"N456").hex() == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"


def test_the_reference_tree_of_eight_leaves() -> None:
    hashes = [leaf_hash(leaf) for leaf in REFERENCE_LEAVES]
    growing = CompactRange()
    for size, (one, root) in enumerate(zip(hashes, REFERENCE_ROOTS, strict=True), start=1):
        growing.append(one)
        assert growing.root() == subtree_root(b"".join(hashes[:size])) == root
    node = nodes_over(hashes)
    for (index, size), expected in REFERENCE_INCLUSION.items():
        proof = inclusion_proof(index, size, node)
        assert [one.hex() for one in proof] == expected
        verify_inclusion(index, size, hashes[index], proof, REFERENCE_ROOTS[size - 1])
    for (old, new), expected in REFERENCE_CONSISTENCY.items():
        proof = consistency_proof(old, new, node)
        assert [one.hex() for one in proof] == expected
        verify_consistency(old, REFERENCE_ROOTS[old - 1], new, REFERENCE_ROOTS[new - 1], proof)


def test_every_tree_up_to_a_hundred_and_thirty_leaves() -> None:
    growing = CompactRange()
    for size in range(1, LARGEST + 1):
        growing.append(LEAVES[size - 1])
        assert growing.size == size
        assert growing.root() == subtree_root(b"".join(LEAVES[:size])) == ROOTS[size]
        assert CompactRange(size, growing.peaks).root() == ROOTS[size]
        for level in range(8):
            complete = growing.upto_complete(level)
            rest = CompactRange()
            for one in LEAVES[complete.size : size]:
                rest.append(one)
            assert complete.size == size >> level << level
            assert complete.root() == ROOTS[complete.size]
            assert complete.joined(rest).root() == ROOTS[size]
        assert compact_range(complete_levels(b"".join(LEAVES)), size).peaks == growing.peaks
        for index in range(size):
            verify_inclusion(index, size, LEAVES[index], inclusion_proof(index, size, NODE), ROOTS[size])
        for old in range(1, size + 1):
            verify_consistency(old, ROOTS[old], size, ROOTS[size], consistency_proof(old, size, NODE))


def test_every_proof_is_refused_at_every_other_place() -> None:
    for size in range(1, 34):
        for index in range(size):
            proof = inclusion_proof(index, size, NODE)
            for other in range(size):
                if other != index:
                    with pytest.raises(InvalidProof):
                        verify_inclusion(other, size, LEAVES[index], proof, ROOTS[size])
            with pytest.raises(InvalidProof):
                verify_inclusion(index, size, LEAVES[(index + 1) % LARGEST], proof, ROOTS[size])
            for bad in (proof[:-1], proof[1:], [*proof, ROOTS[size]], [ROOTS[size], *proof]):
                if bad != proof:
                    with pytest.raises(InvalidProof):
                        verify_inclusion(index, size, LEAVES[index], bad, ROOTS[size])


def test_claims_outside_a_tree_are_refused() -> None:
    for index, size in ((0, 0), (-1, 5), (5, 5), (6, 5), (0, 2**63)):
        with pytest.raises(InvalidProof):
            verify_inclusion(index, size, LEAVES[0], [], ROOTS[1])
        with pytest.raises(ValueError, match="no leaf"):
            inclusion_proof(index, size, NODE)
    for old, new in ((0, 0), (0, 5), (6, 5), (-1, 5), (1, 2**63)):
        with pytest.raises(InvalidProof):
            verify_consistency(old, ROOTS[5], new, ROOTS[5], [])
        with pytest.raises(ValueError, match="says nothing"):
            consistency_proof(old, new, NODE)


def test_a_leaf_beyond_the_tree_is_refused_even_with_a_root_to_match() -> None:
    with pytest.raises(InvalidProof):
        verify_inclusion(1, 1, LEAVES[1], [LEAVES[0]], ROOTS[2])
    with pytest.raises(InvalidProof):
        verify_inclusion(3, 3, LEAVES[3], [LEAVES[2], ROOTS[2]], ROOTS[4])


def test_two_trees_of_one_size_are_one_tree() -> None:
    verify_consistency(7, ROOTS[7], 7, ROOTS[7], [])
    with pytest.raises(InvalidProof):
        verify_consistency(7, ROOTS[7], 7, ROOTS[8], [])
    with pytest.raises(InvalidProof):
        verify_consistency(7, ROOTS[7], 7, ROOTS[7], [ROOTS[7]])


def test_hashes_of_another_length_are_refused() -> None:
    proof = inclusion_proof(2, 5, NODE)
    for bad in (b"", LEAVES[2][:-1], LEAVES[2] + b"\0"):
        with pytest.raises(InvalidProof):
            verify_inclusion(2, 5, bad, proof, ROOTS[5])
        with pytest.raises(InvalidProof):
            verify_inclusion(2, 5, LEAVES[2], proof, bad)
        with pytest.raises(InvalidProof):
            verify_inclusion(2, 5, LEAVES[2], [bad, *proof[1:]], ROOTS[5])
        with pytest.raises(InvalidProof):
            verify_consistency(1, bad, 1, bad, [])
        with pytest.raises(ValueError, match="32 bytes"):
            CompactRange(1, [bad])
        with pytest.raises(ValueError, match="does not fit"):
            CompactRange().append(bad)
    # A hash moved across the border of its neighbour leaves the concatenation as it was; the lengths give it away.
    with pytest.raises(InvalidProof):
        verify_inclusion(0, 2, LEAVES[0] + LEAVES[1][:1], [LEAVES[1][1:]], ROOTS[2])


def test_a_compact_range_grows_by_complete_subtrees_where_they_fit() -> None:
    growing = CompactRange()
    growing.append(subtree_root(b"".join(LEAVES[:8])), 3)
    growing.append(subtree_root(b"".join(LEAVES[8:12])), 2)
    growing.append(LEAVES[12])
    assert (growing.size, growing.root()) == (13, ROOTS[13])
    with pytest.raises(ValueError, match="does not fit"):
        growing.append(subtree_root(b"".join(LEAVES[13:15])), 1)
    with pytest.raises(ValueError, match="beside the peaks"):
        growing.joined(growing)
    for size, peaks in ((1, []), (3, [LEAVES[0]]), (-1, []), (0, [LEAVES[0]])):
        with pytest.raises(ValueError, match="does not have"):
            CompactRange(size, peaks)


@given(st.data())
def test_no_changed_inclusion_proof_is_accepted(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, LARGEST))
    index = data.draw(st.integers(0, size - 1))
    claim = [index, size, LEAVES[index], ROOTS[size], *inclusion_proof(index, size, NODE)]
    changed = _changed(data, claim)
    if changed == claim or _only_the_size_changed_to_one_with_the_same_path(claim, changed):
        return
    with pytest.raises(InvalidProof):
        verify_inclusion(changed[0], changed[1], changed[2], changed[4:], changed[3])


@given(st.data())
def test_no_changed_consistency_proof_is_accepted(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, LARGEST))
    old = data.draw(st.integers(1, new - 1))
    claim = [old, new, ROOTS[old], ROOTS[new], *consistency_proof(old, new, NODE)]
    changed = _changed(data, claim)
    if changed == claim or changed[:2] != claim[:2]:
        # A signed checkpoint binds size to root; what the sizes alone can be changed to is no claim anyone signed.
        return
    with pytest.raises(InvalidProof):
        verify_consistency(changed[0], changed[2], changed[1], changed[3], changed[4:])


def _changed(data: st.DataObject, claim: list[object]) -> list:  # type: ignore[type-arg]  # positions have their own types
    changed = list(claim)
    where = data.draw(st.integers(0, len(claim) - 1))
    part = changed[where]
    if isinstance(part, int):
        changed[where] = data.draw(st.integers(-2, LARGEST + 2))
    else:
        assert isinstance(part, bytes)
        how = data.draw(st.sampled_from(["flip", "drop", "double", "swap", "shorten"]))
        if how == "flip":
            bit = data.draw(st.integers(0, 255))
            changed[where] = bytes(byte ^ (1 << bit % 8 if n == bit // 8 else 0) for n, byte in enumerate(part))
        elif how == "drop" and where >= 4:
            del changed[where]
        elif how == "double":
            changed.insert(max(where, 4), part)
        elif how == "swap":
            other = data.draw(st.integers(2, len(claim) - 1))
            changed[where], changed[other] = changed[other], changed[where]
        else:
            changed[where] = part[:-1]
    return changed


def _only_the_size_changed_to_one_with_the_same_path(claim: list[object], changed: list[object]) -> bool:
    """The path of a leaf is the same in trees of several sizes; the signed checkpoint says which one is meant."""
    if claim[0] != changed[0] or claim[2:] != changed[2:]:
        return False
    index, size = changed[0], changed[1]
    if not isinstance(index, int) or not isinstance(size, int) or not 0 <= index < size <= LARGEST:
        return False
    return len(inclusion_proof(index, size, NODE)) == len(claim) - 4


def test_the_tree_knows_nothing_of_files_clocks_and_databases() -> None:
    tree = ast.parse(Path(audit.evidence.tree.__file__).read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }
    assert imported == {"__future__", "hashlib", "struct", "collections", "typing"}
