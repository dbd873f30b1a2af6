"""Where the source checkout lies, for the commands that need one."""

from pathlib import Path

from foundation.errors import Unavailable

__all__ = ["NeedsSource", "source_root"]


class NeedsSource(Unavailable):
    """The command works on the source, and this is an installed program."""

    code = "needs_source"
    title = "This command works in a checkout of the source only"
    do = "Clone the repository, run `make setup`, and run it there."


def source_root() -> Path:
    """The folder of the source checkout that this program runs from; `NeedsSource` when it does not."""
    root = Path(__file__).resolve().parent.parent
    if not all((root / there).exists() for there in ("pyproject.toml", "bench", "docs")):
        raise NeedsSource
    return root
