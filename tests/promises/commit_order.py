"""In which order transactions really committed: asked of the database itself, not of anybody's clock."""

from sqlalchemy import text

from audit.house import House
from foundation.identifiers import EventId

__all__ = ["CommitOrder"]


class CommitOrder:
    """The events of a house that commit from now on, in the order of their commits.

    SQLite has one writer at a time, so rows lie in the order of the commits. PostgreSQL writes each commit into its
    write-ahead log, and the extension pg_walinspect reads it there.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._start = ""
        if house.writers is None:
            with house.engine.begin() as connection:
                connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_walinspect"))
                self._start = str(connection.execute(text("SELECT pg_current_wal_insert_lsn()")).scalar_one())

    def events(self) -> list[EventId]:
        """The ids of the events, first committed first."""
        with self._house.engine.connect() as connection:
            if self._house.writers is not None:
                rows = connection.execute(text("SELECT event_id FROM audit_event ORDER BY rowid")).scalars()
                return [EventId.of(one) for one in rows]
            rows = connection.execute(
                text(
                    "SELECT e.event_id FROM audit_event e JOIN pg_get_wal_records_info(:start,"
                    " pg_current_wal_flush_lsn()) w ON w.xid = e.xmin"
                    " WHERE w.resource_manager = 'Transaction' AND w.record_type = 'COMMIT' ORDER BY w.start_lsn"
                ),
                {"start": self._start},
            ).scalars()
            return [EventId.of(one) for one in rows]
