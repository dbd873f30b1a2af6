from pathlib import Path

import pytest
from pydantic import ValidationError

from foundation.settings import Settings


def test_everything_has_a_place_under_the_data_directory() -> None:
    settings = Settings(data_dir=Path("somewhere"))
    assert settings.url.endswith("/somewhere/tillit.db")
    assert settings.root_key_path == Path("somewhere/keys/root.json")
    assert settings.store_path == Path("somewhere/log")
    assert settings.log_policy_path == Path("somewhere/log-policy.json")
    assert settings.register_path == Path("somewhere/register-demo.json")


def test_the_environment_tells_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("TILLIT_DATA_DIR", "there"),
        ("TILLIT_KEY_FILE", "keys.json"),
        ("TILLIT_DATABASE_URL", "postgresql://db.example/tillit"),
        ("TILLIT_LOG_STORE", "store"),
        ("TILLIT_LOG_POLICY", "policy.json"),
    ):
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.url == "postgresql://db.example/tillit"
    assert settings.root_key_path == Path("keys.json")
    assert settings.store_path == Path("store")
    assert settings.log_policy_path == Path("policy.json")
    assert settings.register_path == Path("there/register-demo.json")


@pytest.mark.parametrize(("name", "value"), [("port", 70000), ("session_hours", 13), ("requests_per_minute", 1)])
def test_a_setting_out_of_bounds_stops_the_start(name: str, value: int) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({name: value})


def test_settings_do_not_change_while_running() -> None:
    settings = Settings()
    with pytest.raises(ValidationError):
        setattr(settings, "port", 9)  # noqa: B010  # the type checker refuses the plain form, as it should
