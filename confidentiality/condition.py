"""Conditions: trees of questions that answer themselves, say themselves and name what they read.

A condition is built from facts and from the words of the question with `&`, `|` and `~`. The same tree is evaluated by
the decision and printed by the rule book, so what is read is what is run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from confidentiality.answer import UNKNOWN, YES, Answer, all_of, answer, any_of
from confidentiality.vocabulary import CATEGORY, KIND, PURPOSE
from confidentiality.words import AND, OR, Language, Words, listed

Aspect = Literal["sender", "recipient", "purpose", "category"]
"""The four words a question is made of; a rule looks at them as they are."""


class Question(Protocol):
    """What a condition is asked about: four words, each known or not, and an answer to every fact."""

    @property
    def sender(self) -> str | None:
        """The kind of service that would give the information."""

    @property
    def recipient(self) -> str | None:
        """The kind of service that would receive it."""

    @property
    def purpose(self) -> str | None:
        """The code of the purpose."""

    @property
    def category(self) -> str | None:
        """The code of the category of information."""

    def answer(self, fact: "Fact") -> Answer:
        """The answer to one fact."""


class Condition:
    """A question with a three-valued answer; combines with `&`, `|` and `~`."""

    __slots__ = ()

    def __and__(self, other: "Condition") -> "Condition":
        return AllOf((*(self.parts if isinstance(self, AllOf) else (self,)), other))

    def __or__(self, other: "Condition") -> "Condition":
        return AnyOf((*(self.parts if isinstance(self, AnyOf) else (self,)), other))

    def __invert__(self) -> "Condition":
        return Not(self)


@dataclass(frozen=True, slots=True)
class Fact(Condition):
    """One question that a rule may ask, as a clause that is true when the answer is yes.

    `code` is the word under which a case states it and under which it is reported missing.
    """

    code: str
    words: Words


@dataclass(frozen=True, slots=True)
class OneOf(Condition):
    """Whether one word of the question is among these codes; a word that nobody said is unknown.

    `group` is a name for the codes ("a public service"); without it they are listed.
    """

    aspect: Aspect
    codes: tuple[str, ...]
    group: Words | None = None


@dataclass(frozen=True, slots=True)
class AllOf(Condition):
    """Yes when every part is yes; no when one part is no."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(Condition):
    """Yes when one part is yes; no when every part is no."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """Yes when the part is no, no when it is yes; unknown stays unknown."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Always(Condition):
    """Yes, whatever is asked. A rule that is meant for every case says so; an empty condition does not load."""


def evaluated(condition: Condition, question: Question) -> Answer:
    """Yes, no or unknown, for what is known about one question."""
    match condition:
        case Fact():
            return question.answer(condition)
        case OneOf(aspect, codes):
            word = getattr(question, aspect)
            return UNKNOWN if word is None else answer(word in codes)
        case AllOf(parts):
            return all_of(*(evaluated(part, question) for part in parts))
        case AnyOf(parts):
            return any_of(*(evaluated(part, question) for part in parts))
        case Not(part):
            return ~evaluated(part, question)
        case Always():
            return YES
        case _:
            raise TypeError(f"{condition!r} is no condition of a rule.")


def said(condition: Condition, language: Language) -> str:
    """The condition as a clause in one language, to stand after "when"."""
    match condition:
        case Fact():
            return condition.words.to(language)
        case OneOf(aspect, codes, group):
            labels = [_LABELS[aspect][code].to(language) for code in codes]
            one = group.to(language) if group else listed(labels, OR, language)
            return _ASPECT_IS[aspect].to(language).format(one)
        case AllOf(parts):
            return listed([_enclosed(part, AnyOf, language) for part in parts], AND, language)
        case AnyOf(parts):
            return listed([_enclosed(part, AllOf, language) for part in parts], OR, language)
        case Not(part):
            return _NOT.to(language).format(said(part, language))
        case Always():
            return _ALWAYS.to(language)
        case _:
            raise TypeError(f"{condition!r} is no condition of a rule.")


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition laid out for a reader: a line of text, the lines beneath it, and the words in a group."""

    text: str
    parts: tuple["Clause", ...] = ()
    among: str = ""


def laid_out(condition: Condition, language: Language) -> Clause:
    """The condition as a tree of lines in one language, of the same shape as the tree that is evaluated."""
    match condition:
        case AllOf(parts):
            return Clause(_ALL_OF.to(language), tuple(laid_out(part, language) for part in parts))
        case AnyOf(parts):
            return Clause(_ONE_OF.to(language), tuple(laid_out(part, language) for part in parts))
        case Not(AllOf(parts)):
            return Clause(_NOT_ALL_OF.to(language), tuple(laid_out(part, language) for part in parts))
        case Not(AnyOf(parts)):
            return Clause(_NONE_OF.to(language), tuple(laid_out(part, language) for part in parts))
        case OneOf(aspect, codes, group) if group is not None:
            labels = [_LABELS[aspect][code].to(language) for code in codes]
            return Clause(said(condition, language), among=listed(labels, OR, language))
        case _:
            return Clause(said(condition, language))


def leaves(condition: Condition) -> Iterator[Fact | OneOf]:
    """Every fact and every choice of words that the condition reads, in order, with repetition."""
    match condition:
        case Fact() | OneOf():
            yield condition
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)


def _enclosed(part: Condition, kind: type[Condition], language: Language) -> str:
    text = said(part, language)
    return f"({text})" if isinstance(part, kind) else text


_ASPECT_IS: dict[Aspect, Words] = {
    "sender": Words("avsender er {}", "avsendar er {}", "afsender er {}", "the sender is {}"),
    "recipient": Words("mottaker er {}", "mottakar er {}", "modtager er {}", "the recipient is {}"),
    "purpose": Words("formålet er {}", "formålet er {}", "formålet er {}", "the purpose is {}"),
    "category": Words("opplysningen er {}", "opplysninga er {}", "oplysningen er {}", "the information is {}"),
}
_LABELS: dict[Aspect, dict[str, Words]] = {
    "sender": {code: kind.label for code, kind in KIND.items()},
    "recipient": {code: kind.label for code, kind in KIND.items()},
    "purpose": {code: purpose.label for code, purpose in PURPOSE.items()},
    "category": {code: category.label for code, category in CATEGORY.items()},
}
_NOT = Words("det er ikke slik at {}", "det er ikkje slik at {}", "det er ikke sådan, at {}", "it is not so that {}")
_ALL_OF = Words("alt dette:", "alt dette:", "alt dette:", "all of this:")
_ONE_OF = Words("minst ett av dette:", "minst eitt av dette:", "mindst ét af dette:", "at least one of these:")
_NOT_ALL_OF = Words("ikke alt dette:", "ikkje alt dette:", "ikke alt dette:", "not all of this:")
_NONE_OF = Words("ikke noe av dette:", "ikkje noko av dette:", "ikke noget af dette:", "none of these:")
_ALWAYS = Words("alltid", "alltid", "altid", "always")
