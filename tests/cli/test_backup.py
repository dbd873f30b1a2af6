"""`tillit backup` and `restore`: what comes back is what was there, on either database; nothing else passes for it."""

import json
import sqlite3
import threading
import zipfile
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, create_engine, inspect, select

from audit.actions import Action
from audit.actor import Actor
from audit.back_up import back_up
from audit.backup_file import BackupDamaged, open_backup
from audit.event import AuditEvent
from audit.house import House
from audit.operation import operation
from audit.sessions import reading
from cli.backup import NOT_KEPT
from foundation.identifiers import EventId
from foundation.tables import Base
from migrations.revision import head_revision
from migrations.run import migrate
from migrations.tables import all_tables
from people.find_person import find_person
from people.sign_in import demo_sign_in
from tests.a_server import a_client
from tests.cli.running import Ran, program, serving, tillit
from tests.damage import byte_changed
from tests.houses import Databases, PostgreSQL
from tests.log_reading import events
from tests.situations import Town, a_family, a_town
from vault.file_custody import FileCustody, KeyFileUnusable
from vault.recovery_sheet import write_sheet


def _told(house: House) -> dict[str, str]:
    """How a command finds the house."""
    url = house.settings.database_url
    return {
        "TILLIT_DATA_DIR": str(house.settings.data_dir),
        "TILLIT_KEY_FILE": str(house.settings.root_key_path),
        **({"TILLIT_DATABASE_URL": url} if url else {}),
    }


def _elsewhere(house: House, data_dir: Path, url: str | None = None) -> dict[str, str]:
    """Another place for the same installation, with its keys."""
    there = {**_told(house), "TILLIT_DATA_DIR": str(data_dir)}
    there.pop("TILLIT_DATABASE_URL", None)
    return {**there, **({"TILLIT_DATABASE_URL": url} if url else {})}


def _backed_up(house: House, out: Path) -> Path:
    ran = tillit("backup", "--out", out, **_told(house))
    assert (ran.code, ran.err) == (0, "")
    return out


def _rows(url: str) -> dict[str, list[str]]:
    """Every row of every table, as values, in an order that does not depend on the database."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {
            name: sorted(str([_plain(value) for value in row]) for row in connection.execute(select(table)))
            for name, table in all_tables().tables.items()
            if name not in NOT_KEPT
        }
    engine.dispose()
    return found


def _plain(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _restored_event(rows: dict[str, list[str]]) -> dict[str, list[str]]:
    """The rows of all tables but the log's own, in which the restore left an event more."""
    log = {"log_leaf", "tree_state", "checkpoint", "watermark"}
    return {name: lines for name, lines in rows.items() if not name.startswith("audit_") and name not in log}


def test_what_comes_back_is_what_was_there(town: Town, tmp_path: Path) -> None:
    a_family(town)
    house = town.house
    backup = _backed_up(house, tmp_path / "one.tillit")
    before = _rows(house.settings.url)
    there = _elsewhere(house, tmp_path / "there")
    ran = tillit("restore", backup, **there)
    assert (ran.code, ran.err) == (0, "")
    after = _rows(f"sqlite:///{tmp_path / 'there' / 'tillit.db'}")
    assert _restored_event(after) == _restored_event(before)
    for name in ("audit_event", "audit_disclosure", "audit_event_subject"):
        assert set(before[name]) <= set(after[name])
        assert len(after[name]) == len(before[name]) + (name != "audit_event_subject")
    assert tillit("doctor", **there, TILLIT_PORT="0").code == 0


@pytest.mark.postgres
def test_a_backup_of_sqlite_restores_to_postgresql(
    sqlite_house: House, a_postgresql: PostgreSQL, tmp_path: Path
) -> None:
    town = a_town(sqlite_house)
    a_family(town)
    backup = _backed_up(sqlite_house, tmp_path / "one.tillit")
    url = a_postgresql.url(a_postgresql.empty())
    ran = tillit("restore", backup, **_elsewhere(sqlite_house, tmp_path / "there", url))
    assert (ran.code, ran.err) == (0, "")
    assert _restored_event(_rows(url)) == _restored_event(_rows(sqlite_house.settings.url))
    assert "[not_empty]" in tillit("restore", backup, **_elsewhere(sqlite_house, tmp_path / "two", url)).refusal


def test_making_and_restoring_a_backup_are_events(sqlite_house: House, tmp_path: Path) -> None:
    backup = _backed_up(sqlite_house, tmp_path / "one.tillit")
    assert {event.row.action for event in events(sqlite_house)} == {"install", "back_up"}
    assert tillit("restore", backup, **_elsewhere(sqlite_house, tmp_path / "there")).code == 0
    with sqlite3.connect(tmp_path / "there" / "tillit.db") as connection:
        actions = {row[0] for row in connection.execute("SELECT action FROM audit_event")}
    connection.close()
    assert actions == {"install", "back_up", "restore"}


def test_under_load_one_moment_is_kept_whole(house: House, tmp_path: Path) -> None:
    acknowledged: list[EventId] = []
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            with operation(Actor.operator(house), Action.FILL_DEMO) as op:
                op.note(number=len(acknowledged))
            acknowledged.append(op.event_id)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    while len(acknowledged) < 20:
        over.wait(0.01)
    before = set(acknowledged)
    ran = tillit("backup", "--out", tmp_path / "one.tillit", **_told(house))
    after = set(acknowledged)
    over.set()
    for writer in writers:
        writer.join()
    assert (ran.code, ran.err) == (0, "")
    assert len(after) > len(before)
    there = _elsewhere(house, tmp_path / "there")
    assert tillit("restore", tmp_path / "one.tillit", **there).code == 0
    with sqlite3.connect(tmp_path / "there" / "tillit.db") as connection:
        kept = {EventId.of(row[0]) for row in connection.execute("SELECT event_id FROM audit_event")}
        halved = connection.execute(
            "SELECT count(*) FROM audit_event WHERE event_id NOT IN (SELECT event_id FROM audit_disclosure)"
            " OR event_id NOT IN (SELECT event_id FROM log_leaf WHERE event_id IS NOT NULL)"
        ).fetchone()
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
    assert before <= kept
    assert halved == (0,)


def test_who_was_signed_in_is_not_signed_in_after_a_restore(sqlite_house: House, tmp_path: Path) -> None:
    town = a_town(sqlite_house)
    assert town.teacher.staff is not None
    token = demo_sign_in(sqlite_house, town.teacher.staff).token
    backup = _backed_up(sqlite_house, tmp_path / "one.tillit")
    there = _elsewhere(sqlite_house, tmp_path / "there")
    assert tillit("restore", backup, **there).code == 0
    with (
        serving("serve", "--demo", "--port", "0", **there) as (address, _),
        a_client(address, authorization=f"Bearer {token}") as client,
    ):
        assert client.get("/api/v1/persons").status_code == 401


def test_the_restored_service_goes_on(sqlite_house: House, tmp_path: Path) -> None:
    town = a_town(sqlite_house)
    a_family(town)
    backup = _backed_up(sqlite_house, tmp_path / "one.tillit")
    there = _elsewhere(sqlite_house, tmp_path / "there")
    assert tillit("restore", backup, **there).code == 0
    custody = FileCustody.load(sqlite_house.settings.root_key_path)
    settings = sqlite_house.settings.model_copy(update={"data_dir": tmp_path / "there"})
    other = House(settings=settings, clock=sqlite_house.clock, custody=custody, installed=sqlite_house.installed)
    worker = town.housing_worker
    found = find_person(Actor(other, worker.role, worker.staff, worker.service, worker.strength), "hodan")
    assert [line.name for line in found.items] == ["Hodan Æsøy"]
    other.close()


def test_nothing_of_the_people_served_is_in_clear_in_a_backup(sqlite_house: House, tmp_path: Path) -> None:
    family = a_family(a_town(sqlite_house))
    with zipfile.ZipFile(_backed_up(sqlite_house, tmp_path / "one.tillit")) as archive:
        # The register of a demonstration is made of synthetic numbers; real data has no such file.
        raw = b"".join(archive.read(name) for name in archive.namelist() if name != "files/register-demo.json")
    for member in family.members.values():
        assert member.name.encode() not in raw
        assert (member.identity_number or "-").encode() not in raw


def test_a_changed_byte_in_any_member_is_found(sqlite_house: House, tmp_path: Path) -> None:
    a_family(a_town(sqlite_house))
    backup = _backed_up(sqlite_house, tmp_path / "one.tillit")
    whole = backup.read_bytes()
    with zipfile.ZipFile(backup) as archive:
        members = [one for one in archive.infolist() if one.file_size]
    assert len(members) >= 15
    for member in members:
        extra = int.from_bytes(whole[member.header_offset + 28 : member.header_offset + 30], "little")
        begins = member.header_offset + 30 + len(member.filename) + extra
        backup.write_bytes(byte_changed(whole, begins + member.file_size // 2))
        with pytest.raises((BackupDamaged, KeyFileUnusable)), open_backup(backup) as opened:
            opened.prove(sqlite_house.custody)


def test_damage_is_found_before_anything_is_written(sqlite_house: House, tmp_path: Path) -> None:
    backup = _backed_up(sqlite_house, tmp_path / "one.tillit")
    raw = backup.read_bytes()
    backup.write_bytes(byte_changed(raw, len(raw) // 2))
    assert "[backup_damaged]" in tillit("restore", backup, **_elsewhere(sqlite_house, tmp_path / "there")).refusal
    assert not (tmp_path / "there").exists()


def test_a_backup_cut_short_is_found(sqlite_house: House, tmp_path: Path) -> None:
    backup = _backed_up(sqlite_house, tmp_path / "one.tillit")
    backup.write_bytes(backup.read_bytes()[:-100])
    assert "[backup_damaged]" in tillit("restore", backup, **_elsewhere(sqlite_house, tmp_path / "there")).refusal
    backup.write_text("no backup at all")
    assert "[backup_damaged]" in tillit("restore", backup, **_elsewhere(sqlite_house, tmp_path / "there")).refusal
    missing = tillit("restore", tmp_path / "none.tillit", **_elsewhere(sqlite_house, tmp_path / "there")).refusal
    assert "No such file" in missing


def test_a_forged_manifest_is_found_although_its_digests_fit(sqlite_house: House, tmp_path: Path) -> None:
    backup = _backed_up(sqlite_house, tmp_path / "one.tillit")
    forged = tmp_path / "forged.tillit"
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(forged, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(b'"events": ', b'"events": 1') if name == "manifest.json" else content)
    refusal = tillit("restore", forged, **_elsewhere(sqlite_house, tmp_path / "there")).refusal
    assert "why: another_installation" in refusal
    assert not (tmp_path / "there").exists()


def test_another_installations_key_is_refused(databases: Databases, sqlite_house: House, tmp_path: Path) -> None:
    backup = _backed_up(sqlite_house, tmp_path / "one.tillit")
    other = databases.house("sqlite", name="other")
    there = {**_elsewhere(sqlite_house, tmp_path / "there"), "TILLIT_KEY_FILE": str(other.settings.root_key_path)}
    assert "why: another_installation" in tillit("restore", backup, **there).refusal
    # Nor does one installation take the place of another's keyring beside its backups.
    refusal = tillit("backup", "--out", tmp_path / "two.tillit", **_told(other)).refusal
    assert "another_installations_keyring" in refusal
    assert not (tmp_path / "two.tillit").exists()


def test_the_sheet_the_keyring_and_a_backup_restore_everything(sqlite_house: House, tmp_path: Path) -> None:
    backup = _backed_up(sqlite_house, tmp_path / "one.tillit")
    sheet = tmp_path / "sheet.txt"
    root = json.loads(sqlite_house.settings.root_key_path.read_text())["root"]
    installed = sqlite_house.installed
    sheet.write_text(
        write_sheet(
            b64decode(root),
            municipality=installed.municipality,
            number=installed.municipality_number,
            installation=installed.installation_id,
            made_on=sqlite_house.clock.now().date(),
        )
    )
    elsewhere = tmp_path / "another machine"
    elsewhere.mkdir()
    for file in (backup, backup.with_name("keyring.sealed")):
        file.rename(elsewhere / file.name)
    told = {"TILLIT_DATA_DIR": str(elsewhere / "data")}
    ran = program("restore", elsewhere / "one.tillit", "--recovery-sheet", sheet, **told)
    assert (ran.code, ran.err) == (0, "")
    assert tillit("doctor", **told, TILLIT_PORT="0").code == 0


def test_keys_travel_in_a_backup_under_a_passphrase_only(sqlite_house: House, tmp_path: Path) -> None:
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text("korrekt hest batteri stift\n")
    wrong.write_text("korrekt hest batteri stiftet\n")
    out = tmp_path / "one.tillit"
    assert "[no_passphrase]" in tillit("backup", "--out", out, "--with-keys", **_told(sqlite_house)).refusal
    assert not out.exists()
    ran = tillit("backup", "--out", out, "--with-keys", "--passphrase-file", right, **_told(sqlite_house))
    assert (ran.code, ran.err) == (0, "")
    root = json.loads(sqlite_house.settings.root_key_path.read_text())["root"]
    assert root.encode() not in out.read_bytes()
    there = ("restore", out, "--keys-from-backup", "--data-dir", tmp_path / "there", "--passphrase-file")
    assert "[passphrase_wrong]" in tillit(*there, wrong).refusal
    assert not (tmp_path / "there").exists()
    assert tillit(*there, right).code == 0
    assert tillit("doctor", "--data-dir", tmp_path / "there", TILLIT_PORT="0").code == 0
    plain = _backed_up(sqlite_house, tmp_path / "two.tillit")
    without = tillit("restore", plain, "--keys-from-backup", "--passphrase-file", right, "--data-dir", tmp_path / "x")
    assert "[no_keys_in_backup]" in without.refusal


def test_a_place_that_is_not_empty_is_left_alone(sqlite_house: House, tmp_path: Path) -> None:
    backup = _backed_up(sqlite_house, tmp_path / "one.tillit")
    assert "[not_empty]" in tillit("restore", backup, **_told(sqlite_house)).refusal
    there = tmp_path / "there"
    there.mkdir()
    (there / "mine.txt").write_text("mine")
    assert "[not_empty]" in tillit("restore", backup, **_elsewhere(sqlite_house, there)).refusal
    assert [path.name for path in there.iterdir()] == ["mine.txt"]
    assert "[backup_exists]" in tillit("backup", "--out", backup, **_told(sqlite_house)).refusal


def _signed(house: House, there: Path, size: int, origin: str | None = None) -> None:
    """What a signer remembers that survived the database."""
    (there / "signer").mkdir(parents=True)
    said = {"format": 1, "origin": origin or house.installed.origin, "size": size, "peaks": [], "root": "", "time": 0}
    (there / "signer" / "signed.json").write_text(json.dumps(said))


def test_nothing_is_rolled_back_behind_a_signed_head_unless_a_loss_is_accepted(
    sqlite_house: House, tmp_path: Path
) -> None:
    backup = _backed_up(sqlite_house, tmp_path / "one.tillit")
    there = tmp_path / "there"
    _signed(sqlite_house, there, 7)
    told = _elsewhere(sqlite_house, there)
    refusal = tillit("restore", backup, **told).refusal
    assert "signed: 7, in_backup: 0" in refusal
    assert "[restore_would_lose]" in refusal
    assert not (there / "tillit.db").exists()
    ran = tillit("restore", backup, "--accept-loss", "disken brant, ingen nyere kopi", **told)
    assert (ran.code, ran.err) == (0, "")
    assert "7 signed entries of the log are lacking" in ran.out
    settings = sqlite_house.settings.model_copy(update={"data_dir": there})
    custody = FileCustody.load(sqlite_house.settings.root_key_path)
    other = House(settings=settings, clock=sqlite_house.clock, custody=custody, installed=sqlite_house.installed)
    (event,) = [event for event in events(other) if event.row.action == "restore"]
    assert event.said["lost"] == 7
    assert event.said["reason"] == "disken brant, ingen nyere kopi"
    other.close()


def test_a_place_with_another_installations_signer_is_refused(sqlite_house: House, tmp_path: Path) -> None:
    backup = _backed_up(sqlite_house, tmp_path / "one.tillit")
    _signed(sqlite_house, tmp_path / "there", 0, origin="tillit/another")
    refusal = tillit("restore", backup, **_elsewhere(sqlite_house, tmp_path / "there")).refusal
    assert "[log_of_another_installation]" in refusal


def test_the_logs_store_comes_along(sqlite_house: House, tmp_path: Path) -> None:
    store = sqlite_house.settings.store_path
    (store / "tile" / "entries").mkdir(parents=True)
    (store / "tile" / "entries" / "000").write_bytes(b"entries")
    (sqlite_house.settings.data_dir / "log-policy.json").write_text("{}")
    backup = _backed_up(sqlite_house, tmp_path / "one.tillit")
    assert tillit("restore", backup, **_elsewhere(sqlite_house, tmp_path / "there")).code == 0
    assert (tmp_path / "there" / "log" / "tile" / "entries" / "000").read_bytes() == b"entries"
    assert (tmp_path / "there" / "log-policy.json").read_text() == "{}"


def test_an_older_backup_is_brought_up_to_date_and_a_newer_one_refused(house: House, tmp_path: Path) -> None:
    newer = tmp_path / "newer.tillit"
    back_up(Actor.operator(house), newer, all_tables(), revision="9999", files={})
    assert "[backup_too_new]" in tillit("restore", newer, **_elsewhere(house, tmp_path / "there")).refusal
    older = tmp_path / "older.tillit"
    migrate(house.settings.url, "0004")
    tables, there_then = MetaData(), set(inspect(house.engine).get_table_names())
    for table in Base.metadata.tables.values():
        if table.name in there_then:
            table.to_metadata(tables)
    back_up(Actor.operator(house), older, tables, revision="0004", files={})
    there = _elsewhere(house, tmp_path / "there")
    assert tillit("restore", older, **there).code == 0
    engine = create_engine(f"sqlite:///{tmp_path / 'there' / 'tillit.db'}")
    assert inspect(engine).has_table("referral_step")
    engine.dispose()
    assert head_revision() in tillit("doctor", **there).out


def test_a_restore_that_was_cut_short_does_not_pass_for_one(sqlite_house: House, tmp_path: Path) -> None:
    backup = _backed_up(sqlite_house, tmp_path / "one.tillit")
    there = _elsewhere(sqlite_house, tmp_path / "there")
    assert tillit("restore", backup, **there).code == 0
    (tmp_path / "there" / "restoring").touch()
    assert "[restore_cut_short]" in tillit("serve", "--demo", **there).refusal


def test_the_event_of_a_backup_is_there_even_when_the_backup_fails(sqlite_house: House, tmp_path: Path) -> None:
    ran: Ran = tillit("backup", "--out", tmp_path / "nowhere" / "one.tillit", **_told(sqlite_house))
    assert "No such file" in ran.refusal
    with reading(sqlite_house) as session:
        assert set(session.scalars(select(AuditEvent.action))) == {"install", "back_up"}
