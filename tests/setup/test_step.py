from pathlib import Path

import pytest

from setup import step
from setup.step import SetupStopped, Step, fingerprint


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(step, "ROOT", tmp_path)
    monkeypatch.setattr(step, "VENV", tmp_path / ".venv")
    (tmp_path / ".venv").mkdir()
    (tmp_path / "recipe").write_text("flour")
    return tmp_path


def baking(house: Path, also: str = "") -> Step:
    def bake() -> None:
        (house / "bread").write_text((house / "recipe").read_text())

    return Step("bread", "Baking", bake, made_from=(house / "recipe",), makes=(house / "bread",), also=also)


def test_a_step_is_done_once(house: Path) -> None:
    assert baking(house).run()
    assert not baking(house).run()


def test_a_step_is_done_again_when_what_it_reads_has_changed(house: Path) -> None:
    baking(house).run()
    (house / "recipe").write_text("rye")
    assert baking(house).run()
    assert (house / "bread").read_text() == "rye"


def test_a_step_is_done_again_when_its_result_is_gone(house: Path) -> None:
    baking(house).run()
    (house / "bread").unlink()
    assert baking(house).run()


def test_a_step_is_done_again_when_a_circumstance_has_changed(house: Path) -> None:
    baking(house, also="one oven").run()
    assert baking(house, also="another oven").run()


def test_a_step_that_was_interrupted_is_done_again(house: Path) -> None:
    def burn() -> None:
        raise SetupStopped("burnt")

    baking(house).run()
    (house / "recipe").write_text("rye")
    with pytest.raises(SetupStopped):
        Step("bread", "Baking", burn, made_from=(house / "recipe",), makes=(house / "bread",)).run()
    (house / "recipe").write_text("flour")
    assert baking(house).run()


def test_a_step_that_makes_nothing_stops_the_set_up(house: Path) -> None:
    with pytest.raises(SetupStopped, match="Baking left no bread"):
        Step("bread", "Baking", lambda: None, made_from=(), makes=(house / "bread",)).run()


def test_a_fingerprint_tells_moved_bytes_apart(house: Path) -> None:
    one, other = house / "one", house / "other"
    one.write_text("ab")
    other.write_text("c")
    before = fingerprint([one, other])
    assert fingerprint([other, one]) == before
    one.write_text("a")
    other.write_text("bc")
    assert fingerprint([one, other]) != before
