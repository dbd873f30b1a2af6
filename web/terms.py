"""The words of the rule book for one reader: categories, purposes, bases, rules with their law, and what is lacking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from babel import Locale

from audit.house import House
from confidentiality.book import BOOK
from confidentiality.explanation import OFFERS
from confidentiality.missing import MISSING, without_ref
from confidentiality.vocabulary import BASIS, CATEGORY, KIND, PURPOSE, RESULT, Jurisdiction, Term
from confidentiality.words import Language
from foundation.clock import local_date
from foundation.first_letter import large_first
from foundation.texts import Words, message
from web.rule_words import RuleWords, language_of, rule_words
from web.wording import REFERRAL_FIELDS, TRACES

__all__ = ["SPOKEN", "Terms"]

#: The languages offered where somebody says in which one a family was spoken to (BCP 47).
SPOKEN = (
    "nb", "nn", "da", "en", "so", "ar", "pl", "uk", "ru", "ti", "am", "fa", "ps", "ckb", "ku", "tr", "ur", "vi", "th",
    "lt", "ro", "es", "fr", "de", "sw", "se",
)  # fmt: skip

_A_GUARDIAN = message("the signature of everybody who decides for the child")
_THEIR_SIGNATURE = message("the signature of %(name)s")


@dataclass(frozen=True)
class Terms:
    """What codes mean, in the reader's language; a code that the rule book no longer has stands as it is."""

    words: Words
    today: date
    #: Whose law is named beside a rule.
    jurisdiction: Jurisdiction

    @classmethod
    def of(cls, house: House, words: Words) -> "Terms":
        """The terms for one reader, on today's local date, with the law of this installation's country."""
        jurisdiction: Jurisdiction = "DNK" if house.installed.jurisdiction == "DNK" else "NOR"
        return cls(words, local_date(house.clock.now(), jurisdiction), jurisdiction)

    @property
    def language(self) -> Language:
        """The reader's language, where the rule book is written in it; otherwise English."""
        return language_of(self.words.language.code)

    def category(self, code: str) -> str:
        """The name of a category of information."""
        return self._label(CATEGORY, code)

    def category_sentence(self, code: str) -> str:
        """What a category holds, in one sentence."""
        return self._sentence(CATEGORY, code)

    def purpose(self, code: str | None) -> str:
        """The name of a purpose; empty where there is none."""
        return self._label(PURPOSE, code) if code else ""

    def purpose_sentence(self, code: str) -> str:
        """What a purpose is, in one sentence."""
        return self._sentence(PURPOSE, code)

    def basis(self, code: str | None) -> str:
        """The name of a legal basis; empty where there is none."""
        return self._label(BASIS, code) if code else ""

    def basis_sentence(self, code: str) -> str:
        """What a legal basis is, in one sentence."""
        return self._sentence(BASIS, code)

    def kind(self, code: str | None) -> str:
        """The name of a kind of service; empty where there is none."""
        return self._label(KIND, code) if code else ""

    def result(self, code: str) -> str:
        """The name of a result: open, closed, and so on."""
        return self._label(RESULT, code)

    def rules(self, codes: Sequence[str]) -> tuple[RuleWords, ...]:
        """Rules with why they say what they say, and where in the law that stands."""
        return rule_words(codes, self.language, self.jurisdiction)

    def against(self, codes: Sequence[str]) -> tuple[RuleWords, ...]:
        """Those of the rules that close or hold something, of all that had a say."""
        return rule_words([code for code in codes if _closes(code)], self.language, self.jurisdiction)

    def offer(self, code: str) -> str:
        """What can be done instead, by the rule that opens that way; to stand after "you can"."""
        try:
            return OFFERS[BOOK.rule(code).basis or ""].to(self.language)
        except KeyError:
            return ""

    def lacking(self, codes: Sequence[str], names: Mapping[str, str | None]) -> list[str]:
        """What is lacking, in words, each thing once; a signature by name where `names` has one for its ref."""
        found = []
        for code in codes:
            word = without_ref(code)
            if word == "signature":
                name = names.get(code.removeprefix("signature(").removesuffix(")"))
                gettext = self.words.gettext
                found.append(gettext(_THEIR_SIGNATURE) % {"name": name} if name else gettext(_A_GUARDIAN))
            elif word in MISSING:
                found.append(MISSING[word].to(self.language))
        return list(dict.fromkeys(found))

    def spoken(self, tag: str | None) -> str:
        """The name of a language by its tag (BCP 47); the tag itself where it has none."""
        if not tag:
            return ""
        named = Locale.parse(self.words.language.code).languages.get(tag.partition("-")[0].lower())
        return named or tag

    def field(self, name: str) -> str:
        """The name of a field of a category, such as `identity_contact.phone`."""
        label, _ = REFERRAL_FIELDS.get(name, (name, ""))
        return self.words.gettext(label)

    def traces(self, places: Sequence[str]) -> list[str]:
        """What was opened, in words: a category by its name, a column by what stands in it; each once."""
        last = [place.rpartition(".")[2].removesuffix("_sealed") for place in places]
        said = [self.words.gettext(TRACES[one]) if one in TRACES else self.category(one) for one in last]
        return list(dict.fromkeys(said))

    def _label(self, table: Mapping[str, Term], code: str) -> str:
        term = table.get(code)
        return large_first(term.label.to(self.language)) if term else code

    def _sentence(self, table: Mapping[str, Term], code: str) -> str:
        term = table.get(code)
        return term.sentence.to(self.language) if term else ""


def _closes(code: str) -> bool:
    try:
        return BOOK.rule(code).effect in ("forbid", "hold")
    except KeyError:
        return False
