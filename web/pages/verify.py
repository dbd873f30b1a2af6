"""How anybody checks the disclosure log by themselves: the key's fingerprint, the policy, and the single-file verifier.

About nobody, and open to everybody: whoever holds a report or a receipt has no account here.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from starlette.responses import Response

from audit.evidence.log_policy import PolicyRefused, parse_policy
from audit.evidence.note import key_fingerprint
from foundation.errors import NotFound
from foundation.settings import Settings
from web.pages.router import pages_below
from web.visit import Here

__all__ = ["Verifying", "router"]

router = pages_below("/verify")

_VERIFIER = Path(__file__).parents[2] / "audit" / "evidence" / "verifier" / "tillit-verify.py"


class Verifying(NamedTuple):
    """The log's name, and the fingerprints of the keys that sign it; none while there is no policy."""

    origin: str
    fingerprints: Sequence[str]


@router.get("")
def explain(here: Here) -> Response:
    """What to do with a report or a receipt, step by step."""
    house = here.actor.house
    return here.page("verify.html", Verifying(house.installed.origin, _fingerprints(house.settings)))


@router.get("/tillit-verify.py")
def verifier(here: Here) -> Response:  # noqa: ARG001  # every route is a visit
    """The verifier: one file, which needs nothing but Python."""
    return _download(_VERIFIER.read_bytes(), "tillit-verify.py", "text/x-python; charset=utf-8")


@router.get("/log-policy.json")
def policy(here: Here) -> Response:
    """The policy: which log, which keys. Compare its fingerprint before you trust a copy that came from here."""
    file = here.actor.house.settings.log_policy_path
    if not file.exists():
        raise NotFound
    return _download(file.read_bytes(), "log-policy.json", "application/json")


def _download(content: bytes, name: str, media_type: str) -> Response:
    return Response(content, headers={"content-disposition": f'attachment; filename="{name}"'}, media_type=media_type)


def _fingerprints(settings: Settings) -> list[str]:
    """The fingerprints of the keys that sign the newest heads; a policy that cannot be read vouches for none."""
    try:
        said = parse_policy(settings.log_policy_path.read_bytes())
    except (OSError, PolicyRefused):
        return []
    return [key_fingerprint(one.key.public) for one in said.keys if one.last is None]
