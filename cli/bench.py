"""`tillit bench`: run the yardsticks of the source checkout."""

import importlib
import sys
from typing import Annotated

import typer

from cli.options import Json, new_app
from cli.source import source_root
from foundation.errors import Invalid

__all__ = ["UnknownYardstick", "app"]

app = new_app()


class UnknownYardstick(Invalid):
    """There is no yardstick of this name."""

    code = "unknown_yardstick"
    title = "There is no such yardstick"
    do = "Give one of the names above, or none to run them all."


@app.command()
def bench(
    name: Annotated[str | None, typer.Argument(help="Which yardstick; all of them when left out.")] = None,
    seconds: Annotated[float, typer.Option(help="How long each measure runs, in seconds.")] = 3.0,
    as_json: Json = False,  # noqa: FBT002  # an option of the command line
) -> None:
    """Measure on this machine."""
    sys.path.insert(0, str(source_root()))
    # Yardsticks are not shipped, so they are looked for only when they are asked for.
    yardsticks = importlib.import_module("bench.run")
    if name is not None and name not in yardsticks.YARDSTICKS:
        raise UnknownYardstick(values={"there are": ", ".join(yardsticks.YARDSTICKS)})
    print(yardsticks.said(yardsticks.run(name, seconds), as_json=as_json))
