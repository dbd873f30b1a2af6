"""A case: everything that is known when somebody wants to share, and the facts and the decision it comes to.

A case is plain values; it is made from the database by one floor and from a case file by another. What a case does not
say is unknown, and unknown never permits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal, NamedTuple

from confidentiality import facts as fact
from confidentiality.answer import NO, UNKNOWN, YES, Answer, all_of, answer
from confidentiality.book import BOOK, RuleBook
from confidentiality.condition import Fact
from confidentiality.decision import Asked, Decision, decide
from confidentiality.facts import FACT, Facts, letters
from confidentiality.policy import SAFE, Policy
from confidentiality.rule import DECISION
from confidentiality.vocabulary import Jurisdiction
from consent.signers import Guardian, Signers, required_signers, sensitivity_of, topic_of_consent
from consent.status import Consent, ConsentTerms, Party, Use, consent_ok

SignIn = Literal["low", "substantial", "high"]
Address = Literal["none", "confidential", "strict", "hidden_by_child_welfare", "unknown"]
Lookup = Literal["ok", "failed", "stale"]

CLOSE_FAMILY = (
    "self",
    "parent",
    "child",
    "grandparent",
    "grandchild",
    "sibling",
    "spouse",
    "former_spouse",
    "fiance",
    "foster_parent",
    "foster_child",
    "guardian",
    "agent",
)
"""Who is disqualified without further ado (forvaltningsloven § 6, first paragraph)."""

OTHER_CLOSENESS = ("aunt_or_uncle", "niece_or_nephew", "cousin", "in_law", "friend", "neighbour", "other")
"""Special circumstances that may weaken trust (§ 6, second paragraph): whoever asks must confirm that they do not."""

FLAGS = (
    "child_objects",
    "consent_set_aside_by_order",
    "in_care",
    "able_to_form_views",
    "youth_objects_to_informing",
    "concern_for_child",
)
"""Marks that somebody set on a subject; a mark that is not there was not set."""


@dataclass(frozen=True, slots=True)
class ActorInCase:
    """Who asks: how strongly signed in, whether the declaration is signed, whether they work in the sending service.

    `relation` is what they are to the subjects: `none`, one of `CLOSE_FAMILY` or one of `OTHER_CLOSENESS`.
    """

    sign_in: SignIn | None = None
    declaration: bool | None = None
    member: bool | None = None
    relation: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """A person spoken about, by a ref that is never a name.

    `age` is in whole years at the local date of the case. `heard` says that the child was told and could give a view;
    `heard_at_age` is its age then, when known. `flags` are from `FLAGS`.
    """

    ref: str
    age: int | None = None
    address: Address = "unknown"
    guardians: tuple[Guardian, ...] = ()
    heard: bool | None = None
    flags: frozenset[str] = frozenset()
    heard_at_age: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One question: may the sender give the recipient these categories about these subjects for this purpose?

    `asked` pairs a subject's ref with a category; `decided` are those pairs that a leader and a second approver have
    decided, and no others. `conditions` answers facts that somebody states, by their codes
    (`STATED`). `lookup` is how the look-up of protection status went. `at` is the sender's local date.
    """

    jurisdiction: Jurisdiction
    at: date
    sender: Party
    recipient: Party
    actor: ActorInCase
    purpose: str | None
    subjects: tuple[Subject, ...]
    asked: tuple[tuple[str, str], ...]
    recipient_declaration: bool | None = None
    consents: tuple[ConsentTerms, ...] = ()
    policy: Policy = SAFE
    conditions: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    lookup: Lookup | None = None
    decided: frozenset[tuple[str, str]] = frozenset()


_DERIVED: tuple[Fact, ...] = (
    fact.strongly_authenticated,
    fact.declaration_signed,
    fact.member_of_sending_service,
    fact.related_to_subject,
    fact.special_circumstances,
    fact.protection_status_known,
    fact.strict_address,
    fact.confidential_address,
    fact.hidden_by_child_welfare,
    fact.consent_set_aside,
    fact.service_closed,
    fact.child_objects,
    fact.holder_cannot_sign,
    fact.same_service,
    fact.same_office,
    fact.same_municipality,
    fact.consent_ok,
    fact.explicit_per_category,
    fact.recipient_declaration,
    fact.subject_is_adult,
)
STATED: tuple[str, ...] = tuple(code for code, each in FACT.items() if each not in _DERIVED)
"""The facts that follow from nothing else in a case; somebody states them under `conditions`."""


_DECIDED: dict[Fact, Answer] = dict.fromkeys(DECISION, YES)
"""What a leader's decision and a second approver's answer, for exactly what they have decided."""


def decide_case(case: Case, book: RuleBook = BOOK, best: "BestConsents | None" = None) -> Decision:
    """What may be done with everything a case asks, under the case's own policy.

    Args:
        case: who asks for what.
        book: the rules; left out, those in force.
        best: the best consents, where the caller has looked for them already.
    """
    return decide(facts_of(case, best), book, case.policy)


def facts_of(case: Case, best: "BestConsents | None" = None) -> Asked:
    """The facts about each subject and category that a case asks about."""
    shared = _shared_facts(case)
    about: dict[str, dict[Fact, Answer]] = {}
    items = []
    for (ref, category), (_, consent, signers) in (best_consents(case) if best is None else best).items():
        if ref not in about:
            about[ref] = {**shared, **_facts_about(case, _subject(case, ref))}
        answers = {
            **about[ref],
            fact.consent_ok: consent.ok,
            fact.explicit_per_category: consent.explicit,
            fact.holder_cannot_sign: answer(bool(signers.excused)),
            **(_DECIDED if (ref, category) in case.decided else {}),
        }
        items.append(
            Facts(
                subject=ref,
                sender=case.sender.kind,
                recipient=case.recipient.kind,
                purpose=case.purpose,
                category=category,
                answers=letters(answers),
                lacking=consent.lacking,
            )
        )
    return Asked(case.jurisdiction, case.at, tuple(items))


def _subject(case: Case, ref: str) -> Subject:
    """Who is asked about; a guardian who is not described is an adult about whom nothing else is known."""
    for each in case.subjects:
        if each.ref == ref:
            return each
    is_guardian = any(guardian.ref == ref for subject in case.subjects for guardian in subject.guardians)
    return Subject(ref, age=18 if is_guardian else None)


def _shared_facts(case: Case) -> dict[Fact, Answer]:
    """What is the same for every subject: who asks, between which services, and what somebody has stated."""
    actor, sender, recipient = case.actor, case.sender, case.recipient
    same_organisation = _same(sender.organisation, recipient.organisation)
    pair = (sender.service, recipient.service, case.purpose)
    return {
        **{FACT[code]: answer(stated) for code, stated in case.conditions.items() if code in STATED},
        fact.strongly_authenticated: UNKNOWN if actor.sign_in is None else answer(actor.sign_in != "low"),
        fact.declaration_signed: answer(actor.declaration),
        fact.member_of_sending_service: answer(actor.member),
        fact.related_to_subject: UNKNOWN if actor.relation is None else answer(actor.relation in CLOSE_FAMILY),
        fact.special_circumstances: UNKNOWN if actor.relation is None else answer(actor.relation in OTHER_CLOSENESS),
        fact.service_closed: answer(sender.closed or recipient.closed),
        fact.same_service: all_of(_same(sender.service, recipient.service), same_organisation),
        fact.same_office: all_of(_same(sender.office, recipient.office), same_organisation),
        fact.same_municipality: same_organisation,
        fact.pair_enabled: YES if pair in case.policy.pairs else answer(case.conditions.get("pair_enabled")),
        fact.recipient_declaration: answer(case.recipient_declaration),
    }


def _same(one: str | None, other: str | None) -> Answer:
    return UNKNOWN if one is None or other is None else answer(one == other)


def _facts_about(case: Case, subject: Subject) -> dict[Fact, Answer]:
    """What is known about one subject, whatever the category."""
    known = _protection_known(case, subject)
    return {
        fact.protection_status_known: known,
        fact.strict_address: _address_is("strict", subject, known),
        fact.confidential_address: _address_is("confidential", subject, known),
        fact.hidden_by_child_welfare: _address_is("hidden_by_child_welfare", subject, known),
        fact.consent_set_aside: answer("consent_set_aside_by_order" in subject.flags),
        fact.child_objects: _objects(case, subject),
        fact.subject_is_adult: UNKNOWN if subject.age is None else answer(subject.age >= 18),
        fact.concern_for_child: _concern(case, subject),
    }


def _protection_known(case: Case, subject: Subject) -> Answer:
    """Yes only after a look-up that went well and is recent; a failed or stale one is as good as none."""
    return answer(case.lookup == "ok" and subject.address != "unknown")


def _address_is(address: Address, subject: Subject, known: Answer) -> Answer:
    """A protection once seen is believed even when the last look-up failed; its absence is not."""
    if subject.address == address:
        return YES
    return NO if known is YES else UNKNOWN


def _objects(case: Case, subject: Subject) -> Answer:
    """Whether the child's no counts by itself; below the age in the policy it is a view that is weighed."""
    old_enough = subject.age is None or case.policy.child_objection_from_age <= subject.age < 18
    return answer("child_objects" in subject.flags and old_enough)


def _concern(case: Case, subject: Subject) -> Answer:
    if "concern_for_child" in subject.flags:
        return YES
    return answer(case.conditions.get("concern_for_child"))


class BestConsent(NamedTuple):
    """The consent about a subject that lacks least for a category, how good it is, and who has to sign it."""

    terms: ConsentTerms | None
    consent: Consent
    signers: Signers

    @property
    def carries(self) -> bool:
        """Whether the category may go on it: nothing is lacking."""
        return self.consent.ok is YES


BestConsents = Mapping[tuple[str, str], BestConsent]
"""By subject and category, in the order in which they are asked about."""


def best_consents(case: Case) -> BestConsents:
    """The best consent for everything a case asks about; without any, only signatures lack."""
    about = {ref: _consents_about(case, _subject(case, ref)) for ref, _ in case.asked}
    return {
        (ref, category): _best_consent(case, _subject(case, ref), category, about[ref]) for ref, category in case.asked
    }


def _consents_about(case: Case, subject: Subject) -> list[tuple[ConsentTerms, Signers]]:
    return [
        (terms, signers_of(case, subject, terms.purpose, terms.categories))
        for terms in case.consents
        if terms.subject == subject.ref
    ]


def _best_consent(
    case: Case, subject: Subject, category: str, about: Sequence[tuple[ConsentTerms, Signers]]
) -> BestConsent:
    weighed = [
        BestConsent(terms, consent_ok(terms, _use(case, subject, category, signers)), signers)
        for terms, signers in about
    ]
    if weighed:
        return min(weighed, key=_rank)
    signers = signers_of(case, subject, case.purpose, frozenset({category}))
    unsigned = tuple(f"signature({ref})" for ref in signers.required)
    return BestConsent(None, Consent(ok=NO, lacking=(*unsigned, *signers.lacking), explicit=NO), signers)


def _rank(best: BestConsent) -> tuple[int, bool]:
    return len(best.consent.lacking), best.consent.explicit is not YES


def signers_of(case: Case, subject: Subject, purpose: str | None, categories: frozenset[str]) -> Signers:
    """Who must sign a consent about a subject for a purpose and categories, between the services of a case."""
    return required_signers(
        jurisdiction=case.jurisdiction,
        subject=subject.ref,
        age=subject.age,
        guardians=subject.guardians,
        topic=topic_of_consent(purpose, categories),
        sensitivity=sensitivity_of(categories),
        sender=case.sender.kind,
        recipient=case.recipient.kind,
        policy=case.policy,
        in_care="in_care" in subject.flags,
        youth_objects_to_informing="youth_objects_to_informing" in subject.flags,
    )


def _use(case: Case, subject: Subject, category: str, signers: Signers) -> Use:
    return Use(
        at=case.at,
        sender=case.sender,
        recipient=case.recipient,
        purpose=case.purpose,
        category=category,
        sensitivity=sensitivity_of((category,)),
        signers=signers,
        child_voice=child_voice(subject, signers),
        protection_status=_protection_known(case, subject),
        policy=case.policy,
    )


def child_voice(subject: Subject, signers: Signers) -> Answer:
    """Whether the child has had its say: by signing, or by being told and heard since the last age border.

    A child of an age at which it is heard only if it can form views may be recorded as not heard, unless it can.
    """
    if signers.weight == "own_signature":
        return YES
    if subject.heard and _heard_since_border(subject):
        return YES
    if signers.weight == "if_able" and subject.heard is False:
        return answer("able_to_form_views" not in subject.flags)
    return NO if subject.heard is not None else UNKNOWN


def _heard_since_border(subject: Subject) -> bool:
    if subject.age is None or subject.heard_at_age is None:
        return True
    border = max((each for each in (0, 7, 12) if each <= subject.age), default=0)
    return subject.heard_at_age >= border


__all__ = [
    "CLOSE_FAMILY",
    "FLAGS",
    "OTHER_CLOSENESS",
    "STATED",
    "ActorInCase",
    "Address",
    "BestConsent",
    "BestConsents",
    "Case",
    "ConsentTerms",
    "Guardian",
    "Lookup",
    "Party",
    "SignIn",
    "Subject",
    "best_consents",
    "child_voice",
    "decide_case",
    "facts_of",
    "signers_of",
]
