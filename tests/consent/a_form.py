"""The form that the housing worker has in front of them, filled in as a test wants it."""

from dataclasses import replace
from typing import Any

from consent.record_consent import Explained, Flow, Heard, RecordConsent, Signed
from tests.situations import Family, Town

__all__ = ["a_form"]


def a_form(town: Town, family: Family, **otherwise: Any) -> RecordConsent:
    """The school may tell the homework programme two things about the child; every guardian has signed today.

    Args:
        town: where it is.
        family: whose child it is about.
        otherwise: fields of `RecordConsent` that are filled in differently.
    """
    today = town.today
    form = RecordConsent(
        person=family.child,
        purpose="homework_support_referral",
        flows=tuple(Flow(town.school, town.homework, one) for one in ("identity_contact", "academic_need")),
        valid_from=today,
        explained=Explained(on=today, language="so", interpreter="professional"),
        signatures=tuple(Signed(person, today) for person in family.guardians),
        heard=Heard(on=today, view="agrees"),
    )
    return replace(form, **otherwise)
