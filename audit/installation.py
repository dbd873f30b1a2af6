"""The one row that says which installation this is."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from audit.house import House
from audit.operation import reading
from foundation.errors import Unavailable
from foundation.tables import Base, Step
from vault.blob import DoesNotOpen, open_blob, seal_blob
from vault.custody import Custody
from vault.file_custody import KeyFileUnusable

__all__ = ["Installation", "NotInstalled", "installation_of", "key_check", "refuse_foreign_keys"]

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


def key_check(custody: Custody, installation_id: UUID) -> bytes:
    """A sealed sentence by which a later start knows that it was given the right key file."""
    return seal_blob(custody.derived_key("key-check"), _CHECK, installation_id.bytes)


def installation_of(house: House) -> Installation:
    """Which installation the house's database holds; `NotInstalled` when it is empty."""
    with reading(house) as session:
        found = session.scalars(select(Installation)).one_or_none()
    if found is None:
        raise NotInstalled
    return found


def refuse_foreign_keys(house: House, installation: Installation) -> None:
    """Pass only when the custody is this installation's own; `KeyFileUnusable` otherwise."""
    try:
        open_blob(house.custody.derived_key("key-check"), installation.key_check, installation.installation_id.bytes)
    except DoesNotOpen as error:
        raise KeyFileUnusable(values={"file": house.settings.root_key_path.name, "why": "another_installation"}) from error
