"""Every page, looked at: accessible, within its width, silent, readable."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser as Chromium

from tests.look.harness import ALL_VIEWS, DESKTOP, FEW_VIEWS, PHONE, View, look_at, told
from web.what_if import EXAMPLES

pytestmark = pytest.mark.browser

#: Pages that anybody may open, and pages of somebody who is signed in: name of the picture, path.
OPEN_PAGES = (
    ("sign-in", "/sign-in"),
    ("help", "/help"),
    ("verify", "/verify"),
    ("status", "/status"),
    ("rules", "/rules"),
    ("rules-some", "/rules?q=consent&tier=4#NO-C-40"),
    ("what-if", "/rules/what-if"),
    *((f"what-if-{example.number}", example.path) for example in EXAMPLES if example.number in ("1", "10", "17b")),
    ("accessibility", "/accessibility"),
    ("problem-code", "/problems/sharing_refused"),
)
OWN_PAGES = (
    ("home", "/"),
    ("declaration", "/declaration"),
    ("not-found", "/nowhere"),
    ("gallery", "/gallery"),
)

RIGHT_TO_LEFT = (View("ar", "light", DESKTOP), View("ar", "dark", PHONE))

THE_REST = [view for view in (*ALL_VIEWS, *RIGHT_TO_LEFT) if view not in FEW_VIEWS]


@pytest.mark.parametrize("view", FEW_VIEWS, ids=lambda view: view.name)
def test_every_page_looks_as_it_should(
    chromium: Chromium, address: str, session_of: Callable[[str], tuple[str, str]], view: View
) -> None:
    wrong = look_at(chromium, address, OPEN_PAGES, view)
    wrong |= look_at(chromium, address, OWN_PAGES, view, [session_of("housing_worker")])
    assert not wrong, told(wrong)


@pytest.mark.prove
@pytest.mark.parametrize("view", THE_REST, ids=lambda view: view.name)
def test_every_page_looks_as_it_should_in_every_view(
    chromium: Chromium, address: str, session_of: Callable[[str], tuple[str, str]], view: View
) -> None:
    wrong = look_at(chromium, address, OPEN_PAGES, view)
    wrong |= look_at(chromium, address, OWN_PAGES, view, [session_of("housing_worker")])
    assert not wrong, told(wrong)


def test_a_question_opens_as_a_dialog_with_script_and_by_its_address_without(
    chromium: Chromium, address: str, session_of: Callable[[str], tuple[str, str]]
) -> None:
    name, token = session_of("housing_worker")
    for with_script in (True, False):
        context = chromium.new_context(java_script_enabled=with_script)
        context.add_cookies([{"name": name, "value": token, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/gallery")
        question = page.locator("#stop")
        assert not question.is_visible()
        page.locator("a[data-dialog=stop]").click()
        assert question.is_visible()
        page.locator("#stop a[data-close]").click()
        assert not question.is_visible()
        context.close()


def test_one_signs_in_and_out_by_keyboard_alone(chromium: Chromium, address: str) -> None:
    page = chromium.new_context(locale="en").new_page()
    page.goto(f"{address}/sign-in")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "ds-skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "door"
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/sign-in")
    page.context.close()


def test_the_judge_sees_what_is_wrong(chromium: Chromium) -> None:
    """The guards themselves: a page made wrong on purpose is found wrong in every respect."""
    wrong_on_purpose = (
        "<!doctype html><html><body><img src=x><p style='color:#aaa;background:#fff;width:900px'>pale</p>"
        "<script>console.error('loud')</script></body></html>"
    )
    page_address = "http://wrong.example"
    found = look_at(
        chromium,
        page_address,
        [("wrong", "/")],
        View("en", "light", PHONE),
        answer=wrong_on_purpose,
    )
    said = " ".join(found["wrong en-light-320"])
    for kind in ("axe: image-alt", "axe: html-has-lang", "too wide: p", "contrast: p", "console: loud"):
        assert kind in said
