"""`tillit demo`: a fictional municipality to look around in."""

import importlib
from pathlib import Path
from typing import Annotated, Any

import typer

from audit.reach_database import is_empty
from cli.options import DataDir, new_app, settings_for
from cli.serve import serve_installation

__all__ = ["app"]

app = new_app()


@app.command()
def demo(
    data_dir: DataDir = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on; 0 for a free one.")] = None,
    clock_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A file with an ISO 8601 instant that becomes the present.")
    ] = None,
    fill_only: Annotated[bool, typer.Option("--fill-only", help="Fill the data directory, and do not serve.")] = False,  # noqa: FBT002  # an option
) -> None:
    """Fill an empty data directory with a fictional municipality, and serve it; one that is filled is only served."""
    told: dict[str, Any] = {"port": port, "clock_file": clock_file}
    if is_empty(settings_for(data_dir, **told).url):
        # Loaded by name and only here: every later start does without a seventh of the work.
        importlib.import_module("cli.make_demo").make_and_tell(settings_for(data_dir, key_beside=False, **told))
    if not fill_only:
        serve_installation(settings_for(data_dir, **told), demo=True)
