"""Runs an outside program for the set-up, quietly when it succeeds and with everything it said when it fails."""

import os
import subprocess
import sys

from setup.step import ROOT, SetupStopped

__all__ = ["run_tool"]

#: The package clients trust the machine's own certificate store: many municipalities reach the outside through a proxy
#: of theirs.
_SETTINGS = {
    "UV_SYSTEM_CERTS": "1",
    "UV_NO_PROGRESS": "1",
    "NODE_USE_SYSTEM_CA": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}

#: Set by an activated environment or an embedding program; they would lead a tool away from the project's own
#: environment.
_MISLEADING = ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "CONDA_PREFIX")


def run_tool(doing: str, *command: str, path_first: str = "") -> None:
    """Run `command` in the project's folder; `path_first` is a folder to be searched for programs before all others.

    Raises:
        SetupStopped: the program is missing or ended with an error; its output has been printed.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _MISLEADING} | _SETTINGS
    if path_first:
        environment["PATH"] = os.pathsep.join([path_first, environment.get("PATH", os.defpath)])
    try:
        result = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    except OSError as error:
        raise SetupStopped(f"{doing} failed: {command[0]} cannot be run ({error.strerror})") from error
    if result.returncode:
        sys.stderr.write(result.stdout)
        raise SetupStopped(f"{doing} failed (exit {result.returncode}); what the tool said stands above")
