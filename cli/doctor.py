"""`tillit doctor`: look at everything a start needs, say what was found, and what to do where it is not well."""

import dataclasses
import http.client
import json
import os
import shutil
import socket
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import typer

from audit.evidence_lag import WARN_AFTER
from audit.examine_database import Examination, examine_database
from audit.examine_log import LogExamination, examine_log
from audit.installation import open_house
from audit.reach_database import is_empty
from cli.open_installation import clock_of
from cli.options import DataDir, Json, key_file_is_inside, new_app, settings_for
from foundation.errors import Problem
from foundation.settings import Settings
from migrations.revision import current_revision, head_revision
from migrations.tables import all_tables
from vault.file_custody import FileCustody, keyring_path

__all__ = ["Check", "app", "examine"]

app = new_app()

#: With less room than this a database that grows may meet a full disk within the week.
_ROOM = 1024**3

#: More events than this waiting for their place in the tree mean that nobody integrates them.
_MANY_PENDING = 10_000


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: its code, whether all is well, what was found, and what to do otherwise."""

    code: str
    ok: bool
    found: str
    do: str = ""


@app.command()
def doctor(data_dir: DataDir = None, as_json: Json = False) -> None:  # noqa: FBT002  # an option of the command line
    """Look whether everything is in place; exit code 0 only when all is well."""
    checks = examine(settings_for(data_dir))
    if as_json:
        print(json.dumps([dataclasses.asdict(check) for check in checks], indent=2))
    else:
        for check in checks:
            print(f"{'ok  ' if check.ok else 'BAD '} {check.code}: {check.found}")
            if not check.ok:
                print(f"     {check.do}")
    raise typer.Exit(0 if all(check.ok for check in checks) else 1)


def examine(settings: Settings) -> list[Check]:
    """Every check, in the order in which one would mend what is wrong."""
    return [
        *_database(settings),
        *_keys(settings),
        _room("disk_space", settings.data_dir),
        _port(settings),
    ]


def _database(settings: Settings) -> Iterator[Check]:
    try:
        empty = is_empty(settings.url)
    except Problem as problem:
        yield Check("database_reachable", False, problem.title, problem.do)
        return
    yield Check("database_reachable", True, "SQLite" if settings.url.startswith("sqlite") else "PostgreSQL")
    if empty:
        yield Check("database_revision", False, "empty", "Run `tillit init`, or restore a backup.")
        return
    current, head = current_revision(settings.url), head_revision()
    yield Check("database_revision", current == head, f"{current}, this program needs {head}", "Run `tillit migrate`.")
    if current != head:
        return
    yield from _in_place(examine_database(settings.url, all_tables()))


def _in_place(found: Examination) -> Iterator[Check]:
    wrong = [
        *(f"{name} missing" for name in found.missing_triggers),
        *(f"{name} foreign" for name in found.foreign_triggers),
    ]
    yield Check(
        "triggers",
        not wrong,
        ", ".join(wrong) or "all in place",
        "Somebody changed the database by hand. Verify the log, then restore a backup.",
    )
    yield Check(
        "foreign_keys",
        not found.missing_keys,
        ", ".join(found.missing_keys) or "all in place, deferred where they must be",
        "Somebody changed the database by hand. Verify the log, then restore a backup.",
    )
    yield Check(
        "durability",
        found.is_durable,
        found.durability,
        "Set fsync and full_page_writes on in postgresql.conf; for SQLite, move the data directory to a local disk.",
    )
    yield Check(
        "pending_events",
        found.pending <= _MANY_PENDING,
        f"{found.pending} wait for their place in the log's tree",
        "Start the service; if it runs, look why its sequencer does not.",
    )


def _keys(settings: Settings) -> Iterator[Check]:
    yield _key_file(settings.root_key_path)
    try:
        custody = FileCustody.load(settings.root_key_path)
    except Problem as problem:
        why = ", ".join(f"{name}: {value}" for name, value in problem.values.items())
        yield Check("keyring", False, why or problem.title, problem.do)
        return
    ring = keyring_path(settings.root_key_path)
    yield Check("keyring", True, f"opens, {ring.stat().st_size} bytes")
    month = f"{clock_of(settings).now():%Y-%m}"
    yield Check(
        "period_key",
        custody.period() >= month,
        f"newest is {custody.period()}, this month is {month}",
        "Start the service: it begins this month's key.",
    )
    yield from _installation(settings, custody)


def _key_file(path: Path) -> Check:
    do = f"Run `chown` and `chmod 600` on {path}: the account that runs the service owns it, and nobody else reads it."
    try:
        status = path.stat()
    except OSError as error:
        return Check(
            "key_file",
            False,
            f"{path}: {error.strerror}",
            "Check TILLIT_KEY_FILE, or `tillit keys recover` from the sheet.",
        )
    mode = stat.S_IMODE(status.st_mode)
    ok = mode & 0o077 == 0 and status.st_uid == os.geteuid()
    return Check("key_file", ok, f"{path}, mode {mode:04o}, owner {status.st_uid}", do)


def _log(found: LogExamination) -> Iterator[Check]:
    yield Check(
        "log_agrees",
        found.trouble is None,
        f"{found.size} entries in the tree" if found.trouble is None else found.trouble,
        "Change nothing, copy the log's store, tell the auditor. docs/disclosure-log.md says what each code means.",
    )
    lag = found.lag or timedelta()
    yield Check(
        "evidence_lag",
        lag < WARN_AFTER,
        "nothing waits for a signed checkpoint" if found.lag is None else f"{lag // timedelta(seconds=1)} seconds",
        "Start the service, or `tillit worker`; after a quarter of an hour nothing is shown to anybody.",
    )


def _installation(settings: Settings, custody: FileCustody) -> Iterator[Check]:
    try:
        house = open_house(settings, clock_of(settings), custody)
    except Problem as problem:
        yield Check("installation", False, problem.title, problem.do)
        return
    with closing(house):
        facts = house.installed
        inside = not facts.is_demo and key_file_is_inside(settings)
        kind = "demo" if facts.is_demo else "real"
        said = f"{facts.municipality} ({facts.municipality_number}, {facts.jurisdiction}), {kind} data"
        yield Check(
            "installation",
            not inside,
            "the root key lies inside the data directory" if inside else said,
            "Move root.json and keyring.sealed elsewhere, and say where with TILLIT_KEY_FILE." if inside else "",
        )
        if current_revision(settings.url) == head_revision():  # else the log's tables may not be there to be asked
            yield from _log(examine_log(house))


def _room(code: str, path: Path) -> Check:
    there = next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.exists())
    free = shutil.disk_usage(there).free
    return Check(
        code, free >= _ROOM, f"{free // 1024**2} MiB free", "Make room, or move the data directory to a larger disk."
    )


def _port(settings: Settings) -> Check:
    """The port is free, or Tillit itself listens on it."""
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        if _answers(settings):
            return Check("port", True, f"Tillit answers on {settings.host}:{settings.port}")
        return Check(
            "port",
            False,
            f"{settings.host}:{settings.port}: {error.strerror}",
            "Choose another with TILLIT_PORT or --port.",
        )
    return Check("port", True, f"{settings.host}:{settings.port} is free")


def _answers(settings: Settings) -> bool:
    connection = http.client.HTTPConnection(settings.host, settings.port, timeout=2)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().read() == b'{"live":true}'
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
