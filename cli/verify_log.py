"""`tillit verify-log`: verify the disclosure log from its store alone, with nothing but the policy one trusts."""

import importlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from audit.evidence.base64url import b64
from audit.evidence.canonical_json import JsonValue
from audit.evidence.finding import Finding
from audit.evidence.log_policy import NO_QUORUM, LogPolicy, PolicyRefused, parse_policy
from audit.evidence.log_store import DirectoryStore, replace_durably
from audit.evidence.verified_state import StateRefused, VerifiedState, parse_state
from audit.evidence.verify_store import MOST_FINDINGS, StoreVerdict, verify_store
from cli.log_options import LogPolicyFile, LogStoreFolder, policy_file, store_folder
from cli.plain_options import DataDir, Json, new_app
from cli.stop import FOUND, USAGE, VERIFIED, stop

__all__ = ["app"]

app = new_app()


@app.command()
def verify_log(  # each is an option of the command line
    store: LogStoreFolder = None,
    policy: LogPolicyFile = None,
    as_json: Json = False,  # noqa: FBT002  # an option of the command line
    state: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Verify only what is new since FILE was written, and write it anew."),
    ] = None,
    processes: Annotated[int, typer.Option(min=1, max=64, help="How many processes read the store.")] = 1,
    database: Annotated[  # noqa: FBT002  # an option of the command line
        bool,
        typer.Option("--with-database", help="Hold every row of the database against the log too; needs its keys."),
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Verify every byte of the log's store. Exit code 0: verified. 1: something is wrong. 2: wrong use."""
    folder, trusted = store_folder(store, data_dir), policy_file(policy, data_dir)
    if not folder.is_dir():
        stop(f"{folder}: there is no such folder; name the log's store with --store", USAGE)
    try:
        said = trusted.read_bytes()
        kept = state.read_bytes() if state is not None and state.exists() else None
    except OSError as error:
        stop(f"{error.filename}: {error.strerror}", USAGE)
    if not said:
        stop(f"{trusted}: the file is empty; name the policy you trust with --policy", USAGE)
    try:
        trust = parse_policy(said)
    except PolicyRefused as error:
        _end(as_json, _refused(Finding("policy_refused", str(trusted), str(error))))
    try:
        since = None if kept is None else parse_state(kept)
    except StateRefused as error:
        _end(as_json, _refused(Finding("state_refused", str(state), str(error)), trust.origin))
    verdict = verify_store(DirectoryStore(folder), trust, since, processes)
    if state is not None and verdict.state is not None:
        _keep(state, verdict.state)
    rows = _rows(data_dir, DirectoryStore(folder), trust) if database else None
    _end(as_json, verdict, rows, is_witnessed=trust.quorum != NO_QUORUM)


def _rows(data_dir: Path | None, store: DirectoryStore, policy: LogPolicy) -> Sequence[Finding]:
    """What is wrong with the database; its module is loaded only here, because offline there is none."""
    found: Sequence[Finding] = (
        importlib.import_module("cli.with_database").with_database(data_dir, store, policy).findings
    )
    return found


def _keep(file: Path, state: VerifiedState) -> None:
    try:
        replace_durably(file, state.encode(), mode=0o644)
    except OSError as error:
        stop(
            f"{error.filename or file}: {error.strerror}; the log is verified, what to start from next time is lost",
            USAGE,
        )


def _refused(finding: Finding, origin: str = "") -> StoreVerdict:
    """The verdict where not even a beginning could be made."""
    return StoreVerdict(origin, (finding,), 0, 0, None, None, 0, 0, 0, 0, 0, None)


def _end(
    as_json: bool,  # noqa: FBT001  # handed on as the option was given
    verdict: StoreVerdict,
    rows: Sequence[Finding] | None = None,
    *,
    is_witnessed: bool = False,
) -> NoReturn:
    is_in_order = verdict.is_in_order and not rows
    if as_json:
        said: dict[str, JsonValue] = {**verdict.as_json, "verified": is_in_order}
        if rows is not None:
            said["database"] = [{"code": one.code, "place": one.place, "reason": one.reason} for one in rows]
        print(json.dumps(said, indent=2))
    else:
        for line in [*_lines(verdict, is_witnessed=is_witnessed), *_lines_of(rows)]:
            print(line)
    raise typer.Exit(VERIFIED if is_in_order else FOUND)


def _lines_of(rows: Sequence[Finding] | None) -> list[str]:
    if rows is None:
        return []
    if not rows:
        return ["Verified: every row of the database fits the log"]
    most = " or more" if len(rows) == MOST_FINDINGS else ""
    return [f"NOT VERIFIED: in the database, {len(rows)}{most}", *(f"  {one}  [{one.code}]" for one in rows)]


def _lines(verdict: StoreVerdict, *, is_witnessed: bool) -> list[str]:
    if verdict.findings:
        count = len(verdict.findings) + verdict.more_findings
        log = f" in {verdict.origin}" if verdict.origin else ""
        lines = [
            f"NOT VERIFIED: {count} {'thing is' if count == 1 else 'things are'} wrong{log}; the first place first"
        ]
        lines += [f"  {one}  [{one.code}]" for one in verdict.findings]
        return [*lines, f"  and {verdict.more_findings} more"] if verdict.more_findings else lines
    waiting = verdict.exported - verdict.size
    lines = [
        f"Verified: {_entries(verdict.size)} in the log {verdict.origin}",
        f"  signed      {_when(verdict.time)}",
        f"  root        {b64(verdict.root or b'')}",
        f"  signed heads compared: {verdict.heads}",
    ]
    if verdict.first:
        lines.append(f"  read anew from entry {verdict.first}; what lies before was verified earlier")
    if is_witnessed:
        lines.append(f"  cosigned by the policy's witnesses up to {_entries(verdict.witnessed_size)}")
    if verdict.erased:
        lines.append(f"  erased on a recorded decision: {_entries(verdict.erased)}")
    if waiting:
        lines.append(f"  waiting for the next signed head: {_entries(waiting)}")
    return lines


def _entries(count: int) -> str:
    return f"{count} entry" if count == 1 else f"{count} entries"


def _when(time: int | None) -> str:
    return "" if time is None else datetime.fromtimestamp(time, UTC).isoformat()
