"""`tillit restore`: an installation from a backup, in an empty place, here or on another machine."""

import json
import sys
from base64 import b64decode
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from audit.actor import Actor
from audit.backup_file import Backup, open_backup
from audit.house import House
from audit.installation import open_house
from audit.reach_database import is_empty
from audit.restore import fill_database, fill_log, refuse_loss, restore, signed_size
from audit.resume_log import resume_log
from audit.sequencer import trouble_of
from cli.backup import KEYRING
from cli.init import NotEmpty, clear_database
from cli.open_installation import RESTORING, clock_of
from cli.options import DataDir, new_app, settings_for
from cli.passphrase import Passphrase, passphrase_from
from foundation.errors import Invalid
from foundation.identifiers import EventId
from foundation.settings import Settings
from migrations.revision import head_revision
from migrations.run import migrate
from vault.file_custody import FileCustody, keyring_path, write_durably
from vault.recovery_sheet import read_sheet
from vault.root_key_file import put_back_keys
from vault.sealed_keys import open_keys

__all__ = ["BackupTooNew", "NoKeysInBackup", "app"]

app = new_app()

#: What may lie in the data directory already: it survived, and says how far the log had come.
_SURVIVES = frozenset({"log", "signer", "keys"})


class BackupTooNew(Invalid):
    """The backup was made by a later program."""

    code = "backup_too_new"
    title = "This backup was made by a newer Tillit"
    do = "Install the version that made it, or a later one."


class NoKeysInBackup(Invalid):
    """Keys were to come from the backup, and it has none."""

    code = "no_keys_in_backup"
    title = "There are no keys in this backup"
    do = "Use the recovery sheet: --recovery-sheet FILE."


@app.command("restore")
def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")],
    recovery_sheet: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Take the root key from its recovery sheet.")
    ] = None,
    keyring: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The keyring; otherwise the one beside the backup.")
    ] = None,
    keys_from_backup: Annotated[  # noqa: FBT002  # an option of the command line
        bool, typer.Option("--keys-from-backup", help="Take the keys from a backup made --with-keys.")
    ] = False,
    passphrase_file: Passphrase = None,
    accept_loss: Annotated[
        str | None, typer.Option(metavar="REASON", help="Restore although signed entries of the log will be lacking.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Restore an installation from a backup into an empty place."""
    with open_backup(file) as backup, ExitStack() as undo:
        made = backup.manifest
        # A demonstration keeps its key inside, also when it comes back.
        settings = settings_for(data_dir, key_beside=not made.is_demo)
        _refuse_occupied(settings)
        if made.revision > head_revision():
            raise BackupTooNew(values={"revision": made.revision, "this_program": head_revision()})
        signed = signed_size(settings, f"tillit/{made.installation}")
        lost = refuse_loss(made, signed, accepted=accept_loss is not None)
        if recovery_sheet is not None or keys_from_backup:
            keys = (
                _keys_in(backup, passphrase_from(passphrase_file, twice=False))
                if recovery_sheet is None
                else _keys_on(recovery_sheet, keyring or file.absolute().with_name(KEYRING))
            )
            custody = put_back_keys(settings.root_key_path, keys.pop("root"), keys.pop(KEYRING))
            undo.callback(_take_keys_away, settings)
        else:
            keys, custody = {}, FileCustody.load(settings.root_key_path)
        backup.prove(custody)
        undo.callback(clear_database, settings)
        marker = settings.data_dir / RESTORING
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_durably(marker, b"")
        _fill(settings, backup, keys)
        house = open_house(settings, clock_of(settings), custody)
        undo.callback(house.close)
        event = restore(Actor.operator(house), made, file, lost=lost, reason=accept_loss)
        marker.unlink()
        undo.pop_all()
    came_back = _resumed(house, event, lost)
    house.close()
    print(f"{house.installed.municipality} is restored as of {made.made_at}; the log's entry is {event}")
    if came_back:
        print(f"{came_back} entries of the log that are newer than the backup came back from its store.")
    if lost:
        print(f"{lost} signed entries of the log are lacking. Record again on paper what was withdrawn since.")


def _resumed(house: House, event: EventId, lost: int) -> int:
    """Let the log go on; the installation is restored also where that fails, and is served for a quarter of an hour."""
    try:
        return resume_log(house, event, lost=lost)
    except Exception as error:  # noqa: BLE001  # what is wrong with the log is said, and does not undo the restore
        print(f"The log cannot be signed [{trouble_of(error)}]: {error}", file=sys.stderr)
        return 0


def _keys_on(sheet: Path, keyring: Path) -> dict[str, bytes]:
    """The root key from its sheet, and the keyring from where it was kept."""
    return {"root": read_sheet(sheet.read_text(encoding="utf-8")), KEYRING: keyring.read_bytes()}


def _keys_in(backup: Backup, passphrase: str) -> dict[str, bytes]:
    """Root key, keyring and the signer's files from the backup itself."""
    sealed = dict(backup.files("keys.sealed")).get("keys.sealed")
    if sealed is None:
        raise NoKeysInBackup
    files = open_keys(passphrase, sealed, installation=backup.manifest.installation)
    return {**files, "root": b64decode(json.loads(files.pop("root.json"))["root"])}


def _take_keys_away(settings: Settings) -> None:
    settings.root_key_path.unlink()
    keyring_path(settings.root_key_path).unlink()


def _fill(settings: Settings, backup: Backup, signer: dict[str, bytes]) -> None:
    """Database, log, and the files beside them; brought to this program's revision."""
    migrate(settings.url, backup.manifest.revision)
    fill_database(settings.url, backup)
    fill_log(settings, backup)
    places = {"log-policy.json": settings.log_policy_path, "register-demo.json": settings.register_path}
    for name, content in backup.files():
        if name in places:
            write_durably(places[name], content)
    folder = settings.data_dir / "signer"
    if signer and not folder.exists():
        folder.mkdir(mode=0o700)
        for name, content in signer.items():
            write_durably(folder / Path(name).name, content)
    migrate(settings.url)


def _refuse_occupied(settings: Settings) -> None:
    there = {path.name for path in settings.data_dir.iterdir()} if settings.data_dir.exists() else set()
    if there - _SURVIVES:
        raise NotEmpty(values={"directory": str(settings.data_dir)})
    if not is_empty(settings.url):
        raise NotEmpty(values={"database": "has tables"})
