"""The sequencer in a process that kills itself at one edge of the machine: `killed_sequencer.py EDGE`, settings told.

It brings the log up to date, plans the log's next key, and brings the log up to date once more. An edge is passed
before and after every flush to the disk, every renaming and every commit; EDGE counts them from 1. At 0 it goes through
to the end, and prints how many there were.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlalchemy import Connection

from audit.begin_log import open_signer
from audit.evidence.log_store import DirectoryStore
from audit.evidence.signer import Signer
from audit.evidence.signing_key import SCHEDULED
from audit.sequence_events import settle_log
from cli.open_installation import opened
from cli.options import settings_for
from tests.a_sequencer import record


class _Edges:
    """Counts them, and ends at the one that was told."""

    def __init__(self, last: int) -> None:
        self._last = last
        self.passed = 0

    def one(self, *_: object) -> None:
        self.passed += 1
        if self.passed == self._last:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def worked(*told: Any, **named: Any) -> Any:
            self.one()
            result = work(*told, **named)
            self.one()
            return result

        return worked


def main() -> None:
    edges = _Edges(int(sys.argv[1]))
    with opened(settings_for()) as house:
        os.fsync = edges.around(os.fsync)
        Path.rename = edges.around(Path.rename)  # type: ignore[method-assign]  # the edge of the machine, from outside
        Connection.commit = edges.around(Connection.commit)  # type: ignore[method-assign]  # as above
        settle_log(house)
        signer = open_signer(house, DirectoryStore(house.settings.store_path))
        assert isinstance(signer, Signer)
        signer.plan_key(SCHEDULED)
        record(house)
        settle_log(house)
    sys.stdout.write(str(edges.passed))


if __name__ == "__main__":
    main()
