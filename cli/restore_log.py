"""`tillit restore-log`: rebuild every event and every proof from the log's outside store alone."""

from pathlib import Path
from typing import Annotated

import typer

from audit.evidence.base64url import b64
from audit.evidence.log_policy import LogPolicy
from audit.evidence.log_store import DirectoryStore, NotInStore, replace_durably
from audit.evidence.note import key_fingerprint
from audit.evidence.tiles import MalformedTile
from audit.evidence.verify_store import verify_store
from audit.rebuild_log import DATABASE, LOG, NotALog, policy_in, rebuild_log
from cli.log_options import LogPolicyFile, LogStoreFolder, policy_file, store_folder, trusted_policy
from cli.plain_options import DataDir, new_app
from cli.stop import FOUND, USAGE, stop

__all__ = ["app"]

app = new_app()


@app.command()
def restore_log(
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to make; it must be empty or not there.")],
    store: LogStoreFolder = None,
    policy: LogPolicyFile = None,
    data_dir: DataDir = None,
) -> None:
    """Verify a store and rebuild the log from it: `log.db` with the log's tables, and a copy of the store beside it.

    Exit code 0: rebuilt. 1: the store is not in order, and nothing was rebuilt. 2: wrong use.
    """
    folder = store_folder(store, data_dir)
    if not folder.is_dir():
        stop(f"{folder}: there is no such folder; name the log's store with --store", USAGE)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        stop(f"{out}: something is there already; name an empty folder with --out", USAGE)
    source = DirectoryStore(folder)
    trust = _trusted(source, policy, data_dir)
    verdict = verify_store(source, trust)
    if verdict.findings:
        first = verdict.findings[0]
        stop(f"{folder} is not in order, and nothing was rebuilt: {first} [{first.code}]", FOUND)
    rebuilt = rebuild_log(source, trust, out)
    replace_durably(out / "log-policy.json", trust.encode(), mode=0o644)
    again = verify_store(DirectoryStore(out / LOG), trust)
    if again.findings or again.root != verdict.root:
        stop(f"{out}: the copy is not what was copied", FOUND)
    print(f"{out / DATABASE}: {rebuilt.events} events, {rebuilt.entries} entries, {rebuilt.heads} signed heads")
    print(f"{out / LOG}: the store, verified again; root {b64(again.root or b'')} of {again.size} entries")


def _trusted(source: DirectoryStore, told: Path | None, data_dir: Path | None) -> LogPolicy:
    """The policy one brings along; where there is none, the one that the log states about itself."""
    file = policy_file(told, data_dir)
    if told is not None or file.exists():
        return trusted_policy(file)
    try:
        found = policy_in(source)
    except (NotALog, NotInStore, MalformedTile) as error:
        stop(f"{source.root}: {error}", FOUND)
    for one in found.keys:
        typer.echo(f"note: no policy was given; signed by key {key_fingerprint(one.key.public)}: compare it", err=True)
    return found
