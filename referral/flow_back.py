"""Whether the receiver's answer may flow back to the sender: a consented direction of its own."""

from sqlalchemy import select

from audit.operation import Operation
from consent.consent import Consent, ConsentFlow
from consent.on_record import consents_on_record
from referral.referral import Referral

__all__ = ["ANSWER", "may_flow_back"]

#: The category under which it is told that somebody takes part, or does not.
ANSWER = "service_participation"


def may_flow_back(op: Operation, row: Referral) -> bool:
    """Whether a consent that counts today lets the receiver tell the sender how it answered."""
    today = op.date(op.house.installed.jurisdiction)
    consents = op.all(
        select(Consent)
        .join(ConsentFlow, ConsentFlow.consent_id == Consent.consent_id)
        .where(
            Consent.person_id == row.person_id,
            Consent.state == "given",
            Consent.valid_from <= today,
            Consent.valid_to >= today,
            ConsentFlow.from_service == row.to_service,
            ConsentFlow.to_service == row.from_service,
            ConsentFlow.category == ANSWER,
        )
        .order_by(Consent.consent_id)
    )
    return any(
        record.is_open(flow)
        for record in consents_on_record(op, consents)
        for flow in record.flows
        if (flow.from_service, flow.to_service, flow.category) == (row.to_service, row.from_service, ANSWER)
    )
