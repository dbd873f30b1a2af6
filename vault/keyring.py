"""A keyring that lies somewhere else than beside its root key: whose is it."""

from pathlib import Path

from vault.blob import DoesNotOpen, open_blob
from vault.file_custody import KeyFileUnusable

__all__ = ["refuse_foreign_keyring"]


def refuse_foreign_keyring(path: Path, root: bytes) -> None:
    """Pass when there is no keyring at `path`, or `root` opens it: what another installation needs is not overwritten.

    Raises:
        KeyFileUnusable: the keyring there belongs to another root key.
    """
    if not path.exists():
        return
    try:
        open_blob(root, path.read_bytes(), b"custody/keyring")
    except DoesNotOpen as error:
        raise KeyFileUnusable(values={"file": str(path), "why": "another_installations_keyring"}) from error
