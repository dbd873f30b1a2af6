"""The file of a backup: a ZIP archive of tables, log files and a manifest that names the digest of each; version 1.

Tables lie as rows of length-prefixed values, the same for SQLite and PostgreSQL, so that a backup of the one restores
to the other. The manifest is authenticated (HMAC-SHA-256) under a key that only the installation's custody can derive:
whoever changes a byte of a backup without the root key is found out. What is in a table is sealed as it is in the
database; the keyring is in no backup.
"""

import hashlib
import hmac
import json
import os
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID

from foundation.errors import Conflict, Invalid
from vault.custody import Custody
from vault.file_custody import KeyFileUnusable

__all__ = [
    "Backup",
    "BackupDamaged",
    "BackupExists",
    "BackupWriter",
    "Column",
    "Manifest",
    "Table",
    "open_backup",
    "writing_backup",
]

FORMAT: Final = "tillit/backup/1"
_MANIFEST, _MAC = "manifest.json", "manifest.mac"
_NULL: Final = 0xFFFFFFFF
_LENGTH = struct.Struct(">I")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PIECE: Final = 256 * 1024
#: A manifest of more than this is none of ours.
_LONGEST_MANIFEST: Final = 4_000_000


class BackupDamaged(Invalid):
    """The file is no backup, is cut short, or something in it was changed."""

    code = "backup_damaged"
    title = "The backup is damaged, or is none"
    do = "Nothing was restored. Take another copy of this backup, or the one before it."


class BackupExists(Conflict):
    """There is a file where the backup was to be written."""

    code = "backup_exists"
    title = "There is a file of this name already"
    do = "Give each backup a name of its own, such as one with its date."


@dataclass(frozen=True)
class Column:
    """A column's name, and the kind of its values: uuid, instant, date, bytes, text, integer or boolean."""

    name: str
    kind: str


@dataclass(frozen=True)
class Table:
    """A table in a backup, and how many rows it has."""

    name: str
    columns: tuple[Column, ...]
    rows: int


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself; `members` has the SHA-256 (hex) of every other member by name.

    `log_size` is how many entries the newest signed head in it covers, `events` how many events its database has.
    """

    installation: str
    municipality: str
    is_demo: bool
    made_at: str
    revision: str
    database: str
    events: int
    log_size: int
    tables: tuple[Table, ...]
    members: Mapping[str, str]
    format: str = FORMAT


def _mac_key(custody: Custody) -> bytes:
    return custody.derived_key("backup-manifest")


class BackupWriter:
    """A backup that is being written, member by member; nothing is held in memory but the row under way."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members: dict[str, str] = {}
        self._tables: list[Table] = []

    def add_table(self, name: str, columns: tuple[Column, ...], rows: Iterable[Iterable[Any]]) -> int:
        """Write a table; how many rows it has."""
        kinds, count = [column.kind for column in columns], 0

        def encoded() -> Iterator[bytes]:
            nonlocal count
            for row in rows:
                count += 1
                yield b"".join(_encode(kind, value) for kind, value in zip(kinds, row, strict=True))

        self._add(f"tables/{name}", encoded())
        self._tables.append(Table(name, columns, count))
        return count

    def add_file(self, name: str, content: bytes) -> None:
        """Write a file under `files/`."""
        self._add(f"files/{name}", [content])

    def close(self, custody: Custody, **said: Any) -> Manifest:
        """Write the manifest over everything that was added, and its authentication code."""
        manifest = Manifest(tables=tuple(self._tables), members=self._members, **said)
        document = json.dumps(asdict(manifest), indent=1, sort_keys=True).encode()
        self._archive.writestr(_MANIFEST, document)
        self._archive.writestr(_MAC, hmac.new(_mac_key(custody), document, hashlib.sha256).hexdigest())
        return manifest

    def _add(self, name: str, pieces: Iterable[bytes]) -> None:
        digest = hashlib.sha256()
        with self._archive.open(name, "w", force_zip64=True) as member:
            for piece in pieces:
                digest.update(piece)
                member.write(piece)
        self._members[name] = digest.hexdigest()


@contextmanager
def writing_backup(out: Path) -> Iterator[BackupWriter]:
    """Write a backup to `out`, mode 0600: whole and on disk when the block ends, and not there at all when it fails.

    Raises:
        BackupExists: there is a file of that name.
    """
    if out.exists():
        raise BackupExists(values={"file": str(out)})
    partial = out.with_name(f".{out.name}.partial")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                yield BackupWriter(archive)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(out)
    finally:
        partial.unlink(missing_ok=True)
    folder = os.open(out.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class Backup:
    """A backup that was opened and whose every byte is as its manifest says; who wrote the manifest, `prove` tells."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest, document: bytes, mac: str) -> None:
        self._archive = archive
        self.manifest = manifest
        self._document = document
        self._mac = mac

    def prove(self, custody: Custody) -> None:
        """Pass only when this installation's custody made the backup; `KeyFileUnusable` otherwise."""
        made = hmac.new(_mac_key(custody), self._document, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(made, self._mac):
            raise KeyFileUnusable(values={"why": "another_installation"})

    def rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        """The rows of one of its tables, one after the other."""
        kinds = [column.kind for column in table.columns]
        with self._archive.open(f"tables/{table.name}") as member:
            for _ in range(table.rows):
                yield tuple(_decode(kind, _read_value(member)) for kind in kinds)

    def files(self, under: str = "") -> Iterator[tuple[str, bytes]]:
        """The files whose names begin with `under`, and what is in them."""
        prefix = f"files/{under}"
        for name in self.manifest.members:
            if name.startswith(prefix):
                yield name.removeprefix("files/"), self._archive.read(name)


@contextmanager
def open_backup(path: Path) -> Iterator[Backup]:
    """The backup in `path`, after every digest in it was compared.

    Raises:
        BackupDamaged: it is none, or not whole, or a byte of it was changed.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest, document, mac = _read_manifest(archive)
            _compare(archive, manifest)
            yield Backup(archive, manifest, document, mac)
    except (zipfile.BadZipFile, EOFError) as error:
        raise BackupDamaged(values={"file": path.name, "why": "not_whole"}) from error


def _read_manifest(archive: zipfile.ZipFile) -> tuple[Manifest, bytes, str]:
    try:
        if archive.getinfo(_MANIFEST).file_size > _LONGEST_MANIFEST:
            raise BackupDamaged(values={"why": "manifest"})
        document, mac = archive.read(_MANIFEST), archive.read(_MAC).decode("ascii")
        said = json.loads(document)
        if said["format"] != FORMAT:
            raise BackupDamaged(values={"why": "another_format"})
        said["tables"] = tuple(
            Table(one["name"], tuple(Column(**column) for column in one["columns"]), one["rows"])
            for one in said["tables"]
        )
        return Manifest(**said), document, mac
    except (KeyError, ValueError, TypeError) as error:
        raise BackupDamaged(values={"why": "manifest"}) from error


def _compare(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    names = archive.namelist()
    expected = {*manifest.members, _MANIFEST, _MAC}
    if set(names) != expected or len(names) != len(expected):
        raise BackupDamaged(values={"why": "members"})
    for name, wanted in manifest.members.items():
        digest = hashlib.sha256()
        with archive.open(name) as member:
            while piece := member.read(_PIECE):
                digest.update(piece)
        if not hmac.compare_digest(digest.hexdigest(), wanted):
            raise BackupDamaged(values={"member": name, "why": "digest"})


#: How a value of each kind becomes bytes, and comes back.
_FORMS: Final[dict[str, tuple[Callable[[Any], bytes], Callable[[bytes], Any]]]] = {
    "uuid": (lambda value: bytes(value.bytes), lambda raw: UUID(bytes=raw)),
    "instant": (
        lambda value: str((value - _EPOCH) // timedelta(microseconds=1)).encode(),
        lambda raw: _EPOCH + timedelta(microseconds=int(raw)),
    ),
    "date": (lambda value: value.isoformat().encode(), lambda raw: date.fromisoformat(raw.decode())),
    "bytes": (bytes, bytes),
    "text": (str.encode, bytes.decode),
    "boolean": (lambda value: b"1" if value else b"0", lambda raw: raw == b"1"),
    "integer": (lambda value: str(value).encode(), int),
}


def _encode(kind: str, value: Any) -> bytes:
    if value is None:
        return _LENGTH.pack(_NULL)
    raw = _FORMS[kind][0](value)
    return _LENGTH.pack(len(raw)) + raw


def _read_value(member: IO[bytes]) -> bytes | None:
    (length,) = _LENGTH.unpack(_exactly(member, _LENGTH.size))
    return None if length == _NULL else _exactly(member, length)


def _exactly(member: IO[bytes], length: int) -> bytes:
    raw = member.read(length)
    if len(raw) != length:
        raise BackupDamaged(values={"why": "rows"})
    return raw


def _decode(kind: str, raw: bytes | None) -> Any:
    return None if raw is None else _FORMS[kind][1](raw)
