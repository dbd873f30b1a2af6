"""The policy at a browser: one proposes, another approves, and everybody may read it."""

from tests.situations import Town
from tests.web.pages.conftest import At


def test_the_administrator_proposes_and_the_officer_approves(town: Town, at: At) -> None:
    page = at("administrator").open("/policy")
    assert page.heading == "The policy"
    proposed = page.press(
        "Propose this",
        {
            "guardians": "resident_holder",
            "consent_at_most_months": "6",
            "switches": ["same_body_pairs"],
            "pair_giver": str(town.school),
            "pair_receiver": str(town.housing),
            "pair_purpose": "housing_follow_up",
            "entered.NO-FVL-2025": "2027-01-01",
        },
    )
    assert proposed.status == 200
    assert "nobody approves what they proposed themselves" in proposed.words
    approved = at("data_protection_officer").open("/policy").press("Approve the change")
    assert "Version 2" in approved.words
    assert "Proposed by Anders Drift , approved by Viljar Personvang ." in approved.words
    assert "Solbakken skole to Bo- og nærmiljøteamet: housing follow-up" in approved.words
    assert "A change waits for approval" not in approved.words
    again = at("data_protection_officer").open("/policy")
    chosen = again.form("Propose this").controls
    assert chosen["guardians"].values == ["resident_holder"]
    assert chosen["pairs"].values == [f"{town.school} {town.housing} housing_follow_up"]
    assert chosen["entered.NO-FVL-2025"].values == ["2027-01-01"]
    back = again.press("Propose this", {"pairs": None, "switches": None, "entered.NO-FVL-2025": ""})
    assert "A change waits for approval" in back.words


def test_what_cannot_be_chosen_comes_back_with_what_is_wrong(town: Town, at: At) -> None:
    page = at("administrator").open("/policy")
    wrong = page.press("Propose this", {"consent_at_most_months": "24", "form": "oral_minuted"})
    assert wrong.status == 422
    assert "This is too large" in wrong.words
    assert wrong.form("Propose this").controls["consent_at_most_months"].values == ["24"]
    assert wrong.form("Propose this").controls["form"].values == ["oral_minuted"]
    assert "Write a whole number" in page.press("Propose this", {"protection_status_days": "a few"}).words
    assert "Nothing in this differs" in page.press("Propose this").words


def test_others_read_it_and_change_nothing(town: Town, at: At) -> None:
    page = at("teacher").open("/policy")
    assert page.heading == "The policy"
    assert "Propose a change" not in page.words
    assert "Everybody with parental responsibility" in page.words
