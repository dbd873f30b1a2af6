"""The rules in a real browser: found while one types, tried by keyboard alone, and led to by their codes."""

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from tests.look.harness import FEW_VIEWS, a_window

pytestmark = pytest.mark.browser

ENGLISH = FEW_VIEWS[1]

#: Milliseconds: more than any page needs while the machine does other things too.
expect.set_options(timeout=60_000)


def test_rules_are_found_while_one_types(chromium: Chromium, address: str) -> None:
    with a_window(chromium, address, ENGLISH) as window:
        window.go("/rules")
        page = window.page
        assert page.locator(".rule-card").count() > 50
        page.locator("#q").press_sequentially("24-3")
        expect(page.locator(".rule-card")).to_have_count(1)
        assert page.locator(".rule-card").get_attribute("id") == "NO-D-21"
        assert page.locator("#count").inner_text().startswith("1 rule of")
        assert page.url.split("?")[1].startswith("q=24-3")
        assert page.evaluate("document.activeElement.id") == "q"
        assert window.judge("rules-typed") == {}


def test_without_script_the_button_searches(chromium: Chromium, address: str) -> None:
    page = chromium.new_context(java_script_enabled=False, locale="en").new_page()
    page.goto(f"{address}/rules")
    page.locator("#q").fill("24-3")
    page.locator("#q").press("Enter")
    page.wait_for_url("**/rules?q=24-3**")
    assert page.locator(".rule-card").count() == 1
    page.context.close()


def test_a_case_is_tried_by_keyboard_alone(chromium: Chromium, address: str) -> None:
    with a_window(chromium, address, ENGLISH) as window:
        window.go("/rules/what-if")
        page = window.page
        page.locator("#age").focus()
        page.keyboard.press("Control+a")
        page.keyboard.type("15")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert "#answer" in page.url
        assert page.locator("#answer").is_visible()
        assert "You cannot share" in page.locator(".sharing").inner_text()
        page.locator("summary", has_text="The case as a file").press("Enter")
        expect(page.locator("#case")).to_contain_text("age: 15")
        expect(page.locator("#case")).to_be_visible()
        assert window.judge("what-if-open") == {}


def test_a_rules_code_leads_to_its_place_in_the_book(chromium: Chromium, address: str) -> None:
    with a_window(chromium, address, ENGLISH) as window:
        window.go("/rules/what-if")
        page = window.page
        with page.expect_navigation():
            page.locator("button[type=submit]").first.click()
        with page.expect_navigation():
            page.locator("a", has_text="NO-C-40").first.click()
        assert page.evaluate("document.querySelector(':target').id") == "NO-C-40"
        assert page.locator("[id='NO-C-40']").is_visible()
