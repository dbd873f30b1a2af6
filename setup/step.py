"""A step of the set-up: it is done again when what it reads has changed or what it makes is gone, and only then."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "VENV", "SetupStopped", "Step", "fingerprint"]

#: The folder that holds the whole source.
ROOT = Path(__file__).resolve().parent.parent

#: The Python environment that every command of the project runs in.
VENV = ROOT / ".venv"


class SetupStopped(Exception):
    """The set-up cannot go on; the message is the one line that says why and what to do."""


def fingerprint(files: Iterable[Path], also: str = "") -> str:
    """The SHA-256, in hexadecimal, of the named files' paths and bytes and of `also`; their order does not matter."""
    digest = hashlib.sha256(also.encode())
    for file in sorted(files):
        content = file.read_bytes()
        digest.update(f"\n{file.relative_to(ROOT) if file.is_relative_to(ROOT) else file} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


@dataclass(frozen=True)
class Step:
    """One thing to make, what it is made from, and where it can be seen that it is there."""

    name: str
    doing: str
    make: Callable[[], None]
    made_from: tuple[Path, ...]
    makes: tuple[Path, ...]
    also: str = ""

    def run(self) -> bool:
        """Make the thing unless it is there and made from the same; True when it was made now.

        The stamp is written last and removed first, so a step that was interrupted is done again. Stamps lie inside the
        environment: whoever removes `.venv` starts from the beginning.
        """
        stamp = VENV / "ready" / self.name
        mark = fingerprint(self.made_from, self.also)
        if stamp.is_file() and stamp.read_text() == mark and all(path.exists() for path in self.makes):
            return False
        print(f"{self.doing} ...", flush=True)
        stamp.unlink(missing_ok=True)
        self.make()
        missing = [path for path in self.makes if not path.exists()]
        if missing:
            raise SetupStopped(f"{self.doing} left no {missing[0].relative_to(ROOT)}")
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(mark)
        return True
