"""The log of a house, brought on step by step; and what database, store and signer say of it afterwards."""

import sqlite3
from contextlib import closing

from sqlalchemy import func, select, text

from audit.actions import Action
from audit.actor import Actor
from audit.begin_log import open_signer
from audit.event import AuditEvent, AuditPending
from audit.evidence.log_policy import parse_policy
from audit.evidence.log_store import DirectoryStore
from audit.evidence.stored_tree import StoredTree
from audit.evidence.verify_store import verify_store
from audit.house import House
from audit.log_tables import LogLeaf, StoredCheckpoint, TreeState, Watermark
from audit.operation import operation
from audit.reach_database import sqlite_file
from audit.sequencer import Sequencer
from audit.sessions import reading
from foundation.identifiers import EventId

__all__ = ["attack", "in_order", "record", "sequencer_of", "store_of"]


def record(house: House, count: int = 1) -> list[EventId]:
    """So many events about nobody."""
    made = []
    for number in range(count):
        with operation(Actor.operator(house), Action.FILL_DEMO) as op:
            op.note(number=number)
        made.append(op.event_id)
    return made


def store_of(house: House) -> DirectoryStore:
    """The outside store of the house, ready to be written."""
    store = DirectoryStore(house.settings.store_path)
    store.prepare()
    return store


def sequencer_of(house: House) -> Sequencer:
    """A sequencer that takes up the log of the house where it stands."""
    store = store_of(house)
    return Sequencer(house, store, open_signer(house, store))


def attack(house: House, *statements: str) -> None:
    """Do this to the database as somebody who owns it: no trigger and no foreign key stands in the way."""
    file = sqlite_file(house.settings.url)
    if file is None:
        with house.engine.begin() as connection:
            for statement in ("SET LOCAL session_replication_role = replica", *statements):
                connection.execute(text(statement))
        return
    with closing(sqlite3.connect(file, isolation_level=None)) as owner:
        triggers = owner.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for statement in (*(f"DROP TRIGGER {name}" for (name,) in triggers), *statements):
            owner.execute(statement)


def in_order(house: House) -> int:
    """The size of the log, when all that was recorded stands in it once, signed and outside; or the test fails."""
    store, origin = DirectoryStore(house.settings.store_path), house.installed.origin
    with reading(house) as session:
        state, marks = session.get_one(TreeState, origin), session.get_one(Watermark, origin)
        leaves = session.execute(select(LogLeaf.idx, LogLeaf.event_id).order_by(LogLeaf.idx)).all()
        heads = session.scalars(select(StoredCheckpoint.note).order_by(StoredCheckpoint.size)).all()
        waiting = session.scalar(select(func.count()).select_from(AuditPending))
        recorded = set(session.scalars(select(AuditEvent.event_id)))
    assert waiting == 0
    assert [leaf.idx for leaf in leaves] == list(range(state.size))
    placed = [leaf.event_id for leaf in leaves if leaf.event_id is not None]
    assert len(placed) == len(recorded)
    assert set(placed) == recorded
    assert marks.signed == marks.exported == state.size
    assert StoredTree(store, state.size).root() == state.root
    assert heads[-1] == store.read("checkpoint")
    verdict = verify_store(store, parse_policy(house.settings.log_policy_path.read_bytes()))
    assert (verdict.findings, verdict.state is None) == ((), False)
    return state.size
