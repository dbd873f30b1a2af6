"""`tillit keys`: the root key's mark and sheet, and putting the root key back."""

from pathlib import Path
from typing import Annotated

import typer

from cli.open_installation import opened
from cli.options import DataDir, new_app, settings_for
from foundation.clock import local_date
from vault.file_custody import read_root_key
from vault.recovery_sheet import mark_of, read_sheet, write_sheet
from vault.root_key_file import put_back_keys

__all__ = ["app"]

app = new_app("Print the root key's mark or sheet, or put the root key back.")


@app.command()
def mark(data_dir: DataDir = None) -> None:
    """Print the six characters by which a recovery sheet is recognised as this root key's."""
    print(mark_of(read_root_key(settings_for(data_dir).root_key_path)))


@app.command()
def sheet(data_dir: DataDir = None) -> None:
    """Print the recovery sheet again; it is the root key in clear."""
    settings = settings_for(data_dir)
    with opened(settings) as house:
        facts = house.installed
        print(
            write_sheet(
                read_root_key(settings.root_key_path),
                municipality=facts.municipality,
                number=facts.municipality_number,
                installation=facts.installation_id,
                made_on=local_date(house.clock.now(), facts.jurisdiction),
            )
        )


@app.command()
def recover(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The sheet, or its seven rows as you typed them.")],
    keyring: Annotated[
        Path | None, typer.Option(metavar="FILE", help="`keyring.sealed` from beside a backup, if it is lost too.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Put the root key back from its recovery sheet; what is there already is never overwritten."""
    settings = settings_for(data_dir)
    root = read_sheet(file.read_text(encoding="utf-8"))
    put_back_keys(settings.root_key_path, root, None if keyring is None else keyring.read_bytes())
    with opened(settings):
        print(f"{settings.root_key_path}: the root key with mark {mark_of(root)} is back, and is this installation's")
