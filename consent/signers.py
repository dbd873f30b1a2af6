"""Who must sign a consent, and what the child must be told: pure functions of age, topic and guardianship.

The holders of parental responsibility decide in personal matters, together (barnelova § 30; forældreansvarsloven § 3).
A child who can form views is heard; from 7 it must be, from 12 its view weighs heavily (barnelova § 31). From 15 a
Norwegian youth decides in matters of education (barnelova § 32, opplæringslova § 24-5). Adults sign for themselves, and
nobody signs for another adult. The rule is asked again each time a consent is used.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from confidentiality.acts import Statute
from confidentiality.policy import Policy
from confidentiality.vocabulary import CATEGORY, EDUCATION_CATEGORIES, EDUCATION_PURPOSES, Jurisdiction
from confidentiality.words import Words

Topic = Literal["education", "health", "other"]
GuardianKind = Literal["holder", "parent_without_responsibility", "appointed_guardian", "child_welfare", "foster_carer"]
CannotSign = Literal["unreachable", "threat", "graded"]
Weight = Literal["own_signature", "great", "age_and_maturity", "if_able"]


@dataclass(frozen=True, slots=True)
class Guardian:
    """Somebody beside the child: by ref, what they are to the child, and whether the child lives with them.

    `kind` is `None` while nobody knows whether they hold parental responsibility; they are then asked to sign as if
    they did. `cannot_sign` says why a holder cannot be asked: unreachable, a threat to the child, or with a protected
    address.
    """

    ref: str
    kind: GuardianKind | None = None
    resident: bool | None = None
    cannot_sign: CannotSign | None = None


@dataclass(frozen=True, slots=True)
class Signers:
    """Who must sign, who is excused because they cannot, and what the child and the others must be told.

    `lacking` holds `age` or `guardianship` when it is not known who must sign; then nobody can give the consent.
    Excused signers never make a consent good by themselves: a leader and a second approver decide (rule B-19).
    """

    required: tuple[str, ...]
    excused: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    informed: tuple[str, ...] = ()
    inform_child: bool = False
    hear_child: bool = False
    weight: Weight = "own_signature"
    law: tuple[Statute, ...] = ()


@dataclass(frozen=True, slots=True)
class AgeEvent:
    """What happens to a consent when the person turns an age: it stays readable, its use waits until this is done."""

    turns: int
    jurisdictions: tuple[Jurisdiction, ...]
    action: str
    words: Words


AGE_EVENTS: tuple[AgeEvent, ...] = (
    AgeEvent(
        7,
        ("NOR",),
        "require_hearing_before_next_use",
        Words(
            "Barnet har fylt 7 år og skal høres før samtykket brukes igjen.",
            "Barnet har fylt 7 år og skal høyrast før samtykket blir brukt igjen.",
            "Barnet er fyldt 7 år og skal høres, før samtykket bruges igen.",
            "The child has turned 7 and is heard before the consent is used again.",
        ),
    ),
    AgeEvent(
        12,
        ("NOR",),
        "require_renewed_hearing",
        Words(
            "Barnet har fylt 12 år og skal høres på nytt.",
            "Barnet har fylt 12 år og skal høyrast på nytt.",
            "Barnet er fyldt 12 år og skal høres igen.",
            "The child has turned 12 and is heard anew.",
        ),
    ),
    AgeEvent(
        15,
        ("NOR", "DNK"),
        "suspend_education_scope_until_youth_confirms",
        Words(
            "Ungdommen har fylt 15 år og må selv bekrefte det som gjelder opplæring.",
            "Ungdommen har fylt 15 år og må sjølv stadfeste det som gjeld opplæring.",
            "Den unge er fyldt 15 år og skal selv bekræfte det, der gælder skolen.",
            "The youth has turned 15 and must confirm what concerns education.",
        ),
    ),
    AgeEvent(
        18,
        ("NOR", "DNK"),
        "expire_guardian_signatures",
        Words(
            "Personen er myndig, og de foresattes underskrifter gjelder ikke lenger.",
            "Personen er myndig, og underskriftene til dei føresette gjeld ikkje lenger.",
            "Personen er myndig, og forældrenes underskrifter gælder ikke længere.",
            "The person is of age, and the guardians' signatures no longer count.",
        ),
    ),
)

SUSPENDING_EVENTS = (
    "custody_change",
    "care_takeover",
    "address_graded",
    "guardian_withdraws",
    "child_objects",
    "recipient_service_closed",
    "purpose_changed",
    "template_superseded_for_cause",
    "age_7",
    "age_12",
    "age_15",
    "age_18",
)
"""Everything that suspends a consent: it stays readable, but nothing is disclosed on it until the event is handled."""

RESIDENT_HOLDER_RECIPIENTS = ("homework_municipal", "library", "housing_social")

_BL_TOGETHER = Statute("NO-BL-1981", "30", then=Statute("NO-BL-2025", "6-5"))
_BL_HEARD = Statute("NO-BL-1981", "31", then=Statute("NO-BL-2025", "6-7"))
_BL_FIFTEEN = Statute("NO-BL-1981", "32", then=Statute("NO-BL-2025", "6-8"))
_BL_GROWING = Statute("NO-BL-1981", "33", then=Statute("NO-BL-2025", "6-7"))
_BL_RESIDENT = Statute("NO-BL-1981", "37", then=Statute("NO-BL-2025", "7-2"))
_SCHOOL_FIFTEEN = Statute("NO-OPPL-2023", "24-5")
_IN_CARE = Statute("NO-OPPL-2023", "24-4")
_MINORS = Statute("NO-VGML", "9")
_DK_CUSTODY = Statute("DK-FAL", "3")
_DK_FIFTEEN = Statute("DK-DPA")


def age_events(jurisdiction: Jurisdiction, before: int, after: int) -> tuple[AgeEvent, ...]:
    """The events of every age border passed when a person of `before` whole years has become `after`."""
    return tuple(e for e in AGE_EVENTS if jurisdiction in e.jurisdictions and before < e.turns <= after)


def topic_of_consent(purpose: str | None, categories: Collection[str]) -> Topic:
    """What a consent is about: education only if purpose and every category are; health only if every category is."""
    if purpose in EDUCATION_PURPOSES and categories and all(each in EDUCATION_CATEGORIES for each in categories):
        return "education"
    if categories and all(each == "health" for each in categories):
        return "health"
    return "other"


def sensitivity_of(categories: Collection[str]) -> int:
    """The highest sensitivity (1 to 3) among categories; 3 where there is none or one is unknown."""
    return max((CATEGORY[each].sensitivity if each in CATEGORY else 3 for each in categories), default=3)


def required_signers(  # noqa: PLR0913  # Each argument is one thing the law lets the answer depend on.
    *,
    jurisdiction: Jurisdiction,
    subject: str,
    age: int | None,
    guardians: tuple[Guardian, ...],
    topic: Topic,
    sensitivity: int,
    sender: str | None,
    recipient: str | None,
    policy: Policy,
    in_care: bool = False,
    youth_objects_to_informing: bool = False,
) -> Signers:
    """Who must sign for one subject, now.

    `age` is in whole years at the local date, `sensitivity` the highest of the consent (1 to 3), `sender` and
    `recipient` kinds of service. `in_care` says that child welfare has taken over the care.
    """
    if age is None:
        return Signers(required=(subject,), lacking=("age",), inform_child=True, hear_child=True, weight="great")
    if age >= 18:
        return Signers(required=(subject,), law=(_MINORS,) if jurisdiction == "NOR" else ())

    holders = _holders(guardians, topic, in_care=in_care)
    deciding = _deciding(holders, sensitivity, recipient, policy)
    law = _law_of_holders(jurisdiction, holders, deciding, in_care=in_care)

    if age < 15:
        return _by_guardians(deciding, _heard_at(jurisdiction, age), law)
    alone = _youth_alone(jurisdiction, age, topic, sensitivity, (sender, recipient), policy)
    if alone:
        told = () if youth_objects_to_informing else tuple(g.ref for g in holders if g.cannot_sign is None)
        return Signers(required=(subject,), informed=told, law=alone)
    together = _by_guardians(deciding, "own_signature", (*law, _BL_GROWING, _MINORS) if jurisdiction == "NOR" else law)
    return Signers(
        required=(subject, *together.required),
        excused=together.excused,
        lacking=together.lacking,
        law=together.law,
    )


def _youth_alone(
    jurisdiction: Jurisdiction,
    age: int,
    topic: Topic,
    sensitivity: int,
    services: tuple[str | None, str | None],
    policy: Policy,
) -> tuple[Statute, ...]:
    """The law by which a youth of 15 to 17 signs alone; empty where holders sign too."""
    if jurisdiction == "DNK":
        with_custody = policy.custody_holders_with_youth_for_sensitivity_3 and sensitivity >= 3
        return () if with_custody else (_DK_FIFTEEN,)
    if topic == "education":
        return (_SCHOOL_FIFTEEN, _BL_FIFTEEN)
    if topic == "health" and age >= 16 and "health_service" in services:
        return (Statute("NO-PBRL", "3-4"), Statute("NO-PBRL", "4-3"))
    return ()


def _holders(guardians: tuple[Guardian, ...], topic: Topic, *, in_care: bool) -> tuple[Guardian, ...]:
    """Those whose word counts for the child: child welfare where it has the care, else holders, else a guardian."""
    welfare = tuple(each for each in guardians if each.kind == "child_welfare")
    holders = tuple(each for each in guardians if each.kind in ("holder", None))
    if in_care or welfare:
        return welfare if topic == "education" or not welfare else (*welfare, *holders)
    return holders or tuple(each for each in guardians if each.kind == "appointed_guardian")


def _deciding(
    holders: tuple[Guardian, ...], sensitivity: int, recipient: str | None, policy: Policy
) -> tuple[Guardian, ...]:
    """All holders; or those the child lives with, where policy and law let one parent decide alone."""
    if policy.guardians == "resident_holder" and sensitivity <= 1 and recipient in RESIDENT_HOLDER_RECIPIENTS:
        return tuple(each for each in holders if each.resident) or holders
    return holders


def _by_guardians(deciding: tuple[Guardian, ...], weight: Weight, law: tuple[Statute, ...]) -> Signers:
    required = tuple(each.ref for each in deciding if each.cannot_sign is None)
    return Signers(
        required=required,
        excused=tuple(each.ref for each in deciding if each.cannot_sign is not None),
        lacking=() if required else ("guardianship",),
        inform_child=weight != "own_signature",
        hear_child=weight in ("great", "age_and_maturity"),
        weight=weight,
        law=law,
    )


def _heard_at(jurisdiction: Jurisdiction, age: int) -> Weight:
    """How a child below 15 is heard. Danish law names no age; the Norwegian borders are used as policy."""
    if age >= 12:
        return "great"
    return "age_and_maturity" if age >= 7 or jurisdiction == "DNK" else "if_able"


def _law_of_holders(
    jurisdiction: Jurisdiction,
    holders: tuple[Guardian, ...],
    deciding: tuple[Guardian, ...],
    *,
    in_care: bool,
) -> tuple[Statute, ...]:
    if jurisdiction == "DNK":
        return (_DK_CUSTODY,)
    if in_care:
        return (_IN_CARE, _BL_HEARD)
    return (_BL_TOGETHER if deciding == holders else _BL_RESIDENT, _BL_HEARD)
