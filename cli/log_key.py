"""`tillit log-key`: look at the keys that sign the log, plan the next one, end the ones before it.

For whoever looks after the signer: it asks the signer's folder alone, and works while the signer does.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from audit.evidence.note import key_fingerprint
from audit.evidence.signer import Signer, SignerRefused
from audit.evidence.signing_key import COMPROMISED, SCHEDULED
from cli.options import DataDir, new_app, settings_for
from cli.signer import SignerFolder, signer_in
from foundation.errors import Conflict

__all__ = ["NextKeyPlanned", "NoNewerKey", "app"]

app = new_app("Look at the keys that sign the log, plan the next one, end the ones before it.")


class Reason(StrEnum):
    """Why the log gets another key; the entry that announces it says so."""

    SCHEDULED = SCHEDULED
    COMPROMISED = COMPROMISED


class NextKeyPlanned(Conflict):
    """The key that comes next is made already, and waits for the log to announce it."""

    code = "next_key_planned"
    title = "The log's next key is planned already"
    do = "It is announced with the log's next entry, and signs from there. Only then can another one be planned."


class NoNewerKey(Conflict):
    """Only one key signs the log; without it nothing could be signed."""

    code = "no_newer_key"
    title = "No newer key signs the log yet"
    do = "Plan one with `tillit log-key new`; once it is announced and others have the new policy, end the old one."


@app.command("list")
def several(folder: SignerFolder = None, data_dir: DataDir = None) -> None:
    """Print each key's fingerprint, and the sizes of the log whose heads it signs."""
    signer = _signer(folder, data_dir)
    upcoming = signer.next_key
    for key in signer.policy_keys:
        until = f"{key.last}" if key.last is not None else "now on"
        print(f"{key_fingerprint(key.key.public)}  signs from size {key.first} to {until}")
    if upcoming is not None and upcoming.first is None:
        print(f"{key_fingerprint(upcoming.public)}  is planned ({upcoming.reason}), and announced with the next entry")


@app.command()
def new(
    reason: Annotated[Reason, typer.Option(help="Why; the log says so.")] = Reason.SCHEDULED,
    folder: SignerFolder = None,
    data_dir: DataDir = None,
) -> None:
    """Make the log's next key; with the next entry the log announces it, and from there on both keys sign."""
    signer = _signer(folder, data_dir)
    if signer.next_key is not None:
        raise NextKeyPlanned
    print(key_fingerprint(signer.plan_key(reason.value)))


@app.command()
def end(folder: SignerFolder = None, data_dir: DataDir = None) -> None:
    """Let every key but the newest sign no more; whoever verifies needs the new policy from then on."""
    signer = _signer(folder, data_dir)
    try:
        last = signer.end_keys()
    except SignerRefused as error:
        raise NoNewerKey from error
    print(f"The keys before the newest signed up to size {last}; the policy says so from the next entry on.")


def _signer(folder: Path | None, data_dir: Path | None) -> Signer:
    return signer_in(folder, settings_for(data_dir))
