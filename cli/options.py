"""The options that commands share, and the settings that they and the environment add up to."""

from pathlib import Path
from typing import Any

from cli.plain_options import DataDir, Json, new_app
from foundation.settings import Settings

__all__ = ["DataDir", "Json", "invitation_link", "key_file_is_inside", "new_app", "settings_for"]


def settings_for(data_dir: Path | None = None, *, key_beside: bool = True, **told: Any) -> Settings:
    """The settings: what was told on the command line, then the environment, then the defaults.

    A key file that is not told is `keys/root.json` inside the data directory where that exists, because demo data keeps
    it there; otherwise `<data dir>-keys/root.json` beside it, because real data must not lie with its own key.
    """
    given = {name: value for name, value in {"data_dir": data_dir, **told}.items() if value is not None}
    settings = Settings(**given)
    if not key_beside or settings.key_file is not None or settings.root_key_path.exists():
        return settings
    here = settings.data_dir.absolute()
    return settings.model_copy(update={"key_file": here.with_name(f"{here.name}-keys") / "root.json"})


def key_file_is_inside(settings: Settings) -> bool:
    """Whether the root key lies inside the data directory, where a copy of the one takes the other along."""
    return settings.root_key_path.resolve().is_relative_to(settings.data_dir.resolve())


def invitation_link(settings: Settings, code: str) -> str:
    """The address at which somebody makes their account."""
    return f"{settings.public_url or f'http://{settings.host}:{settings.port}'}/invitation/{code}"
