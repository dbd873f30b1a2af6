"""The kinds of referral as data: for which purpose, from and to what kinds of service, and which fields they hold.

Pure.
"""

from dataclasses import dataclass

from foundation.errors import FieldProblem, Invalid

__all__ = ["KINDS", "LONGEST_FIELD", "Content", "ReferralKind", "kind_of", "refuse_content"]

#: What is said, by category and field.
Content = dict[str, dict[str, str]]

#: Characters; a referral says the least that is needed.
LONGEST_FIELD = 2000


@dataclass(frozen=True)
class ReferralKind:
    """One kind of referral.

    Attributes:
        code: its name in data.
        purpose: a purpose of the vocabulary.
        senders: the kinds of service that may send it.
        receivers: the kinds of service that may receive it.
        fields: what it may hold, category by category, in the order in which it is asked.
    """

    code: str
    purpose: str
    senders: frozenset[str]
    receivers: frozenset[str]
    fields: dict[str, tuple[str, ...]]


_WHO = {"identity_contact": ("name", "birth_year", "school", "phone", "contact_person")}
_SCHOOL = frozenset({"school", "private_school", "sfo", "ppt"})

KINDS: tuple[ReferralKind, ...] = (
    ReferralKind(
        code="homework_support",
        purpose="homework_support_referral",
        senders=_SCHOOL | {"housing_social", "housing_association", "nav_social"},
        receivers=frozenset({"homework_municipal", "volunteer_org", "library"}),
        fields={
            **_WHO,
            "academic_need": ("subjects", "goal", "note"),
            "language_need": ("level", "support"),
            "service_participation": ("weekdays", "start"),
            "attendance": ("present",),
            "wellbeing_social": ("note",),
        },
    ),
    ReferralKind(
        code="housing_support",
        purpose="housing_follow_up",
        senders=_SCHOOL | {"nav_social", "nav_state", "nav_office", "homework_municipal"},
        receivers=frozenset({"housing_social", "housing_contractor", "housing_association"}),
        fields={
            **_WHO,
            "academic_need": ("subjects", "goal", "note"),
            "language_need": ("level", "support"),
            "housing_situation": ("situation", "need"),
            "wellbeing_social": ("note",),
            "attendance": ("present",),
        },
    ),
    ReferralKind(
        code="coordinated_support",
        purpose="coordinated_support",
        senders=_SCHOOL | {"housing_social", "nav_social", "nav_state"},
        receivers=frozenset({"nav_social", "nav_state", "nav_office", "housing_social", "school", "family_department"}),
        fields={
            **_WHO,
            "academic_need": ("subjects", "goal", "note"),
            "housing_situation": ("situation", "need"),
            "wellbeing_social": ("note",),
            "economic_situation": ("situation", "need"),
        },
    ),
)


def kind_of(code: str) -> ReferralKind:
    """The kind with this code; `Invalid` when there is none."""
    found = next((kind for kind in KINDS if kind.code == code), None)
    if found is None:
        raise Invalid(fields=[FieldProblem("kind", "unknown_word")])
    return found


def refuse_content(kind: ReferralKind, content: Content) -> None:
    """Raise `Invalid` for content that is empty, too long, or in a field that this kind does not have."""
    problems = []
    if not content or not any(text.strip() for fields in content.values() for text in fields.values()):
        problems.append(FieldProblem("content", "all_empty"))
    for category, fields in content.items():
        for name, text in fields.items():
            if name not in kind.fields.get(category, ()):
                problems.append(FieldProblem(f"content.{category}.{name}", "unknown_field"))
            elif not text.strip():
                problems.append(FieldProblem(f"content.{category}.{name}", "nothing_filled_in"))
            elif len(text) > LONGEST_FIELD:
                problems.append(FieldProblem(f"content.{category}.{name}", "too_long"))
    if problems:
        raise Invalid(fields=problems)
