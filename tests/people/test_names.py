"""Finding by name without keeping names: how they are levelled, and what a prefix hash tells."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.identifiers import ServiceId
from people.person import name_hashes, name_parts
from vault.file_custody import FileCustody


@pytest.fixture(scope="module")
def custody(tmp_path_factory: pytest.TempPathFactory) -> FileCustody:
    return FileCustody.create(tmp_path_factory.mktemp("keys") / "root.json", "2026-11")


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("Ærlig Ødegård", ["aerlig", "odegard"]),
        ("ÆRLIG ØDEGÅRD", ["aerlig", "odegard"]),
        ("Aerlig Odegaard", ["aerlig", "odegard"]),
        ("Åse", ["ase"]),
        ("Aase", ["ase"]),
        ("Haakon", ["hakon"]),
        ("Anne-Marie Lund", ["anne", "marie", "lund"]),
        ("Anne\u2011Marie", ["anne", "marie"]),
        ("José  Núñez ", ["jose", "nunez"]),
        ("O'Hara", ["ohara"]),
        ("O\u2019Hara", ["ohara"]),
        ("Łukasz Straße", ["lukasz", "strasse"]),
        ("Олена Шевченко", ["олена", "шевченко"]),
        ("محمد", ["محمد"]),
        ("", []),
        (" - ", []),
    ],
)
def test_a_name_is_levelled(written: str, parts: list[str]) -> None:
    assert name_parts(written) == parts


@given(st.text(max_size=30))
def test_how_a_name_is_encoded_does_not_matter(written: str) -> None:
    composed, decomposed = unicodedata.normalize("NFC", written), unicodedata.normalize("NFD", written)
    assert name_parts(composed) == name_parts(decomposed)


def _finds(custody: FileCustody, typed: str, name: str) -> bool:
    service = ServiceId(int=1)
    stored = name_hashes(custody, service, name_parts(name), prefixes=True)
    looked_for = name_hashes(custody, service, name_parts(typed), prefixes=False)
    return bool(looked_for) and looked_for <= stored


@pytest.mark.parametrize(
    ("typed", "name", "found"),
    [
        ("Sa", "Sagal Æsøy-Åmot", True),
        ("sagal", "Sagal Æsøy-Åmot", True),
        ("ÆS", "Sagal Æsøy-Åmot", True),
        ("aeso", "Sagal Æsøy-Åmot", True),
        ("amot", "Sagal Æsøy-Åmot", True),
        ("Aamot sag", "Sagal Æsøy-Åmot", True),
        ("Ragnhildsen", "Ragnhild", True),  # by its first six letters
        ("S", "Sagal Æsøy-Åmot", False),
        ("gal", "Sagal Æsøy-Åmot", False),
        ("Sagal Moe", "Sagal Æsøy-Åmot", False),
        ("", "Sagal Æsøy-Åmot", False),
    ],
)
def test_a_name_is_found_by_the_beginnings_of_its_parts(
    custody: FileCustody, typed: str, name: str, found: bool
) -> None:
    assert _finds(custody, typed, name) is found


def test_each_service_has_hashes_of_its_own(custody: FileCustody) -> None:
    parts = name_parts("Sagal Æsøy-Åmot")
    one = name_hashes(custody, ServiceId(int=1), parts, prefixes=True)
    other = name_hashes(custody, ServiceId(int=2), parts, prefixes=True)
    assert not one & other
    assert len(one) == len(other) == 4 + 4 + 3  # sa-sag-saga-sagal, ae-aes-aeso-aesoy, am-amo-amot
    assert {len(hashed) for hashed in one} == {8}
