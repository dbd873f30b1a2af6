"""Where the log lies outside the database, durable, in plain files: the port, and a directory behind it.

Only this much is asked of a store, so that object storage can stand behind the same port later. What ``put`` and
``replace`` have returned from survives a power cut. Layout (c2sp.org/tlog-tiles, and two folders of our own):

    checkpoint                    the newest signed head
    checkpoints/<N>               every head whose last leaf lies in window N       (`checkpoint_history.py`)
    tile/entries/<N>[.p/<W>]      the leaves of window N
    tile/<L>/<N>[.p/<W>]          the hashes over them
    sealed/<N>[.p/<from>-<to>]    the sealed disclosures of the leaves of window N  (`sealed_records.py`)
"""

import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, Protocol

UNFINISHED: Final = "unfinished"

_UNFINISHED_NAME: Final = re.compile(r"[0-9a-f]{32}")
_PATH: Final = re.compile(r"[a-z0-9][a-z0-9.-]*(?:/[a-z0-9][a-z0-9.-]*)*")


class NotInStore(LookupError):
    """There is nothing at this path."""


class StoredDifferently(Exception):
    """Something else lies at a path whose content never changes; nothing was overwritten."""


class LogStore(Protocol):
    """Files by path, with forward slashes, relative to the store."""

    def read(self, path: str) -> bytes:
        """What lies at ``path``. Raises ``NotInStore``."""

    def put(self, files: Mapping[str, bytes]) -> None:
        """Make files durable whose content never changes; the same content again is no change.

        Raises ``StoredDifferently`` when another content lies there, and ``OSError`` when it cannot be made durable.
        """

    def replace(self, path: str, data: bytes) -> None:
        """Make ``data`` durable at ``path`` in one step: a reader sees the old content or the new, never a mixture."""

    def remove(self, paths: Iterable[str]) -> None:
        """Take files away that were replaced by wider ones; it is no error when they are gone."""

    def paths(self, under: str = "") -> Iterator[str]:
        """Every path that begins with the folder ``under``, whatever put it there; unfinished writes are left out."""


class DirectoryStore:
    """A store in a directory. One writer at a time; readers need no lock."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._base = str(root)

    def prepare(self) -> None:
        """Make the directory if need be, and clear away what an interrupted write left. For the writer, at start."""
        self.root.mkdir(parents=True, exist_ok=True)
        unfinished = self.root / UNFINISHED
        unfinished.mkdir(exist_ok=True)
        for left in unfinished.iterdir():
            if _UNFINISHED_NAME.fullmatch(left.name):
                left.unlink()
        _sync_directory(self.root)

    def read(self, path: str) -> bytes:
        """See ``LogStore.read``. Raises ``OSError`` too when the path is a folder or may not be read."""
        try:
            handle = os.open(f"{self._base}/{path}", os.O_RDONLY)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NotInStore(path) from error
        try:
            size = os.fstat(handle).st_size
            data = os.read(handle, size + 1)
            if len(data) == size:
                return data
            # A file that is larger than one read, or is not a plain file at all.
            with os.fdopen(handle, "rb", closefd=False) as file:
                return data + file.read()
        finally:
            os.close(handle)

    def put(self, files: Mapping[str, bytes]) -> None:
        """See ``LogStore.put``."""
        new: dict[str, bytes] = {}
        for path, data in files.items():
            try:
                if self.read(path) != data:
                    raise StoredDifferently(path)
            except NotInStore:
                new[path] = data
        self._write(new, touched=files)

    def replace(self, path: str, data: bytes) -> None:
        """See ``LogStore.replace``."""
        self._write({path: data}, touched=[path])

    def remove(self, paths: Iterable[str]) -> None:
        """See ``LogStore.remove``. A folder that becomes empty goes too."""
        folders = set()
        for path in paths:
            (self.root / _checked(path)).unlink(missing_ok=True)
            folders.add((self.root / path).parent)
        for folder in folders:
            if folder.name.endswith(".p") and folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
                _sync_directory(folder.parent)
            elif folder.is_dir():
                _sync_directory(folder)

    def paths(self, under: str = "") -> Iterator[str]:
        """See ``LogStore.paths``. Names that are not UTF-8 are given with their bytes escaped."""
        top = os.path.join(self._base, under) if under else self._base  # noqa: PTH118  # scanned a million files at a time
        yield from self._walk(top, f"{under}/" if under else "")

    def _walk(self, folder: str, prefix: str) -> Iterator[str]:
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            return
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from self._walk(entry.path, f"{prefix}{entry.name}/")
            elif prefix != f"{UNFINISHED}/" or not _UNFINISHED_NAME.fullmatch(entry.name):
                yield f"{prefix}{entry.name}"

    def _write(self, files: Mapping[str, bytes], touched: Iterable[str]) -> None:
        """Write, flush, rename, flush the folders.

        A crash before a rename leaves a file in ``unfinished``, which ``prepare`` clears; after it, a complete file.
        ``touched`` names folders whose earlier rename may not have been flushed before a crash.
        """
        folders: dict[Path, None] = {}
        waiting: list[tuple[Path, Path]] = []
        for path, data in files.items():
            final = self.root / _checked(path)
            self._make_folder(final.parent)
            temporary = self.root / UNFINISHED / secrets.token_hex(16)
            write_durably(temporary, data)
            waiting.append((temporary, final))
        for temporary, final in waiting:
            temporary.rename(final)
        for path in touched:
            folders[(self.root / path).parent] = None
        for folder in folders:
            _sync_directory(folder)

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_directory(folder.parent)


def write_durably(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a new file and flush it to the disk; its name is durable only once the folder is flushed too."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def replace_durably(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace a file outside a store in one step: write beside it, flush, rename, flush the folder."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
    try:
        write_durably(beside, data, mode)
        beside.rename(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)


def _sync_directory(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _checked(path: str) -> str:
    if _PATH.fullmatch(path) is None:
        raise ValueError(f"{path!r} is not a path in a store")
    return path
