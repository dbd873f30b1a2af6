"""The pages on people, consents, referrals and the log, looked at: as they open, and as forms lead to them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from audit.actions import Action
from audit.operation import operation
from foundation.identifiers import ConsentId, EventId, ReferralId
from people.invitation import invite
from referral.accept_referral import accept_referral
from referral.read_referral import read_referral
from tests.log_reading import events
from tests.look.harness import ALL_VIEWS, DESKTOP, FEW_VIEWS, PHONE, View, Window, a_window, look_at, told
from tests.situations import Family, Town, a_consent, a_family, a_referral, protect

pytestmark = pytest.mark.browser

RIGHT_TO_LEFT = (View("ar", "light", DESKTOP), View("ar", "dark", PHONE))
THE_REST = [view for view in (*ALL_VIEWS, *RIGHT_TO_LEFT) if view not in FEW_VIEWS]

SessionOf = Callable[[str], tuple[str, str]]


@dataclass
class Story:
    """What lies in the town when the pages are looked at."""

    town: Town
    family: Family
    given: ConsentId
    half: ConsentId
    answered: ReferralId
    opened: ReferralId
    sent: ReferralId
    event: EventId
    refused: EventId
    invitation: str


@pytest.fixture
def story(town: Town) -> Story:
    """A family with a consent that counts and one that waits, three referrals, a refusal, and somebody invited."""
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    given = a_consent(town, family)
    half = a_consent(town, family, to=town.volunteers, signers=[family.mother])
    answered, opened, sent = (a_referral(town, family) for _ in range(3))
    for referral in (answered, opened):
        read_referral(town.coordinator, referral)
    accept_referral(town.coordinator, answered)
    with pytest.raises(Exception, match=r"sharing_refused|category_closed"):
        a_referral(town, family, to=town.volunteers)
    with operation(town.administrator, Action.INVITE_STAFF) as op:
        invited = invite(op, town.other_teacher.staff)  # type: ignore[arg-type]  # somebody of the town is staff
    log = events(town.house)
    refused = next(EventId.of(one.row.event_id) for one in log if one.shape[:2] == ("refer_pupil", "refused"))
    event = next(EventId.of(one.row.event_id) for one in log if one.shape[:2] == ("refer_pupil", "permitted"))
    return Story(town, family, given, half, answered, opened, sent, event, refused, invited.code)


def pages_of(story: Story) -> dict[str, list[tuple[str, str]]]:
    """Whose pages, and for each its name and path."""
    town, child = story.town, story.family.child
    return {
        "housing_worker": [
            ("home-housing", "/"),
            ("persons", "/persons"),
            ("person", f"/persons/{child}"),
            ("register-family", "/persons/new"),
            ("consents", "/consents"),
            ("record-consent", f"/consents/new?person={child}"),
            ("consent", f"/consents/{story.given}"),
            ("consent-waits", f"/consents/{story.half}"),
            ("sign-consent", f"/consents/{story.half}/sign"),
            ("attach-proof", f"/consents/{story.given}/proof"),
            ("withdraw-consent", f"/consents/{story.given}/withdraw"),
        ],
        "teacher": [
            ("home-teacher", "/"),
            ("referrals-sent", "/referrals"),
            ("choose-pupil", "/referrals/new"),
            ("choose-service", f"/referrals/new?pupil={child}"),
            ("refer", f"/referrals/new?pupil={child}&to={town.homework}"),
            ("refer-closed", f"/referrals/new?pupil={child}&to={town.library}"),
            ("referral-receipt", f"/referrals/{story.sent}/receipt?event={story.event}"),
            ("referral-sender", f"/referrals/{story.answered}"),
            ("recall-referral", f"/referrals/{story.sent}/recall"),
        ],
        "coordinator": [
            ("home-coordinator", "/"),
            ("referrals-received", "/referrals"),
            ("referral", f"/referrals/{story.opened}"),
            ("decline-referral", f"/referrals/{story.opened}/decline"),
            ("consent-other-service", f"/consents/{story.given}"),
        ],
        "volunteer": [("home-volunteer", "/"), ("referrals-none", "/referrals")],
        "auditor": [
            ("home-auditor", "/"),
            ("log", "/log"),
            ("log-nothing", "/log?since=2020-01-01&until=2020-01-01"),
            ("log-entry", f"/log/{story.event}"),
            ("log-entry-refused", f"/log/{story.refused}"),
        ],
    }


def look_at_all(chromium: Chromium, address: str, session_of: SessionOf, story: Story, view: View) -> None:
    wrong: dict[str, list[str]] = {}
    for who, pages in pages_of(story).items():
        wrong |= look_at(chromium, address, pages, view, [session_of(who)])
    wrong |= look_at(chromium, address, [("invitation", f"/invitation/{story.invitation}")], view)
    for who, walk in WALKS.items():
        with a_window(chromium, address, view, [session_of(who)]) as window:
            wrong |= walk(window, story)
    with a_window(chromium, address, view) as window:
        wrong |= take_up(window, story)
    assert not wrong, told(wrong)


def press(page: Page, name: str) -> None:
    """Press the button of this name; its words are in many languages, so it is known by what it sends."""
    with page.expect_navigation():
        page.locator(f"button{name}").last.click()


def housing_worker(window: Window, story: Story) -> dict[str, list[str]]:
    """Forms that come back, the question before a withdrawal, and the one answer."""
    page, child = window.page, story.family.child
    window.go(f"/consents/new?person={child}")
    page.locator("form").last.evaluate("(form) => { form.noValidate = true; }")
    press(page, ":not([name])[type=submit]:not(.first-submit)")
    wrong = window.judge("record-consent-again")
    window.go(f"/consents/{story.given}/withdraw")
    page.locator(f"[name=by][value='{story.family.mother}']").check()
    press(page, "[type=submit]")
    wrong |= window.judge("withdraw-consent-confirm")
    window.go("/persons/new")
    page.locator("[name='member_1.name']").fill("Ida Prøvebakk")
    press(page, "[name=add][value=adult]")
    wrong |= window.judge("register-family-more")
    page.locator("form").last.evaluate("(form) => { form.noValidate = true; }")
    press(page, ":not([name])[type=submit]:not(.first-submit)")
    wrong |= window.judge("register-family-again")
    number = story.town.numbers.of(date(2012, 1, 3))
    protect(story.town, number)
    for ref in ("member_2", "member_3"):
        press(page, f"[name=remove][value={ref}]")
    page.locator("[name='member_1.birth_date']").fill("2012-01-03")
    page.locator("[name='member_1.identity_number']").fill(number)
    press(page, ":not([name])[type=submit]:not(.first-submit)")
    return wrong | window.judge("cannot-be-handled")


def teacher(window: Window, story: Story) -> dict[str, list[str]]:
    """What is about to be shared, and a name that nobody has."""
    page = window.page
    window.go(f"/referrals/new?pupil={story.family.child}&to={story.town.homework}")
    page.locator("[name='content.academic_need.goal']").fill("Lese og regne på trinnet sitt innen sommeren")
    press(page, "[name=step][value=review]")
    wrong = window.judge("review-referral")
    window.go("/persons")
    page.locator("[name=words]").fill("qq")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    return wrong | window.judge("persons-not-found")


def coordinator(window: Window, story: Story) -> dict[str, list[str]]:
    """Somebody was faster."""
    window.go(f"/referrals/{story.opened}/decline")
    window.page.locator("[name=version]").evaluate("(field) => { field.value = '1'; }")
    window.page.locator("[name=reason][value=full]").check()
    press(window.page, "[data-color=danger]")
    return window.judge("referral-passed")


def take_up(window: Window, story: Story) -> dict[str, list[str]]:
    """The secret of the one-time codes, shown once."""
    window.go(f"/invitation/{story.invitation}")
    for name, text in (
        ("sign_in_name", "odd"),
        ("password", "fire helt vanlige ord"),
        ("again", "fire helt vanlige ord"),
    ):
        window.page.locator(f"[name={name}]").fill(text)
    press(window.page, "[type=submit]")
    return window.judge("account-made")


WALKS: dict[str, Callable[[Window, Story], dict[str, list[str]]]] = {
    "housing_worker": housing_worker,
    "teacher": teacher,
    "coordinator": coordinator,
}


@pytest.mark.parametrize("view", FEW_VIEWS, ids=lambda view: view.name)
def test_every_page_of_the_story_looks_as_it_should(
    chromium: Chromium, address: str, session_of: SessionOf, story: Story, view: View
) -> None:
    look_at_all(chromium, address, session_of, story, view)


@pytest.mark.prove
@pytest.mark.parametrize("view", THE_REST, ids=lambda view: view.name)
def test_every_page_of_the_story_looks_as_it_should_in_every_view(
    chromium: Chromium, address: str, session_of: SessionOf, story: Story, view: View
) -> None:
    look_at_all(chromium, address, session_of, story, view)


def test_enter_in_a_field_saves_and_does_not_add_another_person(
    chromium: Chromium, address: str, session_of: SessionOf
) -> None:
    with a_window(chromium, address, FEW_VIEWS[0], [session_of("housing_worker")]) as window:
        window.go("/persons/new")
        window.page.locator("form").last.evaluate("(form) => { form.noValidate = true; }")
        with window.page.expect_navigation():
            window.page.locator("[name='member_1.name']").press("Enter")
        assert window.page.locator("[role=alert]").count() == 1
        assert window.page.locator("fieldset.block").count() == 2


def test_the_whole_referral_is_sent_by_keyboard_alone(
    chromium: Chromium, address: str, session_of: SessionOf, story: Story
) -> None:
    path = f"/referrals/new?pupil={story.family.child}&to={story.town.homework}"
    with a_window(chromium, address, View("en", "light", DESKTOP), [session_of("teacher")]) as window:
        page = window.page
        window.go(path)
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.name") == "content.academic_need.goal":
                break
        page.keyboard.type("Reading at the level of the grade")
        for wanted in ("review", "send"):
            for _ in range(60):
                page.keyboard.press("Tab")
                outline = page.evaluate(
                    "[getComputedStyle(document.activeElement).outlineStyle,"
                    " getComputedStyle(document.activeElement).boxShadow, document.activeElement.tagName]"
                )
                assert outline[0] != "none" or outline[1] != "none", f"no focus is seen on {outline[2]}"
                if page.evaluate("document.activeElement.value") == wanted:
                    break
            with page.expect_navigation():
                page.keyboard.press("Enter")
        assert page.locator("h1").inner_text() == "The referral is sent"
