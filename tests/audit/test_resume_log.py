"""After a restore the log goes on behind everything that its store has; what is missing shows."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from audit.actor import Actor
from audit.back_up import back_up
from audit.backup_file import open_backup
from audit.event import AuditEvent, AuditEventSubject
from audit.evidence.leaf import SystemLeaf, parse_leaf
from audit.evidence.log_policy import parse_policy
from audit.evidence.sealed_records import MalformedRecord, encode_records, parse_records, sealed_file_at
from audit.evidence.stored_tree import StoredTree
from audit.house import House
from audit.read_event import read_event
from audit.restore import fill_database, fill_log, restore
from audit.resume_log import resume_log
from audit.sequence_events import settle_log
from audit.sessions import reading
from foundation.identifiers import EventId
from migrations.revision import head_revision
from migrations.tables import all_tables
from people.read_person import read_person
from tests.a_sequencer import in_order, record, store_of
from tests.houses import Databases
from tests.log_reading import newest
from tests.situations import Town, a_family


@pytest.fixture
def elsewhere(databases: Databases, database: str, house: House, tmp_path: Path) -> House:
    """Another place for the same installation: an empty database at the newest revision, and the same keys."""
    data_dir = tmp_path / "elsewhere"
    url = databases.migrated(database, data_dir)
    told = {"data_dir": data_dir, "database_url": None if database == "sqlite" else url}
    settings = house.settings.model_copy(update={**told, "key_file": house.settings.root_key_path})
    return House(settings, house.clock, house.custody, house.installed)


def _backed_up(house: House, tmp_path: Path) -> Path:
    made = tmp_path / "one.tillit"
    files = {"log-policy.json": house.settings.log_policy_path.read_bytes()}
    back_up(Actor.operator(house), made, all_tables(), revision=head_revision(), files=files)
    return made


def _restored(house: House, made: Path, *, lost: int = 0) -> tuple[EventId, int]:
    with open_backup(made) as backup:
        fill_database(house.settings.url, backup)
        fill_log(house.settings, backup)
        house.settings.log_policy_path.write_bytes(dict(backup.files())["log-policy.json"])
        event = restore(Actor.operator(house), backup.manifest, made, lost=lost, reason=None)
    return event, resume_log(house, event, lost=lost)


def _subjects(house: House, event: EventId) -> set[bytes]:
    with reading(house) as session:
        return set(session.scalars(select(AuditEventSubject.lookup).where(AuditEventSubject.event_id == event)))


def _system_leaves(house: House, size: int) -> list[SystemLeaf]:
    found = map(parse_leaf, StoredTree(store_of(house), size).entries(0))
    return [leaf for leaf in found if isinstance(leaf, SystemLeaf)]


def test_what_the_store_has_and_the_backup_lacks_comes_back(town: Town, elsewhere: House, tmp_path: Path) -> None:
    family = a_family(town)
    settle_log(town.house)
    made = _backed_up(town.house, tmp_path)
    read_person(town.housing_worker, family.child)
    since = newest(town.house).row
    settle_log(town.house)
    # The machine burned; the log's store and the signer lay elsewhere.
    for name in ("log", "signer"):
        shutil.copytree(town.house.settings.data_dir / name, elsewhere.settings.data_dir / name)
    event, came_back = _restored(elsewhere, made, lost=1)
    assert came_back == 2  # the backup's own event, and what was read after it
    size = in_order(elsewhere)
    genesis, restored = _system_leaves(elsewhere, size)
    assert (genesis.kind, restored.kind) == ("genesis", "restore")
    assert (restored.fields["event"], restored.fields["reason"]) == (str(event), "accepted_loss")
    with reading(elsewhere) as session:
        again = session.get_one(AuditEvent, since.event_id)
        columns = AuditEvent.__table__.columns.keys()
        assert {name: getattr(again, name) for name in columns} == {name: getattr(since, name) for name in columns}
    assert _subjects(elsewhere, since.event_id) == _subjects(town.house, since.event_id) != set()
    assert family.child in read_event(town.moved_to(elsewhere).auditor, since.event_id).disclosed
    elsewhere.close()


def test_a_store_whose_sealed_events_were_exchanged_is_not_believed(
    house: House, elsewhere: House, tmp_path: Path
) -> None:
    settle_log(house)
    made = _backed_up(house, tmp_path)
    record(house, 2)
    settle_log(house)
    shutil.copytree(house.settings.store_path, elsewhere.settings.store_path)
    [place] = [
        place for path in store_of(elsewhere).paths("sealed") if (place := sealed_file_at(path)) and place.start == 2
    ]
    file = elsewhere.settings.store_path / place.path
    backup, one, two = parse_records(place, file.read_bytes())
    file.write_bytes(encode_records(place, [backup, two, one]))
    with pytest.raises(MalformedRecord):
        _restored(elsewhere, made, lost=1)
    elsewhere.close()


def test_where_the_signer_is_gone_another_key_begins_and_the_policy_says_from_where(
    house: House, elsewhere: House, tmp_path: Path
) -> None:
    record(house, 3)
    settle_log(house)
    made = _backed_up(house, tmp_path)
    _, came_back = _restored(elsewhere, made)
    assert came_back == 0
    size = in_order(elsewhere)
    assert [leaf.kind for leaf in _system_leaves(elsewhere, size)] == ["genesis", "restore", "key"]
    old, new = parse_policy(elsewhere.settings.log_policy_path.read_bytes()).keys
    assert (old.last, new.last) == (5, None)
    assert new.first == size - 2  # behind it came the events of the backup and of the restore
    record(elsewhere)
    settle_log(elsewhere)
    in_order(elsewhere)
    elsewhere.close()


def test_a_signer_that_remembers_more_than_the_store_has_is_put_aside(
    house: House, elsewhere: House, tmp_path: Path
) -> None:
    settle_log(house)
    made = _backed_up(house, tmp_path)
    record(house, 3)
    settle_log(house)
    shutil.copytree(house.settings.signer_path, elsewhere.settings.signer_path)
    _restored(elsewhere, made, lost=4)
    in_order(elsewhere)
    assert (elsewhere.settings.data_dir / "signer.until-2" / "signed.json").exists()
    elsewhere.close()


def test_a_log_that_had_not_begun_begins(house: House, elsewhere: House, tmp_path: Path) -> None:
    house.settings.log_policy_path.write_bytes(b"")
    made = _backed_up(house, tmp_path)
    with open_backup(made) as backup:
        fill_database(elsewhere.settings.url, backup)
        event = restore(Actor.operator(elsewhere), backup.manifest, made, lost=0, reason=None)
    assert resume_log(elsewhere, event, lost=0) == 0
    assert in_order(elsewhere) == 1 + 3
    elsewhere.close()
