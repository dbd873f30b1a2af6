"""What the steps of a consent add up to, and every set of up to three conditions not met, against expectations."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import combinations, product

import pytest

from confidentiality.answer import NO, UNKNOWN, YES, Answer
from confidentiality.missing import CONSENT_CONDITIONS
from confidentiality.policy import SAFE, Policy
from consent.signers import Signers
from consent.status import ConsentTerms, Party, Step, Use, consent_conditions, consent_ok, listed, months_after, status
from tests.confidentiality.made_up import CONSENT, HOUSING, SCHOOL
from tests.confidentiality.oracle import AND

TWO = Signers(("guardian_1", "guardian_2"))
USE = Use(
    at=date(2026, 9, 1),
    sender=SCHOOL,
    recipient=HOUSING,
    purpose="coordinated_support",
    category="academic_need",
    sensitivity=1,
    signers=TWO,
    child_voice=YES,
    protection_status=YES,
    policy=SAFE,
)
Both = tuple[ConsentTerms, Use]
Change = Callable[[ConsentTerms, Use], Both]


def terms(**changes: object) -> Change:
    return lambda given, use: (replace(given, **changes), use)  # type: ignore[arg-type]  # the changes are named by the test


def use(**changes: object) -> Change:
    return lambda given, asked: (given, replace(asked, **changes))  # type: ignore[arg-type]  # the changes are named by the test


UNMET: dict[str, list[tuple[str, Change]]] = {
    "form_written": [("n", terms(form="oral")), ("u", terms(form=None))],
    "signature": [("n", use(signers=Signers(("guardian_1", "guardian_2", "guardian_3"))))],
    "given": [("n", terms(state="superseded")), ("u", terms(state=None))],
    "not_expired": [("n", terms(valid_to=date(2026, 8, 31))), ("u", terms(valid_from=None))],
    "not_withdrawn": [("n", terms(withdrawn=frozenset({"guardian_1"})))],
    "not_suspended": [("n", terms(suspended_by=("custody_change",)))],
    "purpose": [("n", use(purpose="housing_follow_up")), ("u", use(purpose=None))],
    "category": [("n", use(category="attendance"))],
    "sender_service": [("n", terms(sender=Party("school", "school_5b"))), ("u", terms(sender=Party("school")))],
    "recipient_service": [
        ("n", terms(recipient=Party("housing_social", "south"))),
        ("u", terms(recipient=Party(None))),
    ],
    "informed": [
        ("n", terms(language_ok=False)),
        ("u", terms(language_ok=None)),
        ("n", terms(interpreter_is_child=True)),
    ],
    "child_voice": [("n", use(child_voice=NO)), ("u", use(child_voice=UNKNOWN))],
    "template_version": [("n", terms(template_version_known=False)), ("u", terms(template_version_known=None))],
    "law_version": [("n", terms(law_version_known=False)), ("u", terms(law_version_known=None))],
    "protection_status": [("n", use(protection_status=NO)), ("u", use(protection_status=UNKNOWN))],
}
WORD = {code: "signature(guardian_3)" if code == "signature" else code for code in UNMET}


def test_a_consent_that_meets_every_condition_carries_the_disclosure() -> None:
    found = consent_ok(CONSENT, USE)
    assert (found.ok, found.lacking) == (YES, ())
    assert [code for code, _ in found.conditions] == list(CONSENT_CONDITIONS)
    assert set(UNMET) | {"direction"} == set(CONSENT_CONDITIONS)


def test_every_set_of_up_to_three_conditions_not_met() -> None:
    counted = 0
    for size in (1, 2, 3):
        for codes in combinations(UNMET, size):
            for ways in product(*(UNMET[code] for code in codes)):
                given, asked, expected = CONSENT, USE, "y"
                for letter, change in ways:
                    given, asked = change(given, asked)
                    expected = AND[expected, letter]
                found = consent_ok(given, asked)
                assert found.ok is Answer(expected), codes
                told = [code for code in codes if "signature" not in codes or code not in ("given", "not_suspended")]
                assert set(found.lacking) == {WORD[code] for code in told}, codes
                counted += 1
    assert counted > 2_500


def test_the_other_direction_is_one_thing_lacking_not_two() -> None:
    turned = replace(USE, sender=HOUSING, recipient=SCHOOL)
    found = consent_ok(CONSENT, turned)
    assert (found.ok, found.lacking) == (NO, ("direction",))


@pytest.mark.parametrize(
    ("state", "lacking"),
    [
        ("given", ()),
        ("suspended", ("not_suspended",)),
        ("withdrawn", ("not_withdrawn",)),
        ("expired", ("not_expired",)),
        *((state, ("given",)) for state in ("drafted", "asked", "refused", "conflict", "superseded", "invalidated")),
    ],
)
def test_only_a_given_consent_counts(state: str, lacking: tuple[str, ...]) -> None:
    assert consent_ok(replace(CONSENT, state=state), USE).lacking == lacking  # type: ignore[arg-type]  # wrong on purpose, or a word that the table holds


def test_what_waits_for_signatures_is_told_through_the_signatures() -> None:
    unsigned = replace(CONSENT, signed=frozenset(), state="suspended", suspended_by=("age_15",))
    assert consent_ok(unsigned, USE).lacking == ("signature(guardian_1)", "signature(guardian_2)")
    refused = replace(CONSENT, refused=frozenset({"guardian_2"}), state="conflict")
    assert consent_ok(refused, USE).lacking == ("signature(guardian_2)",)
    unknown = replace(USE, signers=Signers(("guardian_1",), lacking=("age",)))
    assert (consent_ok(CONSENT, unknown).ok, consent_ok(CONSENT, unknown).lacking) == (UNKNOWN, ("age",))


def test_granular_withdrawal_ends_what_it_names() -> None:
    assert consent_ok(replace(CONSENT, withdrawn_categories=frozenset({"language_need"})), USE).ok is YES
    assert consent_ok(replace(CONSENT, withdrawn_categories=frozenset({"academic_need"})), USE).ok is NO
    assert consent_ok(replace(CONSENT, withdrawn_recipients=frozenset({"team_south"})), USE).ok is YES
    assert consent_ok(replace(CONSENT, withdrawn_recipients=frozenset({"team_north"})), USE).ok is NO


def test_a_minuted_oral_consent_needs_policy_and_low_sensitivity() -> None:
    oral, minuted = replace(CONSENT, form="oral"), Policy(form="oral_minuted")
    assert consent_ok(oral, USE).ok is NO
    assert consent_ok(oral, replace(USE, policy=minuted)).ok is YES
    assert consent_ok(oral, replace(USE, policy=minuted, sensitivity=2)).ok is NO
    assert consent_ok(replace(CONSENT, form="digital"), replace(USE, sensitivity=3)).ok is YES


@pytest.mark.parametrize(
    ("changes", "day", "expected"),
    [
        ({}, date(2026, 8, 19), NO),
        ({}, date(2026, 8, 20), YES),
        ({}, date(2027, 7, 31), YES),
        ({}, date(2027, 8, 1), NO),
        ({"valid_to": date(2030, 1, 1)}, date(2027, 8, 20), YES),
        ({"valid_to": date(2030, 1, 1)}, date(2027, 8, 21), NO),
        ({"recorded_on": date(2026, 9, 2)}, date(2026, 9, 1), NO),
        ({"recorded_on": date(2026, 9, 2)}, date(2026, 9, 2), YES),
        ({"recorded_on": date(2026, 8, 1)}, date(2026, 8, 19), NO),
        ({"valid_to": None}, date(2026, 9, 1), UNKNOWN),
        ({"valid_from": None}, date(2026, 9, 1), UNKNOWN),
        ({"valid_from": None}, date(2027, 8, 1), NO),
        ({"state": "expired"}, date(2026, 9, 1), NO),
    ],
)
def test_the_days_on_which_a_consent_counts(changes: dict[str, object], day: date, expected: Answer) -> None:
    conditions = dict(consent_conditions(replace(CONSENT, **changes), replace(USE, at=day)))  # type: ignore[arg-type]  # the changes are named by the test
    assert conditions["not_expired"] is expected


def test_explicit_is_asked_for_each_category() -> None:
    assert consent_ok(replace(CONSENT, explicit=None), USE).explicit is UNKNOWN
    assert consent_ok(replace(CONSENT, explicit=frozenset({"academic_need"})), USE).explicit is YES
    assert consent_ok(replace(CONSENT, explicit=frozenset({"language_need"})), USE).explicit is NO


def test_a_consent_names_a_service_of_an_organisation() -> None:
    here = Party("school", "a", "one")
    assert listed(Party("school", "a", "one"), here) is YES
    assert listed(Party(None, "a"), here) is YES
    assert listed(Party("school", "a"), Party("school", "a", "one")) is YES
    assert listed(Party("school", "a", "two"), here) is NO
    assert listed(Party("school", "b", "one"), here) is NO
    assert listed(Party("school", None, "one"), here) is UNKNOWN
    assert listed(here, Party("school", None, "one")) is UNKNOWN


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 12, 15), 12, date(2027, 12, 15)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
    ],
)
def test_months_later(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later


# The steps -----------------------------------------------------------------------------------------------------------

ASKED = Step("asked")
G1, G2 = Step("signed", "guardian_1"), Step("signed", "guardian_2")
NO1, NO2 = Step("refused", "guardian_1"), Step("refused", "guardian_2")
YOUTH = Signers(("pupil", "guardian_1", "guardian_2"))
ME = Step("signed", "pupil")
ENDED = Step("withdrawn", "guardian_1")
HELD = Step("suspended", event="custody_change")
STEPS: list[tuple[str, tuple[Step, ...], Signers, str, tuple[str, ...]]] = [
    ("nothing yet", (), TWO, "drafted", ("signature(guardian_1)", "signature(guardian_2)")),
    ("asked", (ASKED,), TWO, "asked", ("signature(guardian_1)", "signature(guardian_2)")),
    ("one signed", (ASKED, G1), TWO, "asked", ("signature(guardian_2)",)),
    ("both signed", (ASKED, G1, G2), TWO, "given", ()),
    ("one said no", (ASKED, NO1), TWO, "refused", ("signature(guardian_1)", "signature(guardian_2)")),
    ("both said no", (NO1, NO2), TWO, "refused", ("signature(guardian_1)", "signature(guardian_2)")),
    ("they disagree", (G1, NO2), TWO, "conflict", ("signature(guardian_2)",)),
    ("a changed mind", (NO2, G1, G2), TWO, "given", ()),
    ("a mind changed back", (G2, NO2, G1), TWO, "conflict", ("signature(guardian_2)",)),
    ("the youth says no", (G1, G2, Step("refused", "pupil")), YOUTH, "refused", ("signature(pupil)",)),
    ("only the youth says yes", (ME, NO1, NO2), YOUTH, "refused", ("signature(guardian_1)", "signature(guardian_2)")),
    ("all three", (ME, G1, G2), YOUTH, "given", ()),
    ("withdrawn", (G1, G2, ENDED), TWO, "withdrawn", ()),
    ("withdrawn by nobody named", (G1, G2, Step("withdrawn")), TWO, "withdrawn", ()),
    ("a category withdrawn", (G1, G2, Step("withdrawn", "guardian_1", frozenset({"health"}))), TWO, "given", ()),
    ("a recipient withdrawn", (G1, G2, Step("withdrawn", recipients=frozenset({"north"}))), TWO, "given", ()),
    ("superseded", (G1, G2, Step("superseded")), TWO, "superseded", ()),
    ("superseded, then withdrawn", (G1, G2, Step("superseded"), ENDED), TWO, "withdrawn", ()),
    ("invalidated", (G1, G2, ENDED, Step("invalidated")), TWO, "invalidated", ()),
    ("suspended", (G1, G2, HELD), TWO, "suspended", ()),
    ("suspended and resumed", (G1, G2, HELD, Step("resumed", event="custody_change")), TWO, "given", ()),
    ("another event resumed", (G1, G2, HELD, Step("resumed", event="age_15")), TWO, "suspended", ()),
    ("all events resumed", (G1, G2, HELD, Step("suspended"), Step("resumed")), TWO, "given", ()),
    ("turned fifteen", (G1, G2, Step("suspended", event="age_15")), YOUTH, "suspended", ("signature(pupil)",)),
    ("nobody known who can sign", (ASKED,), Signers((), lacking=("guardianship",)), "asked", ("guardianship",)),
]


@pytest.mark.parametrize(
    ("steps", "required", "state", "missing"), [each[1:] for each in STEPS], ids=[each[0] for each in STEPS]
)
def test_what_the_steps_add_up_to(
    steps: tuple[Step, ...], required: Signers, state: str, missing: tuple[str, ...]
) -> None:
    found = status(steps, required, "pupil", date(2027, 7, 31), date(2026, 9, 1))
    assert (found.state, found.missing) == (state, missing)


def test_a_signed_consent_expires_after_its_last_day_and_an_unsigned_one_does_not() -> None:
    last = date(2027, 7, 31)
    after = date(2027, 8, 1)
    assert status((G1, G2), TWO, "pupil", last, last).state == "given"
    assert status((G1, G2), TWO, "pupil", last, after).state == "expired"
    assert status((G1, G2), TWO, "pupil", None, after).state == "given"
    assert status((ASKED,), TWO, "pupil", last, after).state == "asked"


def test_the_status_tells_who_did_what() -> None:
    steps = (
        G1,
        NO2,
        Step("withdrawn", "guardian_1", frozenset({"health"}), frozenset({"north"})),
        Step("withdrawn", "guardian_2", frozenset({"attendance"})),
        Step("suspended"),
        HELD,
    )
    found = status(iter(steps), TWO, "pupil", None, date(2026, 9, 1))
    assert [sorted(each) for each in (found.signed, found.refused, found.withdrawn)] == [
        ["guardian_1"],
        ["guardian_2"],
        [],
    ]
    assert sorted(found.withdrawn_categories) == ["attendance", "health"]
    assert sorted(found.withdrawn_recipients) == ["north"]
    assert found.suspended_by == ("suspended", "custody_change")
    assert status((Step("withdrawn"),), TWO, "pupil", None, date(2026, 9, 1)).withdrawn == {"pupil"}
