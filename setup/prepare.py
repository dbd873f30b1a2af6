"""Makes the source ready to run, one step after the other, one process at a time."""

import fcntl
import sys

from setup.compile_translations import translations_step
from setup.gather_static_files import STATIC_FILES_STEP
from setup.install_front_end_packages import FRONT_END_STEP
from setup.install_python_packages import PYTHON_STEPS
from setup.step import ROOT, SetupStopped

__all__ = ["prepare"]


def prepare() -> int:
    """Do every step that is not already done; 0 when all is there, 1 with one line on standard error otherwise."""
    (ROOT / "build").mkdir(exist_ok=True)
    with (ROOT / "build" / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two shells in the same copy take turns; the second finds everything done
        try:
            for step in (*PYTHON_STEPS, FRONT_END_STEP, STATIC_FILES_STEP, translations_step()):
                if step is not None:
                    step.run()
        except SetupStopped as stopped:
            print(f"Set-up stopped: {stopped}", file=sys.stderr)
            return 1
    return 0
