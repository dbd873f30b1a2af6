"""The register port: whatever goes wrong, nobody is taken for unprotected."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from people.identity_number import IdentityNumber
from people.register import NOT_RECORDED, DemoRegister, ManualRegister, Protection, SeenByHand, register_of
from tests.houses import Databases

TODAY = date(2026, 11, 22)
NUMBER, OTHER = IdentityNumber("01811490071", "NOR"), IdentityNumber("41811490065", "NOR")


def _seen(days_ago: int, status: Protection = Protection.NONE) -> SeenByHand:
    return SeenByHand(status, "Folkeregisteret", TODAY - timedelta(days=days_ago))


@pytest.mark.parametrize(
    ("days_ago", "status"),
    [(0, Protection.NONE), (30, Protection.NONE), (31, Protection.UNKNOWN), (-1, Protection.UNKNOWN)],
)
def test_what_was_seen_by_hand_counts_for_thirty_days(days_ago: int, status: Protection) -> None:
    assert ManualRegister().look_up(NUMBER, _seen(days_ago), TODAY).status is status


@pytest.mark.parametrize("status", Protection)
def test_what_was_seen_is_what_is_answered(status: Protection) -> None:
    answer = ManualRegister().look_up(None, _seen(1, status), TODAY)
    assert (answer.status, answer.source, answer.where) == (status, "manual", "Folkeregisteret")


def test_nothing_seen_is_unknown() -> None:
    assert ManualRegister().look_up(NUMBER, None, TODAY).status is Protection.UNKNOWN


def _demo(path: Path, document: object) -> DemoRegister:
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return DemoRegister(path)


def test_the_demo_register_answers_from_its_file(tmp_path: Path) -> None:
    register = _demo(
        tmp_path / "register.json",
        {"fails": False, "protected": {NUMBER.digits: "strict"}, "known": [OTHER.digits]},
    )
    assert register.look_up(NUMBER, None, TODAY).status is Protection.STRICT
    assert register.look_up(OTHER, None, TODAY).status is Protection.NONE
    unknown = register.look_up(IdentityNumber("01813390015", "NOR"), _seen(0), TODAY)
    assert unknown.status is Protection.UNKNOWN


@pytest.mark.parametrize("status", [status for status in Protection if status is not Protection.NONE])
def test_a_protected_number_that_is_also_known_stays_protected(tmp_path: Path, status: Protection) -> None:
    register = _demo(
        tmp_path / "register.json",
        {"fails": False, "protected": {NUMBER.digits: status.value}, "known": [NUMBER.digits]},
    )
    assert register.look_up(NUMBER, _seen(0), TODAY).status is status


@pytest.mark.parametrize(
    "document",
    [
        {"fails": True, "protected": {}, "known": [NUMBER.digits]},
        {"fails": False, "protected": {NUMBER.digits: "a word nobody knows"}, "known": [NUMBER.digits]},
        {"fails": False, "protected": {NUMBER.digits: None}, "known": [NUMBER.digits]},
        {"protected": {}, "known": [NUMBER.digits]},
        {"fails": False, "known": [NUMBER.digits]},
        {"fails": False, "protected": {}},
        {"fails": False, "protected": {}, "known": None},
        {"fails": False, "protected": None, "known": [NUMBER.digits]},
        [],
        None,
        "not json",
        "",
        "\udc80".encode("utf-8", "surrogatepass").decode("latin-1"),
    ],
)
def test_a_register_that_is_broken_knows_nothing(tmp_path: Path, document: object) -> None:
    answer = _demo(tmp_path / "register.json", document).look_up(NUMBER, _seen(0), TODAY)
    assert answer.status is Protection.UNKNOWN


def test_a_register_that_is_away_knows_nothing(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.json", tmp_path):
        assert DemoRegister(path).look_up(NUMBER, _seen(0), TODAY).status is Protection.UNKNOWN


def test_whoever_has_no_number_is_in_no_register(tmp_path: Path) -> None:
    register = _demo(tmp_path / "register.json", {"fails": False, "protected": {}, "known": []})
    assert register.look_up(None, _seen(0), TODAY).status is Protection.NONE
    assert register.look_up(None, None, TODAY).status is Protection.UNKNOWN


def test_unknown_and_strict_are_never_recorded() -> None:
    assert frozenset({Protection.STRICT, Protection.UNKNOWN}) == NOT_RECORDED


def test_real_data_never_asks_the_demo_register(databases: Databases) -> None:
    assert isinstance(register_of(databases.house("sqlite", name="demo")), DemoRegister)
    assert isinstance(register_of(databases.house("sqlite", is_demo=False, name="real")), ManualRegister)
