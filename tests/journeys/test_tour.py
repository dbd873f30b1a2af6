"""`tillit tour`, as whoever runs the machine runs it: a real server, every step looked up, nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from audit.reach_database import is_empty
from cli.story import CHAPTERS
from cli.walker import Caused, Somebody, Step, Walker
from tests.houses import Databases

TOUR = [sys.executable, "-c", "from cli.main import main; main()", "tour", "--json"]
HERE = Path(__file__).parents[2]
ROLES = {
    "teacher",
    "housing_worker",
    "coordinator",
    "volunteer",
    "leader",
    "administrator",
    "data_protection_officer",
    "auditor",
}
LONG = 300  # seconds; a tour takes some ten, but this machine may be doing other things


def surroundings(temporary: Path, url: str | None = None) -> dict[str, str]:
    temporary.mkdir(parents=True, exist_ok=True)
    return {**os.environ, "TMPDIR": str(temporary), **({"TILLIT_DATABASE_URL": url} if url else {})}


def toured(temporary: Path, *more: str, url: str | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*TOUR, *more],
        cwd=HERE,
        env=surroundings(temporary, url),
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )


def steps_of(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines()]


def left_behind(temporary: Path) -> list[Path]:
    return list(temporary.glob("tillit-tour-*"))


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_every_step_of_the_tour_is_right(databases: Databases, tmp_path: Path, kind: str) -> None:
    url = databases.empty(kind, tmp_path / "there") if kind == "postgresql" else None
    temporary = tmp_path / "temporary"
    done = toured(temporary, url=url)
    steps = steps_of(done.stdout)
    assert [step for step in steps if not step["ok"]] == []
    assert (done.returncode, done.stderr) == (0, "")
    assert [step["step"] for step in steps] == list(range(1, len(steps) + 1))
    for step in steps:
        assert list(step) == ["step", "actor", "request", "status", "rules", "event", "ok"]
        method, path = step["request"].split(" ")
        assert method in ("GET", "POST")
        assert path.startswith("/api/v1/")
        assert isinstance(step["status"], int)
        assert step["event"]
    assert {step["actor"] for step in steps} == ROLES
    refused = [(step["actor"], step["status"], *step["rules"]) for step in steps if step["status"] >= 400]
    assert refused.count(("teacher", 403, "Z-99")) == 3  # no consent, one of two signatures, withdrawn
    for one in (
        ("teacher", 403),  # a strictly protected number, and the log
        ("teacher", 403, "NO-C-40", "NO-C-41", "Z-99"),  # a category that the consent does not cover
        ("teacher", 404),
        ("housing_worker", 404),
        ("coordinator", 403, "Z-99"),  # a withdrawn recipient
        ("coordinator", 409),
        ("volunteer", 403, "B-17", "Z-99"),
        ("teacher", 403, "B-18", "NO-C-42"),  # the child has said no
        ("leader", 403),  # decides and cannot approve
        ("administrator", 403),  # proposes and cannot approve
    ):
        assert one in refused
    assert left_behind(temporary) == []
    if url is not None:
        assert is_empty(url)


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_tour_that_is_told_to_stop_stops_its_server_and_takes_its_data_away(
    tmp_path: Path, told: signal.Signals
) -> None:
    tour = subprocess.Popen(TOUR, cwd=HERE, env=surroundings(tmp_path), stdout=subprocess.PIPE, text=True)
    assert tour.stdout is not None
    with tour.stdout:
        assert json.loads(tour.stdout.readline())["ok"]
        servers = psutil.Process(tour.pid).children(recursive=True)
        assert servers  # and perhaps the process in which it checks a page
        tour.send_signal(told)
        tour.wait(LONG)
    assert tour.returncode != 0
    for server in servers:
        _wait_until_gone(server)
    assert left_behind(tmp_path) == []


def _wait_until_gone(process: psutil.Process) -> None:
    until = time.monotonic() + LONG
    with suppress(psutil.NoSuchProcess):  # it may go between two questions
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < until
            time.sleep(0.05)


@pytest.mark.postgres
def test_a_database_that_holds_something_is_left_alone(databases: Databases, tmp_path: Path) -> None:
    url = databases.migrated("postgresql", tmp_path / "there")
    done = toured(tmp_path, url=url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("tillit: There is something here already (database: has tables).")
    assert len(done.stderr.splitlines()) == 1
    assert not is_empty(url)


def test_the_data_are_kept_where_somebody_wants_them(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "something").touch()
    done = toured(tmp_path, "--keep", str(kept))
    assert done.returncode == 1
    assert "There is something here already" in done.stderr
    assert [path.name for path in kept.iterdir()] == ["something"]


# What makes a step wrong


class _Log(Walker):
    """A walker that asks no server: the log says what it is given."""

    def __init__(self, says: dict[str, Any] | None) -> None:
        self.steps: list[Step] = []
        self._says = says
        self._tell = lambda _: None

    def _event(self, event: str | None) -> Any:
        return self._says if event else None


class _Client:
    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def request(self, *_: object, **__: object) -> Any:
        return self._answer


def an_event(**changed: Any) -> dict[str, Any]:
    line = {
        "role": "teacher", "staff_id": "s", "service_id": "w", "action": "read_person", "outcome": "permitted",
        "code": None, "categories": ["a"], "rules": ["R"],
    }  # fmt: skip
    about = {"disclosed": [{"person": "p", "what": ["x"]}], "consulted": [], "mentioned": []}
    return {"line": {**line, **{k: v for k, v in changed.items() if k in line}},
            **about, **{k: v for k, v in changed.items() if k in about}}  # fmt: skip


DUE = Caused("read_person", subject=["p"], disclosed={"p": ["x"]}, categories=["a"], rules=["R"])


def a_step(says: dict[str, Any] | None, *, status: int = 200, event: str | None = "e") -> Step:
    headers = {"content-type": "application/json", **({"tillit-event": event} if event else {})}
    walker = _Log(says)
    client: Any = _Client(httpx2.Response(status, headers=headers, content=b"{}"))
    who = Somebody(walker, "teacher", "s", "w", client)
    walker.step(
        who,
        "GET",
        "/persons/p",
        "reads",
        DUE,
        status=200,
        also=lambda answer: {"it says nothing": answer.body == {}},
    )
    return walker.steps[0]


def test_a_step_is_right_when_answer_and_log_say_what_they_must() -> None:
    step = a_step(an_event())
    assert step.is_right
    assert "wrong" not in step.as_data()


@pytest.mark.parametrize(
    "changed",
    [
        {"role": "auditor"},
        {"staff_id": "another"},
        {"service_id": "another"},
        {"action": "list_persons"},
        {"outcome": "refused"},
        {"code": "refused"},
        {"categories": []},
        {"categories": ["a", "b"]},
        {"rules": []},
        {"rules": ["R", "S"]},
        {"mentioned": ["q"]},
        {"disclosed": []},
        {"disclosed": [{"person": "p", "what": ["y"]}]},
        {"disclosed": [{"person": "p", "what": ["x", "y"]}]},
        {"disclosed": [], "consulted": [{"person": "p", "what": ["x"]}]},
    ],
    ids=lambda changed: " ".join(f"{name}={value}" for name, value in changed.items()),
)
def test_a_step_is_wrong_when_the_log_says_anything_else(changed: dict[str, Any]) -> None:
    step = a_step(an_event(**changed))
    assert not step.is_right
    assert step.as_data()["ok"] is False
    assert step.as_data()["wrong"]


def test_a_step_is_wrong_without_its_status_or_its_event() -> None:
    assert a_step(an_event(), status=403).wrong == ("the status is 403, not 200",)
    assert a_step(an_event(), event=None).wrong == ("the answer names no event that the log has",)
    assert a_step(None).wrong == ("the answer names no event that the log has",)


def test_every_chapter_says_what_it_tells() -> None:
    assert len(CHAPTERS) >= 12
    assert all(chapter.__doc__ for chapter in CHAPTERS)
