"""What a municipality may choose within the law: a frozen, versioned document with safe defaults.

What the law fixes is not a setting. A policy is changed by a deed with a second approver, and every decision stores the
version under which it was made.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Literal, Self

Switch = Literal["no_consent_for_statutory_homework", "same_body_pairs", "givers_task", "ssd_meeting", "ssp"]
SWITCHES: dict[str, tuple[str, ...]] = {
    "no_consent_for_statutory_homework": ("NO-P-32",),
    "same_body_pairs": ("NO-P-33", "NO-P-33-2025"),
    "givers_task": ("NO-P-34",),
    "ssd_meeting": ("DK-P-31",),
    "ssp": ("DK-P-32",),
}
"""Every switch, and the rules that are silent without it. All are off by default."""

SwitchedPair = tuple[str, str, str]
"""A sending service, a receiving service and a purpose between which sharing inside one body is opened."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The municipality's choices. Numbers say their unit in the name; every default is the safe one.

    - `form`: `written`, or `oral_minuted` to accept a minuted oral consent for information of low sensitivity.
    - `guardians`: `all_holders`, or `resident_holder` to let the parent the child lives with sign alone for information
      of low sensitivity to homework support, the library or the housing team (barnelova § 37, an interpretation).
    - `custody_holders_with_youth_for_sensitivity_3`: in Denmark, holders of custody sign beside a youth of 15 to 17.
    - `switches`: the switched rules that are on; `pairs`: what `same_body_pairs` opens.
    - `entered`: the day on which an awaited act entered into force.
    """

    form: Literal["written", "oral_minuted"] = "written"
    guardians: Literal["all_holders", "resident_holder"] = "all_holders"
    custody_holders_with_youth_for_sensitivity_3: bool = True
    child_objection_from_age: int = 12
    switches: frozenset[str] = frozenset()
    pairs: frozenset[SwitchedPair] = frozenset()
    entered: Mapping[str, date] = field(default_factory=lambda: MappingProxyType({}))
    consent_at_most_months: int = 12
    consent_ends: Literal["school_year"] = "school_year"
    consent_ends_at_least_days: int = 60
    consent_reminders_days: tuple[int, ...] = (30, 7)
    protection_status_days: int = 30
    answer_reminder_working_days: int = 3
    answer_leader_working_days: int = 5
    answer_lapsed_working_days: int = 10
    override_hours: int = 24
    override_at_most_days: int = 7
    override_review_days: int = 3
    override_reason_characters: tuple[int, int] = (10, 255)
    number: int = field(default=0, compare=False)
    """Under which number the municipality approved it; 0 where nobody has. It decides nothing."""
    version: str = field(init=False, repr=False, compare=False)
    """The SHA-256 of the canonical JSON of the policy, in hexadecimal."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "entered", MappingProxyType(dict(self.entered)))
        text = json.dumps(self.as_data(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        object.__setattr__(self, "version", hashlib.sha256(text.encode()).hexdigest())

    def __hash__(self) -> int:
        return hash(self.version)

    def as_data(self) -> dict[str, Any]:
        """The whole policy as JSON-able data: sets sorted, days as ISO dates."""
        return {each.name: _plain(getattr(self, each.name)) for each in fields(self) if each.init and each.compare}

    @classmethod
    def of_data(cls, data: Mapping[str, Any], number: int = 0) -> Self:
        """The policy that `as_data` gave; what it does not name, because it is older, is as safe as can be.

        Raises TypeError for a name that no policy has.
        """
        told: dict[str, Any] = {
            **{name: tuple(value) if isinstance(value, list) else value for name, value in data.items()},
            "switches": frozenset(data.get("switches", ())),
            "pairs": frozenset((sender, recipient, purpose) for sender, recipient, purpose in data.get("pairs", ())),
            "entered": {act: date.fromisoformat(day) for act, day in data.get("entered", {}).items()},
        }
        return cls(**told, number=number)


def _plain(value: Any) -> Any:
    match value:
        case frozenset():
            return sorted(_plain(item) for item in value)
        case tuple():
            return [_plain(item) for item in value]
        case date():
            return value.isoformat()
        case MappingProxyType():
            return {key: _plain(value[key]) for key in sorted(value)}
        case _:
            return value


SAFE = Policy()
"""The policy of a municipality that has chosen nothing."""


def with_switches(policy: Policy, *switches: str) -> Policy:
    """The same policy with more switches on. Raises ValueError for a switch that does not exist."""
    for switch in switches:
        if switch not in SWITCHES:
            raise ValueError(f"There is no policy switch {switch!r}.")
    return replace(policy, switches=policy.switches | set(switches))
