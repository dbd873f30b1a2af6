"""Bring a database to a revision, forwards or back."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from foundation.engine import make_engine
from foundation.errors import Unavailable
from migrations.revision import BehindMigrations, current_revision, head_revision, refuse_behind

__all__ = ["BehindMigrations", "UnknownRevision", "current_revision", "head_revision", "migrate", "refuse_behind"]


class UnknownRevision(Unavailable):
    """A revision that this program does not know: another program's, or a slip of the pen."""

    code = "database_revision_unknown"
    title = "This program does not know that revision of the database"
    do = "Use the program that the database was last migrated with, or name a revision between base and head."


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def migrate(url: str, to: str = "head") -> str | None:
    """Bring the database at `url` to revision `to` (`head`, `base` or a number) in one transaction; where it is.

    Raises:
        UnknownRevision: there is no revision `to`, or the database is at one that there is not.
    """
    engine = make_engine(url)
    try:
        _migrate(engine, to)
    finally:
        engine.dispose()
    return current_revision(url)


def _migrate(engine: Engine, to: str) -> None:
    config, scripts = _config(), ScriptDirectory.from_config(_config())
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        at = MigrationContext.configure(connection).get_current_revision()
        connection.rollback()
        target = scripts.get_current_head() if to == "head" else None if to == "base" else to
        order = ["base", *(script.revision for script in reversed(list(scripts.walk_revisions())))]
        unknown = [revision for revision in (target, at) if revision is not None and revision not in order]
        if unknown:
            raise UnknownRevision(values={"revision": unknown[0][:40]})
        if order.index(target or "base") < order.index(at or "base"):
            command.downgrade(config, to)
        else:
            command.upgrade(config, to)
