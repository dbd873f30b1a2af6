"""`tillit serve` over a house of the tests: a process of its own, which can be killed as a power cut would."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx2

from audit.actor import Actor
from audit.house import House
from tests.a_server import a_client

__all__ = ["Served", "served", "signed_in"]

_SOURCE = Path(__file__).parents[2]
_SERVE = "from cli.main import main; main()"


class Served:
    """A server under way: where it listens, and what it said."""

    def __init__(self, process: "subprocess.Popen[str]", address: str, said: list[Path]) -> None:
        self._process = process
        self.address = address
        #: The files that hold its standard output and its standard error.
        self.said = said

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL, no good-bye."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(120)

    def stop(self) -> None:
        """Ask it to finish what is under way and end."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(120)


@contextmanager
def served(house: House, name: str = "server") -> Iterator[Served]:
    """Serve `house` from the time on its clock; killed at the end of the block if it still runs."""
    data_dir = house.settings.data_dir
    clock, said = data_dir.parent / f"{name}.clock", [data_dir.parent / f"{name}.out", data_dir.parent / f"{name}.err"]
    clock.write_text((house.clock.now() + timedelta(minutes=1)).isoformat(), encoding="ascii")
    told = {"TILLIT_CLOCK_FILE": str(clock), "TILLIT_REQUESTS_PER_MINUTE": "1000000"}
    if house.settings.database_url:
        told["TILLIT_DATABASE_URL"] = house.settings.database_url
    house.close()
    with said[0].open("w") as out, said[1].open("w") as err:
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, "serve", "--demo", "--data-dir", str(data_dir), "--port", "0"],
            cwd=_SOURCE,
            env={**{key: value for key, value in os.environ.items() if not key.startswith("TILLIT_")}, **told},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            text=True,
        )
    try:
        address = ""
        while not address:
            assert process.poll() is None, said[1].read_text()
            time.sleep(0.01)
            lines = said[0].read_text().splitlines(keepends=True)
            address = next((line.split()[-1] for line in lines if " http://" in line and line.endswith("\n")), "")
        yield Served(process, address, said)
    finally:
        process.kill()
        process.wait(120)


@contextmanager
def signed_in(server: Served, actor: Actor) -> Iterator[httpx2.Client]:
    """A client of the API that is signed in as `actor`."""
    with a_client(server.address) as client:
        answer = client.post("/api/v1/demo-sign-in", json={"staff_id": str(actor.staff)})
        client.headers["authorization"] = f"Bearer {answer.json()['token']}"
        yield client
