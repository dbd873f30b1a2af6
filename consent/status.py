"""What a written consent adds up to: its state, who has not answered, and whether it carries one disclosure.

Everything here is pure. `status` folds the recorded steps of a consent; `consent_conditions` asks the named conditions
that must all hold before a consent lifts the duty of confidentiality.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from confidentiality.answer import NO, UNKNOWN, YES, Answer, all_of, answer
from confidentiality.policy import Policy
from consent.signers import Signers

State = Literal[
    "drafted",
    "asked",
    "refused",
    "conflict",
    "given",
    "superseded",
    "suspended",
    "withdrawn",
    "expired",
    "invalidated",
]
Form = Literal["written", "digital", "oral"]
StepKind = Literal["asked", "signed", "refused", "withdrawn", "suspended", "resumed", "superseded", "invalidated"]


@dataclass(frozen=True, slots=True)
class Party:
    """A service that gives or receives: its kind, the service itself, its organisation and its office.

    `service` and `organisation` are ids or labels; what is `None` is not known. `closed` says it has shut down.
    """

    kind: str | None
    service: str | None = None
    organisation: str | None = None
    office: str | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class ConsentTerms:
    """What one consent says about one subject: from which service to which, for what, given by whom, until when.

    `explicit` holds the categories for which the person said yes expressly; `None` is not known. `withdrawn_categories`
    and `withdrawn_recipients` (services) are what has been withdrawn without ending the rest. `language_ok` says that
    oral and written information was given in a language understood, with an adult interpreter where needed.
    """

    subject: str
    sender: Party
    recipient: Party
    purpose: str | None
    categories: frozenset[str]
    explicit: frozenset[str] | None = None
    signed: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()
    valid_from: date | None = None
    valid_to: date | None = None
    state: State | None = None
    language_ok: bool | None = None
    form: Form | None = None
    withdrawn_categories: frozenset[str] = frozenset()
    withdrawn_recipients: frozenset[str] = frozenset()
    suspended_by: tuple[str, ...] = ()
    interpreter_is_child: bool = False
    template_version_known: bool | None = True
    law_version_known: bool | None = True
    recorded_on: date | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """Whether a consent carries one disclosure: `ok` is yes only if every condition is, `lacking` names the others."""

    ok: Answer
    lacking: tuple[str, ...]
    explicit: Answer
    conditions: tuple[tuple[str, Answer], ...] = ()


@dataclass(frozen=True, slots=True)
class Use:
    """The one disclosure that a consent is asked to carry, and what is known beside the consent.

    `sensitivity` is that of the category (1 to 3). `child_voice` and `protection_status` are answers about the subject.
    """

    at: date
    sender: Party
    recipient: Party
    purpose: str | None
    category: str
    sensitivity: int
    signers: Signers
    child_voice: Answer
    protection_status: Answer
    policy: Policy


def listed(named: Party, party: Party) -> Answer:
    """Whether the service that a consent names is this one."""
    if named.organisation is not None and party.organisation is not None and named.organisation != party.organisation:
        return NO
    if named.service is None or party.service is None:
        return UNKNOWN
    return answer(named.service == party.service)


def consent_ok(terms: ConsentTerms, use: Use) -> Consent:
    """Whether a consent carries a disclosure: yes only if every named condition holds (forvaltningsloven § 13 a no. 1).

    A suspension, or a consent not yet given, is told through the signatures that would end it where these are lacking.
    """
    conditions = tuple(consent_conditions(terms, use))
    unsigned = tuple(
        f"signature({ref})" for ref in use.signers.required if ref not in terms.signed or ref in terms.refused
    )
    lacking: list[str] = []
    for code, each in conditions:
        if each is YES:
            continue
        if code == "signature":
            lacking += (*unsigned, *use.signers.lacking)
        elif code not in ("given", "not_suspended") or not unsigned:
            lacking.append(code)
    return Consent(
        ok=all_of(*(each for _, each in conditions)),
        lacking=tuple(lacking),
        explicit=UNKNOWN if terms.explicit is None else answer(use.category in terms.explicit),
        conditions=conditions,
    )


def consent_conditions(terms: ConsentTerms, use: Use) -> Iterable[tuple[str, Answer]]:
    """Each condition of a valid consent, in the order of `CONSENT_CONDITIONS`, with its answer."""
    straight = all_of(listed(terms.sender, use.sender), listed(terms.recipient, use.recipient))
    turned = all_of(listed(terms.sender, use.recipient), listed(terms.recipient, use.sender))
    other_way = turned is YES and straight is not YES
    yield "form_written", _form(terms, use)
    yield "signature", _signed_by_all(terms, use.signers)
    yield "given", UNKNOWN if terms.state is None else answer(terms.state in _HAS_BEEN_GIVEN)
    yield "not_expired", _valid_on(terms, use)
    yield (
        "not_withdrawn",
        answer(
            not terms.withdrawn
            and terms.state != "withdrawn"
            and use.category not in terms.withdrawn_categories
            and use.recipient.service not in terms.withdrawn_recipients
        ),
    )
    yield "not_suspended", answer(terms.state != "suspended" and not terms.suspended_by)
    yield "purpose", UNKNOWN if None in (terms.purpose, use.purpose) else answer(terms.purpose == use.purpose)
    yield "category", answer(use.category in terms.categories)
    yield "sender_service", YES if other_way else listed(terms.sender, use.sender)
    yield "recipient_service", YES if other_way else listed(terms.recipient, use.recipient)
    yield "direction", answer(not other_way)
    yield "informed", all_of(answer(terms.language_ok), answer(not terms.interpreter_is_child))
    yield "child_voice", use.child_voice
    yield "template_version", answer(terms.template_version_known)
    yield "law_version", answer(terms.law_version_known)
    yield "protection_status", use.protection_status


_HAS_BEEN_GIVEN = ("given", "suspended", "withdrawn", "expired")
"""States after giving; the later ones are told apart by their own conditions."""


def _form(terms: ConsentTerms, use: Use) -> Answer:
    if terms.form is None:
        return UNKNOWN
    minuted = terms.form == "oral" and use.policy.form == "oral_minuted" and use.sensitivity <= 1
    return answer(terms.form in ("written", "digital") or minuted)


def _signed_by_all(terms: ConsentTerms, signers: Signers) -> Answer:
    signed = answer(all(ref in terms.signed and ref not in terms.refused for ref in signers.required))
    return all_of(signed, UNKNOWN if signers.lacking else YES)


def _valid_on(terms: ConsentTerms, use: Use) -> Answer:
    if terms.state == "expired":
        return NO
    if terms.valid_from is None or terms.valid_to is None:
        return NO if terms.valid_to is not None and use.at > terms.valid_to else UNKNOWN
    counts_from = max(terms.valid_from, terms.recorded_on or terms.valid_from)
    counts_to = min(terms.valid_to, months_after(terms.valid_from, use.policy.consent_at_most_months))
    return answer(counts_from <= use.at <= counts_to)


def months_after(day: date, months: int) -> date:
    """The same day of the month some months later, or the last day of that month where there is no such day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


@dataclass(frozen=True, slots=True)
class Step:
    """One recorded step of a consent, in the order in which they happened.

    `by` is the ref of who signed, refused or withdrew. A withdrawal with `categories` or `recipients` (services) ends
    only those. `event` names what suspended the consent.
    """

    kind: StepKind
    by: str | None = None
    categories: frozenset[str] = frozenset()
    recipients: frozenset[str] = frozenset()
    event: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """What the steps of a consent add up to on a day, and what is missing before it counts."""

    state: State
    missing: tuple[str, ...]
    signed: frozenset[str]
    refused: frozenset[str]
    withdrawn: frozenset[str]
    withdrawn_categories: frozenset[str]
    withdrawn_recipients: frozenset[str]
    suspended_by: tuple[str, ...]


def status(steps: Iterable[Step], signers: Signers, subject: str, valid_to: date | None, on: date) -> Status:
    """Fold the steps of a consent, oldest first, into its state on a local day.

    What ended it for good comes first: invalidated, withdrawn, superseded. Then disagreement or refusal, then expiry
    and suspension, then whether everyone has signed. Guardians who disagree make a conflict; the subject's own no is a
    refusal.
    """
    steps = tuple(steps)
    said = {step.by: step.kind for step in steps if step.kind in ("signed", "refused") and step.by is not None}
    signed = frozenset(ref for ref, kind in said.items() if kind == "signed")
    refused = frozenset(ref for ref, kind in said.items() if kind == "refused")
    ended = [step for step in steps if step.kind == "withdrawn"]
    partly = [step for step in ended if step.categories or step.recipients]
    withdrawn = frozenset(step.by or subject for step in ended if step not in partly)
    suspended = _still_suspended(steps)
    missing = (*(f"signature({ref})" for ref in signers.required if ref not in signed), *signers.lacking)
    kinds = frozenset(step.kind for step in steps)

    state: State
    if "invalidated" in kinds:
        state = "invalidated"
    elif withdrawn:
        state = "withdrawn"
    elif "superseded" in kinds:
        state = "superseded"
    elif refused:
        state = "conflict" if signed - {subject} and subject not in refused else "refused"
    else:
        state = _going_on(bool(kinds), signed, missing, suspended, expired=valid_to is not None and on > valid_to)
    return Status(
        state=state,
        missing=missing if state in _WAITING_FOR_SIGNATURES else (),
        signed=signed,
        refused=refused,
        withdrawn=withdrawn,
        withdrawn_categories=frozenset().union(*(step.categories for step in partly)),
        withdrawn_recipients=frozenset().union(*(step.recipients for step in partly)),
        suspended_by=suspended,
    )


_WAITING_FOR_SIGNATURES = ("drafted", "asked", "conflict", "refused", "suspended")


def _still_suspended(steps: tuple[Step, ...]) -> tuple[str, ...]:
    """The events that suspended a consent and are not handled; a resumption without an event handles them all."""
    events: list[str] = []
    for step in steps:
        if step.kind == "suspended":
            events.append(step.event or "suspended")
        elif step.kind == "resumed":
            events = [event for event in events if step.event not in (None, event)]
    return tuple(events)


def _going_on(
    begun: bool,  # noqa: FBT001  # Whether there is any step at all.
    signed: frozenset[str],
    missing: tuple[str, ...],
    suspended: tuple[str, ...],
    *,
    expired: bool,
) -> State:
    """The state of a consent that nobody refused or ended."""
    if signed and expired:
        return "expired"
    if suspended:
        return "suspended"
    if missing:
        return "asked" if begun else "drafted"
    return "given"
