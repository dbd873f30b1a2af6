"""docs/settings.md: every setting, as `foundation.settings` says it."""

from pathlib import Path

from foundation.settings import Settings

__all__ = ["settings_document"]

_HEAD = """\
# Settings

Generated from `foundation/settings.py` by `tillit docs`; do not edit by hand.

Every setting has a default that works, and is told by an environment variable. `--data-dir`, `--host` and `--port` may
be given on the command line instead, which then counts. Nothing here is a secret: keys are files, and a setting says
where they lie.

| variable | default | meaning |
|---|---|---|
"""

_TAIL = """
A key file that is not told is looked for in `<data dir>/keys/root.json`, where demo data keeps it, and otherwise in
`<data dir>-keys/root.json` beside the data directory, where `tillit init` puts it for real data.
"""


def settings_document() -> str:
    """The text of the document."""
    lines = [
        f"| `{Settings.model_config['env_prefix']}{name.upper()}` | {_said(field.default)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return _HEAD + "\n".join(lines) + "\n" + _TAIL


def _said(default: object) -> str:
    return "" if default is None else f"`{default}`" if isinstance(default, str | int | Path) else str(default)
