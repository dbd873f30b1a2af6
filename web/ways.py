"""The ways into the house: what the main navigation and the home page offer."""

from dataclasses import dataclass

from audit.actions import Action

__all__ = ["Way"]


@dataclass(frozen=True)
class Way:
    """A place one may go to: its path, name and sentence (English, translated where shown), its deed and its icon."""

    path: str
    name: str
    action: Action
    icon: str
    sentence: str
