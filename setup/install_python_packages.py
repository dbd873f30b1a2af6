"""The Python environment: made by `venv`, filled by uv, every package checked against the hash in `requirements/`.

pip installs only uv, because pip takes ten times as long for the rest. Bytecode is compiled at once: without it every
first start takes three times as long.
"""

import platform
import sys
import tomllib

from setup.run_tool import run_tool
from setup.step import ROOT, VENV, SetupStopped, Step

__all__ = ["PYTHON_STEPS"]

_PYTHON = VENV / "bin" / "python"
_UV = VENV / "bin" / "uv"
_REQUIREMENTS = ROOT / "requirements"


def _make_environment() -> None:
    try:
        run_tool("making .venv", sys.executable, "-m", "venv", "--clear", str(VENV))
    except SetupStopped as stopped:
        raise SetupStopped(f"{stopped}; on Debian and Ubuntu the package python3-venv is needed") from stopped


def _install_uv() -> None:
    run_tool(
        "installing uv",
        str(_PYTHON),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "-r",
        str(_REQUIREMENTS / "uv.txt"),
    )


def _install_packages() -> None:
    run_tool(
        "installing the Python packages",
        *(str(_UV), "pip", "install", "--quiet", "--python", str(_PYTHON), "--require-hashes", "--compile-bytecode"),
        *("-r", str(_REQUIREMENTS / "dev.txt")),
    )


def _install_project() -> None:
    # The build back end is among the hash-locked packages; build isolation would fetch another one unchecked.
    run_tool(
        "installing the project",
        *(str(_UV), "pip", "install", "--quiet", "--python", str(_PYTHON), "--no-deps", "--no-build-isolation"),
        *("--editable", str(ROOT)),
    )
    # The interpreter writes it by itself where it may; where it may not, each start would read the source anew.
    run_tool("compiling the source", str(_PYTHON), "-m", "compileall", "-q", *_packages())


def _packages() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [str(ROOT / name) for name in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]]


def _packaging() -> str:
    """The parts of pyproject.toml that decide what the installed project looks like, without the tools' settings."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return repr((project["build-system"], project["project"], project["tool"]["hatch"]))


PYTHON_STEPS = (
    Step(
        name="environment",
        doing="Making the Python environment .venv",
        make=_make_environment,
        made_from=(),
        makes=(_PYTHON,),
        also=str(ROOT),  # commands in .venv/bin hold the path they were installed under: a moved copy needs a new one
    ),
    Step(
        name="uv",
        doing="Installing uv",
        make=_install_uv,
        made_from=(_REQUIREMENTS / "uv.txt",),
        makes=(_UV,),
    ),
    Step(
        name="python-packages",
        doing="Installing the Python packages",
        make=_install_packages,
        made_from=(_REQUIREMENTS / "dev.txt",),
        makes=(VENV / "bin" / "pytest", VENV / "bin" / "ruff", VENV / "bin" / "mypy"),
        also=platform.machine(),
    ),
    Step(
        name="project",
        doing="Installing the command tillit",
        make=_install_project,
        made_from=(),
        makes=(VENV / "bin" / "tillit",),
        also=_packaging(),
    ),
)
