"""Sealed sets: the parts of a referral, each sealed once and readable by exactly the services that hold a wrap.

A **part** holds what is said about one subject in one category; an attachment is a part of its own. Each part has a
fresh data key. For each service that may read, one **key-encryption key** is sealed to the service's public key (HPKE,
RFC 9180) once a set, and under it one AES key wrap (RFC 3394) a part. A part's wrap row *is* that service's technical
right to it: withdrawing deletes exactly those rows, and nothing is encrypted anew. The **manifest** lists parts,
digests and first recipients in canonical JSON (RFC 8785) and bears the sending service's Ed25519 signature, because
HPKE's base mode does not say who sealed.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import orjson
import rfc8785
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.identifiers import PersonId, ServiceId
from foundation.tables import Base, Right, Step
from vault.blob import DoesNotOpen, fresh_key, open_blob, seal_blob
from vault.custody import Custody
from vault.keys import HPKE_SUITE, SUITE_ID, KeyPair, ServiceKey, public_kem

__all__ = [
    "Manifest",
    "PartToSeal",
    "PartWrap",
    "SealedPart",
    "SealedSet",
    "ServiceWrap",
    "open_parts",
    "seal_set",
    "verify_manifest",
]

_FORMAT = "tillit/sealed-set/1"


class SealedPart(Step, Base):
    """What is said about one person in one category, sealed under a key of its own."""

    __tablename__ = "sealed_part"

    part_id: Mapped[UUID] = mapped_column(primary_key=True)
    set_id: Mapped[UUID] = mapped_column(index=True)
    person_id: Mapped[PersonId] = mapped_column(index=True)
    category: Mapped[str]
    digest: Mapped[bytes]
    blob: Mapped[bytes]


class Manifest(Step, Base):
    """The signed list of a set's parts and first recipients: the exact bytes that were signed."""

    __tablename__ = "sealed_manifest"
    of_persons = False

    set_id: Mapped[UUID] = mapped_column(primary_key=True)
    signed_by: Mapped[UUID] = mapped_column(ForeignKey("service_key.key_id"))
    document: Mapped[bytes]
    signature: Mapped[bytes]


class ServiceWrap(Right, Base):
    """The key-encryption key of one set, sealed to one service and kept under the period key."""

    __tablename__ = "service_wrap"

    wrap_id: Mapped[UUID] = mapped_column(primary_key=True)
    set_id: Mapped[UUID] = mapped_column(index=True)
    service_id: Mapped[ServiceId]
    key_id: Mapped[UUID] = mapped_column(ForeignKey("service_key.key_id"))
    period: Mapped[str]
    wrapped: Mapped[bytes]
    __table_args__ = (UniqueConstraint("set_id", "service_id"),)


class PartWrap(Right, Base):
    """One service's right to one part: without this row the part does not open for it, whatever else it has."""

    __tablename__ = "part_wrap"

    wrap_id: Mapped[UUID] = mapped_column(primary_key=True)
    part_id: Mapped[UUID] = mapped_column(ForeignKey("sealed_part.part_id"))
    service_id: Mapped[ServiceId]
    wrapped: Mapped[bytes]
    __table_args__ = (UniqueConstraint("part_id", "service_id"),)


@dataclass(frozen=True)
class PartToSeal:
    """What goes into one part: the subject, the category, the bytes, and the services that may read it."""

    person_id: PersonId
    category: str
    clear: bytes
    readers: frozenset[ServiceId]


@dataclass(frozen=True)
class SealedSet:
    """The rows of a freshly sealed set, to be added to the operation."""

    parts: tuple[SealedPart, ...]
    manifest: Manifest
    service_wraps: tuple[ServiceWrap, ...]
    part_wraps: tuple[PartWrap, ...]

    @property
    def rows(self) -> tuple[SealedPart | Manifest | ServiceWrap | PartWrap, ...]:
        """All rows, parents first."""
        return (*self.parts, self.manifest, *self.service_wraps, *self.part_wraps)


def _part_context(set_id: UUID, part_id: UUID) -> bytes:
    return f"{_FORMAT}/part/".encode() + set_id.bytes + part_id.bytes


def _wrap_context(set_id: UUID, key_id: UUID) -> bytes:
    return f"{_FORMAT}/wrap/".encode() + set_id.bytes + key_id.bytes


def seal_set(
    set_id: UUID,
    parts: Sequence[PartToSeal],
    *,
    signer: KeyPair,
    readers: Iterable[ServiceKey],
    custody: Custody,
) -> SealedSet:
    """Seal `parts` as the set `set_id`, signed by the sending service, for the services whose keys are in `readers`."""
    keks: dict[ServiceId, bytes] = {}
    service_wraps: list[ServiceWrap] = []
    for reader in readers:
        kek = fresh_key()
        sealed = HPKE_SUITE.encrypt(kek, public_kem(reader), info=_wrap_context(set_id, reader.key_id))
        period, wrapped = custody.wrap(sealed, _wrap_context(set_id, reader.key_id))
        keks[reader.service_id] = kek
        service_wraps.append(
            ServiceWrap(
                wrap_id=uuid4(),
                set_id=set_id,
                service_id=reader.service_id,
                key_id=reader.key_id,
                period=period,
                wrapped=wrapped,
            )
        )
    sealed_parts: list[SealedPart] = []
    part_wraps: list[PartWrap] = []
    for part in parts:
        part_id, key = uuid4(), fresh_key()
        blob = seal_blob(key, part.clear, _part_context(set_id, part_id))
        sealed_parts.append(
            SealedPart(
                part_id=part_id,
                set_id=set_id,
                person_id=part.person_id,
                category=part.category,
                digest=hashlib.sha256(blob).digest(),
                blob=blob,
            )
        )
        part_wraps += [
            PartWrap(wrap_id=uuid4(), part_id=part_id, service_id=reader, wrapped=aes_key_wrap(keks[reader], key))
            for reader in sorted(part.readers)
        ]
    document = _manifest_document(set_id, sealed_parts, service_wraps, part_wraps)
    manifest = Manifest(
        set_id=set_id, signed_by=signer.key_id, document=document, signature=signer.signature.sign(document)
    )
    return SealedSet(tuple(sealed_parts), manifest, tuple(service_wraps), tuple(part_wraps))


def _manifest_document(
    set_id: UUID, parts: Sequence[SealedPart], service_wraps: Sequence[ServiceWrap], part_wraps: Sequence[PartWrap]
) -> bytes:
    readers: dict[UUID, list[str]] = {part.part_id: [] for part in parts}
    for wrap in part_wraps:
        readers[wrap.part_id].append(str(wrap.service_id))
    return rfc8785.dumps(
        {
            "format": _FORMAT,
            "suite": SUITE_ID,
            "set": str(set_id),
            "parts": [
                {
                    "part": str(part.part_id),
                    "person": str(part.person_id),
                    "category": part.category,
                    "sha256": part.digest.hex(),
                    "readers": readers[part.part_id],
                }
                for part in parts
            ],
            "keys": {str(wrap.service_id): str(wrap.key_id) for wrap in service_wraps},
        }
    )


def open_parts(
    service_wrap: ServiceWrap, parts: Iterable[tuple[SealedPart, PartWrap]], *, key_pair: KeyPair, custody: Custody
) -> list[bytes]:
    """The bytes of each part, for the service whose key pair and wraps these are, in the order given.

    Raises:
        DoesNotOpen: a wrap is another service's or another part's, or anything was changed since it was sealed.
    """
    context = _wrap_context(service_wrap.set_id, key_pair.key_id)
    sealed = custody.unwrap(service_wrap.period, service_wrap.wrapped, context)
    try:
        kek = HPKE_SUITE.decrypt(sealed, key_pair.kem, info=context)
        keys = [(part, aes_key_unwrap(kek, part_wrap.wrapped)) for part, part_wrap in parts]
    except (InvalidTag, InvalidUnwrap, ValueError, TypeError) as error:
        raise DoesNotOpen from error
    return [open_blob(key, part.blob, _part_context(service_wrap.set_id, part.part_id)) for part, key in keys]


def verify_manifest(manifest: Manifest, signed_by: ServiceKey, parts: Sequence[SealedPart]) -> None:
    """Pass only when the sending service signed exactly these parts as they are stored; otherwise `DoesNotOpen`."""
    try:
        Ed25519PublicKey.from_public_bytes(signed_by.public_signature).verify(manifest.signature, manifest.document)
    except InvalidSignature as error:
        raise DoesNotOpen from error
    document = orjson.loads(manifest.document)
    listed = {(entry["part"], entry["person"], entry["category"], entry["sha256"]) for entry in document["parts"]}
    stored = {
        (str(part.part_id), str(part.person_id), part.category, hashlib.sha256(part.blob).hexdigest()) for part in parts
    }
    is_of_this_set = document["set"] == str(manifest.set_id) and all(part.set_id == manifest.set_id for part in parts)
    if listed != stored or not is_of_this_set or manifest.signed_by != signed_by.key_id:
        raise DoesNotOpen
