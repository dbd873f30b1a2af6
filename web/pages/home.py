"""The home page: what waits for whoever is signed in, and the one next thing to do."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from starlette.responses import Response

from audit.actions import Action, Role
from consent.list_consents import list_consents
from foundation.identifiers import EventId
from foundation.texts import message
from people.list_notices import NoticeLine, list_notices
from people.standing import whoami
from referral.kinds import KINDS
from referral.list_referrals import list_referrals
from web.pages.router import pages_below
from web.terms import Terms
from web.visit import Here, Visit
from web.wording import NOTICES, REFERRAL_KINDS

__all__ = ["Home", "router"]

router = pages_below()

_MOST = 5


class Waiting(NamedTuple):
    """One thing that waits: its link, what it is, from whom or about whom, and since when."""

    path: str
    what: str
    whose: str
    since: datetime


class Next(NamedTuple):
    """The one thing that this role comes here to do: link, words and icon."""

    path: str
    words: str
    icon: str


class Told(NamedTuple):
    """One notice: its link, what happened and when."""

    path: str
    what: str
    at: datetime


class Home(NamedTuple):
    """What waits, what one's service was told, and the next thing to do."""

    next: Next | None
    referrals: Sequence[Waiting]
    unsigned: Sequence[Waiting]
    notices: Sequence[Told]
    event_id: EventId | None


@router.get("/")
def home(here: Here) -> Response:
    """Whoever is signed in, what waits for them, and the ways open to them."""
    # Whoever has not signed the declaration has that to do, and nothing else is looked up for them.
    if not whoami(here.actor).declaration_signed:
        return here.page("home.html", Home(None, (), (), (), None))
    return here.page("home.html", _home(here))


def _home(here: Visit) -> Home:
    terms, gettext, may = Terms.of(here.actor.house, here.words), here.words.gettext, here.actor.may
    referrals: list[Waiting] = []
    unsigned: list[Waiting] = []
    notices: list[Told] = []
    event_id: EventId | None = None
    kind = whoami(here.actor).service_kind
    if may(Action.LIST_REFERRALS) and any(kind in one.receivers for one in KINDS):
        for state in ("sent", "opened"):
            came = list_referrals(here.actor, side="receiver", state=state)
            event_id = came.event_id
            referrals += [
                Waiting(f"/referrals/{one.id}", gettext(REFERRAL_KINDS[one.kind]), one.other_service_name, one.sent_at)
                for one in came.items
            ]
    if may(Action.SIGN_CONSENT):
        waiting = list_consents(here.actor, state="asked")
        event_id = waiting.event_id
        unsigned = [
            Waiting(f"/consents/{one.id}", terms.purpose(one.purpose), one.person_name or "", one.recorded_at)
            for one in waiting.items
            if one.held_by == here.actor.service
        ]
    if may(Action.LIST_NOTICES):
        told = list_notices(here.actor)
        event_id = told.event_id
        notices = [one for one in (_told(here, line) for line in told.items) if one is not None]
    return Home(_next(here), referrals[:_MOST], unsigned[:_MOST], notices[:_MOST], event_id)


def _told(here: Visit, line: NoticeLine) -> Told | None:
    if line.kind not in NOTICES:
        return None
    if line.referral_id is not None and here.actor.may(Action.READ_REFERRAL):
        path = f"/referrals/{line.referral_id}"
    elif line.consent_id is not None and here.actor.may(Action.READ_CONSENT):
        path = f"/consents/{line.consent_id}"
    elif line.kind.startswith("held_case_") and here.actor.may(Action.LIST_HELD_CASES):
        path = "/held-cases"
    else:
        path = ""
    return Told(path, here.words.gettext(NOTICES[line.kind]), line.told_at)


_NEXT = {
    Role.TEACHER: ("/referrals/new", message("Refer a pupil"), "referral"),
    Role.HOUSING_WORKER: ("/persons", message("Record a consent"), "consent"),
    Role.NAV_ADVISER: ("/referrals", message("See the referrals"), "referral"),
    Role.COORDINATOR: ("/referrals", message("See the referrals"), "referral"),
    Role.VOLUNTEER: ("/referrals", message("See the referrals"), "referral"),
    Role.LEADER: ("/referrals", message("See the referrals"), "referral"),
    Role.AUDITOR: ("/log?kind=disclose", message("See what was shared today"), "log"),
    Role.DATA_PROTECTION_OFFICER: ("/log?kind=disclose", message("See what was shared today"), "log"),
}


def _next(here: Visit) -> Next | None:
    if here.actor.role not in _NEXT:
        return None
    path, words, icon = _NEXT[here.actor.role]
    return Next(path, here.words.gettext(words), icon)
