"""A decision in plain words: for the teacher what, why and what to do; for the family; and in full for the auditor.

Nothing here names anybody: people are "person 1" and "person 2" in the order in which they were asked about.
"""

from dataclasses import asdict, dataclass
from typing import Any

from confidentiality.book import BOOK, RuleBook
from confidentiality.decision import Decision, Result
from confidentiality.missing import MISSING, without_ref
from confidentiality.policy import SAFE, Policy
from confidentiality.vocabulary import BASIS, CATEGORY, KIND, RESULT
from confidentiality.words import AND, Language, Words, listed
from foundation.first_letter import small_first


@dataclass(frozen=True, slots=True)
class Explanation:
    """Plain text in one language: at most five sentences each for the teacher and the family, a list for the auditor.

    `family` is empty where telling the family is for people to decide: reports, emergencies and strict protection.
    """

    teacher: str
    family: str
    auditor: tuple[str, ...]


CANNOT_BE_HANDLED = Words(
    "Denne personen kan ikke behandles her. Snakk med lederen din.",
    "Denne personen kan ikkje handsamast her. Snakk med leiaren din.",
    "Denne person kan ikke behandles her. Tal med din leder.",
    "This person cannot be handled here. Talk to your leader.",
)
"""The common answer: the same bytes for a strictly protected person, a failed look-up and an unknown number."""

SAME_ANSWER = frozenset({"NO-B-10", "B-13"})
"""Rules whose refusal must not be told apart."""

_OPEN = Words("Du kan dele: {} – {}.", "Du kan dele: {} – {}.", "Du kan dele: {} – {}.", "You may share: {} – {}.")
_MUST = Words(
    "Du skal gi dette nå, også uten samtykke: {} – {}.",
    "Du skal gi dette no, også utan samtykke: {} – {}.",
    "Du skal give dette nu, også uden samtykke: {} – {}.",
    "You must give this now, also without consent: {} – {}.",
)
_CLOSED = Words(
    "Du kan ikke dele: {} – {}.",
    "Du kan ikkje dele: {} – {}.",
    "Du kan ikke dele: {} – {}.",
    "You cannot share: {} – {}.",
)
_WAITS = Words(
    "Dette venter på at mennesker avgjør det: {} – {}.",
    "Dette ventar på at menneske avgjer det: {} – {}.",
    "Dette venter på, at mennesker afgør det: {} – {}.",
    "This waits for people to decide it: {} – {}.",
)
_LACKING = Words(
    "Dette må være på plass: {}.",
    "Dette må vere på plass: {}.",
    "Dette skal være på plads: {}.",
    "This must be in place: {}.",
)
_INSTEAD = Words("Du kan i stedet: {}.", "Du kan i staden: {}.", "Du kan i stedet: {}.", "Instead you can: {}.")
_WITHOUT = Words("{} (uten {})", "{} (utan {})", "{} (uden {})", "{} (without {})")
_ONE_SIGNATURE = Words("én underskrift til", "éi underskrift til", "én underskrift til", "one more signature")
_SIGNATURES = Words("{} underskrifter til", "{} underskrifter til", "{} underskrifter til", "{} more signatures")

OFFERS: dict[str, Words] = {
    "ask_consent": Words(
        "spørre familien om samtykke",
        "spørje familien om samtykke",
        "spørge familien om samtykke",
        "ask the family for consent",
    ),
    "carried_by_person": Words(
        "gi familien et ark de tar med selv",
        "gi familien eit ark dei tek med sjølve",
        "give familien et ark, de selv tager med",
        "give the family a sheet to carry themselves",
    ),
    "anonymised": Words(
        "spørre om råd uten at noen kan kjennes igjen",
        "spørje om råd utan at nokon kan kjennast att",
        "spørge om råd, uden at nogen kan genkendes",
        "ask for advice so that nobody can be recognised",
    ),
    "duty_report": Words(
        "melde fra hvis du er alvorlig bekymret for et barn",
        "melde frå om du er alvorleg uroa for eit barn",
        "underrette, hvis du er alvorligt bekymret for et barn",
        "report if you are seriously concerned for a child",
    ),
    "duty_avert": Words(
        "varsle hvis liv eller helse er i fare",
        "varsle om liv eller helse er i fare",
        "slå alarm, hvis liv eller helbred er i fare",
        "raise the alarm if life or health is in danger",
    ),
}
OFFERS["duty_report_citizen"] = OFFERS["duty_report"]
"""What can be done instead, by the basis of the rule that opens the way; to stand after "you can"."""

FIELDS: dict[str, Words] = {
    "identity_contact.address": Words("adresse", "adresse", "adresse", "address"),
    "identity_contact.school": Words("skole", "skule", "skole", "school"),
    "identity_contact.phone": Words("telefon", "telefon", "telefon", "telephone"),
}
"""The names of the fields that a rule may strip."""

_FAMILY_MAY = Words(
    "{} kan gi {} dette: {}.", "{} kan gi {} dette: {}.", "{} må give {} dette: {}.", "{} may give {} this: {}."
)
_FAMILY_MAY_NOT = Words(
    "{} kan ikke gi {} dette nå: {}.",
    "{} kan ikkje gi {} dette no: {}.",
    "{} må ikke give {} dette nu: {}.",
    "{} may not give {} this now: {}.",
)
_FAMILY_BASIS = Words("Grunnlaget er {}.", "Grunnlaget er {}.", "Grundlaget er {}.", "The basis is {}.")
_FAMILY_WITHDRAW = Words(
    "Dere kan trekke samtykket tilbake når som helst.",
    "De kan trekkje samtykket tilbake når som helst.",
    "I kan trække samtykket tilbage når som helst.",
    "You can withdraw consent at any time.",
)
_FAMILY_NOTHING = Words(
    "Ingenting blir delt uten en regel som åpner for det.",
    "Ingenting blir delt utan ein regel som opnar for det.",
    "Intet deles uden en regel, som åbner for det.",
    "Nothing is shared without a rule that opens for it.",
)


def explanation(decision: Decision, language: Language, book: RuleBook = BOOK, policy: Policy = SAFE) -> Explanation:
    """A decision in plain words in one language. `book` and `policy` are those the decision was made by."""
    return Explanation(
        teacher=_teacher(decision, language, book),
        family=_family(decision, language),
        auditor=tuple(_auditor(decision, language, book, policy)),
    )


def decision_as_read(decision: Decision, words: Explanation) -> dict[str, Any]:
    """A decision and its explanation as JSON-able data: what a program gets that asks what may be shared."""
    return {
        "at": decision.at.isoformat(),
        "rule_book": decision.rule_book,
        "policy": decision.policy,
        "law_version": decision.law_version,
        "results": [
            {
                "subject": each.subject,
                "category": each.category,
                "result": each.result,
                "rules": list(each.rules),
                "missing": list(each.missing),
                "strip": list(each.strip),
                "offers": list(each.offers),
                "basis": each.basis,
                "beaten": list(each.beaten),
                "unanswered": list(each.unanswered),
                "facts": each.facts,
            }
            for each in decision.results
        ],
        "explanation": asdict(words),
    }


def _teacher(decision: Decision, language: Language, book: RuleBook) -> str:
    if _same_answer(decision):
        return CANNOT_BE_HANDLED.to(language)
    results = decision.results
    given = [each for each in results if each.result in ("permit", "strip")]
    due = [each for each in results if each.result == "require"]
    waiting = [each for each in results if each.result == "manual"]
    closed = [each for each in results if each.result in ("refuse", "offer")]
    sentences = [
        sentence.to(language).format(_categories(those, language), _why(those[0], language, book))
        for sentence, those in ((_OPEN, given), (_MUST, due), (_WAITS, waiting), (_CLOSED, closed))
        if those
    ]
    lacking = list(dict.fromkeys(code for each in (*waiting, *closed) for code in each.missing))
    if lacking:
        sentences.append(_LACKING.to(language).format(_lacking(lacking, language)))
    offers = list(dict.fromkeys(code for each in (*waiting, *closed) for code in each.offers))
    if offers:
        ways = dict.fromkeys(OFFERS[book.rule(code).basis or ""].to(language) for code in offers)
        sentences.append(_INSTEAD.to(language).format("; ".join(ways)))
    return " ".join(sentences[:5])


def _same_answer(decision: Decision) -> bool:
    """Whether one result is closed in a way that must look like every other such way."""
    return any(
        code in each.rules for each in decision.results if each.result in ("refuse", "manual") for code in SAME_ANSWER
    )


def _categories(results: list[Result], language: Language) -> str:
    """The labels of the categories, each once, with the fields that must be left out."""
    names = []
    for each in results:
        label = CATEGORY[each.category].label.to(language)
        if each.strip:
            fields = [FIELDS[field].to(language) for field in each.strip]
            label = _WITHOUT.to(language).format(label, listed(fields, AND, language))
        names.append(label)
    return listed(list(dict.fromkeys(names)), AND, language)


def _why(result: Result, language: Language, book: RuleBook) -> str:
    """The reason of the rule that decided, as a clause: it begins small and has no full stop.

    What is open is so by the rule that gives the basis; what is closed or waits, by the first rule that said so.
    """
    rules = [book.rule(code) for code in result.rules]
    deciding = next((rule for rule in rules if result.basis is not None and rule.basis == result.basis), rules[0])
    return small_first(deciding.because.to(language).rstrip("."))


def _lacking(codes: list[str], language: Language) -> str:
    signatures = sum(code.startswith("signature(") for code in codes)
    parts = []
    if signatures == 1:
        parts.append(_ONE_SIGNATURE.to(language))
    elif signatures:
        parts.append(_SIGNATURES.to(language).format(signatures))
    parts += [MISSING[without_ref(code)].to(language) for code in codes if not code.startswith("signature(")]
    return "; ".join(dict.fromkeys(parts))


def _family(decision: Decision, language: Language) -> str:
    results = decision.results
    if _same_answer(decision) or decision.purpose in ("report_concern", "emergency"):
        return ""
    if any(each.result == "require" for each in results) or decision.sender is None or decision.recipient is None:
        return ""
    sender, recipient = KIND[decision.sender].label.to(language), KIND[decision.recipient].label.to(language)
    sender = sender[0].upper() + sender[1:]
    given = [each for each in results if each.result in ("permit", "strip")]
    rest = [each for each in results if each not in given]
    sentences = []
    if given:
        sentences.append(_FAMILY_MAY.to(language).format(sender, recipient, _categories(given, language)))
        bases = list(dict.fromkeys(each.basis for each in given if each.basis is not None))
        sentences.append(
            _FAMILY_BASIS.to(language).format(listed([BASIS[b].label.to(language) for b in bases], AND, language))
        )
        if "consent" in bases:
            sentences.append(_FAMILY_WITHDRAW.to(language))
    if rest:
        sentences.append(_FAMILY_MAY_NOT.to(language).format(sender, recipient, _categories(rest, language)))
        sentences.append(_FAMILY_NOTHING.to(language))
    return " ".join(sentences)


_PERSON = Words("person {}, {}: {}", "person {}, {}: {}", "person {}, {}: {}", "person {}, {}: {}")
_DECIDED = Words("avgjort av", "avgjort av", "afgjort af", "decided by")
_BEATEN = Words("uten virkning", "utan verknad", "uden virkning", "without effect")
_UNANSWERED = Words("ubesvart", "ikkje svart på", "ubesvaret", "unanswered")
_MISSES = Words("mangler", "manglar", "mangler", "missing")
_STRIPPED = Words("tas bort", "blir teke bort", "fjernes", "stripped")
_OFFERED = Words("tilbys", "blir tilbode", "tilbydes", "offered")


def _auditor(decision: Decision, language: Language, book: RuleBook, policy: Policy) -> list[str]:
    """Every result with every rule that had a say, each with its reason and its law on the day."""
    person = {ref: number for number, ref in enumerate(dict.fromkeys(e.subject for e in decision.results), start=1)}
    lines = []
    for each in decision.results:
        label = CATEGORY[each.category].label.to(language)
        outcome = RESULT[each.result].label.to(language)
        lines.append(_PERSON.to(language).format(person[each.subject], label, outcome))
        for heading, codes in ((_DECIDED, each.rules), (_BEATEN, each.beaten)):
            lines += [f"  {heading.to(language)} {_rule(code, decision, language, book, policy)}" for code in codes]
        for heading, words in (
            (_UNANSWERED, each.unanswered),
            (_MISSES, [without_ref(code) for code in each.missing]),
            (_STRIPPED, each.strip),
            (_OFFERED, each.offers),
        ):
            if words:
                lines.append(f"  {heading.to(language)}: {', '.join(words)}")
    return lines


def _rule(code: str, decision: Decision, language: Language, book: RuleBook, policy: Policy) -> str:
    rule = book.rule(code)
    law = ", ".join(place.said(language) for place in rule.law_on(decision.jurisdiction, decision.at, policy))
    return f"{code}: {rule.because.to(language)} ({law})"
