from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey

from foundation.identifiers import PersonId, ServiceId
from vault.blob import DoesNotOpen
from vault.file_custody import FileCustody
from vault.keys import HPKE_SUITE, DataKey, _kem_keys, make_service_key, open_key_pair, public_kem

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def custody(tmp_path: Path) -> FileCustody:
    return FileCustody.create(tmp_path / "root.json", "2026-11")


def test_a_data_key_is_its_owners_and_rests_wrapped(custody: FileCustody) -> None:
    owner = PersonId.new()
    row, clear = DataKey.made_for(owner, custody, AT)
    assert len(clear) == 32
    assert bytes(clear) not in row.wrapped
    assert row.unwrapped(custody) == clear
    row.owner_id = PersonId.new()
    with pytest.raises(DoesNotOpen):
        row.unwrapped(custody)


def test_a_data_key_moved_to_another_id_does_not_open(custody: FileCustody) -> None:
    row, _ = DataKey.made_for(PersonId.new(), custody, AT)
    row.key_id = uuid4()
    with pytest.raises(DoesNotOpen):
        row.unwrapped(custody)


def test_a_service_opens_what_was_sealed_to_its_public_key(custody: FileCustody) -> None:
    row = make_service_key(ServiceId.new(), custody, AT)
    pair = open_key_pair(row, custody)
    sealed = HPKE_SUITE.encrypt(b"secret", public_kem(row), info=b"place")
    assert HPKE_SUITE.decrypt(sealed, pair.kem, info=b"place") == b"secret"
    with pytest.raises(InvalidTag):
        HPKE_SUITE.decrypt(sealed, pair.kem, info=b"another place")
    other = open_key_pair(make_service_key(ServiceId.new(), custody, AT), custody)
    with pytest.raises(InvalidTag):
        HPKE_SUITE.decrypt(sealed, other.kem, info=b"place")


def test_a_service_signs_with_the_key_whose_public_part_is_kept(custody: FileCustody) -> None:
    row = make_service_key(ServiceId.new(), custody, AT)
    pair = open_key_pair(row, custody)
    assert pair.signature.public_key().public_bytes_raw() == row.public_signature
    assert len(row.public_kem) == 1184 + 32


def test_service_keys_open_for_their_service_and_installation_only(custody: FileCustody, tmp_path: Path) -> None:
    row = make_service_key(ServiceId.new(), custody, AT)
    another = FileCustody.create(tmp_path / "another" / "root.json", "2026-11")
    with pytest.raises(DoesNotOpen):
        open_key_pair(row, another)
    row.service_id = ServiceId.new()
    with pytest.raises(DoesNotOpen):
        open_key_pair(row, custody)


def test_a_key_wrapped_by_an_earlier_program_still_opens() -> None:
    """A vector of our own: what was sealed to the key of the seed 00 01 … 1f opens with it, today and tomorrow."""
    mlkem, x25519 = _kem_keys(bytes(range(32)))
    assert mlkem.public_key().public_bytes_raw()[:16].hex() == _FROZEN_MLKEM_PUBLIC
    assert x25519.public_key().public_bytes_raw().hex() == _FROZEN_X25519_PUBLIC
    opened = HPKE_SUITE.decrypt(
        bytes.fromhex(_FROZEN_SEALED), MLKEM768X25519PrivateKey(mlkem, x25519), info=b"tillit/frozen"
    )
    assert opened == "Æsøy".encode()


_FROZEN_MLKEM_PUBLIC = "6f54098a0a0e641146614b6960ba60d8"
_FROZEN_X25519_PUBLIC = "44e9d7d146647281fbba7b3c56cafd5833b7a930ec4206e7c3a6d7764fe81d7a"
_FROZEN_SEALED = (
    "a1012f5d39393a4bda0063c3456cc970e3bf759fbb03055a1d9cdd270f1b7c9ab0be8e9492af821acc49c3896be9babe0b2f"
    "0ae6c4359611eef4612753c0f2a130e36bcfd8cd7137831064a52dc956abfbc4dac186aa235c2adce3a9d0aa813f46548c98"
    "d64ba234262198121f9917b7f16aab54dbe320adbb8b9e1567d0c321f386b96f027597463878dfb1735b84c6cf8607ddbfe6"
    "26e51bafcdb03b52ed1e2b1f6dc053b32df96541c09bebe72a531317f943e465df9ca67e4a3dde16e6aec24a9f89f453a296"
    "4c32647ad42114f37824b13cebce7cac6389d9ddfb1de44fcfcfcb4558b0c8a175b5e53bd213d13f7b545bf6d11f35dd0e2c"
    "6e916fb38db697bf00cb9787bdae243458108ba59fe9486b457d303dc7e572948d895ed04b25360d96f4549e09930780f7d3"
    "b06df87829f72baaa295ddd8a2dd8249b5c1d59a9e33f9ae29dcb064a5800e9695dce42cee32ac05badce2793e38cc13384a"
    "8b2386c958ce0ce62aa569ee12d1ec718aee90e1796c487b59a67aba0b140d3e650ac8d86d24523a59e8d2933e95bcb3000f"
    "d9b984207a76071447753401b22b54a55b711b2f4107d850801f8b40a8d41048d951f0388a7904893808eeb9cafc27253f76"
    "727d8d0fab24c0267f107bd951430bb1350476c5833ec6ef09b7d2c4366c63d5f3f174ad552ec6fefc4459d107314781cce7"
    "534273077d538435e2ff044c174b00fb40ea9f0d0b7d9cc26e7c1b29faa1c0ddfc92a631fb8dd1313c0f881e4af21f6c783e"
    "e746cc5972298f2f3900639098765dd4fcec80aebebf80c40dc72e6c76d932613275ee4224110a5584ec70b91a2d73b12dee"
    "4486714473a598dba97580241c01d76e8651081315eff67629da4d6b7f687b3772b4f8ae6a2265c15988ad91354b97a37e45"
    "9df979ec5fc34089e655080b1ac331b17d2898f471ebcb35a702bd4cc9183a24a5086c02d61426669ec66ea7b423a6d690df"
    "773f133ba5dede5faf5d2717d481c8600d2cfb902f0ff84a21dcf12ea101b23c60186727f06f40b4449dd7f0207efd9b93e2"
    "4d305daf14f97088e85bf109a0b857d5d1b7a15c8bce5b0b8d103771c3d017ec986d3a7bb3df1ef2835df893673d9c372526"
    "aaa74699dd1c190a5988a03fcc097075840c04f1290660c144c966e4c2da7bd1d6dc8eced95ecac13e7575170eccfee634fc"
    "6aad49443b2cf6653a6aaf4b422b50fa397c03da044a09c2aad484d2698981917c15fda131ad81aa2c556b58163f5f7b02f2"
    "58ada41d211d890c23875c30e55a2e8227354c3201da8004242260f0c3b0ea31e4b6a3ae7bb30e21f9b89f1db1210b22971c"
    "7644d4bcf3f15b97edc32a33050b6ad207ded861be48f260be73664266a25fd0becc782bc6b52e63403c67dd46224333d520"
    "fc92c00f42bd71a5ba893d8a580d8d264568ac97a892b9f9adf804755bd8a2860f3c1013b245a3802d15d25f8eed4b0ef333"
    "54c68adc5c83dd19da72466f884da0d18baa8b6932d45b3e8afd3e610ddc187cba7857594c8e03a98f5e7b981039710bc374"
    "2381f8212a5cf8a8607b5946ea60d5ac2bf11b584cd6b65e551784e1e77d610b868eb93f6c54d3ca5382"
)
