import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from foundation.identifiers import PersonId, ServiceId
from tests.damage import byte_changed
from vault.blob import DoesNotOpen
from vault.container import (
    PartToSeal,
    PartWrap,
    SealedPart,
    SealedSet,
    ServiceWrap,
    open_parts,
    seal_set,
    verify_manifest,
)
from vault.file_custody import FileCustody
from vault.keys import KeyPair, ServiceKey, make_service_key, open_key_pair

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@dataclass
class Office:
    """Three services with keys, a set sent by the first, and who may read what in it."""

    custody: FileCustody
    keys: dict[str, ServiceKey]
    pairs: dict[str, KeyPair]
    sealed: SealedSet

    def service(self, name: str) -> ServiceId:
        return self.keys[name].service_id

    def service_wrap(self, name: str) -> ServiceWrap:
        return next(wrap for wrap in self.sealed.service_wraps if wrap.service_id == self.service(name))

    def part_wraps(self, name: str) -> dict[UUID, PartWrap]:
        return {wrap.part_id: wrap for wrap in self.sealed.part_wraps if wrap.service_id == self.service(name)}

    def readable(self, name: str) -> list[tuple[SealedPart, PartWrap]]:
        wraps = self.part_wraps(name)
        return [(part, wraps[part.part_id]) for part in self.sealed.parts if part.part_id in wraps]

    def read(self, name: str) -> list[bytes]:
        return open_parts(self.service_wrap(name), self.readable(name), key_pair=self.pairs[name], custody=self.custody)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    custody = FileCustody.create(tmp_path / "root.json", "2026-11")
    keys = {name: make_service_key(ServiceId.new(), custody, AT) for name in ("school", "homework", "nav")}
    pairs = {name: open_key_pair(key, custody) for name, key in keys.items()}
    return Office(custody, keys, pairs, _sealed(custody, keys, pairs))


def _sealed(custody: FileCustody, keys: dict[str, ServiceKey], pairs: dict[str, KeyPair]) -> SealedSet:
    school, homework = keys["school"].service_id, keys["homework"].service_id
    parts = [
        PartToSeal(PersonId.new(), "identity", b"who it is", frozenset({school, homework})),
        PartToSeal(PersonId.new(), "school_support", b"what helps", frozenset({school, homework})),
        PartToSeal(PersonId.new(), "school_notes", b"kept at school", frozenset({school})),
    ]
    return seal_set(uuid4(), parts, signer=pairs["school"], readers=[keys["school"], keys["homework"]], custody=custody)


def test_each_service_reads_the_parts_it_was_given(office: Office) -> None:
    assert office.read("school") == [b"who it is", b"what helps", b"kept at school"]
    assert office.read("homework") == [b"who it is", b"what helps"]


def test_nothing_that_is_sealed_lies_in_any_row(office: Office) -> None:
    for row in office.sealed.rows:
        for value in vars(row).values():
            if isinstance(value, bytes):
                assert b"who it is" not in value


def test_another_service_opens_nothing_with_what_lies_there(office: Office) -> None:
    with pytest.raises(DoesNotOpen):
        open_parts(
            office.service_wrap("homework"),
            office.readable("homework"),
            key_pair=office.pairs["nav"],
            custody=office.custody,
        )
    # Not even where it claims the other's key id: the key is what opens.
    impostor = replace(office.pairs["nav"], key_id=office.keys["homework"].key_id)
    with pytest.raises(DoesNotOpen):
        open_parts(
            office.service_wrap("homework"), office.readable("homework"), key_pair=impostor, custody=office.custody
        )


def test_taking_one_wrap_away_closes_that_part_and_no_other(office: Office) -> None:
    first, second, _ = office.sealed.parts
    wraps = office.part_wraps("homework")
    del wraps[first.part_id]
    left = [(second, wraps[second.part_id])]
    opened = open_parts(
        office.service_wrap("homework"), left, key_pair=office.pairs["homework"], custody=office.custody
    )
    assert opened == [b"what helps"]
    # The wrap that is left is no help with the part whose wrap was taken.
    with pytest.raises(DoesNotOpen):
        open_parts(
            office.service_wrap("homework"),
            [(first, wraps[second.part_id])],
            key_pair=office.pairs["homework"],
            custody=office.custody,
        )
    assert office.read("school")[0] == b"who it is"


def test_a_wrap_of_another_service_is_no_help(office: Office) -> None:
    kept = next(part for part in office.sealed.parts if part.category == "school_notes")
    with pytest.raises(DoesNotOpen):
        open_parts(
            office.service_wrap("homework"),
            [(kept, office.part_wraps("school")[kept.part_id])],
            key_pair=office.pairs["homework"],
            custody=office.custody,
        )


def test_a_service_wrap_opens_only_in_its_own_set(office: Office) -> None:
    other = _sealed(office.custody, office.keys, office.pairs)
    wrap = next(wrap for wrap in other.service_wraps if wrap.service_id == office.service("homework"))
    with pytest.raises(DoesNotOpen):
        open_parts(wrap, office.readable("homework"), key_pair=office.pairs["homework"], custody=office.custody)
    wrap.set_id = office.service_wrap("homework").set_id
    with pytest.raises(DoesNotOpen):
        open_parts(wrap, office.readable("homework"), key_pair=office.pairs["homework"], custody=office.custody)


def test_the_keys_of_another_custody_open_nothing(office: Office, tmp_path: Path) -> None:
    stranger = FileCustody.create(tmp_path / "another" / "root.json", "2026-11")
    with pytest.raises(DoesNotOpen):
        open_parts(
            office.service_wrap("homework"),
            office.readable("homework"),
            key_pair=office.pairs["homework"],
            custody=stranger,
        )


@pytest.mark.parametrize("place", [0, 5, 30, -1])
def test_a_changed_byte_anywhere_opens_nothing(office: Office, place: int) -> None:
    part, wrap = office.readable("homework")[0]
    service_wrap = office.service_wrap("homework")
    for row, column in ((part, "blob"), (wrap, "wrapped"), (service_wrap, "wrapped")):
        whole = getattr(row, column)
        setattr(row, column, byte_changed(whole, place))
        with pytest.raises(DoesNotOpen):
            office.read("homework")
        setattr(row, column, whole)
    assert office.read("homework")[0] == b"who it is"


def test_the_manifest_is_signed_by_the_sender(office: Office) -> None:
    manifest, parts = office.sealed.manifest, office.sealed.parts
    verify_manifest(manifest, office.keys["school"], parts)
    with pytest.raises(DoesNotOpen):
        verify_manifest(manifest, office.keys["homework"], parts)
    manifest.signature = byte_changed(manifest.signature, 0)
    with pytest.raises(DoesNotOpen):
        verify_manifest(manifest, office.keys["school"], parts)


def test_a_changed_manifest_does_not_verify(office: Office) -> None:
    manifest = office.sealed.manifest
    manifest.document = manifest.document.replace(b"identity", b"identitx")
    with pytest.raises(DoesNotOpen):
        verify_manifest(manifest, office.keys["school"], office.sealed.parts)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("blob", b"something else"),
        ("category", "identity"),
        ("person_id", PersonId(int=7)),
        ("part_id", UUID(int=8)),
        ("set_id", UUID(int=9)),
    ],
)
def test_the_manifest_covers_what_is_stored_of_each_part(office: Office, column: str, value: object) -> None:
    part = office.sealed.parts[2]
    setattr(part, column, value)
    if column == "blob":
        part.digest = hashlib.sha256(part.blob).digest()
    with pytest.raises(DoesNotOpen):
        verify_manifest(office.sealed.manifest, office.keys["school"], office.sealed.parts)


def test_a_blob_changed_behind_an_old_digest_does_not_verify(office: Office) -> None:
    office.sealed.parts[0].blob = b"something else"
    with pytest.raises(DoesNotOpen):
        verify_manifest(office.sealed.manifest, office.keys["school"], office.sealed.parts)


def test_a_part_that_is_lacking_or_added_does_not_verify(office: Office) -> None:
    more = _sealed(office.custody, office.keys, office.pairs).parts[:1]
    for parts in (office.sealed.parts[:-1], (*office.sealed.parts, *more), ()):
        with pytest.raises(DoesNotOpen):
            verify_manifest(office.sealed.manifest, office.keys["school"], parts)


def test_the_manifest_of_another_set_does_not_verify(office: Office) -> None:
    other = _sealed(office.custody, office.keys, office.pairs)
    with pytest.raises(DoesNotOpen):
        verify_manifest(other.manifest, office.keys["school"], office.sealed.parts)
    other.manifest.set_id = office.sealed.manifest.set_id
    with pytest.raises(DoesNotOpen):
        verify_manifest(other.manifest, office.keys["school"], other.parts)


def test_the_manifest_names_parts_readers_and_keys(office: Office) -> None:
    document = office.sealed.manifest.document.decode()
    assert str(office.service("homework")) in document
    assert str(office.keys["homework"].key_id) in document
    assert str(office.service("nav")) not in document
    assert document.index('"category"') < document.index('"part"') < document.index('"person"')  # RFC 8785: sorted
