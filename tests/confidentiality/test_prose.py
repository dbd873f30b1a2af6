"""The book as people read it: conditions laid out line by line, the days a rule is law, and the book as data."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from confidentiality.book import BOOK
from confidentiality.condition import AllOf, Always, AnyOf, Clause, Fact, Not, laid_out
from confidentiality.policy import SAFE, Policy, with_switches
from confidentiality.prose import (
    COUNTRIES,
    TIERS,
    authority,
    authority_in,
    book_as_markdown,
    book_as_read,
    book_as_text,
    demands,
    paragraph,
    rule_as_read,
    sentences,
)
from confidentiality.rule import category_is, public
from confidentiality.words import LANGUAGES, Language, Words

TODAY, NEW_ACT = date(2026, 9, 1), date(2027, 1, 1)
A, B = (Fact(each, Words(each, each, each, each)) for each in "ab")


def test_a_condition_is_laid_out_in_the_shape_of_its_tree() -> None:
    lines = (Clause("a"), Clause("b"))
    assert laid_out(AllOf((A, B)), "en") == Clause("all of this:", lines)
    assert laid_out(AnyOf((A, B)), "nb") == Clause("minst ett av dette:", lines)
    assert laid_out(Not(AllOf((A, B))), "nn") == Clause("ikkje alt dette:", lines)
    assert laid_out(Not(AnyOf((A, B))), "da") == Clause("ikke noget af dette:", lines)
    assert laid_out(Not(A), "en") == Clause("it is not so that a")
    assert laid_out(Always(), "en") == Clause("always")
    assert laid_out(AllOf((AnyOf((A, B)), B)), "en").parts == (Clause("at least one of these:", lines), Clause("b"))
    assert laid_out(Not(AllOf((AnyOf((A, B)), B))), "en").parts[0] == Clause("at least one of these:", lines)
    assert laid_out(Not(AnyOf((AllOf((A, B)), B))), "en").parts[0] == Clause("all of this:", lines)
    assert laid_out(AnyOf((AllOf((A, B)), B)), "en").parts[0] == Clause("all of this:", lines)


def test_a_group_of_words_is_told_by_its_name_and_word_by_word() -> None:
    clause = laid_out(public("sender", "DNK"), "da")
    assert clause.text == "afsender er en offentlig tjeneste"
    assert clause.among == (
        "skole, skolefritidsordning, familieafdeling, sundhedsplejen, dagtilbud eller SSP-samarbejdet"
    )
    assert laid_out(category_is("health"), "da") == Clause("oplysningen er helbred")


def test_what_a_rule_demands_is_its_condition_and_its_needs() -> None:
    assert [each.text for each in demands(BOOK.rule("NO-P-35"), "en")] == [
        "the sender is state NAV",
        "the recipient is social services in NAV",
        "the information is NAV contact or economic situation",
        "it concerns a benefit or an employment matter only",
    ]
    assert [each.text for each in demands(BOOK.rule("Z-99"), "nb")] == ["alltid"]


def test_the_days_on_which_a_rule_is_law() -> None:
    entered = Policy(entered={"NO-FVL-2025": NEW_ACT})
    assert BOOK.rule("NO-D-21").days_in_force("NOR", SAFE) == (date(2024, 8, 1), None)
    assert BOOK.rule("NO-C-40").days_in_force("NOR", entered) == (None, None)
    assert BOOK.rule("NO-B-21").days_in_force("NOR", SAFE) == (None, None)
    assert BOOK.rule("NO-B-21").days_in_force("NOR", entered) == (NEW_ACT, None)
    assert BOOK.rule("NO-P-33").days_in_force("NOR", entered) == (None, NEW_ACT)
    both = replace(BOOK.rule("NO-D-21"), begins_with="NO-FVL-2025")
    assert both.days_in_force("NOR", entered) == (NEW_ACT, None)
    assert both.days_in_force("DNK", SAFE) == (None, None)


def test_a_rule_as_read_says_whether_it_speaks_and_from_when() -> None:
    read = rule_as_read(BOOK.rule("NO-D-21"), "NOR", "da", TODAY)
    assert read == {
        "code": "NO-D-21",
        "jurisdiction": "NOR",
        "tier": 2,
        "effect": "require",
        "reason": "Alle, der arbejder i skolen, skal underrette børneværnet ved alvorlig bekymring.",
        "says": "Oplysningen skal gives, når afsender er skole, privatskole, skolefritidsordning, PP-tjenesten (norsk) "
        "eller kommunal lektiehjælp, modtager er børneværnet (norsk) og formålet er underretning.",
        "basis": "duty_report",
        "law": ["opplæringslova § 24-3"],
        "missing": None,
        "strip": [],
        "override": "never",
        "switch": None,
        "in_force": True,
        "since": "2024-08-01",
        "until": None,
        "begins_with": None,
        "ends_with": None,
        "confidence": "high",
        "to_be_confirmed_by": "databeskyttelsesrådgiveren",
    }
    switched = BOOK.rule("DK-P-31")
    assert rule_as_read(switched, "DNK", "en", TODAY)["in_force"] is False
    assert rule_as_read(switched, "DNK", "en", TODAY, with_switches(SAFE, "ssd_meeting"))["in_force"] is True
    ended = rule_as_read(BOOK.rule("NO-P-33"), "NOR", "en", TODAY, Policy(entered={"NO-FVL-2025": NEW_ACT}))
    assert (ended["until"], ended["ends_with"]) == ("2027-01-01", "NO-FVL-2025")
    assert rule_as_read(BOOK.rule("B-17"), "DNK", "en", TODAY)["override"] == "allowed"
    assert rule_as_read(BOOK.rule("NO-D-21"), "NOR", "en", date(2024, 7, 31))["in_force"] is False
    assert rule_as_read(BOOK.rule("NO-P-35"), "NOR", "en", TODAY)["says"] == " ".join(
        sentences(BOOK.rule("NO-P-35"), "en")
    )


def test_the_book_as_read_has_every_rule_of_both_countries_in_order() -> None:
    read = book_as_read(BOOK, "nn", TODAY, with_switches(SAFE, "ssp"))
    assert (read["rule_book"], read["language"]) == (BOOK.hash, "nn")
    rules = read["rules"]
    assert isinstance(rules, list)
    assert [(each["jurisdiction"], each["code"]) for each in rules] == [
        (where, rule.code) for where in ("NOR", "DNK") for rule in BOOK.rules[where]
    ]
    assert next(each for each in rules if each["code"] == "DK-P-32")["in_force"] is True
    assert rules[0]["reason"] == "Den som skal dele, må vere logga inn på eit sikkert nivå."


SAID = [
    ("Z-99", "nn", ["Gjeld kvar gong ingen annan regel opnar.",
                    "Ved fare for liv eller helse kan regelen overstyrast."]),
    ("G-04", "da", ["Delingen venter på mennesker, når den, der spørger, står på anden måde personen nær.",
                    "Ventetiden slutter, når den, der spørger, har bekræftet, at nærheden ikke svækker tilliden."]),
    ("NO-C-45", "en", [("The information may be shared after a decision when the sender is a service of any kind, "
                       "the recipient is a public service and the information is criminal matters."),
                       "It must be so that there is a valid consent that covers exactly this.",
                       ("The decision is that a named leader has decided this one disclosure with a reason and "
                       "a second person has approved too.")]),
    ("NO-B-12", "nb", ["Ingenting deles når barnevernet har bestemt at adressen er skjult.",
                       "Disse feltene følger aldri med: adresse, skole, telefon."]),
    ("DK-P-32", "en", [("The rule is off until the municipality switches on "
                       "“Cooperation of school, social services and police”.")]),
    ("NO-P-33-2025", "nb", ["Gjelder fra forvaltningsloven 2025 trer i kraft."]),
    ("NO-P-33", "en", ["Holds until the Public Administration Act 2025 enters into force."]),
]  # fmt: skip


@pytest.mark.parametrize(("code", "language", "said"), SAID, ids=[each[0] for each in SAID])
def test_a_rule_says_when_it_speaks_what_it_needs_and_what_it_does_beside(
    code: str, language: str, said: list[str]
) -> None:
    found = sentences(BOOK.rule(code), language)  # type: ignore[arg-type]  # the table holds languages of the book
    assert found[-len(said) :] == said
    assert len(found) == len(said) or code in ("DK-P-32", "NO-P-33-2025", "NO-P-33")


def test_an_act_that_is_to_be_replaced_is_cited_with_the_place_that_takes_over() -> None:
    assert authority(BOOK.rule("NO-P-32"), "nb") == (
        "opplæringslova § 4-4; forvaltningsloven 1967 § 13 b (1) nr. 2 (senere: forvaltningsloven 2025 § 34 (1) d)"
    )


def test_the_law_of_one_country_is_cited_apart_from_the_others() -> None:
    rule = BOOK.rule("Z-99")
    assert authority_in("DNK", rule, "da") == ["straffeloven (DK) § 152"]
    assert authority_in("NOR", rule, "en") == [
        "Public Administration Act 1967 § 13 (later: Public Administration Act 2025 § 31)"
    ]
    assert authority_in("DNK", BOOK.rule("G-01"), "nn") == ["eiga føresegn"]


def test_a_rule_is_a_paragraph() -> None:
    head, says, basis, law = paragraph(BOOK.rule("NO-P-35"), "en")
    assert head == "NO-P-35  The act lets state NAV tell social services about benefits and employment."
    assert says == (
        "The information may be shared when the sender is state NAV, the recipient is social services in NAV and the "
        "information is NAV contact or economic situation. It must be so that it concerns a benefit or an employment "
        "matter only."
    )
    assert basis == "Basis: statute."
    assert law == "Authority: NAV Act § 8 (3). To be confirmed by: the data protection officer."
    assert len(list(paragraph(BOOK.rule("G-00"), "nb"))) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_book_as_text_has_countries_tiers_and_rules_in_order(language: Language) -> None:
    lines = list(book_as_text(BOOK, language))
    codes = [line.split("  ")[0] for line in lines if line and not line.startswith(" ") and "  " in line]
    assert codes == [rule.code for where in ("NOR", "DNK") for rule in BOOK.rules[where]]
    tiers = [line[0] for line in lines if line[1:3] == ". "]
    assert tiers == list("0123456") * 2
    assert lines[-1] == ""
    assert [line for line in lines if line.isupper()] == [
        COUNTRIES[where].to(language).upper() for where in ("NOR", "DNK")
    ]
    first = lines.index(next(line for line in lines if line.startswith("G-00")))
    assert lines[1:first] == ["", f"0. {TIERS[0].to(language)}", ""]
    assert lines[lines.index(next(line for line in lines if line.startswith("G-00"))) + 1].startswith("    ")


def test_the_page_in_markdown_has_each_rule_with_its_reason_in_every_language() -> None:
    page = book_as_markdown(BOOK)
    assert page == (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    assert page.startswith("# The rule book\n\nThis page is written by `tillit docs`")
    assert f"Hash of all that decides: `{BOOK.hash}`.\n" in page
    assert page.endswith(".\n")
    assert not page.endswith("\n\n")
    for heading in ("## Switches", "## Norway", "## Denmark", "### 0. Who is asking?", "### 6. Where no rule opens"):
        assert f"\n{heading}\n" in page
    rule = BOOK.rule("NO-P-35")
    assert (
        f"#### NO-P-35\n\n{rule.because.en}\n\n- {sentences(rule, 'en')[0]}\n- {sentences(rule, 'en')[1]}\n"
        "- Authority: NAV Act § 8 (3). To be confirmed by: the data protection officer. Basis: statute.\n"
        f"- nb: {rule.because.nb}\n- nn: {rule.because.nn}\n- da: {rule.because.da}\n\n#### " in page
    )
    assert page.count("### 3. What may be shared without consent") == 2
