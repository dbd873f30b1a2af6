"""Putting the key files back: the root key from its sheet, the keyring from where it was kept beside a backup."""

import json
from base64 import b64encode
from pathlib import Path

from vault.file_custody import FileCustody, KeyFileUnusable, keyring_path, write_durably

__all__ = ["put_back_keys"]


def put_back_keys(root_key_path: Path, root: bytes, keyring: bytes | None = None) -> FileCustody:
    """Write the root key, and the keyring if it is given, and open them; what is there already is never overwritten.

    Args:
        root_key_path: where the root key belongs.
        root: the key, 32 bytes.
        keyring: the bytes of `keyring.sealed`; None when it still lies beside the root key.

    Raises:
        KeyFileUnusable: a file is there already, or the root key does not open the keyring; nothing is left behind.
    """
    ring = keyring_path(root_key_path)
    for path in (root_key_path, *([ring] if keyring is not None else [])):
        if path.exists():
            raise KeyFileUnusable(values={"file": path.name, "why": "exists"})
    root_key_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_durably(root_key_path, json.dumps({"format": 1, "root": b64encode(root).decode()}).encode())
    if keyring is not None:
        write_durably(ring, keyring)
    try:
        return FileCustody.load(root_key_path)
    except KeyFileUnusable:
        root_key_path.unlink()
        if keyring is not None:
            ring.unlink()
        raise
