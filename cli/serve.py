"""`tillit serve`: one process that answers over HTTP, behind a reverse proxy."""

import errno
import fcntl
import gc
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
import uvicorn

from audit.house import House
from audit.reach_database import sqlite_file
from audit.sequence_events import keeping_up
from cli.open_installation import opened
from cli.options import DataDir, key_file_is_inside, new_app, settings_for
from foundation.errors import Conflict, Refused, Unavailable
from foundation.settings import Settings
from vault.file_custody import KeyFileUnusable
from web.app import create_app

__all__ = ["AlreadyServed", "DemoData", "NotDemoData", "PortInUse", "app", "serve_installation"]

app = new_app()

#: How long requests under way may take to finish when the server is told to stop, in seconds.
_PATIENCE = 10

#: How often the server looks whether a new month has begun, in seconds.
_HOUR = 3600


class DemoData(Refused):
    """The data is a demonstration, and the server was started as if it were real."""

    code = "demo_data"
    title = "This is demo data, where anybody signs in with one click"
    do = "Start it with `tillit serve --demo`, or point --data-dir to the real installation."


class NotDemoData(Refused):
    """The data is real, and a demonstration was asked for."""

    code = "not_demo_data"
    title = "This is real data"
    do = "A demonstration needs a directory of its own; real data is served by `tillit serve`, without a clock file."


class PortInUse(Unavailable):
    """Something else listens on the port."""

    code = "port_in_use"
    title = "The port is in use"
    do = "Stop what listens there, or choose another one with --port."


class AlreadyServed(Conflict):
    """Another server process has this SQLite database."""

    code = "already_served"
    title = "This installation is being served already"
    do = "SQLite has one server process; stop the other one, or use PostgreSQL for several."


@app.command()
def serve(
    data_dir: DataDir = None,
    demo: Annotated[bool, typer.Option("--demo", help="Serve demo data, with sign-in by one click.")] = False,  # noqa: FBT002  # an option
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on; 0 for a free one.")] = None,
    forwarded_from: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Believe X-Forwarded-For and -Proto from this address: the reverse proxy's."
        ),
    ] = None,
) -> None:
    """Serve an installation until it is told to stop."""
    serve_installation(settings_for(data_dir, host=host, port=port), demo=demo, forwarded_from=forwarded_from)


def serve_installation(settings: Settings, *, demo: bool, forwarded_from: str | None = None) -> None:
    """Open the installation, listen, and serve until SIGTERM or Ctrl-C; requests under way are finished.

    Raises:
        DemoData: demo data, and `demo` is False.
        NotDemoData: real data, and `demo` is True or a clock file is set.
        KeyFileUnusable: the key is not this installation's, or real data lies with its own key.
        PortInUse: something listens on the port.
        AlreadyServed: another process serves this SQLite database.
    """
    with opened(settings) as house:
        if house.installed.is_demo and not demo:
            raise DemoData
        if not house.installed.is_demo and (demo or settings.clock_file):
            raise NotDemoData
        if not house.installed.is_demo and key_file_is_inside(settings):
            raise KeyFileUnusable(values={"file": settings.root_key_path.name, "why": "inside_the_data_directory"})
        with _alone(settings), _listening(settings) as listener, _period_keys(house), keeping_up(house):
            _run(house, listener, forwarded_from)


def _run(house: House, listener: socket.socket, forwarded_from: str | None) -> None:
    host, port = listener.getsockname()[:2]
    settings = house.settings.model_copy(update={"host": host, "port": port})
    house.settings = settings
    config = uvicorn.Config(
        create_app(house),
        loop="uvloop",
        http="httptools",
        ws="none",
        log_config=None,
        log_level="warning",
        access_log=False,  # a line per request would be a second log of who did what, without its protection
        server_header=False,
        proxy_headers=forwarded_from is not None,
        forwarded_allow_ips=forwarded_from or "",
        timeout_graceful_shutdown=_PATIENCE,
    )
    server = uvicorn.Server(config)

    def stop(_signal: int, _frame: object) -> None:
        # Before uvicorn listens for signals this stops it; afterwards it has stopped, and raises the signal once more.
        # Without a handler of ours that would end the process before the house is closed.
        server.should_exit = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    name = house.installed.municipality
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    print(f"Tillit for {name}{' (demo data)' if house.installed.is_demo else ''}: {address}", flush=True)
    gc.collect()
    gc.freeze()  # what lives as long as the server need not be looked at again by every collection
    server.run(sockets=[listener])


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(values={"port": settings.port}) from error
        raise
    with listener:
        yield listener


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """On SQLite, hold the data directory for this process: its writers stand in one line, and it is the only one."""
    if sqlite_file(settings.url) is None:
        yield
        return
    with (settings.data_dir / "serve.lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyServed from error
        yield


@contextmanager
def _period_keys(house: House) -> Iterator[None]:
    """Begin this month's period key now, and each later month's within the hour."""

    def begin() -> None:
        house.custody.begin_period(f"{house.clock.now():%Y-%m}")

    def watch() -> None:
        while not over.wait(_HOUR):
            begin()

    begin()
    over = threading.Event()

    watcher = threading.Thread(target=watch, name="period-keys", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
