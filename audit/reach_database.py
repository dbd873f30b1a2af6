"""Whether there is a database to speak of, before anything is done with it."""

from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from foundation.engine import make_engine
from foundation.errors import Unavailable

__all__ = ["DatabaseUnreachable", "is_empty", "sqlite_file"]


#: What is left where every migration was taken back: a table that says so.
_WHERE_ALEMBIC_STANDS = frozenset({"alembic_version"})


class DatabaseUnreachable(Unavailable):
    """The database does not answer, or refuses us."""

    code = "database_unreachable"
    title = "The database cannot be reached"
    do = "Check TILLIT_DATABASE_URL, that the database server runs, and that it lets this account in."


def sqlite_file(url: str) -> Path | None:
    """The file of an embedded database; None for any other."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def is_empty(url: str) -> bool:
    """Whether the database at `url` has no table yet.

    A SQLite file that is not there is empty, and is not made by asking.

    Raises:
        DatabaseUnreachable: it does not answer, or the address is none.
    """
    try:
        file = sqlite_file(url)
        if file is not None and not file.exists():
            return True
        engine = make_engine(url)
        try:
            return set(inspect(engine).get_table_names()) <= _WHERE_ALEMBIC_STANDS
        finally:
            engine.dispose()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise DatabaseUnreachable(values={"why": "not_a_database_address"}) from error
    except DBAPIError as error:
        raise DatabaseUnreachable from error
