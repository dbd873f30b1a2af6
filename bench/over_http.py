"""How fast referrals are opened, and sealed and sent, over real HTTP, beside a bare endpoint in the same run.

The server is `tillit serve` over the demo municipality, on SQLite or on the PostgreSQL database that
TILLIT_DATABASE_URL names (empty; emptied again). The bare endpoint does the least that any audited reading does: it
looks a session up by its token, inserts one row and commits, with SQLAlchemy Core on a database of the same kind. The
clients are threads of this process, which keep their connections. `--seconds` is the length of each measure.
"""

import argparse
import http.client
import json
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import uvicorn
from fastapi import FastAPI, Request, Response
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, insert, select

from audit.reach_database import sqlite_file
from cli.make_demo import make_demo
from cli.story import Scene, open_and_answer, record_a_consent, refer_the_pupil, register_a_family
from cli.tour import scene_of, serving
from cli.walker import Walker
from foundation.engine import WriterQueue, is_sqlite, make_engine
from foundation.settings import Settings
from migrations.run import migrate

__all__ = ["measure"]

CLIENTS = 8
WARMING_UP = 0.5
"""Of each measure, before anything counts."""

Ask = tuple[str, str, Mapping[str, str], bytes | None, int]
"""One request: method, path, headers, body, and the status that it must be answered with."""


def measure(seconds: float) -> dict[str, object]:
    """Percentiles in milliseconds, requests a second, and ratios to the bare endpoint at the same number of clients."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tillit-bench-")))
        settings = Settings(data_dir=folder / "data", key_file=None, requests_per_minute=100_000_000)
        town = make_demo(settings)
        if sqlite_file(settings.url) is None:
            stack.callback(migrate, settings.url, "base")
        bare_url = settings.database_url or f"sqlite:///{folder / 'bare.db'}"
        bare = stack.enter_context(_bare_server(bare_url))
        address = stack.enter_context(serving(settings))
        walker = stack.enter_context(closing(Walker(address, lambda _: None)))
        scene = scene_of(town, walker)
        for chapter in (register_a_family, record_a_consent, refer_the_pupil, open_and_answer):
            chapter(scene)
        if wrong := [step for step in walker.steps if not step.is_right]:
            raise RuntimeError(f"{wrong[0].request}: {wrong[0].wrong}")
        opening, sending, bare_ask = _opening(scene), _sending(scene), _bare_asking()
        measured: dict[str, Any] = {"database": "sqlite" if sqlite_file(settings.url) else "postgresql"}
        for clients in (1, CLIENTS):
            measured[f"bare_{clients}"] = _of(bare, bare_ask, clients, seconds)
            measured[f"open_{clients}"] = _of(address, opening, clients, seconds)
        measured[f"send_{CLIENTS}"] = _of(address, sending, CLIENTS, seconds)
        for clients in (1, CLIENTS):
            ratio = measured[f"open_{clients}"]["per_second"] / measured[f"bare_{clients}"]["per_second"]
            measured[f"open_{clients}"]["ratio_to_bare"] = round(ratio, 2)
        return measured


def _opening(scene: Scene) -> Callable[[], Ask]:
    token = scene.coordinator.client.headers["authorization"]
    path = f"/api/v1/referrals/{scene.referrals['first']}"
    return lambda: ("GET", path, {"authorization": token}, None, 200)


def _sending(scene: Scene) -> Callable[[], Ask]:
    token, body = scene.teacher.client.headers["authorization"], json.dumps(scene.referral()).encode()

    def ask() -> Ask:
        headers = {"authorization": token, "content-type": "application/json", "idempotency-key": secrets.token_hex(8)}
        return "POST", "/api/v1/referrals", headers, body, 201

    return ask


def _of(address: str, ask: Callable[[], Ask], clients: int, seconds: float) -> dict[str, float]:
    """What `clients` threads were answered in `seconds`, each asking again as soon as it has its answer."""
    took: list[list[float]] = [[] for _ in range(clients)]
    faults: list[Exception] = []
    begin = time.perf_counter() + WARMING_UP
    threads = [
        threading.Thread(target=_ask_on, args=(address, ask, begin, begin + seconds, mine, faults)) for mine in took
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    every = sorted(one for mine in took for one in mine)
    cuts = statistics.quantiles(every, n=100)
    return {
        "p50_ms": round(cuts[49] * 1000, 2),
        "p95_ms": round(cuts[94] * 1000, 2),
        "p95_to_p50": round(cuts[94] / cuts[49], 2),
        "per_second": round(len(every) / seconds, 1),
    }


def _ask_on(
    address: str, ask: Callable[[], Ask], begin: float, end: float, took: list[float], faults: list[Exception]
) -> None:
    place = urlsplit(address)
    try:
        with closing(http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)) as connection:
            while True:
                asked, answered = _once(connection, ask())
                if asked >= end:
                    return
                if asked >= begin and answered <= end:
                    took.append(answered - asked)
    except Exception as fault:  # noqa: BLE001  # told by whoever waits for the thread
        faults.append(fault)


def _once(connection: http.client.HTTPConnection, request: Ask) -> tuple[float, float]:
    """When the request was sent and when its answer was there, in seconds of the clock that measures."""
    method, path, headers, body, due = request
    asked = time.perf_counter()
    connection.request(method, path, body=body, headers=dict(headers))
    response = connection.getresponse()
    content = response.read()
    if response.status != due:
        raise RuntimeError(f"{method} {path}: {response.status} {content[:300]!r}")
    return asked, time.perf_counter()


_META = MetaData()
_SESSIONS = Table("bare_session", _META, Column("token_hash", LargeBinary, primary_key=True), Column("who", String))
_ROWS = Table("bare_row", _META, Column("id", Integer, primary_key=True), Column("who", String), Column("what", String))
_TOKEN = "the-token-of-the-bare-endpoint"  # noqa: S105  # opens nothing


def _bare_asking() -> Callable[[], Ask]:
    return lambda: ("GET", "/", {"authorization": f"Bearer {_TOKEN}"}, None, 200)


def _bare_app(url: str) -> FastAPI:
    """The endpoint to compare with; on SQLite its writers stand in line as ours do."""
    engine, app = make_engine(url), FastAPI(openapi_url=None)
    _META.create_all(engine)
    line = WriterQueue() if is_sqlite(engine) else None
    with engine.begin() as connection:
        connection.execute(insert(_SESSIONS).values(token_hash=_hash(_TOKEN), who="somebody"))

    @app.get("/")
    def bare(request: Request) -> Response:
        token = request.headers["authorization"].removeprefix("Bearer ")
        with ExitStack() as stack:
            if line is not None:
                stack.enter_context(line.turn())
            connection = stack.enter_context(engine.begin())
            found = connection.execute(select(_SESSIONS).where(_SESSIONS.c.token_hash == _hash(token))).one()
            connection.execute(insert(_ROWS).values(who=found.who, what="read"))
        return Response(b'{"who":"somebody"}', media_type="application/json")

    return app


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


@contextmanager
def _bare_server(url: str) -> Iterator[str]:
    """The address of the bare endpoint, served as `tillit serve` serves, in a process of its own."""
    server = subprocess.Popen([sys.executable, __file__, "--bare", url], stdout=subprocess.PIPE, text=True)  # noqa: S603  # this file
    try:
        yield server.stdout.readline().strip() if server.stdout else ""
    finally:
        server.terminate()
        server.wait()
        engine = make_engine(url)
        _META.drop_all(engine)
        engine.dispose()


def _serve_bare(url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            _bare_app(url), loop="uvloop", http="httptools", ws="none", log_config=None, access_log=False
        )
        print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        uvicorn.Server(config).run(sockets=[listener])


def main() -> None:
    """Measure and print, or serve the bare endpoint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--bare", metavar="URL", help="serve the bare endpoint over this database")
    given = parser.parse_args()
    if given.bare is not None:
        _serve_bare(given.bare)
    else:
        print(json.dumps(measure(given.seconds), indent=2))


if __name__ == "__main__":
    main()
