"""Resolves the Python packages anew and writes `requirements/`: exact versions and hashes, no word about any index.

Run by whoever changes a dependency: `make lock`, then read the difference. The lock file itself is not committed,
because it names the index that it was made from; where it is still lying about, versions stay as they are unless
`pyproject.toml` asks for others.
"""

import sys

from setup.run_tool import run_tool
from setup.step import ROOT, VENV, SetupStopped

__all__ = ["lock_packages"]

_REQUIREMENTS = ROOT / "requirements"

#: Written file -> the choice of packages in it. uv itself comes alone, since pip installs it before anything else is
#: there.
_FILES = {
    "run.txt": ("--no-dev",),
    "dev.txt": ("--group", "dev"),
    "uv.txt": ("--only-group", "bootstrap"),
}


def lock_packages() -> int:
    """Write the requirements files; 0 when done, 1 with the resolver's own words otherwise."""
    uv = str(VENV / "bin" / "uv")
    try:
        run_tool("resolving the packages", uv, "lock")
        for file, choice in _FILES.items():
            run_tool(
                f"writing requirements/{file}",
                *(
                    uv,
                    "export",
                    "--quiet",
                    "--frozen",
                    "--no-emit-project",
                    "--no-header",
                    "--format",
                    "requirements-txt",
                ),
                *(*choice, "--output-file", str(_REQUIREMENTS / file)),
            )
    except SetupStopped as stopped:
        print(f"Locking stopped: {stopped}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(lock_packages())
