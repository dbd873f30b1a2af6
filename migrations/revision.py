"""Where a database stands, asked without loading Alembic.

Every start asks; only a migration needs the tool itself, and loading it would take a third of a server's start.
"""

from pathlib import Path

from sqlalchemy import inspect, text

from foundation.engine import READING, make_engine
from foundation.errors import Unavailable

__all__ = ["BehindMigrations", "current_revision", "head_revision", "refuse_behind"]


class BehindMigrations(Unavailable):
    """The database is not at the revision this program was made for."""

    code = "database_behind_migrations"
    title = "The database is not at this program's revision"
    do = "Stop the service, make a backup, and run `tillit migrate`."


def head_revision() -> str:
    """The newest revision there is: the files in `versions` begin with their numbers, in the order they follow."""
    return max(file.name[:4] for file in (Path(__file__).parent / "versions").glob("[0-9][0-9][0-9][0-9]_*.py"))


def current_revision(url: str) -> str | None:
    """The revision of the database at `url`; None when it is empty."""
    engine = make_engine(url)
    try:
        with engine.execution_options(**{READING: True}).connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return found
    finally:
        engine.dispose()


def refuse_behind(url: str) -> None:
    """Pass only when the database is at the newest revision; `BehindMigrations` otherwise."""
    current, head = current_revision(url), head_revision()
    if current != head:
        raise BehindMigrations(values={"current": current or "empty", "needed": head})
