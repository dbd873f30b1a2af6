"""The rule book as a page: open to everybody, whole, searched, and led to from wherever a rule's code is shown."""

import re
from collections.abc import Iterator

import pytest

from confidentiality.book import BOOK
from foundation.texts import STAFF_LANGUAGES
from tests.situations import Town, a_consent, a_family
from tests.web.pages.conftest import At
from tests.web.pages.visitor import Visitor

CODES = {rule.code for rules in BOOK.rules.values() for rule in rules}


@pytest.fixture
def reader(address: str) -> Iterator[Visitor]:
    """Somebody who has not signed in, reading English."""
    visitor = Visitor(address)
    yield visitor
    visitor.close()


def shown(text: str) -> list[str]:
    """The codes of the rules that a page shows, by their places on it."""
    return re.findall(r'<li class="panel rule-card" id="([^"]+)"', text)


def test_every_rule_stands_once_on_the_page_in_its_place(reader: Visitor) -> None:
    page = reader.open("/rules")
    assert page.status == 200
    assert "tillit-event" not in page.response.headers
    codes = shown(page.response.text)
    assert len(codes) == len(set(codes)) == len(CODES)
    assert set(codes) == CODES
    assert [code for code in codes if code in {rule.code for rule in BOOK.rules["NOR"]}] == [
        rule.code for rule in BOOK.rules["NOR"]
    ]


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_the_book_is_read_in_every_language(reader: Visitor, language: str) -> None:
    words = reader.open(f"/rules?language={language}").words
    for code in ("NO-C-40", "DK-B-10", "NO-D-24", "Z-99"):
        assert BOOK.rule(code).because.to(language) in words  # type: ignore[arg-type]  # the pages have the book's languages


def test_a_rule_says_what_must_hold_why_by_which_law_and_who_confirms_it(reader: Visitor) -> None:
    words = reader.open("/rules?q=NO-P-32").words
    for said in (
        "1 rule of 56",
        "Off here",
        "The sender is school or after-school care",
        "The guardians have been told",
        "The rule is off until the municipality switches on “Homework support that is the school's duty:",
        "Education Act § 4-4; Public Administration Act 1967 § 13 b (1) no. 2 (later:",
        "1 August 2024",
        "same purpose",
        "the municipality's lawyer; this is an interpretation",
    ):
        assert said.lower() in words.lower(), said


def test_a_search_finds_rules_by_all_their_words_whatever_their_case(reader: Visitor) -> None:
    assert shown(reader.open("/rules?q=Volunteer+CEILING").response.text) == []
    assert "NO-C-42" in shown(reader.open("/rules?q=volunteer+LIBRARY").response.text)
    assert shown(reader.open("/rules?q=%C2%A7+24-3").response.text) == ["NO-D-21"]
    nothing = reader.open("/rules?q=xyzzy")
    assert "No rule holds all of these words" in nothing.words
    assert nothing.has_link("Show all")


def test_rules_are_chosen_by_country_by_tier_and_by_whether_they_are_on(reader: Visitor) -> None:
    danish = shown(reader.open("/rules?jurisdiction=DNK").response.text)
    assert danish == [rule.code for rule in BOOK.rules["DNK"]]
    duties = shown(reader.open("/rules?tier=2&jurisdiction=NOR").response.text)
    assert duties == [rule.code for rule in BOOK.rules["NOR"] if rule.tier == 2]
    off = shown(reader.open("/rules?state=off").response.text)
    assert set(off) == {"NO-P-32", "NO-P-33", "NO-P-33-2025", "NO-P-34", "NO-B-21", "DK-P-31", "DK-P-32"}
    assert set(shown(reader.open("/rules?state=on").response.text)) == CODES - set(off)
    assert shown(reader.open("/rules?jurisdiction=SWE").response.text) == []


def test_another_language_keeps_what_was_looked_for(reader: Visitor) -> None:
    page = reader.open("/rules?q=consent&tier=4").click("Dansk")
    assert str(page.response.url).endswith("/rules?q=consent&tier=4&language=da")
    assert page.heading == "Reglerne"


def test_what_was_typed_is_text_and_never_markup(reader: Visitor) -> None:
    page = reader.open("/rules?q=%22%3E%3Cscript%3E")
    assert "<script>" not in page.response.text.split("<main")[1]
    assert page.form("Search").controls["q"].values == ['"><script>']


def test_every_page_leads_to_the_book_and_a_refusal_to_its_rule(town: Town, at: At) -> None:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    a_consent(town, family)
    refused = at("teacher").open(f"/referrals/new?pupil={family.child}&to={town.library}")
    assert refused.has_link("The rules")
    assert re.search(r'href="/rules#(Z-99|NO-C-42)"', refused.response.text)
    log = at("auditor").open("/log")
    entry = log.click("Teacher")
    assert re.search(r'href="/rules#[A-Z]+-[A-Z0-9-]+"', entry.response.text)
