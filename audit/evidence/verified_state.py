"""What an auditor keeps from one verification of a log to the next, so that only what is new need be read."""

from dataclasses import dataclass
from typing import Final

from audit.evidence.base64url import NotBase64, b64url, parse_b64url
from audit.evidence.canonical_json import JsonValue, NotCanonical, canonical_json, parse_canonical_json
from audit.evidence.tree import CompactRange

STATE_FORMAT: Final = 1


class StateRefused(ValueError):
    """What should be the state of an earlier verification is not."""


@dataclass(frozen=True)
class VerifiedState:
    """What an auditor keeps to verify only what is new next time: the log, its size, the peaks of its tree.

    Under 2 KB.
    """

    origin: str
    size: int
    peaks: tuple[bytes, ...]

    @property
    def tree(self) -> CompactRange:
        """The tree that was verified."""
        return CompactRange(self.size, self.peaks)

    def encode(self) -> bytes:
        """The state as a line of JSON."""
        said: dict[str, JsonValue] = {
            "format": STATE_FORMAT,
            "origin": self.origin,
            "peaks": [b64url(peak) for peak in self.peaks],
            "root": b64url(self.tree.root()),
            "size": self.size,
        }
        return canonical_json(said) + b"\n"


def parse_state(data: bytes) -> VerifiedState:
    """The state that an earlier verification wrote. Raises ``StateRefused`` unless it is one and fits together."""
    try:
        said = parse_canonical_json(data.removesuffix(b"\n"))
        if not isinstance(said, dict) or said.get("format") != STATE_FORMAT:
            raise StateRefused("it is not the state of an earlier verification")
        state = VerifiedState(said["origin"], said["size"], tuple(parse_b64url(one) for one in said["peaks"]))
        fits = said == parse_canonical_json(state.encode().removesuffix(b"\n")) and state.size > 0
    except (NotCanonical, NotBase64, KeyError, TypeError, ValueError, AttributeError) as error:
        raise StateRefused("it is not the state of an earlier verification") from error
    if not fits:
        raise StateRefused("it contradicts itself")
    return state
