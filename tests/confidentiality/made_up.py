"""Cases that tests begin with: a pupil, two guardians, a school and a housing team, and one written consent."""

from dataclasses import replace
from datetime import date

from consent.case import ActorInCase, Case, Guardian, Subject
from consent.status import ConsentTerms, Party

SCHOOL = Party("school", "school_5a", "municipality")
HOUSING = Party("housing_social", "team_north", "municipality")
HOMEWORK = Party("homework_municipal", "homework_club", "municipality")
CHILD_WELFARE = Party("child_welfare", "child_welfare_north", "municipality")
GUARDIANS = (Guardian("guardian_1", "holder", resident=True), Guardian("guardian_2", "holder", resident=False))
PUPIL = Subject("pupil", 10, "none", GUARDIANS, heard=True)
CONSENT = ConsentTerms(
    subject="pupil",
    sender=SCHOOL,
    recipient=HOUSING,
    purpose="coordinated_support",
    categories=frozenset({"academic_need", "language_need", "identity_contact"}),
    explicit=frozenset(),
    signed=frozenset({"guardian_1", "guardian_2"}),
    valid_from=date(2026, 8, 20),
    valid_to=date(2027, 7, 31),
    state="given",
    language_ok=True,
    form="written",
)
CASE = Case(
    jurisdiction="NOR",
    at=date(2026, 9, 1),
    sender=SCHOOL,
    recipient=HOUSING,
    actor=ActorInCase("high", declaration=True, member=True, relation="none"),
    purpose="coordinated_support",
    subjects=(PUPIL,),
    asked=(("pupil", "academic_need"),),
    consents=(CONSENT,),
    lookup="ok",
)


def case(**changes: object) -> Case:
    """The ordinary case, changed."""
    return replace(CASE, **changes)  # type: ignore[arg-type]  # the changes are named by the test


def consent(**changes: object) -> ConsentTerms:
    """The ordinary consent, changed."""
    return replace(CONSENT, **changes)  # type: ignore[arg-type]  # the changes are named by the test


def pupil(**changes: object) -> Subject:
    """The ordinary pupil, changed."""
    return replace(PUPIL, **changes)  # type: ignore[arg-type]  # the changes are named by the test
