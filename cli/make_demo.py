"""Making the demonstration: an installation of a fictional municipality, its families, and what they went through."""

import shutil

from audit.sequence_events import settle_log
from cli.demo_story import Calendar, tell_story
from cli.init import make_installation, refuse_not_empty, take_away
from cli.open_installation import clock_of
from foundation.settings import Settings
from people.demo_municipality import GRANFJORD
from people.fill_demo import Granfjord, fill_demo

__all__ = ["make_and_tell", "make_demo"]


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


def make_and_tell(settings: Settings) -> None:
    """Make the demonstration, and print what there is to try out. Raises as `make_demo` does."""
    town = make_demo(settings)
    print(f"{GRANFJORD.municipality} is filled: {len(town.households) + 1} households.")
    for home in town.newcomers:
        names = ", ".join(f"{member.name} {member.identity_number}" for member in home.members.values())
        print(f"On no roster yet, to register by hand: {names}")
    print(f"A number that is strictly protected: {town.strict_number}", flush=True)
