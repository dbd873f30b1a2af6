"""Which language a reader gets, and how things are said in it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from foundation.clock import ZONES
from foundation.texts import STAFF_LANGUAGES, Language, Texts, message
from web.app import LOCALES

TEXTS = Texts(LOCALES)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "nb"),
        ("no", "nb"),
        ("nb-NO,nb;q=0.9", "nb"),
        ("nn", "nn"),
        ("sv,da;q=0.5", "da"),
        ("en;q=0.2, da;q=0.8", "da"),
        ("da;q=0, en", "en"),
        ("so, ar;q=0.9", "nb"),
        ("*", "nb"),
        ("en;q=high, da;q=0.1", "da"),
        ("," * 5000 + "en", "nb"),
    ],
)
def test_the_browser_asks(accepted: str, language: str) -> None:
    assert TEXTS.chosen(accepted=accepted).language.code == language


def test_what_is_asked_for_goes_before_what_is_remembered_and_that_before_the_browser() -> None:
    assert TEXTS.chosen("da", "nn", accepted="en").language.code == "da"
    assert TEXTS.chosen("xx", "nn", accepted="en").language.code == "nn"
    assert TEXTS.chosen(None, "../../etc", accepted="en").language.code == "en"


def test_languages_are_named_in_themselves_and_know_their_direction() -> None:
    assert [language.name for language in TEXTS.languages] == ["Bokmål", "Nynorsk", "Dansk", "English"]
    assert Language("ar").direction == "rtl"
    assert Language("so").direction == "ltr"


def test_texts_dates_and_numbers() -> None:
    night = datetime(2027, 3, 31, 22, 30, tzinfo=UTC)
    said = {
        code: (
            TEXTS.words(code).gettext("Sign in"),
            TEXTS.words(code).date(date(2027, 3, 1)),
            TEXTS.words(code).instant(night, ZONES["NOR"]),
            TEXTS.words(code).list(["a", "b", "c"]),
        )
        for code in STAFF_LANGUAGES
    }
    assert said == {
        "nb": ("Logg inn", "1. mars 2027", "1. apr. 2027, 00:30", "a, b og c"),
        "nn": ("Logg inn", "1. mars 2027", "1. apr. 2027, 00:30", "a, b og c"),
        "da": ("Log ind", "1. marts 2027", "1. apr. 2027 00.30", "a, b og c"),
        "en": ("Sign in", "1 March 2027", "1 Apr 2027, 00:30", "a, b and c"),
    }
    assert TEXTS.words("nb").number(12345) == "12\xa0345"
    assert TEXTS.words("da").number(12345) == "12.345"
    assert TEXTS.words("nb").short_date(date(2027, 3, 1)) == "1. mars 2027"


def test_a_text_that_nobody_knows_stays_as_it_is() -> None:
    assert message("Nobody has translated this") == "Nobody has translated this"
    assert TEXTS.words("nb").gettext("Nobody has translated this") == "Nobody has translated this"
    assert TEXTS.words("nb").ngettext("%(n)d thing", "%(n)d things", 2) == "%(n)d things"


def test_a_missing_catalogue_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Texts(tmp_path)
