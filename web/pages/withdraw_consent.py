"""Taking a consent back, whole or in part: first what will happen, then the withdrawal."""

from collections.abc import Sequence
from typing import NamedTuple

from starlette.responses import Response

from audit.actions import Action
from consent.read_consent import read_consent
from consent.views import FlowView
from consent.withdraw_consent import WithdrawConsent, withdraw_consent
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import ConsentId, EventId, ServiceId
from foundation.texts import message
from referral.own_referral import stop_what_hung_on
from web.pages.router import pages_below
from web.parameters import ConsentIdHere, PersonIdHere
from web.sent import Sent
from web.terms import Terms
from web.visit import Filled, Here, HereOnce, Visit, does
from web.wording import CHANNELS

__all__ = ["Withdrawing", "router"]

router = pages_below("/consents")


class Withdrawing(NamedTuple):
    """Taking a consent back: by whom, what, how; and, before it is done, what will happen."""

    path: str
    purpose: str
    signers: Sequence[tuple[str, str]]
    scopes: Sequence[tuple[str, str]]
    channels: Sequence[tuple[str, str]]
    is_confirming: bool
    by: str
    what: str
    channel: str
    stops: Sequence[tuple[str, str, str]]
    event_id: EventId


class TakenBack(Sent):
    """What somebody takes back: `whole`, `category:<code>` or `recipient:<service>`; confirmed on the second page."""

    by: PersonIdHere
    what: str
    channel: str
    confirmed: bool = False

    def command(self, consent: ConsentId) -> WithdrawConsent:
        """As the deed takes it."""
        scope, _, of = self.what.partition(":")
        try:
            to_service = ServiceId.of(of) if scope == "recipient" else None
        except ValueError:
            raise Invalid(fields=[FieldProblem("what", "not_a_choice")]) from None
        category = of if scope == "category" else None
        return WithdrawConsent(consent, self.by, self.channel, scope, category, to_service)


@router.get("/{consent_id}/withdraw")
@does(Action.WITHDRAW_CONSENT)
def withdraw_form(here: Here, consent_id: ConsentIdHere) -> Response:
    """Who takes back what."""
    return here.page("withdraw_consent.html", _withdrawing(here, consent_id, None))


@router.post("/{consent_id}/withdraw")
@does(Action.WITHDRAW_CONSENT)
def withdraw(here: HereOnce, consent_id: ConsentIdHere, filled: Filled) -> Response:
    """First what will happen; then, once that is confirmed, the withdrawal."""
    try:
        typed = filled.to(TakenBack)
        asked = typed.command(consent_id)
        if not typed.confirmed:
            return here.page("withdraw_consent.html", _withdrawing(here, consent_id, asked), filled=filled)
        receipt = withdraw_consent(here.actor, asked, stop=stop_what_hung_on)
    except Invalid as problem:
        return here.page("withdraw_consent.html", _withdrawing(here, consent_id, None), problem=problem, filled=filled)
    return here.see_other(f"/consents/{consent_id}", receipt)


_WHOLE = message("Everything")
_ONE_KIND = message("Only this: %(category)s")
_ONE_RECIPIENT = message("Only what goes to %(service)s")
_SOMEBODY = message("Somebody who signed (not registered with your service)")
_THE_PERSON = message("The person it is about")


def _withdrawing(here: Visit, consent_id: ConsentId, asked: WithdrawConsent | None) -> Withdrawing:
    terms, gettext = Terms.of(here.actor.house, here.words), here.words.gettext
    consent = read_consent(here.actor, consent_id)
    still = [flow for flow in consent.flows if flow.is_open]
    signers = {str(one.person): one.name or gettext(_SOMEBODY) for one in consent.signatures}
    signers.setdefault(str(consent.person), consent.person_name or gettext(_THE_PERSON))
    scopes = [("whole", gettext(_WHOLE))]
    recipients = dict.fromkeys((str(flow.to_service), flow.to_name) for flow in still)
    categories = dict.fromkeys(flow.category for flow in still)
    if len(recipients) > 1:
        scopes += [(f"recipient:{of}", gettext(_ONE_RECIPIENT) % {"service": name}) for of, name in recipients]
    if len(categories) > 1:
        scopes += [(f"category:{of}", gettext(_ONE_KIND) % {"category": terms.category(of)}) for of in categories]
    what = ""
    if asked:
        what = {"recipient": f"recipient:{asked.to_service}", "category": f"category:{asked.category}"}.get(
            asked.scope, asked.scope
        )
        wrong = [name for name, value, known in (
            ("what", what, dict(scopes)), ("by", str(asked.by), signers), ("channel", asked.channel, CHANNELS)
        ) if value not in known]  # fmt: skip
        if wrong:
            raise Invalid(fields=[FieldProblem(name, "not_a_choice") for name in wrong])
    return Withdrawing(
        path=f"/consents/{consent_id}",
        purpose=terms.purpose(consent.purpose),
        signers=list(signers.items()),
        scopes=scopes,
        channels=[(code, gettext(words)) for code, words in CHANNELS.items()],
        is_confirming=asked is not None,
        by=signers[str(asked.by)] if asked else "",
        what=dict(scopes)[what] if asked else "",
        channel=gettext(CHANNELS[asked.channel]) if asked else "",
        stops=[
            (flow.from_name, flow.to_name, terms.category(flow.category))
            for flow in still
            if asked and _is_gone(flow, asked)
        ],
        event_id=consent.event_id,
    )


def _is_gone(flow: FlowView, asked: WithdrawConsent) -> bool:
    return (
        asked.scope == "whole"
        or (asked.scope == "category" and asked.category == flow.category)
        or (asked.scope == "recipient" and asked.to_service == flow.to_service)
    )
