"""`tillit demo`: a fictional municipality to look around in."""

import shutil
from pathlib import Path
from typing import Annotated, Any

import typer

from audit.reach_database import is_empty
from audit.sequence_events import settle_log
from cli.demo_story import Calendar, tell_story
from cli.init import make_installation, refuse_not_empty, take_away
from cli.open_installation import clock_of
from cli.options import DataDir, new_app, settings_for
from cli.serve import serve_installation
from foundation.settings import Settings
from people.demo_municipality import GRANFJORD
from people.fill_demo import Granfjord, fill_demo

__all__ = ["app", "make_demo"]

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
        town = make_demo(settings_for(data_dir, key_beside=False, **told))
        print(f"{GRANFJORD.municipality} is filled: {len(town.households) + 1} households.")
        for home in town.newcomers:
            names = ", ".join(f"{member.name} {member.identity_number}" for member in home.members.values())
            print(f"On no roster yet, to register by hand: {names}")
        print(f"A number that is strictly protected: {town.strict_number}", flush=True)
    if not fill_only:
        serve_installation(settings_for(data_dir, **told), demo=True)


def make_demo(settings: Settings) -> Granfjord:
    """A demonstration where `settings` point to: whole, or not there at all.

    Everything is made in a directory beside the data directory, and takes its place when it is done. A start that was
    cut short leaves nothing that would be taken for a demonstration.

    Raises:
        NotEmpty: the data directory or the database holds something.
    """
    refuse_not_empty(settings)
    data = settings.data_dir.absolute()
    filling = settings.model_copy(update={"data_dir": data.with_name(f".{data.name}.filling")})
    shutil.rmtree(filling.data_dir, ignore_errors=True)
    present = clock_of(settings).now()
    calendar = Calendar(present)
    house, receipt, _ = make_installation(filling, GRANFJORD, clock=calendar)
    try:
        house.custody.begin_period(f"{present:%Y-%m}")
        town = fill_demo(house, receipt.organisation_id)
        tell_story(town, calendar)
        settle_log(house)
    except BaseException:
        house.close()
        take_away(filling)
        raise
    house.close()
    if data.exists():
        data.rmdir()
    filling.data_dir.rename(data)
    return town
