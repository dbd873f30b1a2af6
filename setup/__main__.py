"""`python3 -m setup`: refuses an interpreter that is too old in one line, then makes the source ready to run.

This file is the only one that an older interpreter reads, so it keeps to syntax that one still understands, and imports
the rest after the check.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  # the whole point: say it in one line instead of failing on newer syntax
    sys.exit(
        f"Tillit needs Python 3.11 or newer, and {sys.executable} is {sys.version_info[0]}.{sys.version_info[1]}; "
        "name a newer one with: make PYTHON=python3.12 setup"
    )

from setup.prepare import prepare

sys.exit(prepare())
