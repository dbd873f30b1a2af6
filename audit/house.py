"""The house in which deeds are done: its settings, clock, database and keys, put together once at start."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Engine

from audit.committed import Committed
from audit.evidence_lag import EvidenceLag
from audit.tally import Tally
from foundation.clock import Clock
from foundation.engine import READING, WriterQueue, is_sqlite, make_engine
from foundation.settings import Settings
from vault.custody import Custody
from vault.keys import KeyPair, ServiceKey, open_key_pair

__all__ = ["House", "Installed"]


@dataclass(frozen=True)
class Installed:
    """Which installation a database holds: one municipality, in demonstration or for real."""

    installation_id: UUID
    is_demo: bool
    municipality: str
    municipality_number: str
    jurisdiction: str

    @property
    def origin(self) -> str:
        """The name of the installation's log (C2SP tlog-checkpoint)."""
        return f"tillit/{self.installation_id}"


@dataclass
class House:
    """One running installation; whoever holds it still reads and writes only through an operation."""

    settings: Settings
    clock: Clock
    custody: Custody
    installed: Installed
    engine: Engine = field(init=False, repr=False)
    #: The same database, for whoever only reads.
    readers: Engine = field(init=False, repr=False)
    writers: WriterQueue | None = field(init=False, repr=False)
    evidence: EvidenceLag = field(init=False, repr=False, default_factory=EvidenceLag)
    unknown_names: Tally = field(init=False, repr=False, default_factory=Tally)
    committed: Committed = field(init=False, repr=False, default_factory=Committed)
    _key_pairs: dict[object, KeyPair] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Open the database; on SQLite its writers stand in line inside this process."""
        self.engine = make_engine(self.settings.url)
        self.readers = self.engine.execution_options(**{READING: True, "postgresql_readonly": True})
        self.writers = WriterQueue() if is_sqlite(self.engine) else None

    @property
    def is_embedded(self) -> bool:
        """Whether the database is a file that this process has to itself, and not a server."""
        return self.writers is not None

    def key_pair(self, row: ServiceKey) -> KeyPair:
        """The opened key pair of a service; opened once a process, because opening it costs more than using it."""
        pair = self._key_pairs.get(row.key_id)
        if pair is None:
            pair = self._key_pairs[row.key_id] = open_key_pair(row, self.custody)
        return pair

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()
