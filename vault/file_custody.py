"""Custody in two files: the root key, mode 0600, and beside it the keyring that the root key opens."""

import fcntl
import json
import os
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from foundation.errors import Unavailable
from vault.blob import KEY_BYTES, DoesNotOpen, fresh_key, open_blob, seal_blob

__all__ = ["FileCustody", "KeyFileUnusable", "keyring_path", "write_durably"]

_FORMAT = 1
_KEYRING_CONTEXT = b"custody/keyring"


class KeyFileUnusable(Unavailable):
    """The key file is missing, damaged, readable by others, or belongs to another installation."""

    code = "key_file_unusable"
    title = "The key file cannot be used"
    do = "Check TILLIT_KEY_FILE: the file must be this installation's own, whole, and mode 0600."


def keyring_path(root_key_path: Path) -> Path:
    """Where the keyring of a root key file lies."""
    return root_key_path.with_name("keyring.sealed")


def write_durably(path: Path, content: bytes, mode: int = 0o600) -> None:
    """`content` in `path`, whole or not at all, and on disk before this returns."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


class FileCustody:
    """Keys on this machine's disk: simple, and as safe as the account that may read them."""

    def __init__(self, root_key_path: Path, root: bytes) -> None:
        self._path = keyring_path(root_key_path)
        self._root = root
        self._lock = threading.Lock()
        self._lookup, self._periods = self._read()
        self._derived: dict[str, bytes] = {}  # one for each service and use at most

    @classmethod
    def create(cls, root_key_path: Path, first_period: str, root: bytes | None = None) -> "FileCustody":
        """Make a root key and a keyring with its first period key; refuses to overwrite either file."""
        root = root or fresh_key()
        root_key_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if root_key_path.exists() or keyring_path(root_key_path).exists():
            raise KeyFileUnusable(values={"file": root_key_path.name, "why": "exists"})
        document = {"format": _FORMAT, "root": b64encode(root).decode()}
        _write_keyring(keyring_path(root_key_path), root, fresh_key(), {first_period: fresh_key()})
        write_durably(root_key_path, json.dumps(document).encode())
        return cls(root_key_path, root)

    @classmethod
    def load(cls, root_key_path: Path) -> "FileCustody":
        """The custody whose root key lies in `root_key_path`.

        Raises:
            KeyFileUnusable: missing, damaged, open to others, or not the key of the keyring beside it.
        """
        return cls(root_key_path, read_root_key(root_key_path))

    def period(self) -> str:
        """The newest period on the keyring."""
        return max(self._periods)

    def begin_period(self, period: str) -> None:
        """Put a new period key on the keyring, unless it is there already (another process may have done it)."""
        with self._lock, _alone_with(self._path):
            self._lookup, self._periods = self._read()
            if period not in self._periods:
                periods = {**self._periods, period: fresh_key()}
                _write_keyring(self._path, self._root, self._lookup, periods)
                self._periods = periods

    def wrap(self, clear: bytes, context: bytes) -> tuple[str, bytes]:
        """`clear` sealed under the newest period key."""
        period = self.period()
        return period, seal_blob(self._periods[period], clear, context)

    def unwrap(self, period: str, blob: bytes, context: bytes) -> bytes:
        """What `wrap` sealed; a period begun by another process is looked for on disk once."""
        if period not in self._periods:
            with self._lock:
                self._lookup, self._periods = self._read()
        if period not in self._periods:
            raise DoesNotOpen
        return open_blob(self._periods[period], blob, context)

    def derived_key(self, purpose: str) -> bytes:
        """The key for one purpose, derived from the keyring's look-up secret (HKDF-SHA-256, RFC 5869), once."""
        if purpose not in self._derived:
            info = b"tillit/derived/1\n" + purpose.encode()
            self._derived[purpose] = HKDF(SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self._lookup)
        return self._derived[purpose]

    def _read(self) -> tuple[bytes, dict[str, bytes]]:
        try:
            document = json.loads(open_blob(self._root, self._path.read_bytes(), _KEYRING_CONTEXT))
        except FileNotFoundError as error:
            raise KeyFileUnusable(values={"file": self._path.name, "why": "missing"}) from error
        except DoesNotOpen as error:
            raise KeyFileUnusable(values={"file": self._path.name, "why": "another_key"}) from error
        return b64decode(document["lookup"]), {name: b64decode(key) for name, key in document["periods"].items()}


def read_root_key(path: Path) -> bytes:
    """The root key in `path`; `KeyFileUnusable` says what is wrong with the file."""
    try:
        if path.stat().st_mode & 0o077:
            raise KeyFileUnusable(values={"file": path.name, "why": "open_to_others"})
        document = json.loads(path.read_bytes())
        root = b64decode(document["root"], validate=True)
        if document["format"] != _FORMAT or len(root) != KEY_BYTES:
            raise KeyFileUnusable(values={"file": path.name, "why": "damaged"})
    except FileNotFoundError as error:
        raise KeyFileUnusable(values={"file": path.name, "why": "missing"}) from error
    except OSError as error:
        raise KeyFileUnusable(values={"file": path.name, "why": "unreadable"}) from error
    except (ValueError, KeyError, TypeError) as error:
        raise KeyFileUnusable(values={"file": path.name, "why": "damaged"}) from error
    return root


@contextmanager
def _alone_with(path: Path) -> Iterator[None]:
    """Keep other processes from changing `path`: of two that begin a period at once, one key would be lost."""
    with path.with_name(f".{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write_keyring(path: Path, root: bytes, lookup: bytes, periods: dict[str, bytes]) -> None:
    document = {
        "format": _FORMAT,
        "lookup": b64encode(lookup).decode(),
        "periods": {name: b64encode(key).decode() for name, key in sorted(periods.items())},
    }
    write_durably(path, seal_blob(root, json.dumps(document).encode(), _KEYRING_CONTEXT))
