"""The book: what does not load, what its hash covers, which law is in force when, and that no rule is dead."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from confidentiality import denmark, everywhere, norway
from confidentiality.acts import ACT, ACTS, Act, Statute, days_of_change, in_force, law_version
from confidentiality.book import BOOK, RuleBook, RuleBookDoesNotLoad, condition_as_data, rule_as_data
from confidentiality.check import contradictions, findings, lives
from confidentiality.condition import AllOf, Always, AnyOf, Condition, Fact, Not, OneOf, evaluated, leaves, said
from confidentiality.facts import FACTS, Facts, consent_ok, letters, same_service
from confidentiality.fold import fold
from confidentiality.policy import SAFE, SWITCHES, Policy, with_switches
from confidentiality.rule import Rule, category_is, public
from confidentiality.vocabulary import JURISDICTIONS, Jurisdiction
from confidentiality.words import AND, LANGUAGES, Words, listed

NEW_ACT = date(2027, 1, 1)
AFTER = Policy(entered={"NO-FVL-2025": NEW_ACT})
RULES = {rule.code: rule for rules in BOOK.rules.values() for rule in rules}


def with_rule(rule: Rule) -> RuleBook:
    """A book in which one Norwegian rule is replaced by another."""
    rules = tuple(rule if each.code == rule.code else each for each in norway.RULES)
    return RuleBook({"NOR": rules, "DNK": denmark.RULES})


NO_FACT = Fact("nothing", Words("a", "a", "a", "a"))
BROKEN = [
    (replace(RULES["NO-C-40"], when=AllOf(())), "NOR NO-C-40: a condition is empty"),
    (replace(RULES["NO-C-40"], when=Not(AnyOf(()))), "NOR NO-C-40: a condition is empty"),
    (replace(RULES["NO-C-40"], when=category_is()), "NOR NO-C-40: a condition is empty"),
    (replace(RULES["NO-C-40"], when=category_is("helth")), "NOR NO-C-40: there is no category 'helth'"),
    (replace(RULES["NO-C-40"], when=OneOf("purpose", ("x",))), "NOR NO-C-40: there is no purpose 'x'"),
    (replace(RULES["NO-C-40"], because=Words("a", " ", "c", "d")), "NOR NO-C-40: the reason is missing in nn"),
    (replace(RULES["NO-C-40"], law=()), "NOR NO-C-40: no law is cited"),
    (replace(RULES["NO-C-40"], law=(Statute("NO-OLD"),)), "NOR NO-C-40: there is no act 'NO-OLD'"),
    (replace(RULES["NO-C-40"], ends_with="NO-OLD"), "NOR NO-C-40: there is no act 'NO-OLD'"),
    (replace(RULES["NO-C-40"], effect="forbid"), "NOR NO-C-40: tier 4 has no effect 'forbid'"),
    (replace(RULES["NO-C-40"], tier=7), "NOR NO-C-40: tier 7 has no effect 'permit'"),
    (replace(RULES["NO-C-40"], basis=None), "NOR NO-C-40: what opens a door needs a basis"),
    (replace(RULES["NO-D-20"], basis=None), "NOR NO-D-20: what opens a door needs a basis"),
    (replace(RULES["A-50"], basis=None), "NOR A-50: what opens a door needs a basis"),
    (replace(RULES["NO-P-36"], basis=None), "NOR NO-P-36: what opens a door needs a basis"),
    (replace(RULES["NO-C-40"], basis="luck"), "NOR NO-C-40: there is no basis 'luck'"),
    (replace(RULES["NO-C-40"], needs=(NO_FACT,)), "NOR NO-C-40: 'nothing' is no fact"),
    (replace(RULES["NO-C-40"], switch="ssp"), "NOR NO-C-40: the policy has no switch 'ssp' for this rule"),
    (replace(RULES["NO-C-40"], strip=("health.smell",)), "NOR NO-C-40: there is no field 'health.smell'"),
    (replace(RULES["NO-C-40"], strip=("nothing.note",)), "NOR NO-C-40: there is no field 'nothing.note'"),
    (replace(RULES["NO-C-40"], confidence="sure"), "NOR NO-C-40: there is no confidence 'sure'"),  # type: ignore[arg-type]  # wrong on purpose, or a word that the table holds
    (
        replace(RULES["NO-C-40"], decided_by=(consent_ok,)),
        "NOR NO-C-40: what waits for a decision says which facts are the decision, and nothing else does",
    ),
    (
        replace(RULES["G-04"], decided_by=()),
        "NOR G-04: what waits for a decision says which facts are the decision, and nothing else does",
    ),
    (
        replace(RULES["G-00"], missing=None),
        "NOR G-00: what closes a door says what is missing while nobody knows",
    ),
    (replace(RULES["G-00"], missing="luck"), "NOR G-00: nothing says what the missing 'luck' means"),
    (replace(RULES["G-00"], when=Condition()), "NOR G-00: "),
    (replace(RULES["NO-C-40"], switch="luck"), "NOR NO-C-40: the policy has no switch 'luck' for this rule"),
    (
        replace(RULES["NO-C-40"], law=(Statute("NO-FVL-1967", "13", then=Statute("NO-OLD")),)),
        "NOR NO-C-40: there is no act 'NO-OLD'",
    ),
    (replace(RULES["Z-99"], missing=None), "NOR Z-99: what closes a door says what is missing while nobody knows"),
]


@pytest.mark.parametrize(("rule", "problem"), BROKEN, ids=[str(number) for number in range(len(BROKEN))])
def test_a_broken_rule_keeps_the_book_from_loading(rule: Rule, problem: str) -> None:
    with pytest.raises(RuleBookDoesNotLoad) as wrong:
        with_rule(rule)
    assert any(each.startswith(problem) for each in wrong.value.problems)
    assert str(wrong.value) == "\n".join(wrong.value.problems)


def test_a_book_tells_every_problem_at_once() -> None:
    with pytest.raises(RuleBookDoesNotLoad) as wrong:
        RuleBook({"NOR": (*norway.RULES, norway.RULES[0]), "DNK": denmark.RULES[:-1]})
    assert wrong.value.problems == (
        "NOR G-00: two rules have this code",
        "NOR G-00: tier 0 stands after tier 6",
        "DNK: no rule refuses where nothing permits",
    )


@pytest.mark.parametrize(
    ("rules", "found"),
    [({}, "nobody"), ({"NOR": norway.RULES}, "NOR"), ({"NOR": norway.RULES, "SWE": norway.RULES}, "NOR and SWE")],
)
def test_a_book_has_both_countries(rules: dict[str, tuple[Rule, ...]], found: str) -> None:
    with pytest.raises(RuleBookDoesNotLoad) as wrong:
        RuleBook(rules)  # type: ignore[arg-type]  # wrong on purpose, or a word that the table holds
    assert wrong.value.problems[0] == f"a book has rules for DNK and NOR, not for {found}"


def test_a_book_that_is_loaded_does_not_change() -> None:
    rules: dict[Jurisdiction, tuple[Rule, ...]] = {"NOR": norway.RULES, "DNK": denmark.RULES}
    book = RuleBook(rules)
    rules["NOR"] = ()
    assert book.rules["NOR"] == norway.RULES
    with pytest.raises(TypeError):
        book.rules["NOR"] = ()  # type: ignore[index]  # wrong on purpose


def test_the_hash_covers_what_decides_and_not_the_reasons() -> None:
    assert RuleBook(dict(BOOK.rules)).hash == BOOK.hash
    rule = RULES["NO-C-40"]
    assert with_rule(replace(rule, because=Words("1", "2", "3", "4"))).hash == BOOK.hash
    changed = {
        with_rule(replace(rule, **change)).hash
        for change in (
            {"when": same_service},
            {"needs": ()},
            {"overridable": True},
            {"final": True},
            {"unbeaten": True},
            {"direct_route": True},
            {"basis": "statute"},
            {"confidence": "medium"},
            {"law": (Statute("NO-FVL-1967", "13 b"),)},
            {"law": (Statute("NO-FVL-1967", "13 a (1) no. 1"),)},
            {"strip": ("health.note",)},
            {"begins_with": "NO-FVL-2025"},
            {"ends_with": "NO-FVL-2025"},
            {"missing": "loa"},
        )
    }
    assert len(changed | {BOOK.hash}) == 15
    with_switch = replace(RULES["NO-P-32"], switch=None)
    assert with_rule(with_switch).hash != BOOK.hash


def test_a_rule_is_found_by_its_code() -> None:
    assert BOOK.rule("DK-C-40") is RULES["DK-C-40"]
    with pytest.raises(KeyError, match=r"^'NO-C-99'$"):
        BOOK.rule("NO-C-99")


def test_a_condition_is_data_of_the_same_shape() -> None:
    tree = ~(consent_ok & (same_service | category_is("health"))) | Always()
    assert condition_as_data(tree) == {
        "any": [{"not": {"all": ["consent", {"any": ["same_service", {"category": ["health"]}]}]}}, "always"]
    }
    assert rule_as_data(RULES["NO-B-10"])["when"] == "strict_address"
    assert [leaf for leaf in leaves(tree) if isinstance(leaf, Fact)] == [consent_ok, same_service]
    for wrong in (condition_as_data, lambda each: said(each, "en"), lambda each: fold(each, {})):
        with pytest.raises(TypeError, match="is no condition of a rule"):
            wrong(Condition())
    with pytest.raises(TypeError, match="is no condition of a rule"):
        evaluated(Condition(), Facts("p", None, None, None, None, "u" * len(FACTS)))


def test_a_condition_says_itself_with_brackets_where_they_matter() -> None:
    a, b, c = (Fact(each, Words(each, each, each, each)) for each in "abc")
    assert said((a | b) & c, "en") == "(a or b) and c"
    assert said((a & b) | c, "en") == "(a and b) or c"
    assert said(a & b & c, "nb") == "a, b og c"
    assert said(a | b | c, "da") == "a, b eller c"
    assert said(~a, "nn") == "det er ikkje slik at a"
    assert said(Always(), "en") == "always"
    assert said(category_is("health", "attendance"), "en") == "the information is health or attendance"
    assert listed([], AND, "en") == ""
    assert said(public("sender", "NOR"), "nb") == "avsender er en offentlig tjeneste"
    assert said(category_is("health") & (a | b), "nn") == "opplysninga er helse og (a eller b)"
    assert (a & b).parts == (a, b)  # type: ignore[attr-defined]  # wrong on purpose, or a word that the table holds


def test_facts_need_one_letter_each() -> None:
    for wrong in ("", "y" * (len(FACTS) - 1), "y" * (len(FACTS) + 1), "x" * len(FACTS)):
        with pytest.raises(ValueError, match="letters y, n or u"):
            Facts("pupil", None, None, None, None, wrong)
    assert letters({}) == "u" * len(FACTS)


# The law in force ----------------------------------------------------------------------------------------------------


def test_an_awaited_act_is_off_until_the_policy_names_its_day() -> None:
    day = date(2026, 9, 1)
    assert in_force("NO-FVL-1967", day, {})
    assert not in_force("NO-FVL-2025", day, {})
    entered = {"NO-FVL-2025": day}
    assert not in_force("NO-FVL-1967", day, entered)
    assert in_force("NO-FVL-2025", day, entered)
    assert in_force("NO-FVL-1967", day - timedelta(days=1), entered)
    assert not in_force("NO-FVL-2025", day - timedelta(days=1), entered)


def test_an_act_with_a_day_is_in_force_from_that_day() -> None:
    assert not in_force("NO-OPPL-2023", date(2024, 7, 31), {})
    assert in_force("NO-OPPL-2023", date(2024, 8, 1), {})


def test_a_rule_whose_act_is_not_in_force_does_not_speak() -> None:
    before = {rule.code for rule in BOOK.speaking("NOR", date(2024, 7, 31), SAFE)}
    after = {rule.code for rule in BOOK.speaking("NOR", date(2024, 8, 1), SAFE)}
    assert after - before == {"NO-D-21"}
    danish = {rule.code for rule in BOOK.speaking("DNK", date(2024, 7, 31), SAFE)}
    assert {"G-01", "Z-99", "DK-C-40"} <= danish


def test_the_version_of_the_law_is_the_country_and_the_day_it_last_changed() -> None:
    assert law_version("NOR", date(2024, 7, 31), {}) == "NOR-start"
    assert law_version("NOR", date(2024, 8, 1), {}) == "NOR-2024-08-01"
    assert law_version("NOR", NEW_ACT, {"NO-FVL-2025": NEW_ACT}) == "NOR-2027-01-01"
    assert law_version("DNK", NEW_ACT, {"NO-FVL-2025": NEW_ACT}) == "DNK-start"
    assert days_of_change("NOR", {"NO-FVL-2025": NEW_ACT}) == (date(2024, 8, 1), NEW_ACT)


def test_every_rule_in_force_today_is_in_force_after_the_new_act_unless_it_ends_with_it() -> None:
    today = {rule.code for rule in BOOK.speaking("NOR", date(2026, 9, 1), Policy(switches=frozenset(SWITCHES)))}
    then = {rule.code for rule in BOOK.speaking("NOR", NEW_ACT, replace(AFTER, switches=frozenset(SWITCHES)))}
    assert today - then == {"NO-P-33"}
    assert then - today == {"NO-P-33-2025", "NO-B-21"}


def test_after_the_new_act_its_sections_are_cited() -> None:
    rule = RULES["NO-C-40"]
    assert [place.said("nb") for place in rule.law_on("NOR", NEW_ACT, SAFE)] == [
        "forvaltningsloven 1967 § 13 a (1) nr. 1"
    ]
    assert [place.said("nb") for place in rule.law_on("NOR", NEW_ACT, AFTER)] == ["forvaltningsloven 2025 § 34 (1) a"]
    assert [place.said("en") for place in everywhere.Z_99.law_on("DNK", NEW_ACT, SAFE)] == ["Danish Penal Code § 152"]


def test_a_place_in_the_law_is_cited_as_a_reader_would() -> None:
    assert Statute("EU-GDPR", "9 (2) a").said("nb") == "personvernforordningen art. 9 (2) a"
    assert Statute("EU-GDPR", "recital 26").said("en") == "General Data Protection Regulation recital 26"
    assert Statute("EU-GDPR", "recital 26").said("da") == "databeskyttelsesforordningen betragtning 26"
    assert Statute("DK-BL", "(section to be confirmed)").said("nn") == "barnets lov (paragrafen må stadfestast)"
    assert Statute("policy").said("nn") == "eiga føresegn"
    assert Statute("policy").said("en") == "our own policy"
    assert Statute("NO-BESK").said("nb") == "beskyttelsesinstruksen"
    assert Statute("NO-FVL-2025", "1").on(date(2026, 9, 1), {}) is None


def test_a_rule_without_a_switch_is_on_and_with_one_is_off_until_switched() -> None:
    off = {rule.code for where in JURISDICTIONS for rule in BOOK.speaking(where, date(2026, 9, 1), SAFE)}
    switched = {code for codes in SWITCHES.values() for code in codes}
    assert off == set(RULES) - switched - {"NO-B-21"}
    assert with_switches(SAFE, "ssp", "ssd_meeting").switches == {"ssp", "ssd_meeting"}
    with pytest.raises(ValueError, match="'sps'"):
        with_switches(SAFE, "sps")


def test_the_version_of_a_policy_is_of_all_it_says_and_of_nothing_else() -> None:
    assert Policy().version == SAFE.version
    assert Policy(pairs=frozenset({("a", "b", "c")})).version != SAFE.version
    assert replace(SAFE, entered={"NO-FVL-2025": NEW_ACT}).as_data()["entered"] == {"NO-FVL-2025": "2027-01-01"}
    assert SAFE.as_data()["consent_reminders_days"] == [30, 7]
    one, other = (Policy(switches=frozenset(each)) for each in (("ssp", "ssd_meeting"), ("ssd_meeting", "ssp")))
    assert (one.version, hash(one)) == (other.version, hash(other))
    assert hash(one) != hash(SAFE)
    assert "version" not in SAFE.as_data()


# Checking a book that loads ------------------------------------------------------------------------------------------


def test_the_book_has_no_dead_rule_no_contradiction_and_no_empty_tier() -> None:
    assert list(findings(BOOK)) == []


@pytest.mark.parametrize("where", JURISDICTIONS)
def test_every_rule_changes_an_outcome_with_its_switch_on_and_its_law_in_force(where: str) -> None:
    for country in JURISDICTIONS:
        if country == where:
            for rule in BOOK.rules[country]:
                assert lives(rule, BOOK.rules[country], country), rule.code


def test_a_dead_rule_an_empty_tier_and_a_contradiction_are_found() -> None:
    dead = replace(RULES["NO-P-35"], when=category_is("health") & category_is("attendance"))
    assert list(findings(with_rule(dead))) == ["NOR NO-P-35: dead: no question is answered otherwise without it"]
    mute = replace(RULES["NO-B-14"], effect="strip", strip=())
    assert list(findings(with_rule(mute))) == ["NOR NO-B-14: dead: no question is answered otherwise without it"]
    for code in ("NO-D-20", "NO-C-40"):
        shut = replace(RULES[code], when=RULES["B-20"].when)
        assert list(contradictions((RULES["B-20"], shut))) == [("B-20", code)]
    opposite = replace(RULES["NO-P-30"], when=RULES["B-20"].when)
    assert list(contradictions((RULES["B-20"], opposite))) == [("B-20", "NO-P-30")]
    found = list(findings(with_rule(opposite)))
    assert "NOR B-20 and NO-P-30: contradiction: one wording both opens and closes" in found
    few = RuleBook({"NOR": tuple(r for r in norway.RULES if r.tier != 2), "DNK": denmark.RULES})
    assert "NOR tier 2: unreachable: no live rule stands in it" in list(findings(few))
    not_law = replace(RULES["Z-99"], begins_with="NO-BL-2025")
    assert not lives(replace(RULES["G-00"], ends_with="NO-FVL-1967"), norway.RULES, "NOR")
    assert lives(not_law, (not_law,), "NOR")


def test_acts_have_titles_and_each_awaited_act_replaces_one() -> None:
    for act in ACTS:
        assert isinstance(ACT[act.code], Act)
        assert act.title
        assert act.english
        assert (act.replaces is not None) == act.awaited


def test_every_reason_is_one_sentence_in_four_languages() -> None:
    for rule in RULES.values():
        for language in LANGUAGES:
            text = rule.because.to(language)
            assert text.endswith(".")
            assert text.count(". ") == 0
