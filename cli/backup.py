"""`tillit backup`: everything that cannot be made again, in one file, while the service runs."""

from pathlib import Path
from typing import Annotated

import typer

from audit.actor import Actor
from audit.back_up import back_up
from cli.open_installation import opened
from cli.options import DataDir, new_app, settings_for
from cli.passphrase import Passphrase, passphrase_from
from foundation.settings import Settings
from migrations.revision import head_revision
from migrations.tables import all_tables
from vault.file_custody import keyring_path, read_root_key, write_durably
from vault.keyring import refuse_foreign_keyring
from vault.sealed_keys import seal_keys

__all__ = ["KEYRING", "NOT_KEPT", "app"]

app = new_app()

#: The keyring beside the backups: one, always the newest, so that destroyed period keys stay destroyed.
KEYRING = "keyring.sealed"

#: Who is signed in and who is invited are rights of the moment. A restore must not bring back what was taken away
#: since.
NOT_KEPT = frozenset({"sign_in_session", "invitation"})


@app.command()
def backup(
    out: Annotated[Path, typer.Option(metavar="FILE", help="The file to write.")],
    with_keys: Annotated[  # noqa: FBT002  # an option of the command line
        bool, typer.Option("--with-keys", help="Put root key, keyring and signer in it, sealed under a passphrase.")
    ] = False,
    passphrase_file: Passphrase = None,
    data_dir: DataDir = None,
) -> None:
    """Write a backup, and refresh the keyring beside it; the service may go on running."""
    settings = settings_for(data_dir)
    # What is not signed by now waits for the next start. Where the backup is restored with its signer, a head that was
    # signed here behind it would be the end of another history.
    with opened(settings) as house:
        root = read_root_key(settings.root_key_path)
        beside = out.absolute().with_name(KEYRING)
        refuse_foreign_keyring(beside, root)
        installation = str(house.installed.installation_id)
        files = _files(settings)
        if with_keys:
            passphrase = passphrase_from(passphrase_file, twice=True)
            files["keys.sealed"] = seal_keys(passphrase, _key_files(settings), installation=installation)
        made = back_up(
            Actor.operator(house), out, all_tables(), revision=head_revision(), files=files, without=NOT_KEPT
        )
        # After the backup, lest it be older than a period key which the backup needs.
        write_durably(beside, keyring_path(settings.root_key_path).read_bytes())
    print(f"{out}: {made.events} events, {sum(table.rows for table in made.tables)} rows, {out.stat().st_size} bytes")
    print(f"{beside}: the keyring, useless without the root key; keep only the newest")
    if not with_keys:
        print("The root key is in neither: keep the recovery sheet where you would find it.")


def _files(settings: Settings) -> dict[str, bytes]:
    """What lies in the data directory beside database and log, and is no key."""
    beside = {"log-policy.json": settings.log_policy_path, "register-demo.json": settings.register_path}
    return {name: path.read_bytes() for name, path in beside.items() if path.exists()}


def _key_files(settings: Settings) -> dict[str, bytes]:
    keys = {"root.json": settings.root_key_path, KEYRING: keyring_path(settings.root_key_path)}
    signer = {f"signer/{path.name}": path for path in (settings.data_dir / "signer").glob("*.json")}
    return {name: path.read_bytes() for name, path in {**keys, **signer}.items()}
