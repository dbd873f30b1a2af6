"""`tillit signer`: the log's key in a process of its own, which knows neither database nor service."""

import threading
from pathlib import Path
from typing import Annotated

import typer

from audit.evidence.log_store import DirectoryStore
from audit.evidence.own_file import SignerUnusable
from audit.evidence.signer import Signer
from audit.evidence.signer_socket import signer_at
from cli.open_installation import clock_of
from cli.options import DataDir, new_app, settings_for
from cli.until_told_to_stop import until_told_to_stop
from foundation.errors import Invalid, Unavailable
from foundation.settings import Settings

__all__ = ["NoSignerSocket", "SignerFolder", "SignerNotUsable", "app", "signer_in"]

app = new_app()

SignerFolder = Annotated[
    Path | None,
    typer.Option("--folder", metavar="DIR", help="Where the keys lie; else `signer` in the data directory."),
]


class NoSignerSocket(Invalid):
    """Nobody said where the signer is to listen."""

    code = "no_signer_socket"
    title = "It is not said where the signer listens"
    do = "Set TILLIT_SIGNER_SOCKET, for the signer and for whoever asks it, to a path in a directory that both reach."


class SignerNotUsable(Unavailable):
    """The signer's folder is missing, damaged or open to others."""

    code = "signer_unusable"
    title = "The log's signer cannot be used"
    do = "Put back the signer's folder from where it is kept, mode 0700 with files of 0600, owned by who runs it."


@app.command()
def signer(
    data_dir: DataDir = None,
    folder: SignerFolder = None,
) -> None:
    """Sign the heads of the log at the socket TILLIT_SIGNER_SOCKET, until told to stop."""
    settings = settings_for(data_dir)
    if settings.signer_socket is None:
        raise NoSignerSocket
    ours = signer_in(folder, settings)
    with signer_at(settings.signer_socket, ours) as server:
        over = until_told_to_stop(lambda: None)
        answering = threading.Thread(target=server.serve_forever, daemon=True)
        answering.start()
        print(f"Signing {ours.origin} at {settings.signer_socket}", flush=True)
        over.wait()
        server.shutdown()
        answering.join()


def signer_in(folder: Path | None, settings: Settings) -> Signer:
    """The signer whose keys lie in `folder`, or where the settings say. Raises `SignerNotUsable`."""
    try:
        return Signer(folder or settings.signer_path, DirectoryStore(settings.store_path), clock_of(settings))
    except SignerUnusable as error:
        raise SignerNotUsable(values={"why": str(error)}) from error
