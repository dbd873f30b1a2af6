"""The options that need no settings: a command that reads only what it is told loads nothing more than these."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["DataDir", "Json", "new_app"]

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", metavar="DIR", help="Where the installation lies; else TILLIT_DATA_DIR, else `var`."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def new_app(purpose: str | None = None) -> typer.Typer:
    """An empty command, or group of commands with this purpose; errors are told in `cli.main`, in one line."""
    return typer.Typer(
        help=purpose,
        no_args_is_help=purpose is not None,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
