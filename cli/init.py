"""`tillit init`: an empty installation for real data."""

import shutil
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from audit.house import House
from audit.reach_database import is_empty, sqlite_file
from audit.sequence_events import settle_log
from cli.open_installation import clock_of
from cli.options import DataDir, invitation_link, key_file_is_inside, new_app, settings_for
from foundation.clock import Clock, local_date
from foundation.errors import Conflict
from foundation.settings import Settings
from migrations.run import migrate
from people.install import Install, InstallReceipt, install
from vault.file_custody import FileCustody, KeyFileUnusable, keyring_path, read_root_key, write_durably
from vault.recovery_sheet import read_sheet, write_sheet

__all__ = ["NotEmpty", "app", "clear_database", "make_installation", "refuse_not_empty", "take_away"]

app = new_app()

#: Never issued, and yet its check digit is right: it stands for a number that nobody has told.
_NO_ORGANISATION_NUMBER = "000000000"


class NotEmpty(Conflict):
    """There is something already where an installation was to be made."""

    code = "not_empty"
    title = "There is something here already"
    do = "Choose an empty directory and an empty database; nothing was changed."


def refuse_not_empty(settings: Settings) -> None:
    """Pass only when data directory and database are empty, or not there yet."""
    if settings.data_dir.exists() and any(settings.data_dir.iterdir()):
        raise NotEmpty(values={"directory": str(settings.data_dir)})
    if settings.store_path.exists() and any(settings.store_path.iterdir()):
        raise NotEmpty(values={"log": str(settings.store_path)})
    if settings.log_policy_path.exists():
        raise NotEmpty(values={"log_policy": str(settings.log_policy_path)})
    if not is_empty(settings.url):
        raise NotEmpty(values={"database": "has tables"})


def make_installation(
    settings: Settings, asked: Install, root: bytes | None = None, clock: Clock | None = None
) -> tuple[House, InstallReceipt, bytes]:
    """Make keys, database and the first rows; what is half done is taken away again when a step fails.

    Args:
        settings: where; directory and database must be empty.
        asked: what the installation is told.
        root: the root key from a recovery sheet; None for a fresh one.
        clock: the time at which it is made; None for the present.

    Returns:
        The open house, what was set up, and the root key (32 bytes).
    """
    asked.refuse_nonsense()
    refuse_not_empty(settings)
    clock, key_file = clock or clock_of(settings), settings.root_key_path
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    custody = FileCustody.create(key_file, f"{clock.now():%Y-%m}", root)
    with ExitStack() as undo:
        undo.callback(take_away, settings)
        migrate(settings.url)
        house = House(settings=settings, clock=clock, custody=custody, installed=asked.facts(uuid4()))
        undo.callback(house.close)
        receipt = install(house, asked)
        settle_log(house)
        undo.pop_all()
    return house, receipt, read_root_key(key_file)


def take_away(settings: Settings) -> None:
    """Take a half-made installation away, with its fresh keys: nothing in it was ever shown to anybody."""
    settings.root_key_path.unlink()
    keyring_path(settings.root_key_path).unlink()
    shutil.rmtree(settings.signer_path, ignore_errors=True)
    shutil.rmtree(settings.store_path, ignore_errors=True)
    settings.log_policy_path.unlink(missing_ok=True)
    clear_database(settings)


def clear_database(settings: Settings) -> None:
    """Take away every table of a database that was empty when this command began."""
    file = sqlite_file(settings.url)
    if file is None:
        migrate(settings.url, "base")
        return
    for path in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        path.unlink(missing_ok=True)


@app.command()
def init(
    data_dir: DataDir = None,
    municipality: Annotated[str | None, typer.Option(help="The municipality's name.")] = None,
    number: Annotated[str | None, typer.Option(help="Its municipality number, such as 0301.")] = None,
    jurisdiction: Annotated[str | None, typer.Option(help="NOR or DNK: whose law its own services follow.")] = None,
    organisation_number: Annotated[
        str | None, typer.Option(help="The municipality's organisation number, nine digits.")
    ] = None,
    administrator: Annotated[str | None, typer.Option(help="The first administrator's name.")] = None,
    email: Annotated[str | None, typer.Option(help="The first administrator's work address.")] = None,
    root_key_from_sheet: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Take the root key from a recovery sheet instead of a fresh one."),
    ] = None,
) -> None:
    """Set up an empty installation: keys, database, and an invitation for the first administrator."""
    settings = settings_for(data_dir)
    refuse_not_empty(settings)
    if key_file_is_inside(settings):
        raise KeyFileUnusable(values={"file": settings.root_key_path.name, "why": "inside_the_data_directory"})
    root = None if root_key_from_sheet is None else read_sheet(root_key_from_sheet.read_text(encoding="utf-8"))
    country = _told("Jurisdiction, NOR or DNK", jurisdiction, "NOR").upper()
    asked = Install(
        municipality=_told("Municipality", municipality, "Municipality without a name"),
        municipality_number=_told("Municipality number", number, "0000"),
        jurisdiction=country,
        organisation_number=_told("Organisation number", organisation_number, _NO_ORGANISATION_NUMBER),
        administrator_name=_told("First administrator's name", administrator, "Administrator"),
        administrator_email=_told("First administrator's work address", email, "administrator@tillit.example"),
    )
    house, receipt, root = make_installation(settings, asked, root)
    sheet = write_sheet(
        root,
        municipality=house.installed.municipality,
        number=house.installed.municipality_number,
        installation=house.installed.installation_id,
        made_on=local_date(house.clock.now(), country),
    )
    sheet_file = settings.root_key_path.with_name("recovery-sheet.txt")
    write_durably(sheet_file, sheet.encode())
    house.close()
    print(sheet)
    print(f"Data directory         {settings.data_dir}")
    print(f"Root key and keyring   {settings.root_key_path.parent}  (never in one copy with the data)")
    print(f"Recovery sheet         {sheet_file}  (print it, then delete it)")
    print(f"First administrator    {invitation_link(settings, receipt.invitation_code)}")
    print(f"                       good until {receipt.invitation_ends_at:%Y-%m-%d %H:%M} UTC, once")
    print(f"Start it               tillit serve --data-dir {settings.data_dir}")


def _told(question: str, told: str | None, otherwise: str) -> str:
    """What was told, or is answered at the terminal; without a terminal, a default, and a note that it was taken."""
    if told is not None:
        return told
    if sys.stdin.isatty():
        return str(typer.prompt(question, default=otherwise, err=True))
    print(f"note: {question.lower()} not told: {otherwise!r} is taken", file=sys.stderr)
    return otherwise
