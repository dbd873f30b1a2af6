"""No log, no key, no register, no room on the disk: nothing is disclosed, and nothing is half-written."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event, text

from audit.house import House
from audit.refusals import LogUnavailable
from consent.withdraw_consent import WithdrawConsent, withdraw_consent
from foundation.engine import READING
from foundation.errors import NotFound, Problem
from foundation.identifiers import ConsentId, ReferralId
from migrations.tables import all_tables
from people.find_person import find_person
from people.read_person import read_person
from people.register import CannotBeHandled
from people.register_family import RegisterFamily, register_family
from referral.accept_referral import accept_referral
from referral.draft_referral import DraftReferral, draft_referral
from referral.list_referrals import list_referrals
from referral.own_referral import stop_what_hung_on
from referral.read_referral import read_referral
from referral.refer_pupil import ReferPupil, refer_pupil
from tests.log_reading import events
from tests.situations import CONTENT, Family, Town, a_consent, a_family, a_referral, a_town
from vault.file_custody import FileCustody

_SOURCE = Path(__file__).parents[2]


def _rows(house: House) -> dict[str, int]:
    with house.engine.execution_options(**{READING: True}).connect() as connection:
        return {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in sorted(all_tables().tables)
            if table != "audit_pending"
        }


def _situation(town: Town) -> tuple[Family, ConsentId, ReferralId]:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    consent = a_consent(town, family)
    referral = a_referral(town, family)
    read_referral(town.coordinator, referral)
    return family, consent, referral


def _everything(town: Town, family: Family, consent: ConsentId, referral: ReferralId) -> list[Callable[[], object]]:
    """Reading, searching, sending, answering, taking back, and a try that would be refused anyway."""
    return [
        lambda: read_referral(town.coordinator, referral),
        lambda: read_person(town.teacher, family.child),
        lambda: find_person(town.teacher, "sagal"),
        lambda: list_referrals(town.teacher),
        lambda: draft_referral(town.teacher, DraftReferral(family.child, town.homework)),
        lambda: refer_pupil(town.teacher, ReferPupil(family.child, town.homework, CONTENT)),
        lambda: accept_referral(town.coordinator, referral),
        lambda: withdraw_consent(
            town.housing_worker, WithdrawConsent(consent, family.mother, "oral"), stop=stop_what_hung_on
        ),
        lambda: read_referral(town.nav_adviser, referral),
    ]


def _nothing_happens(town: Town, deeds: list[Callable[[], object]], problem: type[Problem] = LogUnavailable) -> None:
    before = _rows(town.house)
    for deed in deeds:
        with pytest.raises(problem) as met:
            deed()
        # No reference is given out that nobody could look up.
        assert met.value.event_id is None
        assert met.value.do
    assert _rows(town.house) == before


def _execute(house: House, *statements: str) -> None:
    with house.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_without_the_queue_of_the_log_nothing_is_disclosed_and_nothing_done(town: Town) -> None:
    situation = _situation(town)
    deeds = _everything(town, *situation)
    _execute(town.house, "ALTER TABLE audit_pending RENAME TO audit_gone")
    _nothing_happens(town, deeds)
    _execute(town.house, "ALTER TABLE audit_gone RENAME TO audit_pending")
    assert read_referral(town.coordinator, situation[2]).parts


def test_without_the_table_of_disclosures_nothing_is_disclosed_and_nothing_done(town: Town) -> None:
    situation = _situation(town)
    deeds = _everything(town, *situation)
    _execute(town.house, "ALTER TABLE audit_event_subject RENAME TO audit_gone")
    for deed in deeds[:3]:
        with pytest.raises(LogUnavailable):
            deed()
    _execute(town.house, "ALTER TABLE audit_gone RENAME TO audit_event_subject")
    assert read_referral(town.coordinator, situation[2]).parts


def test_on_a_database_that_only_reads_nothing_is_disclosed(town: Town) -> None:
    situation = _situation(town)
    deeds = _everything(town, *situation)
    house = town.house
    house.engine.dispose()

    def only_reads(connection: object, _record: object) -> None:
        statement = "PRAGMA query_only=ON" if house.writers else "SET default_transaction_read_only = on"
        cursor = connection.cursor()  # type: ignore[attr-defined]  # a connection of the driver
        cursor.execute(statement)
        cursor.close()
        if not house.writers:
            connection.commit()  # type: ignore[attr-defined]  # as above

    event.listen(house.engine, "connect", only_reads)
    _nothing_happens(town, deeds)
    event.remove(house.engine, "connect", only_reads)
    house.engine.dispose()
    assert read_referral(town.coordinator, situation[2]).parts


def test_when_the_database_is_away_nothing_is_disclosed(sqlite_house: House) -> None:
    town = a_town(sqlite_house)
    situation = _situation(town)
    deeds = _everything(town, *situation)
    file, away = sqlite_house.settings.data_dir / "tillit.db", sqlite_house.settings.data_dir / "away.db"
    sqlite_house.close()
    for suffix in ("", "-wal", "-shm"):
        if file.with_name(file.name + suffix).exists():
            file.with_name(file.name + suffix).rename(away.with_name(away.name + suffix))
    file.mkdir()
    for deed in deeds:
        with pytest.raises(LogUnavailable):
            deed()
    file.rmdir()
    for suffix in ("", "-wal", "-shm"):
        if away.with_name(away.name + suffix).exists():
            away.with_name(away.name + suffix).rename(file.with_name(file.name + suffix))
    assert read_referral(town.coordinator, situation[2]).parts


#: A process that may not let any file grow: as on a disk that is full.
_FULL_DISK = """
import resource, sys
from pathlib import Path
from audit.actor import Actor, Strength
from audit.actions import Role
from audit.installation import open_house
from audit.refusals import LogUnavailable
from foundation.clock import SystemClock
from foundation.identifiers import ReferralId, ServiceId, StaffId
from foundation.settings import Settings
from referral.read_referral import read_referral
from vault.file_custody import FileCustody

data_dir, staff, service, referral = sys.argv[1:]
settings = Settings(data_dir=Path(data_dir))
house = open_house(settings, SystemClock(), FileCustody.load(settings.root_key_path))
actor = Actor(house, Role.COORDINATOR, StaffId.of(staff), ServiceId.of(service), Strength.HIGH)
grown = sum(file.stat().st_size for file in Path(data_dir).glob("tillit.db-wal"))
resource.setrlimit(resource.RLIMIT_FSIZE, (grown, grown))
refused = 0
for _ in range(5):
    try:
        read_referral(actor, ReferralId.of(referral))
    except LogUnavailable:
        refused += 1
print(refused)
"""


def test_on_a_full_disk_nothing_is_disclosed_and_nothing_is_broken(sqlite_house: House) -> None:
    town = a_town(sqlite_house)
    _, _, referral = _situation(town)
    before, log = _rows(sqlite_house), len(events(sqlite_house))
    sqlite_house.close()
    actor = town.coordinator
    tried = [str(sqlite_house.settings.data_dir), str(actor.staff), str(actor.service), str(referral)]
    done = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, *tried], cwd=_SOURCE, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.split()) == (0, ["5"]), done.stderr
    assert _rows(sqlite_house) == before
    assert len(events(sqlite_house)) == log
    with sqlite_house.engine.connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    assert read_referral(town.coordinator, referral).parts


def test_with_another_installations_keys_nothing_opens(town: Town, tmp_path: Path) -> None:
    _, _, referral = _situation(town)
    before = _rows(town.house)
    own = town.house.custody
    town.house.custody = FileCustody.create(tmp_path / "other" / "root.json", "2026-11")
    town.house._key_pairs.clear()
    for deed in (
        lambda: read_referral(town.coordinator, referral),
        lambda: list_referrals(town.teacher),
        lambda: find_person(town.teacher, "sagal"),
    ):
        with pytest.raises(LogUnavailable):
            deed()
    assert _rows(town.house) == before
    town.house.custody = own
    town.house._key_pairs.clear()
    assert read_referral(town.coordinator, referral).parts


@pytest.mark.parametrize("register", ["gone", "damaged", "of another shape"])
def test_without_an_answer_of_the_register_nobody_is_written_down(town: Town, register: str) -> None:
    family = a_family(town)
    path = town.house.settings.register_path
    before = {name: count for name, count in _rows(town.house).items() if name in {"person", "roster_entry"}}
    if register == "gone":
        path.unlink()
    else:
        path.write_text('{"fails": fal' if register == "damaged" else '["nobody"]', encoding="ascii")
    with pytest.raises(CannotBeHandled) as met:
        register_family(town.teacher, RegisterFamily(tuple(family.members.values())))
    assert met.value.event_id is not None
    after = {name: count for name, count in _rows(town.house).items() if name in before}
    assert after == before


def test_refusals_and_searches_stand_in_the_log_as_readings_do(town: Town) -> None:
    family, consent, referral = _situation(town)
    before = len(events(town.house))
    *done, refused = _everything(town, family, consent, referral)
    for deed in done:
        deed()
    with pytest.raises(NotFound):
        refused()
    log = events(town.house)[before:]
    assert [(one.row.action, one.row.outcome) for one in log] == [
        ("read_referral", "permitted"),
        ("read_person", "permitted"),
        ("find_person", "permitted"),
        ("list_referrals", "permitted"),
        ("draft_referral", "permitted"),
        ("refer_pupil", "permitted"),
        ("accept_referral", "permitted"),
        ("withdraw_consent", "permitted"),
        ("read_referral", "not_found"),
    ]
