"""A made-up case as a form fills it in: from what was chosen to the data of a case file, and examples to begin with.

Nothing in it is about anybody, and there is no field for free text: every answer is a choice, a number or a date.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from confidentiality.policy import SWITCHES
from confidentiality.policy_settings import AWAITED_ACTS
from confidentiality.vocabulary import CATEGORY, KIND, PURPOSE, Jurisdiction, kinds_of
from consent.case import STATED, Address, Lookup, SignIn
from consent.signers import CannotSign, GuardianKind
from consent.status import Form, State
from foundation.errors import FieldProblem, Invalid
from foundation.texts import message
from web.sent import Sent
from web.wording import RELATIONS

__all__ = ["EXAMPLES", "FIRST", "GUARDIANS", "Asking", "Example"]

Answered = Literal["signed", "refused", "withdrew"]
YesNo = Literal["yes", "no"]
Flag = Literal["child_objects", "in_care", "able_to_form_views", "consent_set_aside_by_order"]
Together = Literal["service", "office", "municipality", "apart"]

GUARDIANS = (1, 2, 3)
"""The guardians there is room for, by number."""


def _one_of(known: Collection[str]) -> AfterValidator:
    def check(word: str) -> str:
        if word not in known:
            raise PydanticCustomError("enum", "not one of the words")
        return word

    return AfterValidator(check)


Kind = Annotated[str, _one_of(KIND)]
Category = Annotated[str, _one_of(CATEGORY)]
Relation = Annotated[str, _one_of(RELATIONS)]
Purpose = Annotated[str, _one_of(PURPOSE)]
Statement = Annotated[str, _one_of(STATED)]
Switch = Annotated[str, _one_of(SWITCHES)]
Act = Annotated[str, _one_of(AWAITED_ACTS)]


class Asking(Sent, defer_build=True):  # its many fields take long, and few ever fill this form in
    """What was chosen in the form; what was left open is unknown, as in a case file.

    `about` and `about_guardian` are the categories asked about the child (or the adult) and about the first guardian.
    Each guardian has a kind, an answer to the consent, whether the child lives there, and why they cannot sign.
    """

    jurisdiction: Jurisdiction
    at: date
    sender: Kind | None = None
    recipient: Kind | None = None
    together: Together = "municipality"
    purpose: Purpose | None = None
    about: tuple[Category, ...] = ()
    about_guardian: tuple[Category, ...] = ()
    age: Annotated[int, Field(ge=0, le=130)] | None = None
    address: Address = "unknown"
    lookup: Lookup | None = None
    heard: YesNo | None = None
    flags: tuple[Flag, ...] = ()
    self_answer: Answered | None = None
    guardian_1: GuardianKind | None = None
    guardian_1_answer: Answered | None = None
    guardian_1_lives: YesNo | None = None
    guardian_1_cannot: CannotSign | None = None
    guardian_2: GuardianKind | None = None
    guardian_2_answer: Answered | None = None
    guardian_2_lives: YesNo | None = None
    guardian_2_cannot: CannotSign | None = None
    guardian_3: GuardianKind | None = None
    guardian_3_answer: Answered | None = None
    guardian_3_lives: YesNo | None = None
    guardian_3_cannot: CannotSign | None = None
    guardian_agrees: YesNo | None = None
    consent_about: tuple[Category, ...] = ()
    consent_purpose: Purpose | None = None
    consent_way: Literal["forth", "back"] = "forth"
    consent_state: State = "given"
    consent_form: Form | None = None
    consent_from: date | None = None
    consent_to: date | None = None
    informed: YesNo | None = None
    explicit: YesNo | None = None
    sign_in: SignIn | None = None
    declaration: YesNo | None = None
    member: YesNo | None = None
    relation: Relation | None = None
    recipient_declaration: YesNo | None = None
    stated: tuple[Statement, ...] = ()
    switches: tuple[Switch, ...] = ()
    entered: tuple[Act, ...] = ()
    oral: YesNo | None = None
    one_guardian: YesNo | None = None
    custody_beside_youth: YesNo | None = None
    objection_age: Annotated[int, Field(ge=0, le=18)] | None = None
    months: Annotated[int, Field(ge=1, le=12)] | None = None

    def check(self) -> None:
        """Raises Invalid when nothing is asked about anybody, or a service does not exist in the country."""
        problems = []
        if not self.about and not self.about_guardian:
            problems.append(FieldProblem("about", "too_few"))
        if self.about_guardian and self.guardian_1 is None:
            problems.append(FieldProblem("guardian_1", "required"))
        kinds = (*kinds_of(self.jurisdiction), None)
        problems += [
            FieldProblem(name, "not_a_choice")
            for name, kind in (("sender", self.sender), ("recipient", self.recipient))
            if kind not in kinds
        ]
        if problems:
            raise Invalid(fields=problems)

    def as_case(self) -> dict[str, Any]:
        """The data of a case file (docs/rules-cases.md): what `tillit rules decide` reads."""
        data = {
            "jurisdiction": self.jurisdiction,
            "at": self.at,
            "from": self._party("sender", self.sender),
            "to": self._party("recipient", self.recipient),
            "actor": _known(
                sign_in=self.sign_in,
                declaration=_yes(self.declaration),
                member=_yes(self.member),
                relation=self.relation,
            ),
            "recipient_declaration": _yes(self.recipient_declaration),
            "purpose": self.purpose,
            "subjects": self._subjects(),
            "asked": [{"subject": ref, "category": one} for ref, several in self._asked() for one in several],
            "consents": self._consents(),
            "policy": self._policy(),
            "conditions": dict.fromkeys(self.stated, True),
            "lookup": self.lookup,
        }
        return {key: value for key, value in data.items() if value is not None}

    @property
    def subject(self) -> str:
        """What the case calls the person it is about."""
        return "pupil" if self.age is None or self.age < 18 else "adult"

    def _asked(self) -> tuple[tuple[str, Sequence[str]], ...]:
        return (self.subject, self.about), ("guardian_1", self.about_guardian)

    def _party(self, name: Literal["sender", "recipient"], kind: str | None) -> dict[str, Any]:
        apart = self.together == "apart" and name == "recipient"
        return _known(
            kind=kind,
            service="sender" if self.together == "service" else name,
            organisation="elsewhere" if apart else "municipality",
            office="joint_office" if self.together == "office" else None,
        )

    def _guardian(self, number: int) -> tuple[GuardianKind | None, Answered | None, YesNo | None, CannotSign | None]:
        name = f"guardian_{number}"
        return (
            getattr(self, name),
            getattr(self, f"{name}_answer"),
            getattr(self, f"{name}_lives"),
            getattr(self, f"{name}_cannot"),
        )

    def _subjects(self) -> list[dict[str, Any]]:
        guardians = []
        for number in GUARDIANS:
            kind, _, lives, cannot = self._guardian(number)
            if kind is not None:
                guardians.append(_known(ref=f"guardian_{number}", kind=kind, resident=_yes(lives), cannot_sign=cannot))
        people = [
            _known(
                ref=self.subject,
                age=self.age,
                address=self.address,
                heard=_yes(self.heard),
                guardians=guardians or None,
                flags=list(self.flags) or None,
            )
        ]
        if self.about_guardian:
            people.append({"ref": "guardian_1", "address": "none", "age": 40})
        return people

    def _consents(self) -> list[dict[str, Any]]:
        answers = {self.subject: self.self_answer}
        for number in GUARDIANS:
            kind, answer, _, _ = self._guardian(number)
            if kind is not None:
                answers[f"guardian_{number}"] = answer
        consents = []
        if any(answers.values()) and self.about:
            consents.append(self._consent(self.subject, self.consent_about or self.about, answers))
        if self.guardian_agrees == "yes" and self.about_guardian:
            consents.append(self._consent("guardian_1", self.about_guardian, {"guardian_1": "signed"}))
        return consents

    def _consent(
        self, subject: str, categories: Sequence[str], answers: Mapping[str, Answered | None]
    ) -> dict[str, Any]:
        way = ("sender", "sender" if self.together == "service" else "recipient")
        giving, receiving = way if self.consent_way == "forth" else reversed(way)
        purpose = self.consent_purpose or self.purpose
        return {
            "subject": subject,
            "from": giving,
            "to": receiving,
            **_known(purpose=purpose),
            "categories": list(categories),
            **_known(explicit=_yes(self.explicit)),
            "signed": [ref for ref, answer in answers.items() if answer in ("signed", "withdrew")],
            "refused": [ref for ref, answer in answers.items() if answer == "refused"],
            "withdrawn": [ref for ref, answer in answers.items() if answer == "withdrew"],
            **_known(valid_from=self.consent_from, valid_to=self.consent_to),
            "state": self.consent_state,
            **_known(language_ok=_yes(self.informed), form=self.consent_form),
        }

    def _policy(self) -> dict[str, Any]:
        return _known(
            **dict.fromkeys(self.switches, True),
            form="oral_minuted" if self.oral == "yes" else None,
            guardians="resident_holder" if self.one_guardian == "yes" else None,
            custody_holders_with_youth_for_sensitivity_3=_yes(self.custody_beside_youth),
            child_objection_from_age=self.objection_age,
            consent_at_most_months=self.months,
            entered=dict.fromkeys(self.entered, self.at) or None,
        )


def _yes(answer: YesNo | None) -> bool | None:
    return None if answer is None else answer == "yes"


def _known(**said: Any) -> dict[str, Any]:
    """What was said; what is unknown is left out of a case."""
    return {key: value for key, value in said.items() if value is not None}


Chosen = Mapping[str, str | Sequence[str]]

FIRST: Chosen = {
    "sender": "school",
    "recipient": "housing_social",
    "together": "municipality",
    "purpose": "coordinated_support",
    "about": ("academic_need", "language_need"),
    "age": "10",
    "address": "none",
    "lookup": "ok",
    "heard": "yes",
    "guardian_1": "holder",
    "guardian_1_answer": "signed",
    "guardian_1_lives": "yes",
    "guardian_2": "holder",
    "guardian_2_answer": "signed",
    "guardian_2_lives": "no",
    "consent_state": "given",
    "consent_form": "written",
    "informed": "yes",
    "explicit": "no",
    "sign_in": "high",
    "declaration": "yes",
    "member": "yes",
    "relation": "none",
    "recipient_declaration": "yes",
}
"""What the form holds at first: a school refers a pupil, and both guardians have signed."""


@dataclass(frozen=True)
class Example:
    """A case to begin with: its number among the worked cases, what it is called, and how it differs from the first."""

    number: str
    title: str
    changes: Chosen

    @property
    def jurisdiction(self) -> str:
        """The country of the case."""
        return str(self.changes.get("jurisdiction", "NOR"))

    @property
    def path(self) -> str:
        """Where the form is filled in with it, and answered."""
        chosen: dict[str, str | Sequence[str]] = {"jurisdiction": self.jurisdiction, **_DATES, **FIRST, **self.changes}
        return "/rules/what-if?" + urlencode({name: value for name, value in chosen.items() if value}, doseq=True)


_DATES = {"at": "2026-09-01", "consent_from": "2026-08-20", "consent_to": "2027-07-31"}
_NOBODY = {"guardian_1_answer": "", "guardian_2_answer": ""}
_HOMEWORK = {"recipient": "homework_municipal", "purpose": "homework_support_referral"}
_ALONE = {"age": "15", "self_answer": "signed", **_NOBODY}
_MEETING = ("early_or_preventive", "necessary", "meeting_minuted", "first_use")
_WELLBEING: Chosen = {"about": ("wellbeing_social",)}
_TO_FAMILY_DEPARTMENT: Chosen = {"jurisdiction": "DNK", "recipient": "family_department", **_WELLBEING, **_NOBODY}

EXAMPLES: tuple[Example, ...] = (
    Example("1", message("A teacher refers a pupil, and both guardians have signed"), {}),
    Example("2", message("The same, but one guardian has not signed"), {"guardian_2_answer": ""}),
    Example("5", message("A pupil of fifteen signs alone for homework support"), {**_HOMEWORK, **_ALONE}),
    Example("7", message("A guardian has taken the consent back"), {"guardian_1_answer": "withdrew"}),
    Example(
        "10",
        message("A teacher suspects abuse, the parents said no, and the address is confidential"),
        {
            "recipient": "child_welfare",
            "purpose": "report_concern",
            "about": ("identity_contact", "wellbeing_social"),
            "address": "confidential",
            **_NOBODY,
        },
    ),
    Example(
        "16",
        message("A Danish school refers a pupil of twelve to the housing association"),
        {"jurisdiction": "DNK", "recipient": "housing_association", "together": "apart", "age": "12"},
    ),
    Example("3", message("The sender adds the mother's economy"), {"about_guardian": ("economic_situation",)}),
    Example("4", message("A pupil of thirteen says no"), {"age": "13", "flags": ("child_objects",)}),
    Example("6", message("A pupil of fifteen signs alone for well-being"), {**_ALONE, **_WELLBEING}),
    Example(
        "8",
        message("The social services tell the school that they help the mother"),
        {
            "sender": "nav_social",
            "recipient": "school",
            "about": (),
            "about_guardian": ("nav_relation",),
            **_NOBODY,
        },
    ),
    Example(
        "9",
        message("State NAV shares with the social services of the same office"),
        {
            "sender": "nav_state",
            "recipient": "nav_social",
            "together": "office",
            "about": (),
            "about_guardian": ("nav_relation",),
            "stated": ("needed_for_task", "reason_logged"),
            **_NOBODY,
        },
    ),
    Example("11", message("The address is strictly confidential"), {"address": "strict"}),
    Example("12", message("The look-up of the address is down"), {"address": "unknown", "lookup": "failed"}),
    Example(
        "13",
        message("The guardians signed, and the pupil turned fifteen yesterday"),
        {**_HOMEWORK, "age": "15", "consent_state": "suspended"},
    ),
    Example(
        "14",
        message("Volunteers are to receive attendance too"),
        {
            "recipient": "volunteer_org",
            "together": "apart",
            "purpose": "homework_support_referral",
            "about": ("academic_need", "attendance"),
            "stated": ("gdpr_basis_recipient",),
        },
    ),
    Example("15", message("The teacher is the pupil's aunt"), {"relation": "aunt_or_uncle"}),
    Example(
        "17",
        message("A Danish school meets the family department without consent"),
        {**_TO_FAMILY_DEPARTMENT, "stated": _MEETING},
    ),
    Example(
        "17b",
        message("The same, where the municipality has switched such meetings on"),
        {**_TO_FAMILY_DEPARTMENT, "stated": _MEETING, "switches": ("ssd_meeting",)},
    ),
    Example(
        "18",
        message("Danish housing staff worry about a child"),
        {
            **_TO_FAMILY_DEPARTMENT,
            "sender": "housing_association",
            "together": "apart",
            "stated": ("concern_for_child",),
        },
    ),
    Example(
        "19",
        message("The housing team wants to reply to the school"),
        {"sender": "housing_social", "recipient": "school", "consent_way": "back"},
    ),
    Example(
        "20",
        message("An auditor opens the log"),
        {
            "recipient": "auditor",
            "together": "apart",
            "purpose": "audit",
            "about": ("referral_fact",),
            "stated": ("audit_mandate", "log_scope_only"),
            **_NOBODY,
        },
    ),
)
"""The worked cases; those that are asked most come first."""
