"""Ask what may be sent about a pupil to a service, and why not the rest; nothing is sent."""

from dataclasses import dataclass
from datetime import date

from audit.actions import Action
from audit.actor import Actor
from audit.operation import Operation, operation
from confidentiality.vocabulary import OPEN
from consent.gather_facts import NO_CLOSENESS, Closeness, Gathered, gather_case
from consent.on_record import SUBJECT
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import PersonId, ServiceId
from people.organisation import Service
from people.person import RosterEntry, entry_of
from referral.kinds import ReferralKind, kind_of
from referral.views import CategoryAnswer, DraftView

__all__ = ["DraftReferral", "draft_referral"]


@dataclass(frozen=True)
class DraftReferral:
    """Who would be referred where, with which kind of referral; `categories` narrows what is asked about."""

    pupil: PersonId
    to_service: ServiceId
    kind: str = "homework_support"
    categories: tuple[str, ...] = ()
    closeness: Closeness = NO_CLOSENESS


def draft_referral(actor: Actor, asked: DraftReferral) -> DraftView:
    """For each category of the kind: open or closed, by which rules, what is lacking, and which other ways there are.

    Raises:
        NotFound: the actor's service does not have this person.
        Invalid: an unknown kind, service or category.
    """
    with operation(actor, Action.DRAFT_REFERRAL, about=[asked.pupil]) as op:
        kind = kind_of(asked.kind)
        op.draft.purpose, op.draft.recipient_service_id = kind.purpose, asked.to_service
        if unknown := set(asked.categories) - kind.fields.keys():
            raise Invalid(fields=[FieldProblem("categories", "unknown_category") for _ in unknown])
        entry, receiver = entry_of(op, asked.pupil, op.service), op.get(Service, asked.to_service)
        if receiver is None or receiver.kind not in kind.receivers:
            raise Invalid(fields=[FieldProblem("to_service", "not_for_this_kind")])
        gathered = gather_case(
            op,
            person=asked.pupil,
            sender=op.service,
            recipient=asked.to_service,
            purpose=kind.purpose,
            categories=asked.categories or tuple(kind.fields),
            closeness=asked.closeness,
        )
        op.draft.decision = gathered.decision.compact()
        op.draft.rule_book = gathered.decision.rule_book
        op.draft.categories.update(result.category for result in gathered.decision.results)
        answers = answers_of(gathered, kind)
        return op.view(
            DraftView(
                person=asked.pupil,
                person_name=entry.name.open(op) or "",
                kind=kind.code,
                purpose=kind.purpose,
                from_service=op.service,
                to_service=asked.to_service,
                to_service_name=receiver.name,
                categories=answers,
                known=_known(op, entry, answers),
                may_send=any(answer.result in OPEN for answer in answers),
                event_id=op.event_id,
            )
        )


def answers_of(gathered: Gathered, kind: ReferralKind) -> tuple[CategoryAnswer, ...]:
    """The result for each category, in the order in which the kind asks for them."""
    order = list(kind.fields)
    return tuple(
        CategoryAnswer(
            category=result.category,
            result=result.result,
            rules=result.rules,
            missing=result.missing,
            strip=result.strip,
            offers=result.offers,
            basis=result.basis,
            consent=gathered.consents.get(result.category),
            valid_to=_end(gathered, result.category),
            fields=tuple(
                name
                for name in kind.fields.get(result.category, ())
                if f"{result.category}.{name}" not in gathered.decision.result_for(SUBJECT, result.category).strip
            ),
        )
        for result in sorted(
            gathered.decision.results,
            key=lambda result: order.index(result.category) if result.category in order else len(order),
        )
    )


def _end(gathered: Gathered, category: str) -> date | None:
    """The last day on which a category may go on its consent."""
    consent = gathered.consents.get(category)
    return gathered.ends[consent] if consent else None


def _known(op: Operation, entry: RosterEntry, answers: tuple[CategoryAnswer, ...]) -> dict[str, str]:
    """What the sender's own roster can fill in, in the fields that are open."""
    contact = next((answer for answer in answers if answer.category == "identity_contact"), None)
    if contact is None or contact.result not in OPEN:
        return {}
    born = entry.birth_date.open(op)
    found = {
        "name": entry.name.open(op),
        "birth_year": born[:4] if born else None,
        "school": entry.school.open(op),
        "phone": entry.telephone.open(op),
    }
    return {f"identity_contact.{name}": text for name, text in found.items() if text and name in contact.fields}
