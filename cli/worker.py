"""`tillit worker`: the log's sequencer as a process of its own, beside several servers on PostgreSQL."""

import gc

from audit.reach_database import sqlite_file
from audit.sequence_events import sequence_events
from cli.open_installation import opened
from cli.options import DataDir, new_app, settings_for
from cli.until_told_to_stop import until_told_to_stop
from foundation.errors import Refused

__all__ = ["ServedBySqlite", "app"]

app = new_app()


class ServedBySqlite(Refused):
    """On SQLite the server is the only process there is."""

    code = "no_worker_on_sqlite"
    title = "On SQLite the server does this itself"
    do = "Start `tillit serve` alone; a worker is for several servers on PostgreSQL."


@app.command()
def worker(data_dir: DataDir = None) -> None:
    """Give entries their places in the log's tree and have its heads signed, until told to stop."""
    settings = settings_for(data_dir)
    if sqlite_file(settings.url) is not None:
        raise ServedBySqlite
    with opened(settings) as house:
        over = until_told_to_stop(house.evidence.committed)
        print(f"Sequencing {house.installed.origin}", flush=True)
        gc.collect()
        gc.freeze()  # as the server does: what lives as long as the process is a third of the work on a large batch
        sequence_events(house, over)
