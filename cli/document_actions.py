"""docs/actions.md: every deed there is, as `audit.actions` says it."""

from audit.actions import Action, Role

__all__ = ["actions_document"]

_HEAD = """\
# Deeds

Generated from `audit/actions.py` by `tillit docs`; do not edit by hand.

Every deed leaves an event in the disclosure log under its code, whether it was done or refused. *Who* are the roles
that may ask for it at all; the rules on information are asked besides.

| code | what | kind | who |
|---|---|---|---|
"""


def actions_document() -> str:
    """The text of the document."""
    lines = [f"| `{action.code}` | {action.sentence} | {action.kind.value} | {_who(action)} |" for action in Action]
    return _HEAD + "\n".join(lines) + "\n"


def _who(action: Action) -> str:
    return ", ".join(role.value.replace("_", " ") for role in Role if action.may(role))
