"""Events that were committed become leaves of a signed tree: each once, in an order that nobody can change unseen."""

import fcntl
import os
import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from audit.actions import Action
from audit.actor import Actor
from audit.back_up import back_up
from audit.backup_file import open_backup
from audit.begin_log import open_signer
from audit.event import AuditPending
from audit.evidence.log_store import NotInStore
from audit.evidence.signer import SignerRefused, create_signer
from audit.evidence.stored_tree import StoredTree
from audit.export_leaves import export_leaves
from audit.house import House
from audit.integrate_events import TreeMoved, integrate_events
from audit.log_tables import LogLeaf, TreeState
from audit.one_sequencer import only_sequencer
from audit.operation import operation
from audit.place_in_the_log import PlaceInTheLog, place_of
from audit.restore import fill_database
from audit.sequence_events import settle_log
from audit.sequencer import FROZEN, LogFrozen, trouble_of
from audit.sessions import reading
from foundation.identifiers import EventId
from migrations.revision import head_revision
from migrations.tables import all_tables
from tests.a_sequencer import attack, in_order, record, sequencer_of, store_of
from tests.damage import byte_changed
from tests.houses import Databases
from tests.set_clock import SetClock


def _place(house: House, event: EventId) -> PlaceInTheLog | None:
    with operation(Actor.operator(house), Action.FILL_DEMO) as op:
        return place_of(op, event)


def test_the_log_begins_with_its_name_and_its_key(house: House) -> None:
    settle_log(house)
    [genesis, *_] = StoredTree(store_of(house), in_order(house)).entries(0)
    assert b'"k":"genesis"' in genesis
    assert house.installed.origin.encode() in genesis
    assert (house.settings.signer_path.stat().st_mode & 0o777) == 0o700
    assert {path.stat().st_mode & 0o777 for path in house.settings.signer_path.iterdir()} == {0o600}


def test_every_event_gets_one_place_and_a_head_that_covers_it(house: House) -> None:
    sequencer, [one] = sequencer_of(house), record(house)
    assert _place(house, one) is None
    sequencer.integrate()
    place = _place(house, one)
    assert place is not None
    assert place.checkpoint is None
    sequencer.export()
    sequencer.sign()
    sequencer.publish()
    signed = sequencer.tree.size
    assert _place(house, one) == PlaceInTheLog(place.index, signed, is_late=False)
    assert sequencer.batch() == 2  # looking was an entry too, each time
    assert _place(house, one) == PlaceInTheLog(place.index, signed, is_late=False)


def test_batch_follows_batch_and_the_store_has_the_tree_of_the_database(house: House) -> None:
    sequencer = sequencer_of(house)
    for count in (1, 3, 250, 7, 20):
        record(house, count)
        sequencer.batch()
        with reading(house) as session:
            state = session.get_one(TreeState, house.installed.origin)
        assert StoredTree(store_of(house), state.size).root() == state.root == sequencer.tree.root()
    assert in_order(house) == 1 + 1 + 281
    narrow = [path for path in store_of(house).paths() if ".p/" in path]
    assert not [path for path in narrow if "/000.p/" in path and not path.startswith("tile/1/")]


def test_a_batch_has_an_end_and_the_next_goes_on(house: House) -> None:
    sequencer = sequencer_of(house)
    sequencer.batch()
    record(house, 5)
    grown = integrate_events(house, sequencer.tree, 3)
    assert grown.size == sequencer.tree.size + 3
    assert integrate_events(house, grown, 3).size == grown.size + 2


@pytest.mark.postgres
def test_whoever_commits_late_is_in_the_next_batch_and_delays_nobody(databases: Databases) -> None:
    """Ids are given before the commit: an older one may become visible after a younger one has its place."""
    house = databases.house("postgresql")
    settle_log(house)
    begun, may_end = threading.Event(), threading.Event()
    late: list[EventId] = []

    def slowly() -> None:
        with operation(Actor.operator(house), Action.FILL_DEMO) as op:
            late.append(op.event_id)
            begun.set()
            may_end.wait()

    slow = threading.Thread(target=slowly)
    slow.start()
    begun.wait()
    [quick] = record(house)
    assert late[0] < quick
    settle_log(house)
    assert _place(house, quick) is not None
    may_end.set()
    slow.join()
    settle_log(house)
    with reading(house) as session:
        places = {leaf.event_id: leaf.idx for leaf in session.scalars(select(LogLeaf))}
    assert places[late[0]] > places[quick]
    in_order(house)


def test_two_sequencers_never_give_one_place_twice(house: House) -> None:
    settle_log(house)
    for _ in range(2):
        ahead, behind = sequencer_of(house), sequencer_of(house)
        record(house, 5)
        ahead.batch()
        record(house, 2)
        with pytest.raises(TreeMoved):
            behind.batch()
    settle_log(house)
    in_order(house)


def test_there_is_one_sequencer_at_a_time_and_the_next_finds_the_place_free_at_once(house: House) -> None:
    for _ in range(20):
        with only_sequencer(house) as still:
            assert still is not None
            still()
            with only_sequencer(house) as another:
                assert another is None
    with pytest.raises(NotInStore), only_sequencer(house):
        raise NotInStore
    with only_sequencer(house) as still:
        assert still is not None


def test_the_place_is_free_even_while_somebody_has_a_copy_of_the_file(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is just being started has every open file of its parent for a moment, its lock too."""
    copies: list[int] = []
    flock = fcntl.flock

    def copied(file: IO[bytes], how: int) -> None:
        copies.append(os.dup(file.fileno()))
        flock(file, how)

    monkeypatch.setattr(fcntl, "flock", copied)
    for _ in range(2):
        with only_sequencer(sqlite_house) as still:
            assert still is not None
    for copy in copies:
        os.close(copy)


@pytest.mark.postgres
def test_a_sequencer_whose_connection_was_cut_stops_and_another_takes_its_place(databases: Databases) -> None:
    house = databases.house("postgresql")
    with only_sequencer(house) as still:
        assert still is not None
        with house.engine.begin() as database_owner:
            here = "(SELECT oid FROM pg_database WHERE datname = current_database())"
            holders = text(f"SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database = {here}")
            [holder] = database_owner.scalars(holders).all()
            assert database_owner.scalar(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": holder})
        with pytest.raises(DBAPIError):
            still()
        with only_sequencer(house) as another:
            assert another is not None


def test_a_time_that_does_not_fit_its_place_is_marked(house: House, clock: SetClock) -> None:
    settle_log(house)
    at = clock.now()
    [in_time] = record(house)
    settle_log(house)
    clock.set(at + timedelta(seconds=30))
    [ahead] = record(house)
    clock.set(at + timedelta(seconds=10))
    sequencer_of(house).integrate()  # the signer would not sign, but the place is given
    clock.set(at + timedelta(seconds=40))
    early = _left_open_for_two_minutes(house, clock)
    settle_log(house)
    places = [_place(house, event) for event in (in_time, ahead, early)]
    assert [place is not None and place.is_late for place in places] == [False, True, True]


def _left_open_for_two_minutes(house: House, clock: SetClock) -> EventId:
    """An event whose transaction ended two minutes after it began; others got their places meanwhile."""
    began = clock.now()
    clock.set(began + timedelta(minutes=2))
    record(house)
    settle_log(house)
    clock.set(began)
    [event] = record(house)
    clock.set(began + timedelta(minutes=2, seconds=1))
    return event


def test_a_clock_that_went_back_stops_the_signing_and_not_the_recording(house: House, clock: SetClock) -> None:
    settle_log(house)
    at = clock.now()
    clock.set(at - timedelta(hours=1))
    record(house)
    with pytest.raises(SignerRefused) as refused:
        settle_log(house)
    assert trouble_of(refused.value) in FROZEN
    record(house)
    clock.set(at + timedelta(seconds=1))
    settle_log(house)
    in_order(house)


@pytest.mark.postgres
def test_the_same_events_in_the_same_batches_give_the_same_bytes_on_both_databases(
    databases: Databases, tmp_path: Path
) -> None:
    one = databases.house("sqlite", name="one")
    record(one, 600)
    made = tmp_path / "one.tillit"
    back_up(Actor.operator(one), made, all_tables(), revision=head_revision(), files={})
    other_dir = tmp_path / "other"
    url = databases.migrated("postgresql", other_dir)
    with open_backup(made) as backup:
        fill_database(url, backup)
    settings = one.settings.model_copy(update={"data_dir": other_dir, "database_url": url})
    other = House(settings, SetClock(), one.custody, one.installed)
    create_signer(one.settings.signer_path, one.installed.origin)
    shutil.copytree(one.settings.signer_path, settings.signer_path)
    now = one.clock.now()
    stores = []
    for house in (one, other):
        assert isinstance(house.clock, SetClock)
        house.clock.set(now)
        for _ in _in_batches_of(house, 70):
            pass
        in_order(house)
        store = store_of(house)
        stores.append({path: store.read(path) for path in store.paths()})
    other.close()
    assert stores[0] == stores[1]
    assert len([path for path in stores[0] if path.startswith("sealed/")]) > 3


def _in_batches_of(house: House, size: int) -> Iterator[int]:
    sequencer = sequencer_of(house)
    while (grown := integrate_events(house, sequencer.tree, size)).size > sequencer.tree.size:
        sequencer.tree = grown
        for step in sequencer.steps[1:]:
            step()
        yield grown.size


@pytest.mark.parametrize(
    "what",
    [
        "UPDATE tree_state SET size = size - 1",
        "UPDATE tree_state SET root = (SELECT leaf_hash FROM log_leaf WHERE idx = 0)",
        "DELETE FROM log_leaf WHERE idx = (SELECT max(idx) FROM log_leaf)",
        "UPDATE log_leaf SET leaf = (SELECT leaf FROM log_leaf WHERE idx = 2) WHERE idx = 4",
        "DELETE FROM tree_state",
        "DELETE FROM audit_disclosure WHERE event_id = (SELECT event_id FROM log_leaf WHERE idx = 4)",
        "UPDATE audit_disclosure SET sealed = NULL WHERE event_id = (SELECT event_id FROM log_leaf WHERE idx = 4)",
        "UPDATE audit_event SET digests = commitment WHERE event_id = (SELECT event_id FROM log_leaf WHERE idx = 4)",
    ],
)
def test_whoever_changes_what_was_not_signed_yet_stops_the_log(house: House, what: str) -> None:
    """As the owner of the database, between a place and its signature."""
    sequencer = sequencer_of(house)
    sequencer.batch()
    record(house, 4)
    sequencer.integrate()
    attack(house, what)
    signer = open_signer(house, store_of(house))
    before = signer.signed_size
    with pytest.raises(Exception) as stopped:  # noqa: PT011  # what it is called is the point
        sequencer_of(house).batch()
    assert trouble_of(stopped.value) in FROZEN
    assert signer.signed_size == before
    record(house)  # and recording goes on


def test_an_event_taken_out_from_behind_its_place_in_the_queue_stops_the_log(house: House) -> None:
    sequencer = sequencer_of(house)
    sequencer.batch()
    [gone, *_] = record(house, 3)
    attack(
        house, "DELETE FROM audit_event WHERE event_id = (SELECT event_id FROM audit_pending ORDER BY event_id LIMIT 1)"
    )
    with pytest.raises(TreeMoved):
        sequencer.batch()
    with reading(house) as session:
        assert gone in session.scalars(select(AuditPending.event_id)).all()


@pytest.mark.parametrize(
    ("what", "called"),
    [
        ("UPDATE tree_state SET size = size - 1", "database_behind"),
        ("UPDATE tree_state SET root = (SELECT leaf_hash FROM log_leaf WHERE idx = 0)", "tree_differs"),
        ("DELETE FROM tree_state", "database_behind"),
        ("INSERT INTO log_leaf SELECT idx + 6, NULL, leaf, leaf_hash, is_late FROM log_leaf WHERE idx = 0", None),
    ],
)
def test_whoever_rolls_a_signed_tree_back_or_grows_it_by_hand_stops_the_log(
    house: House, what: str, called: str | None
) -> None:
    """The sequencer that runs notices, and one that starts anew says what it is; it takes up a leaf too many first."""
    sequencer = sequencer_of(house)
    record(house, 4)
    sequencer.batch()
    attack(house, what)
    record(house)
    with pytest.raises(Exception) as stopped:  # noqa: PT011  # as above
        sequencer.batch()
    assert trouble_of(stopped.value) == "tree_differs"
    with pytest.raises(Exception) as stopped:  # noqa: PT011  # as above
        sequencer_of(house).batch()
    assert trouble_of(stopped.value) == (called or "tree_differs")


def test_leaves_that_were_exchanged_before_they_left_the_database_are_not_signed(house: House) -> None:
    sequencer = sequencer_of(house)
    sequencer.batch()
    record(house, 4)
    sequencer.integrate()
    moves = ((3, 99), (4, 3), (99, 4))
    attack(house, *(f"UPDATE log_leaf SET idx = {to} WHERE idx = {was}" for was, to in moves))
    signer = open_signer(house, store_of(house))
    before = signer.signed_size
    with pytest.raises(LogFrozen) as stopped:
        sequencer.batch()
    assert stopped.value.code == "store_differs"
    assert signer.signed_size == before


def test_another_whole_tree_put_under_the_signers_hands_is_never_made_known(house: House) -> None:
    """The signer reads the store alone; that it signed what the database has is asked before anybody sees it."""
    settle_log(house)
    sequencer, store = sequencer_of(house), house.settings.store_path
    begun, known = sequencer.tree.size, (store / "checkpoint").read_bytes()
    shutil.copytree(store, store.with_name("kept"))
    record(house, 3)
    sequencer.integrate()
    sequencer.export()
    shutil.rmtree(store)
    shutil.move(store.with_name("kept"), store)
    moves = ((begun, 99), (begun + 1, begun), (99, begun + 1))
    attack(house, *(f"UPDATE log_leaf SET idx = {to} WHERE idx = {was}" for was, to in moves))
    export_leaves(house, store_of(house), begun, sequencer.tree.size)
    with pytest.raises(LogFrozen) as stopped:
        sequencer.sign()
    assert stopped.value.code == "store_differs"
    assert (store / "checkpoint").read_bytes() == known


_TREE_LOST = tuple(f"DELETE FROM {table}" for table in ("watermark", "checkpoint", "log_leaf", "tree_state"))


def test_a_database_that_lost_its_tree_takes_it_up_again_from_the_store(house: House) -> None:
    record(house, 3)
    settle_log(house)
    attack(house, *_TREE_LOST)
    record(house)
    settle_log(house)
    in_order(house)


def test_a_tree_is_not_taken_up_where_an_event_that_it_has_is_gone(house: House) -> None:
    """That an event is lacking is for somebody to look at; only a restore brings one back."""
    gone = record(house, 3)[1]
    settle_log(house)
    tables = ("audit_disclosure", "audit_event_subject", "audit_event")
    attack(house, *_TREE_LOST, *(f"DELETE FROM {table} WHERE event_id = '{gone.hex}'" for table in tables))
    with pytest.raises(TreeMoved):
        sequencer_of(house).batch()
    with reading(house) as session:
        assert session.get(LogLeaf, 0) is None


def test_a_flipped_bit_between_writing_and_signing_is_not_signed(house: House) -> None:
    settle_log(house)
    sequencer = sequencer_of(house)
    record(house, 3)
    sequencer.integrate()
    sequencer.export()
    for kind in ("tile/entries", "tile/0", "sealed"):
        path = max(house.settings.store_path.glob(f"{kind}/000.p/*"), key=lambda file: file.stat().st_mtime_ns)
        right = path.read_bytes()
        path.write_bytes(byte_changed(right, 40))
        with pytest.raises(SignerRefused):
            sequencer.sign()
        path.write_bytes(right)
    for step in (sequencer.sign, sequencer.publish, sequencer.tidy):
        step()
    in_order(house)
