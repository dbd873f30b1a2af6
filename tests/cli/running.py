"""Running `tillit` as what it is: a process of its own, with nothing of the tests in it.

`program` starts the installed program. `tillit` runs the same `main` in a process that is forked from one which has the
modules loaded already, because loading them takes longer than most commands do.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.main import COMMANDS, main

__all__ = ["Ran", "program", "serving", "tillit"]

_PROGRAM = Path(sys.executable).with_name("tillit")
_LOADED = multiprocessing.get_context("forkserver")
_LOADED.set_forkserver_preload([place.partition(":")[0] for place, _ in COMMANDS.values()])


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def refusal(self) -> str:
        """The one line with which it stopped: an exit code that is not zero, nothing else on the error output."""
        assert self.code not in (0, None)
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("tillit: ")
        return lines[0]


def _environment(told: dict[str, str]) -> dict[str, str]:
    """This process's environment without settings of Tillit, and with those told."""
    return {**{name: value for name, value in os.environ.items() if not name.startswith("TILLIT_")}, **told}


def _run_loaded(arguments: list[str], environment: dict[str, str], out: str, err: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for place, descriptor in ((out, 1), (err, 2)):
        os.dup2(os.open(place, os.O_WRONLY), descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.argv = ["tillit", *arguments]
    main()


def tillit(*arguments: object, **told: str) -> Ran:
    """Run a command to its end, with these settings in its environment."""
    with tempfile.NamedTemporaryFile("r") as out, tempfile.NamedTemporaryFile("r") as err:
        run = (list(map(str, arguments)), _environment(told), out.name, err.name)
        process = _LOADED.Process(target=_run_loaded, args=run)
        process.start()
        process.join(300)
        assert process.exitcode is not None, "the command does not end"
        return Ran(process.exitcode, out.read(), err.read())


def program(*arguments: object, **told: str) -> Ran:
    """Run the installed program to its end."""
    done = subprocess.run(
        [_PROGRAM, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        env=_environment(told),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@contextmanager
def serving(*arguments: object, **told: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Start the program with a command that serves: its address once it listens, and the process.

    It is stopped in the end.
    """
    process = subprocess.Popen(
        [_PROGRAM, *map(str, arguments)],
        env=_environment(told),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        address = ""
        for line in process.stdout:
            if " http://" in line:
                address = line.split()[-1]
                break
        assert address, process.communicate()[1]
        yield address, process
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=120)
    finally:
        process.kill()
        process.communicate()
