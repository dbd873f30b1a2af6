"""The data keys of persons and of the log, wrapped; and the key pair of each service."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey, Suite
from sqlalchemy.orm import Mapped, mapped_column

from foundation.identifiers import ServiceId
from foundation.tables import Base, Right, RowOfToday
from vault.blob import KEY_BYTES, fresh_key, open_blob, seal_blob
from vault.custody import Custody

__all__ = [
    "HPKE_SUITE",
    "KEYHOLDER_OF_ARCHIVE",
    "SUITE_ID",
    "DataKey",
    "DataKeyValue",
    "KeyPair",
    "ServiceKey",
    "make_service_key",
    "open_key_pair",
    "public_kem",
]

#: HPKE base mode (RFC 9180) with the hybrid KEM ML-KEM-768 + X25519: what is recorded today stays closed to tomorrow's
#: machines.
HPKE_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
SUITE_ID = "hpke-mlkem768x25519-sha256-aes256gcm/ed25519"
_PURPOSE = "service-keys"
_MLKEM_PUBLIC = 1184

#: The archive keyholder has a key pair as a service has; opening by it is a deed of its own.
KEYHOLDER_OF_ARCHIVE = ServiceId(int=0xA)

DataKeyValue = NewType("DataKeyValue", bytes)


class DataKey(Right, Base):
    """A data key, wrapped under the custody's period key; destroying the row is what erases what it sealed."""

    __tablename__ = "data_key"

    key_id: Mapped[UUID] = mapped_column(primary_key=True)
    #: Whose: a person's id, or the log's own.
    owner_id: Mapped[UUID] = mapped_column(index=True)
    created_at: Mapped[datetime]
    period: Mapped[str]
    wrapped: Mapped[bytes]

    @classmethod
    def made_for(cls, owner_id: UUID, custody: Custody, at: datetime) -> tuple["DataKey", DataKeyValue]:
        """A fresh data key for `owner_id`: the row to keep, and the key itself for the length of the operation."""
        key_id, clear = uuid4(), fresh_key()
        period, wrapped = custody.wrap(clear, _data_key_context(key_id, owner_id))
        return cls(key_id=key_id, owner_id=owner_id, created_at=at, period=period, wrapped=wrapped), DataKeyValue(clear)

    def unwrapped(self, custody: Custody) -> DataKeyValue:
        """The key itself; keep it no longer than the operation lasts."""
        return DataKeyValue(custody.unwrap(self.period, self.wrapped, _data_key_context(self.key_id, self.owner_id)))


def _data_key_context(key_id: UUID, owner_id: UUID) -> bytes:
    return b"data_key/" + key_id.bytes + owner_id.bytes


class ServiceKey(RowOfToday, Base):
    """The key pair of a service: public parts in clear, the seeds sealed under a key of the custody."""

    __tablename__ = "service_key"
    of_persons = False

    key_id: Mapped[UUID] = mapped_column(primary_key=True)
    service_id: Mapped[ServiceId] = mapped_column(index=True)
    suite: Mapped[str]
    created_at: Mapped[datetime]
    public_kem: Mapped[bytes]
    public_signature: Mapped[bytes]
    sealed_seeds: Mapped[bytes]


@dataclass(frozen=True)
class KeyPair:
    """An opened service key: opens what was wrapped for the service, and signs in its name. May stay in memory."""

    key_id: UUID
    service_id: ServiceId
    kem: MLKEM768X25519PrivateKey
    signature: Ed25519PrivateKey


def _kem_keys(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    # X-Wing key generation: SHAKE256 expands the 32-byte seed to the ML-KEM seed (64 bytes) and the X25519 key (32
    # bytes).
    material = hashlib.shake_256(seed).digest(96)
    return MLKEM768PrivateKey.from_seed_bytes(material[:64]), X25519PrivateKey.from_private_bytes(material[64:])


def _seeds_context(key_id: UUID, service_id: ServiceId) -> bytes:
    return b"service_key/" + key_id.bytes + service_id.bytes


def make_service_key(service_id: ServiceId, custody: Custody, at: datetime) -> ServiceKey:
    """A fresh key pair for `service_id`, its seeds sealed under the custody's key for service keys."""
    key_id, seed, signing = uuid4(), fresh_key(), Ed25519PrivateKey.generate()
    mlkem, x25519 = _kem_keys(seed)
    seeds = seed + signing.private_bytes_raw()
    return ServiceKey(
        key_id=key_id,
        service_id=service_id,
        suite=SUITE_ID,
        created_at=at,
        public_kem=mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw(),
        public_signature=signing.public_key().public_bytes_raw(),
        sealed_seeds=seal_blob(custody.derived_key(_PURPOSE), seeds, _seeds_context(key_id, service_id)),
    )


def open_key_pair(row: ServiceKey, custody: Custody) -> KeyPair:
    """The key pair in `row`; `DoesNotOpen` when the custody is another installation's."""
    seeds = open_blob(custody.derived_key(_PURPOSE), row.sealed_seeds, _seeds_context(row.key_id, row.service_id))
    return KeyPair(
        key_id=row.key_id,
        service_id=row.service_id,
        kem=MLKEM768X25519PrivateKey(*_kem_keys(seeds[:KEY_BYTES])),
        signature=Ed25519PrivateKey.from_private_bytes(seeds[KEY_BYTES:]),
    )


def public_kem(row: ServiceKey) -> MLKEM768X25519PublicKey:
    """The public key to which parts are wrapped for this service."""
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(row.public_kem[:_MLKEM_PUBLIC]),
        X25519PublicKey.from_public_bytes(row.public_kem[_MLKEM_PUBLIC:]),
    )
