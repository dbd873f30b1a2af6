"""The whole story by hand, without script, as each role: every form is fetched first and bears its token."""

import re
from datetime import date, timedelta
from io import BytesIO

import pyotp
import pytest
from PIL import Image

from audit.actions import Action
from audit.operation import operation
from people.check_protection import check_protection
from people.invitation import invite
from people.register import CannotBeHandled
from people.sign_in import Credentials, sign_in
from tests.log_reading import StoredEvent, event_named, events
from tests.set_clock import SetClock
from tests.situations import Family, Town, a_consent, a_family, a_referral, protect
from tests.web.pages.conftest import At
from tests.web.pages.visitor import Page, Visitor

TODAY = "2026-11-22"


def by(page: Page, town: Town) -> StoredEvent:
    """The event of the deed whose button was pressed to come to this page."""
    headers = page.response.headers
    return event_named(town.house, headers.get("x-deed-event") or headers["tillit-event"])


@pytest.fixture
def family(town: Town) -> Family:
    """A family on the housing team's roster and on the school's."""
    made = a_family(town)
    a_family(town, town.teacher, again=made)
    return made


def a_photo() -> bytes:
    made = BytesIO()
    Image.new("L", (300, 400), 250).save(made, "PNG")
    return made.getvalue()


def known(town: Town, born: date) -> str:
    """A number that the demo register knows and nobody has."""
    number = town.numbers.of(born)
    protect(town, number, "none")
    return number


def test_a_housing_worker_registers_a_family_and_nothing_typed_is_lost_on_the_way(town: Town, at: At) -> None:
    page = at("housing_worker").open("/").click("People").click("Register a family")
    page = page.press(
        "Add an adult",
        {
            "member_1.name": "Ida Prøvebakk",
            "member_1.birth_date": "2015-04-05",
            "member_1.identity_number": known(town, date(2015, 4, 5)),
            "member_1.address": "Tunveien 9",
            "member_1.language": "pl",
            "member_2.name": "Ola Prøvebakk",
        },
    )
    form = page.form("Register the family")
    assert form.controls["member_1.name"].values == ["Ida Prøvebakk"]
    assert form.controls["member_3.address"].values == ["Tunveien 9"], "nothing is typed twice"
    assert form.controls["member_3.language"].values == ["pl"]

    page = page.press("Take adult 2 off the form")
    assert "member_3.name" not in page.form("Register the family").controls

    page = page.press("Register the family", {"member_2.birth_date": "1985-02-03", "member_2.identity_number": "123"})
    assert page.status == 422
    assert "not a valid identity number" in page.words
    assert page.form("Register the family").controls["member_2.name"].values == ["Ola Prøvebakk"]

    number = known(town, date(1985, 2, 3))
    page = page.press("Register the family", {"member_2.identity_number": number, "member_2.responsibility": "sole"})
    assert (page.status, page.heading) == (200, "Ida Prøvebakk")
    assert "Has parental responsibility alone" in page.words
    assert by(page, town).shape == ("register_family", "permitted", None)
    assert [one.heading for one in (page.click("Ola Prøvebakk"), page.click("People"))] == ["Ola Prøvebakk", "People"]


def test_people_are_found_by_the_beginning_of_a_name(town: Town, family: Family, at: At) -> None:
    page = at("housing_worker").open("/persons").press("Find", {"words": "sag"})
    assert "1 person found" in page.words
    assert page.path == "/persons", "no name lies in an address"
    assert page.press("Find", {"words": "qq"}).words.count("Nobody here has a name") == 1
    assert page.press("Find", {"words": "a"}).status == 422
    assert page.click("Sagal").heading == "Sagal Æsøy-Åmot"


@pytest.mark.parametrize("cause", ["strict", "unknown_number", "register_fails"])
def test_whoever_cannot_be_handled_gets_one_answer(town: Town, at: At, cause: str) -> None:
    number = town.numbers.of(date(2012, 1, 3))
    if cause == "strict":
        protect(town, number)
    if cause == "register_fails":
        town.house.settings.register_path.unlink()
    page = at("housing_worker").open("/persons/new")
    page = page.press("Take adult 1 off the form")
    typed = {"member_1.name": "Per", "member_1.birth_date": "2012-01-03", "member_1.identity_number": number}
    page = page.press("Register the family", typed)
    assert (page.status, page.heading) == (403, "This person cannot be handled here")
    assert "22 00 00 00" in page.words
    assert number not in page.response.text
    told = by(page, town)
    assert told.shape == ("register_family", "refused", "cannot_be_handled_here")
    assert told.persons == {}


def test_the_one_answer_is_the_same_byte_for_byte(town: Town, at: At) -> None:
    visitor, answers = at("housing_worker"), []
    for cause in ("strict", "unknown_number"):
        number = town.numbers.of(date(2012, 1, 3))
        if cause == "strict":
            protect(town, number)
        page = visitor.open("/persons/new").press("Take adult 1 off the form")
        page = page.press(
            "Register the family",
            {"member_1.name": "Per", "member_1.birth_date": "2012-01-03", "member_1.identity_number": number},
        )
        answers.append(blanked(page))
    assert answers[0] == answers[1]


def test_on_the_way_to_a_referral_it_is_the_same_answer_too(town: Town, at: At, family: Family) -> None:
    """One child became strictly protected, of another the newest look is too old: the teacher is told the same."""
    assert isinstance(town.house.clock, SetClock)
    town.house.clock.advance(timedelta(days=31))
    strict = a_family(town, town.teacher)
    number = strict.members["child"].identity_number
    assert number is not None
    protect(town, number, "strict")
    with pytest.raises(CannotBeHandled):
        check_protection(town.teacher, strict.child)
    visitor = at("teacher")
    pages = [visitor.open(f"/referrals/new?pupil={one.child}&to={town.homework}") for one in (strict, family)]
    assert [(page.status, page.heading) for page in pages] == [(403, "This person cannot be handled here")] * 2
    # The links to other languages repeat the address, and so whom was asked about.
    answers = [blanked(page).replace(str(one.child), "-") for one, page in zip((strict, family), pages, strict=True)]
    assert answers[0] == answers[1]


def blanked(page: Page) -> str:
    """The whole page without its reference and receipt."""
    assert page.event in page.receipt
    return page.response.text.replace(page.receipt, f"{len(page.receipt)}").replace(page.event, "-")


def test_a_consent_is_recorded_signed_proved_and_withdrawn(town: Town, family: Family, at: At) -> None:
    page = at("housing_worker").open(f"/persons/{family.child}").click("Record a consent")
    school, homework = str(town.school), str(town.homework)
    form = page.form("Record the consent")
    assert form.controls["giver"].values == [school], "the pupil's own school is chosen already"
    assert form.controls["receiver"].values == [homework]
    assert form.controls["valid_to"].values == ["2027-07-31"]
    assert form.controls["explained.language"].values == ["so"]
    flow = f"flow.{school}.{homework}"
    assert form.controls[f"{flow}.academic_need"].values == ["no"], "nothing is shared before somebody says yes"
    typed = {
        f"{flow}.identity_contact": "yes",
        f"{flow}.academic_need": "yes",
        f"flow.{homework}.{school}.service_participation": "yes",
        "heard.view": "agrees",
        f"signed.{family.mother}": "given",
    }

    page = page.press("Record the consent", typed)
    assert page.status == 422, "nobody said that the family was informed"
    assert page.form("Record the consent").controls[f"{flow}.academic_need"].values == ["yes"]

    page = page.press("Record the consent", {"informed": "yes"})
    assert (page.status, page.heading) == (200, "Referral to homework support")
    assert "The signature of Mahad Åmot" in page.words
    assert by(page, town).shape == ("record_consent", "permitted", None)

    page = page.click("Add a signature").press("Save the answer", {"signed_on": "2020-01-01"})
    assert page.status == 422
    page = page.press("Save the answer", {"signed_on": TODAY})
    assert "Everybody who decides has said yes" in page.words

    page = page.click("Add a scan or a photo").press("Add the page")
    assert page.status == 422
    page = page.press("Add the page", file=b"no picture")
    assert "not a readable PDF, PNG or JPEG" in page.words
    page = page.press("Add the page", file=a_photo())
    proof = page.click("Look at page 1").response
    assert proof.headers["content-type"] == "image/png"
    assert proof.headers["content-disposition"] == "inline"
    assert proof.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert proof.content.startswith(b"\x89PNG")

    page = page.click("Withdraw").press(
        "See what will happen", {"by": str(family.mother), "what": "category:academic_need", "channel": "oral"}
    )
    assert page.heading == "This happens when you confirm"
    assert "Academic need" in page.words
    assert "Name and contact" not in page.words
    page = page.press("Withdraw now")
    assert by(page, town).shape == ("withdraw_consent", "permitted", None)
    assert "Academic need withdrawn" in page.words
    assert page.has_link("Withdraw"), "the rest still stands"


def test_other_services_are_put_on_the_consent_form_without_script(town: Town, family: Family, at: At) -> None:
    page = at("housing_worker").open(f"/consents/new?person={family.child}")
    chosen = [str(town.homework), str(town.nav_social)]
    page = page.press("Show what these may share", {"receiver": chosen, f"signed.{family.mother}": "given"})
    form = page.form("Record the consent")
    assert {name.split(".")[2] for name in form.controls if name.startswith(f"flow.{town.school}.")} == set(chosen)
    assert form.controls[f"signed.{family.mother}"].values == ["given"]


def test_a_teacher_refers_a_pupil_and_sees_first_what_is_shared(town: Town, family: Family, at: At) -> None:
    a_consent(town, family)
    page = at("teacher").open("/").click("Refer a pupil").click("Sagal").click("Leksehjelpen i Fjordvik")
    form = page.form("Look it over")
    assert form.controls["content.identity_contact.name"].values == ["Sagal Æsøy-Åmot"]
    assert "content.attendance.present" not in form.controls, "what the family did not agree to has no field"
    assert "attendance" in page.words
    assert "the consent names the information" in page.words.lower()

    emptied = {name: "" for name in form.controls if name.startswith("content.")}
    assert page.press("Look it over", emptied).status == 422

    page = page.press("Look it over", {"content.academic_need.goal": "Lese\nog regne"})
    assert page.heading == "This is what will be shared"
    for said in ("Leksehjelpen i Fjordvik", "Consent", "31 July 2027", "Lese og regne", "Nothing has been sent yet."):
        assert said in page.words
    assert not [
        event for event in events(town.house) if event.row.action == "refer_pupil" and event.shape[1] == "permitted"
    ]

    page = page.press("Change something")
    assert page.form("Look it over").controls["content.academic_need.goal"].values == ["Lese\nog regne"]
    page = page.press("Look it over").press("Send to Leksehjelpen i Fjordvik")
    assert page.heading == "The referral is sent"
    sent = by(page, town)
    assert sent.shape == ("refer_pupil", "permitted", None)
    assert str(sent.row.event_id) in page.words
    assert page.click("See the referral").has_link("Take it back")


def test_whoever_is_to_be_referred_is_chosen_among_pupils_not_parents(town: Town, family: Family, at: At) -> None:
    page = at("teacher").open("/referrals/new")
    mother, child = family.members["mother"].name, family.members["child"].name
    assert child in page.words
    assert mother not in page.words
    page = page.press("Find", {"words": mother.split()[0]})
    assert "Nobody here has a name that begins like that" in page.words


def test_nothing_typed_is_lost_when_a_door_closes_before_sending(town: Town, family: Family, at: At) -> None:
    consent = a_consent(town, family)
    path = f"/referrals/new?pupil={family.child}&to={town.homework}"
    review = at("teacher").open(path).press("Look it over", {"content.academic_need.goal": "Lese og regne"})
    leaving = at("housing_worker").open(f"/consents/{consent}/withdraw")
    leaving = leaving.press("See what will happen", {"by": str(family.mother), "what": "category:academic_need"})
    leaving.press("Withdraw now")

    page = review.press("Send to Leksehjelpen i Fjordvik")
    assert page.status == 403
    assert by(page, town).shape[:2] == ("refer_pupil", "refused")
    assert "The consent is not withdrawn" in page.words
    assert "What you wrote is not sent" in page.words
    assert "Lese og regne" in page.words
    form = page.form("Look it over")
    assert form.controls["content.identity_contact.name"].values == ["Sagal Æsøy-Åmot"]
    assert "content.academic_need.goal" not in form.controls


def test_without_a_consent_the_form_offers_the_ways_that_are_open(town: Town, family: Family, at: At) -> None:
    page = at("teacher").open(f"/referrals/new?pupil={family.child}&to={town.homework}")
    assert "Nothing can be sent to this service yet" in page.words
    for way in ("Ask the family for consent", "Give the family a sheet", "Ask for advice"):
        assert way in page.words
    assert page.click("Record a consent").heading == "Record a consent"


def test_a_pupil_who_cannot_be_handled_has_no_form(town: Town, family: Family, at: At) -> None:
    protect(town, family.members["child"].identity_number or "")
    teacher = at("teacher")
    page = teacher.open(f"/persons/{family.child}").press("Ask the register again")
    assert (page.status, page.heading) == (403, "This person cannot be handled here")
    page = teacher.open(f"/referrals/new?pupil={family.child}&to={town.homework}")
    assert (page.status, page.heading) == (403, "This person cannot be handled here")


def test_the_receiver_reads_and_accepts_and_whoever_is_late_is_told(town: Town, family: Family, at: At) -> None:
    a_consent(town, family)
    a_referral(town, family)
    coordinator = at("coordinator")
    page = coordinator.open("/")
    assert "Referrals that wait for an answer" in page.words
    page = page.click("Referral to homework support")
    assert "You may see this: consent" in page.words
    late = coordinator.open(f"{page.path}/decline")
    page = page.press("Accept")
    assert "The receiving service has said yes." in page.words
    assert by(page, town).shape == ("accept_referral", "permitted", None)

    page = late.press("Decline", {"reason": "full"})
    assert (page.status, page.heading) == (409, "Somebody was faster")
    assert page.click("See it as it stands now").heading == "Referral to homework support"
    assert coordinator.open(f"{page.path.removesuffix('/decline')}/accept").heading == "Referral to homework support"


def test_a_referral_is_declined_with_a_reason_and_recalled(town: Town, family: Family, at: At) -> None:
    a_consent(town, family)
    first, second = a_referral(town, family), a_referral(town, family)
    page = at("coordinator").open(f"/referrals/{first}").click("Decline").press("Decline")
    assert page.status == 422, "no reason was chosen"
    page = page.press("Decline", {"reason": "full"})
    assert "There is nothing here that your service may open" in page.words
    page = at("teacher").open(f"/referrals/{second}").click("Take it back").press("Take it back")
    assert "The sender took it back" in page.words
    assert at("coordinator").open("/referrals").words.count("Recalled") == 1


def test_another_services_referral_looks_like_none(town: Town, family: Family, at: At) -> None:
    a_consent(town, family)
    referral = a_referral(town, family)
    page = at("nav_adviser").open(f"/referrals/{referral}")
    none = at("nav_adviser").open(f"/referrals/{str(referral)[:-4]}0000")
    assert (page.status, page.heading) == (none.status, none.heading) == (404, "Not found")
    assert page.event in page.receipt
    hidden, absent = (one.words.replace(one.receipt, "").replace(one.event, "") for one in (page, none))
    assert hidden == absent


def test_the_auditor_reads_what_happened_today(town: Town, family: Family, at: At) -> None:
    a_consent(town, family)
    referral = a_referral(town, family)
    at("teacher").open(f"/referrals/new?pupil={family.child}&to={town.volunteers}")
    at("nav_adviser").open(f"/referrals/{referral}")
    auditor = at("auditor")
    page = auditor.open("/").click("See what was shared today")
    assert "Teacher at Solbakken skole sent a referral to Leksehjelpen i Fjordvik." in page.words
    assert "looked at" not in page.words, "the button leads to what was shared, and to nothing else"
    assert "Nothing was found" in page.click("Only what was refused").words
    page = page.click("Everything")
    assert (
        "NAV adviser at NAV Fjordvik, sosiale tjenester wanted to open a referral, but it does not exist" in page.words
    )
    assert "Sagal" not in page.words

    page = page.click("Teacher at Solbakken skole sent a referral")
    for said in ("Tiril Lærerud", "Leksehjelpen i Fjordvik", "Legal basis Consent", "NO-C-40", "Person 1", "Waits"):
        assert said in page.words
    page = page.press("All entries about person 1")
    assert "About one person" in page.words
    assert by(page, town).persons.keys() == {family.child}

    page = auditor.open("/log").press("Search", {"action": "refer_pupil", "outcome": "refused"})
    assert "Nothing was found" in page.words
    assert auditor.open("/log?since=2026-11-22&until=2026-11-20").status == 422
    assert auditor.open("/log?since=yesterday").status == 422
    assert auditor.open("/log").click("Yesterday").words.count("Nothing was found") == 1


def test_whoever_may_not_gets_no_way_in(town: Town, family: Family, at: At) -> None:
    consent = a_consent(town, family)
    volunteer = at("volunteer").open("/")
    assert volunteer.has_link("Referrals")
    assert not volunteer.has_link("People")
    page = at("coordinator").open(f"/consents/{consent}")
    assert not page.has_link("Add a scan or a photo")
    assert page.has_link("Withdraw"), "any service that is named takes a withdrawal"
    assert "Hodan" not in page.words, "other services' names are not told"


def test_somebody_invited_makes_an_account_and_sees_the_secret_once(town: Town, address: str) -> None:
    with operation(town.administrator, Action.INVITE_STAFF) as op:
        assert town.other_teacher.staff is not None
        code = invite(op, town.other_teacher.staff).code
    path, visitor = f"/invitation/{code}", Visitor(address)
    page = visitor.open(path)
    assert "Welcome, Odd Elvestad" in page.words
    typed = {"sign_in_name": "odd.elvestad", "password": "fire helt vanlige ord", "again": "noe annet"}
    page = page.press("Make the account", typed)
    assert page.status == 422
    assert "The two passwords are not the same" in page.words
    assert "vanlige" not in page.response.text, "no password comes back"
    page = page.press("Make the account", {"password": "kort", "again": "kort"})
    assert "Choose a longer password" in page.words
    page = page.press("Make the account", {"password": typed["password"], "again": typed["password"]})
    assert page.heading == "Your account is made"
    assert "<svg" in page.response.text
    assert page.response.headers["cache-control"] == "no-store"
    assert by(page, town).shape == ("accept_invitation", "permitted", None)

    secret = re.search(r"((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})", page.words)
    assert secret is not None
    signed_in = sign_in(
        town.house,
        Credentials(
            "odd.elvestad", typed["password"], pyotp.TOTP(secret[0].replace(" ", "")).at(town.house.clock.now())
        ),
    )
    assert signed_in.token
    assert visitor.open(path).status == 404
    visitor.close()


def test_the_auditor_decides_it_again(town: Town, at: At, family: Family) -> None:
    a_consent(town, family)
    a_referral(town, family)
    sent = events(town.house)[-1]
    entry = at("auditor").open(f"/log/{sent.row.event_id}")
    again = entry.click("Decide it again")
    assert (again.heading, by(again, town).shape) == (
        "It comes out the same",
        ("replay_decision", "permitted", None),
    )
    assert "Policy: version 1." in again.words
    assert not at("auditor").open(f"/log/{by(again, town).row.event_id}").has_link("Decide it again")
