"""`tillit tour`: the whole story over real HTTP, against a server of its own, with every step looked up in the log."""

import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from time import monotonic
from typing import Annotated

import httpx2
import typer

from audit.reach_database import sqlite_file
from cli.make_demo import make_demo
from cli.options import new_app
from cli.story import CHAPTERS, Scene
from cli.walker import Step, Walker
from foundation.clock import SystemClock, local_date
from foundation.errors import Unavailable
from foundation.settings import Settings
from migrations.run import migrate
from people.fill_demo import Granfjord
from people.identity_number import norwegian_check_digits

__all__ = ["ServerDidNotStart", "ServerStopped", "app", "scene_of", "serving", "tour", "walk"]

app = new_app()

#: How long the server may take to begin, and to stop, in seconds.
_PATIENCE = 30

_ADDRESS = re.compile(r"https?://\S+")
_PROBLEM = 400

#: From here on, individual numbers belong to those born since 2000.
_BORN_SINCE_2000 = 500


class ServerDidNotStart(Unavailable):
    """The server of the tour ended before it said where it listens."""

    code = "server_did_not_start"
    title = "The server did not start"
    do = "Read what it said above; `tillit doctor` may tell more."


class ServerStopped(Unavailable):
    """The server of the tour went away under it."""

    code = "server_stopped"
    title = "The server stopped in the middle of the tour"
    do = "Read what it said above; `tillit doctor` may tell more."


@app.command()
def tour(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line, one for each step.")] = False,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Make the data in this empty directory, and leave it there.")
    ] = None,
) -> None:
    """Walk the whole story as each person in turn, and look every step up in the log.

    The server is one of its own, on a fresh directory and, with TILLIT_DATABASE_URL, on that PostgreSQL database, which
    must be empty and is emptied again unless --keep is given. The exit code is 0 only when every answer and every event
    is what it must be.
    """
    began = monotonic()
    for told in (signal.SIGTERM, signal.SIGINT):  # so that the server is stopped then too, also behind a shell's `&`
        signal.signal(told, lambda number, _frame: sys.exit(128 + number))
    tell = _print_json if as_json else _tell
    with _place(keep) as (settings, town), serving(settings) as address:
        steps = walk(address, town, tell)
    if not as_json:
        _sum_up(steps, monotonic() - began)
    raise typer.Exit(0 if all(step.is_right for step in steps) else 1)


def walk(address: str, town: Granfjord, tell: Callable[[Step], None]) -> list[Step]:
    """Walk every chapter against the server at `address`, which serves `town`; the steps, each told when it is done."""
    with closing(Walker(address, tell)) as walker:
        scene = scene_of(town, walker)
        for chapter in CHAPTERS:
            try:
                chapter(scene)
            except httpx2.TransportError as error:
                raise ServerStopped from error
            except (KeyError, TypeError, IndexError):
                # A wrong step gave the next nothing to build on; where none was wrong, the story itself is at fault.
                if all(step.is_right for step in walker.steps):
                    raise
                break
        return walker.steps


def scene_of(town: Granfjord, walker: Walker) -> Scene:
    """The story in `town` before its first step: a family that is on no roster yet, and today's date."""
    family = next(home.members for home in town.newcomers if home.family.bond == "joint")
    today = local_date(SystemClock().now(), "NOR")
    return Scene(walker, family, town.strict_number, _unknown_number(town), today)


@contextmanager
def _place(keep: Path | None) -> Iterator[tuple[Settings, Granfjord]]:
    """Where the tour's data lie: a fresh directory, and the PostgreSQL database that the environment names."""
    with ExitStack() as undo:
        fresh = keep or Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="tillit-tour-"))) / "data"
        # Every place is told: of an installation that the environment names, nothing is used but the database.
        settings = Settings(
            data_dir=fresh,
            key_file=None,
            log_store=None,
            log_policy=None,
            clock_file=None,
            public_url=None,
            requests_per_minute=6000,
        )
        town = make_demo(settings)
        if keep is None and sqlite_file(settings.url) is None:
            undo.callback(migrate, settings.url, "base")
        yield settings, town


def _unknown_number(town: Granfjord) -> str:
    """A synthetic identity number of nobody in the town."""
    homes = (*town.households, town.confidential, *town.newcomers)
    taken = {town.strict_number, *(member.identity_number for home in homes for member in home.members.values())}
    day = town.strict_number[:6]
    for individual in range(_BORN_SINCE_2000, 1000):
        checks = norwegian_check_digits(f"{day}{individual}")
        if checks is not None and f"{day}{individual}{checks}" not in taken:
            return f"{day}{individual}{checks}"
    raise LookupError("everybody of this birthday lives in the town")


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """The address of a real server over the tour's data; it is stopped however the block ends."""
    told = {name: value for name, value in os.environ.items() if not name.startswith("TILLIT_")}
    told["TILLIT_REQUESTS_PER_MINUTE"] = str(settings.requests_per_minute)
    if settings.database_url:
        told["TILLIT_DATABASE_URL"] = settings.database_url
    command = [sys.executable, "-c", "from cli.main import main; main()", "serve", "--demo", "--port", "0"]
    server = subprocess.Popen(  # noqa: S603  # this program again, by its own interpreter
        [*command, "--data-dir", str(settings.data_dir)], env=told, stdout=subprocess.PIPE, text=True
    )
    try:
        yield _address(server)
    finally:
        server.terminate()
        try:
            server.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _address(server: "subprocess.Popen[str]") -> str:
    said = ""
    if server.stdout is not None and select.select([server.stdout], [], [], _PATIENCE)[0]:
        said = server.stdout.readline()
    found = _ADDRESS.search(said)
    if found is None:
        raise ServerDidNotStart
    return found[0]


def _print_json(step: Step) -> None:
    print(json.dumps(step.as_data()), flush=True)


def _tell(step: Step) -> None:
    mark = typer.style("✓", fg="green") if step.is_right else typer.style("✗", fg="red", bold=True)
    rules = f"  {typer.style(' '.join(step.rules), fg='yellow')}" if step.rules else ""
    status = typer.style(str(step.status), fg="cyan" if step.status < _PROBLEM else "magenta")
    typer.echo(f"{mark} {step.number:>3}  {status}  {typer.style(step.actor, bold=True)} {step.says}{rules}")
    for line in step.wrong:
        typer.echo(f"           {typer.style(line, fg='red')}  ({step.request})")


def _sum_up(steps: list[Step], seconds: float) -> None:
    right = sum(step.is_right for step in steps)
    color = "green" if right == len(steps) else "red"
    typer.echo(typer.style(f"{right} of {len(steps)} steps are right, each with its event; {seconds:.1f} s", fg=color))
