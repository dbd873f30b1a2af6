"""`python3 -m setup`: refuses an interpreter that is too old in one line, then makes the source ready to run.

This file is the only one that an older interpreter reads, so it keeps to syntax that every Python 3 understands.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 -- the whole point: say it in one line instead of failing on newer syntax
    sys.exit(
        "Tillit needs Python 3.11 or newer and %s is %d.%d; name a newer one with: make PYTHON=python3.12 setup"
        % (sys.executable, sys.version_info[0], sys.version_info[1])
    )

from setup.prepare import prepare  # noqa: E402 -- its syntax is newer than the check above

sys.exit(prepare())
