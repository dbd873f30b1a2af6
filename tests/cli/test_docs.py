"""The documents that are generated from the source are fresh, and the command says so where they are not."""

from pathlib import Path

import pytest

from audit.actions import Action
from cli.docs import DOCUMENTS, app, stale
from cli.document_actions import actions_document
from cli.document_settings import settings_document
from cli.source import NeedsSource, source_root
from foundation.settings import Settings
from tests.cli.running import tillit


def test_every_generated_document_is_fresh() -> None:
    assert stale() == []
    assert tillit("docs", "--check").code == 0


def test_a_stale_document_is_named_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("docs", "bench"):
        (tmp_path / folder).mkdir()
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr("cli.docs.source_root", lambda: tmp_path)
    for place in DOCUMENTS:
        (tmp_path / place).write_text("old")
    assert stale() == list(DOCUMENTS)
    assert app.registered_commands[0].callback is not None
    app.registered_commands[0].callback(check=False)
    assert stale() == []


def test_every_setting_and_every_deed_stands_in_its_document() -> None:
    assert all(f"`TILLIT_{name.upper()}`" in settings_document() for name in Settings.model_fields)
    assert all(f"`{action.code}`" in actions_document() for action in Action)


def test_outside_the_source_checkout_it_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.source.__file__", str(tmp_path / "cli" / "source.py"))
    with pytest.raises(NeedsSource):
        source_root()


def test_an_unknown_yardstick_is_one_line() -> None:
    assert "[unknown_yardstick]" in tillit("bench", "nonsense").refusal


def test_a_yardstick_prints_json() -> None:
    ran = tillit("bench", "rules", "--seconds", "0.01", "--json")
    assert ran.code == 0, ran.err
    assert '"rules": {' in ran.out
