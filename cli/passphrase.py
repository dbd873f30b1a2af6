"""Where a command takes a passphrase from: a file or the terminal, never an argument, which others can see."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from foundation.errors import Invalid

__all__ = ["NoPassphrase", "Passphrase", "passphrase_from"]

Passphrase = Annotated[
    Path | None, typer.Option("--passphrase-file", metavar="FILE", help="Read the passphrase from a file's first line.")
]


class NoPassphrase(Invalid):
    """A passphrase is needed, and there is neither a file nor a terminal."""

    code = "no_passphrase"
    title = "A passphrase is needed"
    do = "Run it at a terminal, or give --passphrase-file FILE."


def passphrase_from(file: Path | None, *, twice: bool) -> str:
    """The passphrase from the file, or typed unseen, `twice` where it is a new one.

    Raises:
        NoPassphrase: there is neither a file nor a terminal.
    """
    if file is not None:
        return file.read_text(encoding="utf-8").partition("\n")[0]
    if not sys.stdin.isatty():
        raise NoPassphrase
    return str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=twice, err=True))
