"""A rule of confidentiality: one value that says when it speaks, what it does, why, and on whose authority."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from confidentiality.acts import ACT, Statute, begins, concerns, in_force
from confidentiality.condition import Aspect, Condition, Fact, OneOf, leaves
from confidentiality.facts import decision_recorded, second_approver
from confidentiality.policy import Policy
from confidentiality.vocabulary import (
    CONTRACTED,
    PUBLIC,
    Jurisdiction,
    categories_above,
    categories_except,
    categories_up_to,
    kinds_of,
)
from confidentiality.words import Words

Effect = Literal["forbid", "hold", "strip", "require", "permit", "permit_after_decision", "permit_override", "offer"]


Confidence = Literal["high", "medium", "memory", "interpretation", "policy"]
CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)

DECISION: tuple[Fact, ...] = (decision_recorded, second_approver)
"""A named leader and a second approver have decided this one disclosure."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as it stands in the ordered tuple of its country.

    - `when` says which questions the rule speaks about; `needs` what must be answered yes for it to take effect.
    - A forbid or a hold speaks unless `when` is answered no: an unanswered forbid forbids. Every other effect waits
      until `when` and all `needs` are answered yes.
    - `strip` names fields that never go, whatever else is decided.
    - `missing` is the code for what would make a forbid fall silent. A `final` forbid that is answered yes never does,
      and a hold that is answered yes waits for a decision; their code is reported only while nobody knows the answer.
    - `decided_by` are the facts that lift a hold or turn `permit_after_decision` into a permit.
    - `switch` is the policy switch without which the rule is silent; such rules are off by default.
    - `overridable` says that an override (danger to life or health) passes this forbid. Never, unless it is said.
    - `unbeaten` marks the rules that ask who is speaking: not even a duty beats them.
    - `direct_route` marks the rule for which a duty stands but the system does not carry it.
    - `begins_with` and `ends_with` name the act that brings this wording of the rule and the act that ends it.
    """

    code: str
    tier: int
    effect: Effect
    when: Condition
    because: Words
    law: tuple[Statute, ...]
    confidence: Confidence
    needs: tuple[Fact, ...] = ()
    basis: str | None = None
    missing: str | None = None
    strip: tuple[str, ...] = ()
    decided_by: tuple[Fact, ...] = ()
    switch: str | None = None
    final: bool = False
    overridable: bool = False
    unbeaten: bool = False
    direct_route: bool = False
    begins_with: str | None = None
    ends_with: str | None = None

    def speaks(self, jurisdiction: Jurisdiction, at: date, policy: Policy) -> bool:
        """Whether the rule is law and switched on, on a day and under a policy."""
        if self.switch is not None and self.switch not in policy.switches:
            return False
        if self.begins_with is not None and not in_force(self.begins_with, at, policy.entered):
            return False
        if self.ends_with is not None and in_force(self.ends_with, at, policy.entered):
            return False
        return len(self.law_on(jurisdiction, at, policy)) == sum(concerns(s.act, jurisdiction) for s in self.law)

    def law_on(self, jurisdiction: Jurisdiction, at: date, policy: Policy) -> tuple[Statute, ...]:
        """The places in the law of one country that carry the rule on a day."""
        places = (statute.on(at, policy.entered) for statute in self.law if concerns(statute.act, jurisdiction))
        return tuple(place for place in places if place is not None)

    def days_in_force(self, jurisdiction: Jurisdiction, policy: Policy) -> tuple[date | None, date | None]:
        """The day on which the rule became law in a country, and the first on which it no longer is, where known.

        A rule that is older than the book has no first day; one whose act is awaited has none yet.
        """
        acts = [statute.act for statute in self.law if concerns(statute.act, jurisdiction)]
        acts += [self.begins_with] if self.begins_with is not None else []
        begun = [day for day in (begins(ACT[act], policy.entered) for act in acts) if day is not None]
        ended = begins(ACT[self.ends_with], policy.entered) if self.ends_with is not None else None
        return max(begun, default=None), ended

    def facts(self) -> tuple[Fact, ...]:
        """Every fact the rule reads, once, in the order in which it reads them."""
        asked = [leaf for leaf in leaves(self.when) if isinstance(leaf, Fact)]
        return tuple(dict.fromkeys([*asked, *self.needs, *self.decided_by]))

    def words(self) -> tuple[Aspect, ...]:
        """The words of the question (sender, recipient, purpose, category) that the rule looks at."""
        return tuple(dict.fromkeys(leaf.aspect for leaf in leaves(self.when) if isinstance(leaf, OneOf)))


CONFIRMED_BY: dict[Confidence, Words] = {
    "high": Words(
        "personvernombudet", "personvernombodet", "databeskyttelsesrådgiveren", "the data protection officer"
    ),
    "medium": Words("kommunens jurist", "juristen i kommunen", "kommunens jurist", "the municipality's lawyer"),
    "memory": Words(
        "kommunens jurist; lovteksten er ikke lest",
        "juristen i kommunen; lovteksten er ikkje lesen",
        "kommunens jurist; lovteksten er ikke læst",
        "the municipality's lawyer; the text of the act was not read",
    ),
    "interpretation": Words(
        "kommunens jurist; dette er en tolkning",
        "juristen i kommunen; dette er ei tolking",
        "kommunens jurist; dette er en fortolkning",
        "the municipality's lawyer; this is an interpretation",
    ),
    "policy": Words(
        "ledelsen og personvernombudet",
        "leiinga og personvernombodet",
        "ledelsen og databeskyttelsesrådgiveren",
        "the management and the data protection officer",
    ),
}
"""Who has to confirm a rule before the municipality relies on it, by how sure its source is."""


# The phrases that rules are written with ------------------------------------------------------------------------------


def sender_is(*kinds: str) -> Condition:
    """The sender is a service of one of these kinds."""
    return OneOf("sender", kinds)


def recipient_is(*kinds: str) -> Condition:
    """The recipient is a service of one of these kinds."""
    return OneOf("recipient", kinds)


def purpose_is(*purposes: str) -> Condition:
    """The purpose is one of these."""
    return OneOf("purpose", purposes)


def category_is(*categories: str) -> Condition:
    """The information is of one of these categories."""
    return OneOf("category", categories)


_ANY = Words(
    "en tjeneste av hvilket som helst slag",
    "ei teneste av kva slag som helst",
    "en tjeneste af enhver slags",
    "a service of any kind",
)
_PUBLIC = Words("en offentlig tjeneste", "ei offentleg teneste", "en offentlig tjeneste", "a public service")
_BOUND = Words(
    "en tjeneste som er offentlig eller arbeider på oppdrag for det offentlige",
    "ei teneste som er offentleg eller arbeider på oppdrag for det offentlege",
    "en tjeneste, som er offentlig eller arbejder for det offentlige",
    "a service that is public or works for a public body",
)


def any_service(aspect: Literal["sender", "recipient"], jurisdiction: Jurisdiction) -> Condition:
    """The sender or recipient is a service of a kind that exists in this country."""
    return OneOf(aspect, kinds_of(jurisdiction), _ANY)


def public(aspect: Literal["sender", "recipient"], jurisdiction: Jurisdiction) -> Condition:
    """The sender or recipient is a public service of this country."""
    return OneOf(aspect, PUBLIC[jurisdiction], _PUBLIC)


def public_or_contracted(aspect: Literal["sender", "recipient"], jurisdiction: Jurisdiction) -> Condition:
    """The sender or recipient is public, or bound because it performs tasks for a public body."""
    return OneOf(aspect, (*PUBLIC[jurisdiction], *CONTRACTED[jurisdiction]), _BOUND)


at_most_medium_sensitivity = OneOf(
    "category",
    categories_up_to(2),
    Words(
        "lite eller middels følsom",
        "lite eller middels kjenslevar",
        "lidt eller middel følsom",
        "of low or medium sensitivity",
    ),
)
above_low_sensitivity = OneOf(
    "category",
    categories_above(1),
    Words("mer enn lite følsom", "meir enn lite kjenslevar", "mere end lidt følsom", "of more than low sensitivity"),
)
NEVER_BY_ORDINARY_CONSENT = ("criminal_matters", "national_id", "protected_address", "ethnicity_religion")
open_to_ordinary_consent = OneOf(
    "category",
    categories_except(*NEVER_BY_ORDINARY_CONSENT),
    Words(
        "noe annet enn straffbare forhold, fødselsnummer, beskyttet adresse, opphav og tro",
        "noko anna enn straffbare forhold, fødselsnummer, verna adresse, opphav og tru",
        "noget andet end strafbare forhold, CPR-nummer, beskyttet adresse, oprindelse og tro",
        "anything but criminal matters, identity number, protected address, ethnicity and religion",
    ),
)
