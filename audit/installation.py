"""The one row that says which installation this is."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, select
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Mapped, Session, mapped_column

from audit.house import House, Installed
from foundation.clock import Clock
from foundation.engine import READING, make_engine
from foundation.errors import Unavailable
from foundation.settings import Settings
from foundation.tables import Base, Step
from vault.blob import DoesNotOpen, open_blob, seal_blob
from vault.custody import Custody
from vault.file_custody import KeyFileUnusable

__all__ = ["Installation", "NotInstalled", "key_check", "open_house"]

_CHECK = b"this is the key of this installation"


class NotInstalled(Unavailable):
    """The database is there, but no installation was set up in it."""

    code = "not_installed"
    title = "There is no installation here"
    do = "Run `tillit init`, or `tillit demo` to look around."


class Installation(Step, Base):
    """One installation is one municipality: one policy, one log, one root key."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("row = 1", name="one_row"),)
    of_persons = False

    row: Mapped[int] = mapped_column(primary_key=True)
    installation_id: Mapped[UUID]
    is_demo: Mapped[bool]
    municipality: Mapped[str]
    municipality_number: Mapped[str]
    jurisdiction: Mapped[str]
    created_at: Mapped[datetime]
    key_check: Mapped[bytes]

    @property
    def facts(self) -> Installed:
        """What the house needs to know of it."""
        return Installed(
            self.installation_id, self.is_demo, self.municipality, self.municipality_number, self.jurisdiction
        )


def key_check(custody: Custody, installation_id: UUID) -> bytes:
    """A sealed sentence by which a later start knows that it was given the right key file."""
    return seal_blob(custody.derived_key("key-check"), _CHECK, installation_id.bytes)


def open_house(settings: Settings, clock: Clock, custody: Custody) -> House:
    """The house of the installation that `settings` point to.

    Raises:
        NotInstalled: the database holds no installation, or is behind its first migration.
        KeyFileUnusable: the custody is another installation's.
    """
    engine = make_engine(settings.url)
    try:
        with Session(engine.execution_options(**{READING: True})) as session:
            found = session.scalars(select(Installation)).one_or_none()
    except (OperationalError, ProgrammingError) as error:
        raise NotInstalled from error
    finally:
        engine.dispose()
    if found is None:
        raise NotInstalled
    try:
        open_blob(custody.derived_key("key-check"), found.key_check, found.installation_id.bytes)
    except DoesNotOpen as error:
        raise KeyFileUnusable(values={"file": settings.root_key_path.name, "why": "another_installation"}) from error
    return House(settings=settings, clock=clock, custody=custody, installed=found.facts)
