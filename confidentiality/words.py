"""One text in the four languages of the rule book: bokmål, nynorsk, Danish and English."""

from typing import Literal, NamedTuple, get_args

Language = Literal["nb", "nn", "da", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


class Words(NamedTuple):
    """The same text in bokmål (`nb`), nynorsk (`nn`), Danish (`da`) and English (`en`)."""

    nb: str
    nn: str
    da: str
    en: str

    def to(self, language: Language) -> str:
        """The text in one language."""
        text: str = getattr(self, language)
        return text


def listed(parts: list[str], conjunction: Words, language: Language) -> str:
    """Several phrases as one: `a, b and c`. The serial comma is left out in all four languages."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {conjunction.to(language)} {parts[-1]}"


AND = Words("og", "og", "og", "and")
OR = Words("eller", "eller", "eller", "or")
