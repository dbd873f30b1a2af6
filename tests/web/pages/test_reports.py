"""The protection officer makes a person's report in the browser, from an identity number or from the log."""

from audit.evidence.log_policy import parse_policy
from audit.evidence.report_file import parse_report, verify_report
from audit.evidence.verify_ed25519 import verify_ed25519
from audit.sequence_events import settle_log
from people.read_person import read_person
from tests.log_reading import events, newest
from tests.situations import Town, a_family
from tests.web.pages.conftest import At


def test_the_report_comes_as_a_pdf_or_as_the_file_alone(at: At, town: Town) -> None:
    family = a_family(town)
    settle_log(town.house)
    form = at("data_protection_officer").open("/").click("Reports")
    typed = {"identity_number": family.members["child"].identity_number, "asked_by": "guardian", "language": "da"}
    pdf = form.press("Make the report (PDF)", typed)
    assert pdf.response.headers["content-type"] == "application/pdf"
    assert pdf.response.content.startswith(b"%PDF-")
    assert pdf.response.headers["content-disposition"] == 'attachment; filename="report.pdf"'
    assert pdf.event == str(newest(town.house).row.event_id)
    file = form.press("Only the file with the proof", typed).response
    policy = parse_policy(town.house.settings.log_policy_path.read_bytes())
    verify_report(parse_report(file.content), policy, verify_ed25519)


def test_from_a_search_by_person_in_the_log_one_comes_to_the_report(at: At, town: Town) -> None:
    family = a_family(town)
    read_person(town.housing_worker, family.child)
    event = newest(town.house).row.event_id
    settle_log(town.house)
    officer = at("data_protection_officer")
    entry = officer.open(f"/log/{event}")
    found = entry.press("All entries about person 1")
    form = found.press("Make this person's report")
    assert form.heading == "Who has seen my information"
    file = form.press("Only the file with the proof", {"asked_by": "self"}).response
    assert len(parse_report(file.content).entries) == 1


def test_a_number_that_nobody_has_and_a_choice_not_made_come_back_in_the_form(at: At, town: Town) -> None:
    a_family(town)
    settle_log(town.house)
    form = at("data_protection_officer").open("/reports")
    unknown = town.numbers.of(town.today.replace(year=2001))
    nobody = form.press("Make the report (PDF)", {"identity_number": unknown, "asked_by": "self"})
    assert nobody.status == 404
    assert newest(town.house).shape == ("issue_report", "not_found", "not_found")
    wrong = form.press("Make the report (PDF)", {"identity_number": "12", "asked_by": "self"})
    assert wrong.status == 422
    assert "not a valid identity number" in wrong.words


def test_the_officer_decides_what_the_family_sees(at: At, town: Town) -> None:
    family = a_family(town)
    read_person(town.housing_worker, family.child)
    event = newest(town.house).row.event_id
    page = at("data_protection_officer").open(f"/log/{event}")
    decided = page.press("Decide", {"visible": "withheld", "reason": "Barnevernloven 6-7"})
    assert decided.status == 200
    assert [one.said["decided_on"] for one in events(town.house) if one.row.action == "decide_visibility"] == [
        str(event)
    ]


def test_others_are_not_offered_it(at: At, town: Town) -> None:
    assert not at("auditor").open("/").has_link("Reports")
    assert at("auditor").open("/reports").status == 403
