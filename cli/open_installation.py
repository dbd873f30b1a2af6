"""Opening what a command works on: clock, keys and house; what is not as it should be is refused by name."""

from collections.abc import Iterator
from contextlib import contextmanager

from audit.house import House
from audit.installation import NotInstalled, open_house
from audit.reach_database import is_empty
from foundation.clock import Clock, FileClock, SystemClock
from foundation.settings import Settings
from migrations.revision import refuse_behind
from vault.file_custody import FileCustody

__all__ = ["clock_of", "opened"]


def clock_of(settings: Settings) -> Clock:
    """The machine's clock, or the one that a file sets."""
    return FileClock(settings.clock_file) if settings.clock_file else SystemClock()


@contextmanager
def opened(settings: Settings) -> Iterator[House]:
    """The installation that `settings` point to, for the length of the block.

    Raises:
        DatabaseUnreachable: the database does not answer.
        NotInstalled: nothing is there.
        BehindMigrations: the database is not at this program's revision.
        KeyFileUnusable: the key file is missing, damaged, open to others, or another installation's.
    """
    if is_empty(settings.url):
        raise NotInstalled
    refuse_behind(settings.url)
    house = open_house(settings, clock_of(settings), FileCustody.load(settings.root_key_path))
    try:
        yield house
    finally:
        house.close()
