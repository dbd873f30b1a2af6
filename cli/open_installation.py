"""Opening what a command works on: clock, keys and house; what is not as it should be is refused by name."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from audit.house import House
from audit.installation import NotInstalled, open_house
from audit.reach_database import is_empty
from audit.sequence_events import settle_log
from audit.sequencer import trouble_of
from foundation.clock import Clock, FileClock, SystemClock
from foundation.errors import Unavailable
from foundation.settings import Settings
from migrations.revision import refuse_behind
from vault.file_custody import FileCustody

__all__ = ["RESTORING", "RestoreCutShort", "clock_of", "opened", "recording"]

#: Lies in the data directory from a restore's first byte to its event.
RESTORING = "restoring"


class RestoreCutShort(Unavailable):
    """A restore began here and did not come to its end; what is here may lack something, and no event says so."""

    code = "restore_cut_short"
    title = "A restore was cut short here"
    do = "Empty the data directory and the database, and restore again."


def clock_of(settings: Settings) -> Clock:
    """The machine's clock, or the one that a file sets."""
    return FileClock(settings.clock_file) if settings.clock_file else SystemClock()


@contextmanager
def opened(settings: Settings) -> Iterator[House]:
    """The installation that `settings` point to, for the length of the block.

    Raises:
        DatabaseUnreachable: the database does not answer.
        NotInstalled: nothing is there.
        RestoreCutShort: a restore did not come to its end.
        BehindMigrations: the database is not at this program's revision.
        KeyFileUnusable: the key file is missing, damaged, open to others, or another installation's.
    """
    if (settings.data_dir / RESTORING).exists():
        raise RestoreCutShort
    if is_empty(settings.url):
        raise NotInstalled
    refuse_behind(settings.url)
    house = open_house(settings, clock_of(settings), FileCustody.load(settings.root_key_path))
    try:
        yield house
    finally:
        house.close()


@contextmanager
def recording(settings: Settings) -> Iterator[House]:
    """The installation for a command that does deeds: what they left in the log has its place there when it ends.

    Where a server or worker runs, that one gives it. What cannot be signed now waits for the next start, and is said.
    Raises as `opened` does.
    """
    with opened(settings) as house:
        try:
            yield house
        finally:
            if len(house.committed) and _sequences_here(settings):
                _settle(house)


def _sequences_here(settings: Settings) -> bool:
    """Whether this is for whoever runs a command: files of another account, root's say, would stop the service's."""
    try:
        owner = settings.store_path.stat().st_uid
    except OSError:
        return False
    return settings.sequencer == "embedded" and owner == os.geteuid()


def _settle(house: House) -> None:
    try:
        settle_log(house)
    except Exception as error:  # noqa: BLE001  # whatever it is, the deed is done and recorded
        print(f"recorded; the log signs it when the service starts [{trouble_of(error)}]", file=sys.stderr)
