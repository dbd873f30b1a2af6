"""A person's report: it shows who saw what of theirs, nothing of others, nothing that is withheld; and it verifies."""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from audit.decide_visibility import DecideVisibility, VisibilityDecided, decide_visibility
from audit.evidence.log_policy import LogPolicy, parse_policy
from audit.evidence.report_file import Report, ReportEntry, parse_report, verify_report
from audit.evidence.verifier.generate import GENERATED
from audit.evidence.verify_ed25519 import verify_ed25519
from audit.family_visibility import Visible
from audit.opened_event import EntryDoesNotVerify
from audit.refusals import NotInYourRole
from audit.sequence_events import settle_log
from consent.read_consent import read_consent
from foundation.errors import Invalid, NotFound
from foundation.identifiers import EventId, PersonId
from people.issue_report import IssueReport, LogNotSigned, PersonReport, issue_report
from people.read_person import read_person
from referral.read_referral import read_referral
from tests.log_reading import events, newest
from tests.set_clock import SetClock
from tests.situations import Family, Town, a_consent, a_family, a_referral

pytestmark = pytest.mark.slow


@pytest.fixture
def family(town: Town) -> Family:
    """A family whose child was referred, and read about by the housing team and the homework programme."""
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    read_consent(town.housing_worker, a_consent(town, family, to=town.homework))
    referral = a_referral(town, family)
    read_referral(town.coordinator, referral)
    read_person(town.housing_worker, family.child)
    settle_log(town.house)
    return family


def report_of(town: Town, person: PersonId) -> PersonReport:
    return issue_report(town.data_protection_officer, IssueReport("self", person))


def policy_of(town: Town) -> LogPolicy:
    return parse_policy(town.house.settings.log_policy_path.read_bytes())


def parsed(report: PersonReport) -> Report:
    return parse_report(report.file.encode())


def shown_in(entry: ReportEntry) -> set[str]:
    """The names of all that an entry of the file says."""
    return {name for _, value in entry.facts if isinstance(value, Mapping) for name in value}


def test_it_shows_each_time_something_was_shown_and_nothing_else(town: Town, family: Family) -> None:
    report = report_of(town, family.child)
    shown = {one.event_id for one in report.entries}
    expected = {
        event.row.event_id
        for event in events(town.house)
        if event.row.outcome == "permitted"
        and event.row.action != "issue_report"
        and event.persons.get(family.child, {}).get("disclosed")
    }
    assert shown == expected
    opened = next(one for one in report.entries if one.action == "read_referral")
    assert opened.service is not None
    assert (opened.service.name, opened.role) == ("Leksehjelpen i Fjordvik", "coordinator")
    assert "academic_need" in opened.categories
    assert opened.basis
    assert [one.recorded_at for one in report.entries] == sorted(one.recorded_at for one in report.entries)


def test_it_verifies_here_and_with_the_single_file(town: Town, family: Family, tmp_path: Path) -> None:
    report = report_of(town, family.child)
    verify_report(parsed(report), policy_of(town), verify_ed25519)
    assert len(parsed(report).entries) == len(report.entries)
    (tmp_path / "report.tillit").write_text(report.file)
    policy = town.house.settings.log_policy_path
    ran = subprocess.run(
        [sys.executable, "-I", "-S", str(GENERATED), "--policy", str(policy), str(tmp_path / "report.tillit")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert f"{len(report.entries)} entries stand in the log" in ran.stdout


def test_staff_are_shown_by_role_and_service_only(town: Town, family: Family) -> None:
    report = report_of(town, family.child)
    groups = {name for entry in parsed(report).entries for name, _ in entry.facts}
    assert groups == {"person", "event", "about"}
    names = {name for entry in parsed(report).entries for name in shown_in(entry)}
    assert names.isdisjoint({"staff_id", "code", "strength", "rules", "rule_book", "hits", "persons"})
    assert {"role", "service_id", "recorded_at", "purpose", "basis"} <= names
    staff = {str(actor.staff) for actor in town.actors.values()}
    assert not any(one in report.file for one in staff)


def test_of_an_event_about_several_only_what_is_theirs_is_opened(town: Town, family: Family) -> None:
    others = {str(family.mother), str(family.father)}
    report = report_of(town, family.child)
    assert not any(one in report.file for one in others)
    several = {event.row.event_id for event in events(town.house) if len(event.persons) > 1}
    by_index = {one.index: one for one in report.entries}
    met = 0
    for entry in parsed(report).entries:
        if by_index[entry.index].event_id in several:
            met += 1
            assert {name for name, _ in entry.facts} == {"person", "event"}
            hidden = {"categories", "persons", "consent_id", "referral_id", "hits", "staff_id"}
            assert hidden.isdisjoint(shown_in(entry))
    assert met


def test_a_withheld_event_is_neither_shown_nor_hinted_at(town: Town, family: Family) -> None:
    before = report_of(town, family.child)
    hidden = before.entries[1]
    settle_log(town.house)
    with_it = report_of(town, family.child)
    decide(town, hidden.event_id, Visible.WITHHELD)
    without = report_of(town, family.child)
    assert hidden.event_id not in {one.event_id for one in without.entries}
    assert len(without.entries) == len(with_it.entries) - 1
    assert str(hidden.event_id) not in without.file
    assert without.waiting == 1  # the report made just before; not the decision, which names nobody

    # The report of somebody in whose log that event never was has the same form: the fields, and nothing counts.
    first, *entries = without.file.splitlines()
    assert sorted(json.loads(first)) == ["checkpoint", "format", "hashes", "keys", "policy"]
    assert all(sorted(json.loads(one)) == ["hidden", "index", "opened", "proof"] for one in entries)


def test_the_last_decision_counts_and_a_time_runs_out(town: Town, family: Family) -> None:
    event = report_of(town, family.child).entries[0].event_id

    def is_shown() -> bool:
        return event in {one.event_id for one in report_of(town, family.child).entries}

    decide(town, event, Visible.WITHHELD)
    assert not is_shown()
    decided = decide(town, event, Visible.YES)
    assert (decided.step, decided.visible) == (2, "yes")
    assert is_shown()
    soon = town.house.clock.now() + timedelta(days=1)
    decide(town, event, Visible.UNTIL, until=soon)
    assert not is_shown()
    clock = town.house.clock
    assert isinstance(clock, SetClock)
    clock.advance(timedelta(days=2))
    assert is_shown()


def test_a_withheld_event_that_waits_is_not_counted_either(town: Town, family: Family) -> None:
    read_person(town.housing_worker, family.child)
    event = newest(town.house).row.event_id
    assert report_of(town, family.child).waiting == 1
    decide(town, event, Visible.WITHHELD)
    assert report_of(town, family.child).waiting == 1  # the report made just now; not the event


def test_making_it_is_an_event_that_the_next_report_shows(town: Town, family: Family) -> None:
    report = report_of(town, family.child)
    event = newest(town.house)
    assert (event.shape, event.row.event_id) == (("issue_report", "permitted", None), report.event_id)
    assert event.persons[family.child]["disclosed"] == ["report"]
    assert (event.said["asked_by"], event.said["entries"]) == ("self", len(report.entries))
    settle_log(town.house)
    assert report.event_id in {one.event_id for one in report_of(town, family.child).entries}


def test_a_person_is_found_by_identity_number(town: Town, family: Family) -> None:
    number = family.members["child"].identity_number
    by_number = issue_report(town.data_protection_officer, IssueReport("guardian", identity_number=number))
    assert by_number.person == family.child
    assert number is not None
    assert number not in by_number.file


def test_nobody_and_nonsense_are_told_apart_from_each_other(town: Town, family: Family) -> None:
    officer = town.data_protection_officer
    with pytest.raises(NotFound):
        issue_report(officer, IssueReport("self", PersonId.new()))
    with pytest.raises(NotFound):
        issue_report(officer, IssueReport("self", identity_number=town.numbers.of(town.today.replace(year=2001))))
    for wrong in (
        IssueReport("self"),
        IssueReport("self", family.child, "x"),
        IssueReport("neighbour", family.child),
        IssueReport("self", identity_number="12"),
    ):
        with pytest.raises(Invalid):
            issue_report(officer, wrong)


@pytest.mark.parametrize("who", ["housing_worker", "teacher", "auditor", "administrator", "coordinator"])
def test_only_the_protection_officer_makes_it(town: Town, family: Family, who: str) -> None:
    with pytest.raises(NotInYourRole):
        issue_report(town.actors[who], IssueReport("self", family.child))
    with pytest.raises(NotInYourRole):
        decide_visibility(town.actors[who], DecideVisibility(EventId.new(), Visible.WITHHELD, "because"))


def test_without_a_signed_log_there_is_no_report(town: Town, family: Family) -> None:
    (town.house.settings.store_path / "checkpoint").unlink()
    with pytest.raises(LogNotSigned):
        report_of(town, family.child)
    assert newest(town.house).shape == ("issue_report", "failed", "log_not_signed")


def test_a_report_that_would_not_verify_is_not_given(town: Town, family: Family) -> None:
    tile = next(town.house.settings.store_path.glob("tile/0/000.p/*"))
    tile.write_bytes(bytes(tile.stat().st_size))
    with pytest.raises(EntryDoesNotVerify):
        report_of(town, family.child)


def test_a_decision_needs_a_reason_an_event_and_a_time_to_come(town: Town, family: Family) -> None:
    event = report_of(town, family.child).entries[0].event_id
    now = town.house.clock.now()
    for wrong in (
        DecideVisibility(event, Visible.WITHHELD, " "),
        DecideVisibility(event, Visible.WITHHELD, "x" * 1001),
        DecideVisibility(event, Visible.UNTIL, "because"),
        DecideVisibility(event, Visible.UNTIL, "because", now - timedelta(days=1)),
        DecideVisibility(event, Visible.YES, "because", now + timedelta(days=1)),
    ):
        with pytest.raises(Invalid):
            decide_visibility(town.data_protection_officer, wrong)
    with pytest.raises(NotFound):
        decide(town, EventId.of(UUID(int=1)), Visible.WITHHELD)
    assert report_of(town, family.child).entries[0].event_id == event


def decide(town: Town, event: EventId, visible: Visible, **more: object) -> VisibilityDecided:
    asked = DecideVisibility(event, visible, "Barnevernloven § 6-7", **more)  # type: ignore[arg-type]  # until, or not
    return decide_visibility(town.data_protection_officer, asked)
