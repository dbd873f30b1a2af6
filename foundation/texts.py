"""Translations of plain text: which language a reader gets, and how words, dates and numbers are said in it.

Texts stand in English in code and templates; gettext catalogues say them in the other languages. A catalogue that is
missing stops the start, because a half-translated page about somebody's rights is worse than none.
"""

import gettext
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date as Day  # noqa: N812  # `Words.date` is what templates call, and hides the name in its class
from datetime import datetime, tzinfo
from functools import cached_property
from pathlib import Path

from babel import Locale, dates, lists, numbers

from foundation.first_letter import large_first, small_first

__all__ = ["DEFAULT_LANGUAGE", "STAFF_LANGUAGES", "Language", "Texts", "Words", "message"]

#: The languages of the whole service; families' pages have more.
STAFF_LANGUAGES = ("nb", "nn", "da", "en")

DEFAULT_LANGUAGE = "nb"

#: What browsers call a language whose catalogue we keep under another tag: `no` is the old tag for Norwegian.
_ALSO_CALLED = {"no": "nb"}

#: Own names where the one in CLDR is longer than people use.
_OWN_NAMES = {"nb": "Bokmål", "nn": "Nynorsk"}

#: How dates and numbers are written where the tag alone would follow the conventions of another continent.
_CONVENTIONS = {"en": "en_GB"}


def message(text: str) -> str:
    """`text` itself: marks an English text that is translated later, where it is shown."""
    return text


@dataclass(frozen=True)
class Language:
    """A language pages can be read in, by its BCP 47 tag."""

    code: str

    @cached_property
    def name(self) -> str:
        """What it calls itself."""
        name = _OWN_NAMES.get(self.code) or Locale.parse(self.code).get_language_name() or self.code
        return large_first(name)

    @cached_property
    def direction(self) -> str:
        """Which way it is written: `ltr` or `rtl`."""
        return Locale.parse(self.code).text_direction


class Words:
    """Everything said in one language."""

    def __init__(self, language: Language, file: Path) -> None:
        self.language = language
        self._file = file
        self._locale = Locale.parse(_CONVENTIONS.get(language.code, language.code))

    @cached_property
    def _catalogue(self) -> gettext.NullTranslations:
        # Read when the language is first spoken: nobody waits at a start for languages that nobody asks for.
        with self._file.open("rb") as file:
            return gettext.GNUTranslations(file)

    def gettext(self, text: str) -> str:
        """`text` (English) in this language."""
        return self._catalogue.gettext(text)

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The form that `number` asks for, in this language."""
        return self._catalogue.ngettext(one, many, number)

    def date(self, day: Day) -> str:
        """A date such as `22. november 2026`."""
        return dates.format_date(day, "long", locale=self._locale)

    def short_date(self, day: Day) -> str:
        """A date for tables, such as `22. nov. 2026`."""
        return dates.format_date(day, "medium", locale=self._locale)

    def instant(self, at: datetime, zone: tzinfo) -> str:
        """A point in time as people of `zone` say it: date, hour and minute."""
        local = at.astimezone(zone)
        day = dates.format_date(local.date(), "medium", locale=self._locale)
        hour = dates.format_time(local, "short", tzinfo=zone, locale=self._locale)
        return str(dates.get_datetime_format("medium", locale=self._locale)).replace("{1}", day).replace("{0}", hour)

    def number(self, number: int) -> str:
        """A number with this language's separators."""
        return numbers.format_decimal(number, locale=self._locale)

    def list(self, names: Sequence[str]) -> str:
        """`Name and contact, attendance and health`: of names that begin with a capital, only the first keeps it."""
        return lists.format_list([*names[:1], *map(small_first, names[1:])], locale=self._locale)


class Texts:
    """All catalogues of an installation.

    Raises:
        FileNotFoundError: one is missing.
    """

    def __init__(self, folder: Path, codes: Iterable[str] = STAFF_LANGUAGES) -> None:
        self._words = {code: Words(Language(code), _catalogue_of(folder, code)) for code in codes}

    @property
    def languages(self) -> tuple[Language, ...]:
        """Every language there is, in the order in which it is offered."""
        return tuple(words.language for words in self._words.values())

    def words(self, code: str) -> Words:
        """Everything said in the language `code`; `KeyError` when there is no such catalogue."""
        return self._words[code]

    def chosen(self, *wishes: str | None, accepted: str = "") -> Words:
        """The first wish that can be met, then the best of an `Accept-Language` header, then bokmål."""
        for wish in wishes:
            if wish in self._words:
                return self._words[wish]
        for tag in _by_preference(accepted):
            primary = tag.split("-")[0].lower()
            primary = _ALSO_CALLED.get(primary, primary)
            if primary in self._words:
                return self._words[primary]
        return self._words[DEFAULT_LANGUAGE]


def _catalogue_of(folder: Path, code: str) -> Path:
    file = folder / code / "LC_MESSAGES" / "messages.mo"
    file.stat()  # missing, it says so at the start
    return file


def _by_preference(header: str) -> list[str]:
    """The tags of an `Accept-Language` header, dearest first; what cannot be read counts as not wished for."""
    weighed: list[tuple[float, int, str]] = []
    for place, item in enumerate(header[:500].split(",")):
        tag, _, weight = item.strip().partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if tag and quality > 0:
            weighed.append((-quality, place, tag))
    return [tag for _, _, tag in sorted(weighed)]
