"""How the commands that verify something end: their exit codes, and the one line when nothing could be verified."""

from typing import NoReturn

import typer

__all__ = ["FOUND", "NOT_YET", "USAGE", "VERIFIED", "stop"]

#: The same as those of the single-file verifier.
VERIFIED, FOUND, USAGE = 0, 1, 2

#: Nothing is wrong so far, and it is too early to say that all is well.
NOT_YET = 3


def stop(line: str, code: int) -> NoReturn:
    """Say in one line on the error output why there is no answer, and end with `code`."""
    typer.echo(f"tillit: {line}", err=True)
    raise typer.Exit(code)
