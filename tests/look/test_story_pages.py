"""The pages of those at work, looked at: as they open, and as forms lead to them. No page is forgotten."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from audit.actions import Action
from audit.operation import operation
from consent.decide_held_case import DecideHeldCase, decide_held_case
from consent.record_consent import Heard, record_consent
from consent.submit_held_case import SubmitHeldCase, submit_held_case
from foundation.identifiers import ConsentId, EventId, HeldCaseId, PersonId, ReferralId
from people.invitation import invite
from people.propose_policy import ProposePolicy, propose_policy
from referral.accept_referral import accept_referral
from referral.read_referral import read_referral
from tests.consent.a_form import a_form
from tests.log_reading import events
from tests.look.harness import ALL_VIEWS, DESKTOP, FEW_VIEWS, PHONE, View, Window, a_window, look_at, told
from tests.look.test_look import OPEN_PAGES, OWN_PAGES
from tests.situations import Family, Town, a_consent, a_family, a_referral, protect
from web.pages import PAGES

pytestmark = pytest.mark.browser

RIGHT_TO_LEFT = (View("ar", "light", DESKTOP), View("ar", "dark", PHONE))
#: The story has most of the pages, and takes two minutes a view: each width, scheme and direction once.
TWO_VIEWS = (FEW_VIEWS[0], RIGHT_TO_LEFT[1])
THE_REST = [view for view in (*ALL_VIEWS, *RIGHT_TO_LEFT) if view not in TWO_VIEWS]

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
    read: EventId
    refused: EventId
    invitation: str
    #: A child of thirteen who has said no, what is asked of the leader about it, and what waits to be approved.
    objects: PersonId
    asked: HeldCaseId
    decided: HeldCaseId


@pytest.fixture
def story(town: Town) -> Story:
    """Two families; a consent that counts, one that waits; referrals, a refusal, two held cases, a policy proposed."""
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
    read = next(EventId.of(one.row.event_id) for one in log if one.shape[:2] == ("read_referral", "permitted"))
    objects = _a_child_who_says_no(town)
    asked, decided = (_held(town, objects, category) for category in ("academic_need", "identity_contact"))
    decide_held_case(town.actors["school_leader"], DecideHeldCase(decided, True, "Hjelpen haster.", town.today, 1))
    propose_policy(town.administrator, ProposePolicy(1, {"child_objection_from_age": 10}))
    return Story(
        town, family, given, half, answered, opened, sent, event, read, refused, invited.code, objects, asked, decided
    )


def _a_child_who_says_no(town: Town) -> PersonId:
    family = a_family(town, born=date(2013, 3, 14))
    a_family(town, town.teacher, again=family)
    record_consent(town.housing_worker, a_form(town, family, heard=Heard(town.today, "objects")))
    return family.child


def _held(town: Town, child: PersonId, category: str) -> HeldCaseId:
    case = SubmitHeldCase(child, town.homework, "homework_support_referral", (category,), "Eleven vil ha hjelp.")
    return submit_held_case(town.teacher, case).id


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
            ("closeness", f"/closeness?person={child}"),
            ("refer-held", f"/referrals/new?pupil={story.objects}&to={town.homework}"),
            ("ask-leader", f"/held-cases/new?pupil={story.objects}&to={town.homework}"),
            ("held-cases", "/held-cases"),
            ("held-case", f"/held-cases/{story.asked}"),
        ],
        "school_leader": [
            ("home-leader", "/"),
            ("held-case-decide", f"/held-cases/{story.asked}"),
            ("held-case-decided", f"/held-cases/{story.decided}"),
        ],
        "second_teacher": [("held-case-approve", f"/held-cases/{story.decided}")],
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
            ("replay", f"/log/{story.event}/replay"),
        ],
        "data_protection_officer": [
            ("reports", "/reports"),
            ("log-entry-visibility", f"/log/{story.read}"),
            ("policy-approve", "/policy"),
        ],
        "administrator": [("home-administrator", "/"), ("policy", "/policy")],
    }


def invitation_of(story: Story) -> str:
    """Where somebody who was invited makes their account."""
    return f"/invitation/{story.invitation}"


#: Routes that answer with no page of their own: files, the machine's questions, and ways back to a page.
NO_PAGES = {
    "/persons/{person_id}/protection",
    "/consents/{consent_id}/proofs/{proof_id}",
    "/referrals/{referral_id}/accept",
    "/verify/tillit-verify.py",
    "/verify/log-policy.json",
    "/livez",
    "/readyz",
}


def test_every_page_that_exists_is_looked_at(story: Story) -> None:
    looked_at = [path for pages in (*pages_of(story).values(), OPEN_PAGES, OWN_PAGES) for _, path in pages]
    looked_at.append(invitation_of(story))
    routes = {route.path for module in PAGES for route in module.router.routes if "GET" in route.methods}
    seen = set()
    for path in (urlsplit(one).path for one in looked_at):
        fitting = [one for one in routes if re.fullmatch(re.sub(r"{\w+}", "[^/]+", one), path)]
        seen.update(sorted(fitting, key=lambda one: "{" in one)[:1])
    assert routes - seen == NO_PAGES


def look_at_all(chromium: Chromium, address: str, session_of: SessionOf, story: Story, view: View) -> None:
    wrong: dict[str, list[str]] = {}
    for who, pages in pages_of(story).items():
        wrong |= look_at(chromium, address, pages, view, [session_of(who)])
    wrong |= look_at(chromium, address, [("invitation", invitation_of(story))], view)
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
    press(page, "[name=step][value=edit]")
    page.locator("summary", has=page.locator("xpath=../*[.//*[@id='relation']]")).click()
    page.locator("[name=relation]").select_option("neighbour")
    press(page, "[name=step][value=review]")
    wrong |= window.judge("refer-close")
    press(page, "[name=step][value=closeness]")
    window.go("/persons")
    page.locator("[name=words]").fill("qq")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    return wrong | window.judge("persons-not-found")


def school_leader(window: Window, story: Story) -> dict[str, list[str]]:
    """A decision without a reason."""
    window.go(f"/held-cases/{story.asked}")
    window.page.locator("form").last.evaluate("(form) => { form.noValidate = true; }")
    press(window.page, ":not([name])[type=submit]")
    return window.judge("held-case-again")


def data_protection_officer(window: Window, story: Story) -> dict[str, list[str]]:
    """An entry withheld until no day."""
    page = window.page
    window.go(f"/log/{story.read}")
    page.locator("[name=visible]").select_option("until")
    page.locator("[name=reason]").fill("Forvaltningsloven § 19")
    press(page, "[data-variant=secondary][type=submit]")
    return window.judge("log-entry-visibility-again")


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
    "school_leader": school_leader,
    "data_protection_officer": data_protection_officer,
}


@pytest.mark.parametrize("view", TWO_VIEWS, ids=lambda view: view.name)
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
