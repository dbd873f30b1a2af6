"""Pages on the municipality's policy: what each setting means and is, and proposing and approving a change."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from starlette.responses import Response

from audit.actions import Action
from confidentiality.acts import ACT, concerns
from confidentiality.policy import SWITCHES
from confidentiality.policy_settings import AWAITED_ACTS, SETTINGS, SWITCH_WORDS, Setting
from confidentiality.vocabulary import Jurisdiction
from foundation.errors import Conflict, FieldProblem, Invalid, Problem
from foundation.texts import message
from people.approve_policy import OwnProposal, approve_policy
from people.policy_history import PolicyView, VersionView, policy_history
from people.propose_policy import ProposePolicy, propose_policy
from people.standing import OpenService, open_services
from web.pages.record_consent import purposes_asked_for
from web.pages.router import pages_below
from web.sent import FilledIn, whole_number
from web.terms import Terms
from web.visit import Filled, Here, HereOnce, Visit, does
from web.ways import Way

__all__ = ["PolicyPage", "router", "ways"]

router = pages_below("/policy")

ways = (
    Way(
        "/policy",
        message("The policy"),
        Action.PROPOSE_POLICY,
        "service",
        message("What the municipality has chosen within the law, and who decided it"),
    ),
)

_YES, _NO, _NONE = message("Yes"), message("No"), message("None")
_NOT_KNOWN = message("Not in force yet")
_PAIR = message("%(giver)s to %(receiver)s: %(purpose)s")
_CLOSED = message("a service that has closed")


class SettingRow(NamedTuple):
    """One setting in words: what it is now, what is usual, and what is proposed where that is something else."""

    name: str
    kind: str
    label: str
    sentence: str
    now: Sequence[str]
    usual: Sequence[str]
    is_usual: bool
    proposed: Sequence[str]
    is_to_change: bool
    #: The choices of a word, a switch, a pair or an act, as (code, words); what is chosen of them, or the number.
    options: Sequence[tuple[str, str]]
    chosen: Sequence[str]
    least: int
    most: int


class Waiting(NamedTuple):
    """A proposal that waits: by whom, since when, and whether it is one's own."""

    id: UUID
    proposed_by: str
    proposed_at: datetime
    is_own: bool


class Version(NamedTuple):
    """One version in the history: what became otherwise with it, and who decided it."""

    number: int
    proposed_by: str
    approved_by: str
    approved_at: datetime
    changes: Sequence[tuple[str, Sequence[str]]]


class PolicyPage(NamedTuple):
    """The policy: every setting, what waits for approval, the history, and what the form can choose from."""

    number: int
    rows: Sequence[SettingRow]
    #: The names of the form's fields -> their labels.
    labels: Mapping[str, str]
    waiting: Waiting | None
    versions: Sequence[Version]
    services: Sequence[tuple[str, str]]
    purposes: Sequence[tuple[str, str]]


@router.get("")
def read(here: Here) -> Response:
    """What the policy is; everybody at work may know it."""
    return here.page("policy.html", _page(here))


@router.post("")
@does(Action.PROPOSE_POLICY)
def propose(here: HereOnce, filled: Filled) -> Response:
    """Propose what was chosen on the form."""
    try:
        builds_on = whole_number(filled.text("builds_on")) or 0
        receipt = propose_policy(here.actor, ProposePolicy(builds_on, _choices(here, filled)))
    except (Invalid, Conflict) as problem:
        return _again(here, problem, filled)
    return here.see_other("/policy", receipt)


@router.post("/approve")
@does(Action.APPROVE_POLICY)
def approve(here: HereOnce, filled: Filled) -> Response:
    """Approve the proposal that was looked at."""
    try:
        receipt = approve_policy(here.actor, _proposal(filled))
    except (Invalid, Conflict, OwnProposal) as problem:
        return _again(here, problem, None)
    return here.see_other("/policy", receipt)


def _again(here: Visit, problem: Problem, filled: FilledIn | None) -> Response:
    return here.page("policy.html", _page(here), problem=problem, filled=filled)


def _proposal(filled: FilledIn) -> UUID:
    try:
        return UUID(filled.text("proposal"))
    except ValueError:
        raise Invalid(fields=[FieldProblem("proposal", "not_an_id")]) from None


def _choices(here: Visit, filled: FilledIn) -> Mapping[str, Any]:
    """What was chosen; what the form does not show, because it is of the other country, stays as it is."""
    current = policy_history(here.actor).in_force.policy
    chosen: dict[str, Any] = {}
    for setting in _shown(here):
        text = filled.text(setting.name)
        match setting.kind:
            case "word":
                chosen[setting.name] = text
            case "yes_or_no":
                chosen[setting.name] = text == "yes"
            case "number":
                number = whole_number(text)
                chosen[setting.name] = text if number is None else number
            case "switches":
                hidden = [code for code in current["switches"] if code not in _switches(here)]
                chosen[setting.name] = [*filled.texts(setting.name), *hidden]
            case "pairs":
                chosen[setting.name] = [*(text.split(" ") for text in filled.texts(setting.name)), *_added(filled)]
            case "days":
                shown = {act: filled.text(f"{setting.name}.{act}") or None for act in _acts(here)}
                chosen[setting.name] = {**current[setting.name], **shown}
    return chosen


def _added(filled: FilledIn) -> list[list[str]]:
    pair = [filled.text("pair_giver"), filled.text("pair_receiver"), filled.text("pair_purpose")]
    return [pair] if pair[0] or pair[1] else []


# What is shown -------------------------------------------------------------------------------------------------------


def _jurisdiction(here: Visit) -> Jurisdiction:
    return Terms.of(here.actor.house, here.words).jurisdiction


def _shown(here: Visit) -> list[Setting]:
    danish = ("custody_holders_with_youth_for_sensitivity_3",)
    return [setting for setting in SETTINGS if _jurisdiction(here) == "DNK" or setting.name not in danish]


def _switches(here: Visit) -> list[str]:
    country = "DK" if _jurisdiction(here) == "DNK" else "NO"
    return [switch for switch, rules in SWITCHES.items() if any(rule.startswith(country) for rule in rules)]


def _acts(here: Visit) -> list[str]:
    return [act for act in AWAITED_ACTS if concerns(act, _jurisdiction(here))]


def _page(here: Visit) -> PolicyPage:
    found, services = policy_history(here.actor), open_services(here.actor)
    terms = Terms.of(here.actor.house, here.words)
    waiting = found.proposal
    versions = (found.in_force, *found.earlier)
    return PolicyPage(
        number=found.in_force.number,
        rows=tuple(_row(here, setting, found, services) for setting in _shown(here)),
        labels={setting.name: setting.label.to(terms.language) for setting in _shown(here)},
        waiting=Waiting(waiting.id, waiting.proposed_by, waiting.proposed_at, waiting.is_own) if waiting else None,
        versions=tuple(
            _version(here, version, before.policy if before else found.defaults, services)
            for version, before in zip(versions, (*versions[1:], None), strict=True)
        ),
        services=[(str(one.service_id), one.name) for one in services],
        purposes=[(code, terms.purpose(code)) for code in purposes_asked_for()],
    )


def _row(here: Visit, setting: Setting, found: PolicyView, services: Sequence[OpenService]) -> SettingRow:
    language, name = Terms.of(here.actor.house, here.words).language, setting.name
    now, usual = found.in_force.policy[name], found.defaults[name]
    proposed = found.proposal.policy[name] if found.proposal else now
    return SettingRow(
        name=name,
        kind=setting.kind,
        label=setting.label.to(language),
        sentence=setting.sentence.to(language),
        now=_said(here, setting, now, services),
        usual=_said(here, setting, usual, services),
        is_usual=now == usual,
        proposed=_said(here, setting, proposed, services),
        is_to_change=proposed != now,
        options=_options(here, setting, now, services),
        chosen=_chosen(setting, now),
        least=setting.least,
        most=setting.most,
    )


def _chosen(setting: Setting, value: Any) -> Sequence[str]:
    match setting.kind:
        case "pairs":
            return [" ".join(pair) for pair in value]
        case "switches":
            return list(value)
        case "days":
            return [f"{act} {day}" for act, day in value.items()]
        case "yes_or_no":
            return ["yes"] if value else []
        case _:
            return [str(value)]


def _options(here: Visit, setting: Setting, now: Any, services: Sequence[OpenService]) -> Sequence[tuple[str, str]]:
    language = Terms.of(here.actor.house, here.words).language
    match setting.kind:
        case "word":
            return [(code, words.to(language)) for code, words in (setting.words or {}).items()]
        case "switches":
            return [(code, SWITCH_WORDS[code].to(language)) for code in _switches(here)]
        case "pairs":
            return [(" ".join(pair), _pair(here, pair, services)) for pair in now]
        case "days":
            return [(act, _act(here, act)) for act in _acts(here)]
        case _:
            return ()


def _said(here: Visit, setting: Setting, value: Any, services: Sequence[OpenService]) -> Sequence[str]:
    """A value in words, a line for each thing that is chosen."""
    gettext, language = here.words.gettext, Terms.of(here.actor.house, here.words).language
    match setting.kind:
        case "word":
            return [(setting.words or {})[value].to(language)]
        case "yes_or_no":
            return [gettext(_YES if value else _NO)]
        case "number":
            return [str(value)]
        case "switches":
            return [SWITCH_WORDS[code].to(language) for code in value] or [gettext(_NONE)]
        case "pairs":
            return [_pair(here, pair, services) for pair in value] or [gettext(_NONE)]
        case "days":
            acts = [f"{_act(here, act)}: {here.words.date(date.fromisoformat(day))}" for act, day in value.items()]
            return acts or [gettext(_NOT_KNOWN)]


def _act(here: Visit, code: str) -> str:
    return ACT[code].english if Terms.of(here.actor.house, here.words).language == "en" else ACT[code].title


def _pair(here: Visit, pair: Sequence[str], services: Sequence[OpenService]) -> str:
    names = {str(one.service_id): one.name for one in services}
    closed = here.words.gettext(_CLOSED)
    return here.words.gettext(_PAIR) % {
        "giver": names.get(pair[0], closed),
        "receiver": names.get(pair[1], closed),
        "purpose": Terms.of(here.actor.house, here.words).purpose(pair[2]).lower(),
    }


def _version(here: Visit, version: VersionView, before: Mapping[str, Any], services: Sequence[OpenService]) -> Version:
    language = Terms.of(here.actor.house, here.words).language
    return Version(
        number=version.number,
        proposed_by=version.proposed_by or "",
        approved_by=version.approved_by or "",
        approved_at=version.approved_at,
        changes=[
            (setting.label.to(language), _said(here, setting, version.policy[setting.name], services))
            for setting in SETTINGS
            if version.policy[setting.name] != before[setting.name]
        ],
    )
