"""`tillit migrate`: bring the database to a revision, forwards or back."""

import sys
from typing import Annotated

import typer

from audit.reach_database import is_empty
from cli.options import DataDir, new_app, settings_for
from migrations.revision import current_revision
from migrations.run import migrate

__all__ = ["app"]

app = new_app()


@app.command("migrate")
def command(
    data_dir: DataDir = None,
    to: Annotated[str, typer.Option(metavar="REVISION", help="`head`, `base`, or a number such as 0003.")] = "head",
) -> None:
    """Bring the database to the newest revision, or to the one named."""
    settings = settings_for(data_dir)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    before = None if is_empty(settings.url) else current_revision(settings.url)
    goes_back = to == "base" or (to != "head" and to < (before or ""))
    if goes_back and before is not None and sys.stdin.isatty():
        typer.confirm(f"Going back from {before} to {to} drops tables with all that is in them. Go on?", abort=True)
    after = migrate(settings.url, to)
    print(f"{before or 'empty'} -> {after or 'empty'}")
