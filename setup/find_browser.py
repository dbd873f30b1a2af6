"""Finds the Chromium that the browser tests drive.

Where there is none, root on Debian gets it installed; anybody else is told in one line what to install.
"""

import os
import shutil
import subprocess
import sys

__all__ = ["find_browser"]

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_browser() -> str | None:
    """The path of a Chromium on PATH, or None."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


def _install_browser() -> None:
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "-qq", "update"],
        ["apt-get", "-qq", "install", "-y", "--no-install-recommends", "chromium"],
    ):
        subprocess.run(
            command,
            env=quiet,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )


def main() -> int:
    """0 when a browser is there, installed now or before; 1 with one line otherwise.

    The browser tests are never skipped.
    """
    if find_browser() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests ...", flush=True)
        _install_browser()
    if find_browser() is None:
        print(
            "The browser tests need Chromium on PATH; on Debian and Ubuntu: apt-get install chromium", file=sys.stderr
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
