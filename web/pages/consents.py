"""Pages on consents: the list, and one of them, with where it stands and what is missing."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from starlette.responses import Response

from audit.actions import Action
from confidentiality.vocabulary import CATEGORIES
from consent.list_consents import list_consents
from consent.read_consent import read_consent
from consent.views import ConsentLine, ConsentView, FlowView
from foundation.identifiers import EventId
from foundation.texts import message
from web.pages.router import pages_below
from web.parameters import ConsentIdHere
from web.terms import Terms
from web.visit import Here, Visit, does
from web.ways import Way
from web.wording import ANSWERS, CONSENT_SENTENCES, CONSENT_STATES, HEARING_VIEWS, INTERPRETERS

__all__ = ["Consents", "OneConsent", "router", "ways"]

router = pages_below("/consents")

ways = (
    Way(
        "/consents",
        message("Consents"),
        Action.LIST_CONSENTS,
        "consent",
        message("What families have said yes and no to"),
    ),
)


class ConsentRow(NamedTuple):
    """A consent in a list, in words; `name` is None where one's own service does not have the person."""

    path: str
    name: str | None
    purpose: str
    state: str
    color: str
    valid_to: date
    held_by: str


class Consents(NamedTuple):
    """The consents that name one's own service."""

    rows: Sequence[ConsentRow]
    next: str | None
    event_id: EventId


class FlowLine(NamedTuple):
    """One yes: what, and whether it still stands."""

    category: str
    sentence: str
    is_open: bool


class Pair(NamedTuple):
    """What one service may give another."""

    giver: str
    receiver: str
    lines: Sequence[FlowLine]


class SignerLine(NamedTuple):
    """Somebody who must sign: their name where it is known here, what they answered and when."""

    name: str | None
    answer: str
    color: str
    signed_on: date | None


class OneConsent(NamedTuple):
    """A consent in words."""

    consent: ConsentView
    purpose: str
    purpose_sentence: str
    state: str
    color: str
    sentence: str
    lacking: Sequence[str]
    pairs: Sequence[Pair]
    signers: Sequence[SignerLine]
    language: str
    interpreter: str
    view: str
    may_sign: bool
    may_withdraw: bool
    event_id: EventId


@router.get("")
@does(Action.LIST_CONSENTS)
def several(here: Here, next: str | None = None) -> Response:  # noqa: A002  # the name the list's own link has
    """The consents that name one's own service, newest first."""
    terms, found = Terms.of(here.actor.house, here.words), list_consents(here.actor, page=next)
    rows = tuple(_row(here, terms, line) for line in found.items)
    return here.page("consents.html", Consents(rows, found.next, found.event_id))


@router.get("/{consent_id}")
@does(Action.READ_CONSENT)
def read(here: Here, consent_id: ConsentIdHere) -> Response:
    """A consent: where it stands, what is missing, what may flow, and who said so."""
    return here.page("consent.html", _one(here, read_consent(here.actor, consent_id)))


def _row(here: Visit, terms: Terms, line: ConsentLine) -> ConsentRow:
    state, color = CONSENT_STATES[line.state]
    return ConsentRow(
        path=f"/consents/{line.id}",
        name=line.person_name,
        purpose=terms.purpose(line.purpose),
        state=here.words.gettext(state),
        color=color,
        valid_to=line.valid_to,
        held_by=line.held_by_name,
    )


def _one(here: Visit, consent: ConsentView) -> OneConsent:
    terms, gettext = Terms.of(here.actor.house, here.words), here.words.gettext
    state, color = CONSENT_STATES[consent.state]
    has_open = any(flow.is_open for flow in consent.flows)
    return OneConsent(
        consent=consent,
        purpose=terms.purpose(consent.purpose),
        purpose_sentence=terms.purpose_sentence(consent.purpose),
        state=gettext(state),
        color=color,
        sentence=gettext(CONSENT_SENTENCES[consent.state]),
        lacking=terms.lacking(consent.missing, {signer.ref: signer.name for signer in consent.signers}),
        pairs=_pairs(terms, consent.flows),
        signers=_signer_lines(here, consent),
        language=terms.spoken(consent.language),
        interpreter=gettext(INTERPRETERS[consent.interpreter]) if consent.interpreter else "",
        view=gettext(HEARING_VIEWS[consent.view]) if consent.view else "",
        may_sign=consent.is_own
        and consent.state in ("asked", "given", "suspended")
        and any(signer.answer is None and signer.name for signer in consent.signers)
        and here.actor.may(Action.SIGN_CONSENT),
        may_withdraw=has_open
        and consent.state in ("asked", "given", "suspended", "conflict")
        and here.actor.may(Action.WITHDRAW_CONSENT),
        event_id=consent.event_id,
    )


def _pairs(terms: Terms, flows: Sequence[FlowView]) -> Sequence[Pair]:
    by_pair: dict[tuple[str, str], list[FlowLine]] = {}
    order = [category.code for category in CATEGORIES]
    for flow in sorted(flows, key=lambda flow: order.index(flow.category) if flow.category in order else len(order)):
        line = FlowLine(terms.category(flow.category), terms.category_sentence(flow.category), flow.is_open)
        by_pair.setdefault((flow.from_name, flow.to_name), []).append(line)
    # The way out has more on it than the way back, so it comes first.
    ordered = sorted(by_pair.items(), key=lambda one: (-len(one[1]), one[0]))
    return tuple(Pair(giver, receiver, tuple(lines)) for (giver, receiver), lines in ordered)


def _signer_lines(here: Visit, consent: ConsentView) -> Sequence[SignerLine]:
    """Everybody who must sign, then whoever signed besides."""
    gettext = here.words.gettext
    signed = {signature.person: signature for signature in consent.signatures}
    lines = []
    for signer in consent.signers:
        found = signed.pop(signer.person, None)
        lines.append(
            _signer_line(here, signer.name, found.answer if found else None, found.signed_on if found else None)
        )
    lines += [_signer_line(here, one.name, one.answer, one.signed_on) for one in signed.values()]
    return lines or [SignerLine(None, gettext(_NOT_ANSWERED), "warning", None)]


_NOT_ANSWERED = message("Has not answered")


def _signer_line(here: Visit, name: str | None, answer: str | None, on: date | None) -> SignerLine:
    if answer is None:
        return SignerLine(name, here.words.gettext(_NOT_ANSWERED), "warning", None)
    return SignerLine(name, here.words.gettext(ANSWERS[answer]), "success" if answer == "given" else "danger", on)
