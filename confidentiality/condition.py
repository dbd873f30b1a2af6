"""Conditions: trees of questions that answer themselves, say themselves and name what they read.

A condition is built from facts and from the words of the question with `&`, `|` and `~`. The same tree is evaluated by
the decision and printed by the rule book, so what is read is what is run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from confidentiality.answer import NO, UNKNOWN, YES, Answer, all_of, any_of
from confidentiality.vocabulary import CATEGORY, KIND, PURPOSE
from confidentiality.words import AND, OR, Language, Words, listed

Aspect = Literal["sender", "recipient", "purpose", "category"]
"""The four words a question is made of; a rule looks at them as they are."""


class Question(Protocol):
    """What a condition is asked about: four words, each known or not, and an answer to every fact."""

    @property
    def sender(self) -> str | None: ...
    @property
    def recipient(self) -> str | None: ...
    @property
    def purpose(self) -> str | None: ...
    @property
    def category(self) -> str | None: ...

    def answer(self, fact: "Fact") -> Answer: ...


class Condition:
    """A question with a three-valued answer; combines with `&`, `|` and `~`."""

    __slots__ = ()

    def answer(self, question: Question) -> Answer:
        """Yes, no or unknown, for what is known about one question."""
        raise NotImplementedError

    def said(self, language: Language) -> str:
        """The condition as a clause in one language, to stand after "when"."""
        raise NotImplementedError

    def leaves(self) -> "Iterator[Fact | OneOf]":
        """Every fact and every choice of words that the condition reads, in order, with repetition."""
        raise NotImplementedError

    def __and__(self, other: "Condition") -> "Condition":
        return AllOf((*_parts(self, AllOf), *_parts(other, AllOf)))

    def __or__(self, other: "Condition") -> "Condition":
        return AnyOf((*_parts(self, AnyOf), *_parts(other, AnyOf)))

    def __invert__(self) -> "Condition":
        return Not(self)


@dataclass(frozen=True, slots=True)
class Fact(Condition):
    """One question that a rule may ask, as a clause that is true when the answer is yes.

    `code` is the word under which a case states it and under which it is reported missing.
    """

    code: str
    words: Words

    def answer(self, question: Question) -> Answer:
        return question.answer(self)

    def said(self, language: Language) -> str:
        return self.words.to(language)

    def leaves(self) -> "Iterator[Fact | OneOf]":
        yield self


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


@dataclass(frozen=True, slots=True)
class OneOf(Condition):
    """Whether one word of the question is among these codes; a word that nobody said is unknown.

    `group` is a name for the codes ("a public service"); without it they are listed.
    """

    aspect: Aspect
    codes: tuple[str, ...]
    group: Words | None = None

    def answer(self, question: Question) -> Answer:
        word = getattr(question, self.aspect)
        if word is None:
            return UNKNOWN
        return YES if word in self.codes else NO

    def said(self, language: Language) -> str:
        labels = _LABELS[self.aspect]
        one = (
            self.group.to(language)
            if self.group
            else listed([labels[c].to(language) for c in self.codes], OR, language)
        )
        return _ASPECT_IS[self.aspect].to(language).format(one)

    def leaves(self) -> "Iterator[Fact | OneOf]":
        yield self


@dataclass(frozen=True, slots=True)
class AllOf(Condition):
    """Yes when every part is yes; no when one part is no."""

    parts: tuple[Condition, ...]

    def answer(self, question: Question) -> Answer:
        return all_of(*(part.answer(question) for part in self.parts))

    def said(self, language: Language) -> str:
        return listed([_enclosed(part, AnyOf, language) for part in self.parts], AND, language)

    def leaves(self) -> "Iterator[Fact | OneOf]":
        for part in self.parts:
            yield from part.leaves()


@dataclass(frozen=True, slots=True)
class AnyOf(Condition):
    """Yes when one part is yes; no when every part is no."""

    parts: tuple[Condition, ...]

    def answer(self, question: Question) -> Answer:
        return any_of(*(part.answer(question) for part in self.parts))

    def said(self, language: Language) -> str:
        return listed([_enclosed(part, AllOf, language) for part in self.parts], OR, language)

    def leaves(self) -> "Iterator[Fact | OneOf]":
        for part in self.parts:
            yield from part.leaves()


_NOT = Words("det er ikke slik at {}", "det er ikkje slik at {}", "det er ikke sådan, at {}", "it is not so that {}")
_ALWAYS = Words("alltid", "alltid", "altid", "always")


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """Yes when the part is no, no when it is yes; unknown stays unknown."""

    part: Condition

    def answer(self, question: Question) -> Answer:
        return ~self.part.answer(question)

    def said(self, language: Language) -> str:
        return _NOT.to(language).format(_enclosed(self.part, (AllOf, AnyOf), language))

    def leaves(self) -> "Iterator[Fact | OneOf]":
        yield from self.part.leaves()


@dataclass(frozen=True, slots=True)
class Always(Condition):
    """Yes, whatever is asked. A rule that is meant for every case says so; an empty condition does not load."""

    def answer(self, question: Question) -> Answer:  # noqa: ARG002  # It looks at nothing.
        return YES

    def said(self, language: Language) -> str:
        return _ALWAYS.to(language)

    def leaves(self) -> "Iterator[Fact | OneOf]":
        yield from ()


def _parts(condition: Condition, joined: type[AllOf] | type[AnyOf]) -> tuple[Condition, ...]:
    return condition.parts if isinstance(condition, joined) else (condition,)


def _enclosed(part: Condition, kind: type[Condition] | tuple[type[Condition], ...], language: Language) -> str:
    said = part.said(language)
    return f"({said})" if isinstance(part, kind) else said
