"""The files of a signer's own folder, which nobody but its owner may read."""

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from audit.evidence.canonical_json import NotCanonical, parse_canonical_json

FORMAT: Final = 1


class SignerUnusable(Exception):
    """The signer's own folder is missing, damaged, open to others, or belongs to another log."""


def read_own_file(path: Path) -> Mapping[str, Any]:
    """What a file of the folder says. Raises ``SignerUnusable``."""
    try:
        data = path.read_bytes()
        mode = path.stat().st_mode
    except OSError as error:
        raise SignerUnusable(f"{path.name} cannot be read: {error.strerror}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SignerUnusable(f"{path.name} may be read by others; its mode should be 0600")
    try:
        said = parse_canonical_json(data.removesuffix(b"\n"))
    except NotCanonical as error:
        raise SignerUnusable(f"{path.name} is damaged: {error}") from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise SignerUnusable(f"{path.name} is of an unknown format")
    return said
