"""The rule book as prose: each rule as a paragraph that a lawyer can check against the act."""

from collections.abc import Iterator
from datetime import date

from confidentiality.acts import ACT, Statute, concerns
from confidentiality.book import RuleBook
from confidentiality.condition import AllOf, Clause, laid_out, said
from confidentiality.explanation import FIELDS
from confidentiality.policy import SAFE, SWITCHES, Policy
from confidentiality.policy_settings import SWITCH_WORDS
from confidentiality.rule import CONFIRMED_BY, Effect, Rule
from confidentiality.vocabulary import BASIS, JURISDICTIONS, Jurisdiction
from confidentiality.words import AND, Language, Words, listed

TIERS: tuple[Words, ...] = (
    Words("Hvem spør?", "Kven spør?", "Hvem spørger?", "Who is asking?"),
    Words("Hva ingenting åpner", "Kva ingenting opnar", "Hvad intet åbner", "What nothing opens"),
    Words(
        "Hva som skal sies fra om", "Kva som skal meldast frå om", "Hvad der skal underrettes om", "What must be told"
    ),
    Words(
        "Hva som kan deles uten samtykke",
        "Kva som kan delast utan samtykke",
        "Hvad der kan deles uden samtykke",
        "What may be shared without consent",
    ),
    Words(
        "Hva som kan deles med samtykke",
        "Kva som kan delast med samtykke",
        "Hvad der kan deles med samtykke",
        "What may be shared with consent",
    ),
    Words("Andre veier", "Andre vegar", "Andre veje", "Other ways"),
    Words("Når ingen regel åpner", "Når ingen regel opnar", "Når ingen regel åbner", "Where no rule opens"),
)
"""The heading of each tier, 0 to 6."""

COUNTRIES: dict[Jurisdiction, Words] = {
    "NOR": Words("Norge", "Noreg", "Norge", "Norway"),
    "DNK": Words("Danmark", "Danmark", "Danmark", "Denmark"),
}

_EFFECTS: dict[Effect, Words] = {
    "forbid": Words(
        "Ingenting deles når {}.", "Ingenting blir delt når {}.", "Intet deles, når {}.", "Nothing is shared when {}."
    ),
    "hold": Words(
        "Delingen venter på mennesker når {}.",
        "Delinga ventar på menneske når {}.",
        "Delingen venter på mennesker, når {}.",
        "The sharing waits for people when {}.",
    ),
    "strip": Words(
        "Noen felt tas bort når {}.",
        "Nokre felt blir tekne bort når {}.",
        "Nogle felter fjernes, når {}.",
        "Some fields are left out when {}.",
    ),
    "require": Words(
        "Opplysningen skal gis når {}.",
        "Opplysninga skal givast når {}.",
        "Oplysningen skal gives, når {}.",
        "The information must be given when {}.",
    ),
    "permit": Words(
        "Opplysningen kan deles når {}.",
        "Opplysninga kan delast når {}.",
        "Oplysningen kan deles, når {}.",
        "The information may be shared when {}.",
    ),
    "permit_after_decision": Words(
        "Opplysningen kan deles etter en avgjørelse når {}.",
        "Opplysninga kan delast etter ei avgjerd når {}.",
        "Oplysningen kan deles efter en afgørelse, når {}.",
        "The information may be shared after a decision when {}.",
    ),
    "permit_override": Words(
        "Opplysningen kan deles ved overstyring når {}.",
        "Opplysninga kan delast ved overstyring når {}.",
        "Oplysningen kan deles ved nødadgang, når {}.",
        "The information may be shared by override when {}.",
    ),
    "offer": Words(
        "Denne veien tilbys når {}.",
        "Denne vegen blir tilboden når {}.",
        "Denne vej tilbydes, når {}.",
        "This way is offered when {}.",
    ),
}
_EVERY_CASE = Words(
    "Gjelder hver gang ingen annen regel åpner.",
    "Gjeld kvar gong ingen annan regel opnar.",
    "Gælder, hver gang ingen anden regel åbner.",
    "Holds whenever no other rule opens.",
)
_NEEDS = Words(
    "Det må være slik at {}.", "Det må vere slik at {}.", "Det skal være sådan, at {}.", "It must be so that {}."
)
_DECIDED = Words("Avgjørelsen er at {}.", "Avgjerda er at {}.", "Afgørelsen er, at {}.", "The decision is that {}.")
_LIFTED = Words(
    "Ventingen slutter når {}.", "Ventinga sluttar når {}.", "Ventetiden slutter, når {}.", "The waiting ends when {}."
)
_STRIPS = Words(
    "Disse feltene følger aldri med: {}.",
    "Desse felta følgjer aldri med: {}.",
    "Disse felter følger aldrig med: {}.",
    "These fields never go: {}.",
)
_OVERRIDE = Words(
    "Ved fare for liv eller helse kan regelen overstyres.",
    "Ved fare for liv eller helse kan regelen overstyrast.",
    "Ved fare for liv eller helbred kan reglen fraviges.",
    "In danger to life or health the rule can be overridden.",
)
_SWITCHED = Words(
    "Regelen er av til kommunen slår på «{}».",
    "Regelen er av til kommunen slår på «{}».",
    "Reglen er slået fra, indtil kommunen slår »{}« til.",
    "The rule is off until the municipality switches on “{}”.",
)
_BEGINS = Words(
    "Gjelder fra {} trer i kraft.",
    "Gjeld frå {} tek til å gjelde.",
    "Gælder fra {} træder i kraft.",
    "Holds from the day {} enters into force.",
)
_ENDS = Words(
    "Gjelder til {} trer i kraft.",
    "Gjeld til {} tek til å gjelde.",
    "Gælder, til {} træder i kraft.",
    "Holds until {} enters into force.",
)
_BASIS = Words("Grunnlag", "Grunnlag", "Grundlag", "Basis")
_LAW = Words("Hjemmel", "Heimel", "Hjemmel", "Authority")
_LATER = Words("senere", "seinare", "senere", "later")
_CONFIRM = Words("Bekreftes av", "Blir stadfesta av", "Bekræftes af", "To be confirmed by")


def sentences(rule: Rule, language: Language) -> list[str]:
    """What a rule says, sentence by sentence: when it speaks, what it needs, and what it does beside."""
    if rule.tier == 6:
        text = [_EVERY_CASE.to(language)]
    else:
        text = [_EFFECTS[rule.effect].to(language).format(said(rule.when, language))]
    if rule.needs:
        text.append(_NEEDS.to(language).format(listed([each.words.to(language) for each in rule.needs], AND, language)))
    return text + beside(rule, language)


def beside(rule: Rule, language: Language) -> list[str]:
    """What a rule says beside its condition: whose decision it waits for, what it strips, and when it holds at all."""
    text = []
    if rule.decided_by:
        sentence = _LIFTED if rule.effect == "hold" else _DECIDED
        decided = listed([each.words.to(language) for each in rule.decided_by], AND, language)
        text.append(sentence.to(language).format(decided))
    if rule.strip:
        text.append(_STRIPS.to(language).format(", ".join(FIELDS[name].to(language) for name in rule.strip)))
    if rule.overridable:
        text.append(_OVERRIDE.to(language))
    if rule.switch is not None:
        text.append(_SWITCHED.to(language).format(SWITCH_WORDS[rule.switch].to(language)))
    if rule.begins_with is not None:
        text.append(_BEGINS.to(language).format(_title(rule.begins_with, language)))
    if rule.ends_with is not None:
        text.append(_ENDS.to(language).format(_title(rule.ends_with, language)))
    return text


def _title(act: str, language: Language) -> str:
    title = ACT[act].called(language)
    return f"the {title}" if language == "en" else title


def demands(rule: Rule, language: Language) -> tuple[Clause, ...]:
    """Everything that must hold before a rule takes effect, laid out line by line in one language."""
    parts = rule.when.parts if isinstance(rule.when, AllOf) else (rule.when,)
    return tuple(laid_out(each, language) for each in (*parts, *rule.needs))


def authority(rule: Rule, language: Language) -> str:
    """The places in the law that carry a rule; where an act is to be replaced, the place that takes over."""
    return "; ".join(_place(statute, language) for statute in rule.law)


def authority_in(jurisdiction: Jurisdiction, rule: Rule, language: Language) -> list[str]:
    """The places in the law of one country that carry a rule, each with the place that takes over."""
    return [_place(statute, language) for statute in rule.law if concerns(statute.act, jurisdiction)]


def _place(statute: Statute, language: Language) -> str:
    place = statute.said(language)
    return f"{place} ({_LATER.to(language)}: {statute.then.said(language)})" if statute.then is not None else place


def paragraph(rule: Rule, language: Language) -> Iterator[str]:
    """One rule as lines of text: its code and reason, what it says, its basis, its law and who confirms it."""
    yield f"{rule.code}  {rule.because.to(language)}"
    yield " ".join(sentences(rule, language))
    if rule.basis is not None:
        yield f"{_BASIS.to(language)}: {BASIS[rule.basis].label.to(language)}."
    confirmed = CONFIRMED_BY[rule.confidence].to(language)
    yield f"{_LAW.to(language)}: {authority(rule, language)}. {_CONFIRM.to(language)}: {confirmed}."


def book_as_text(book: RuleBook, language: Language) -> Iterator[str]:
    """The whole book as lines of plain text: country by country, tier by tier, in the order in which rules are read."""
    for jurisdiction in JURISDICTIONS:
        yield COUNTRIES[jurisdiction].to(language).upper()
        tier = -1
        for rule in book.rules[jurisdiction]:
            if rule.tier != tier:
                tier = rule.tier
                yield ""
                yield f"{tier}. {TIERS[tier].to(language)}"
            yield ""
            first, *rest = paragraph(rule, language)
            yield first
            yield from (f"    {line}" for line in rest)
        yield ""


def rule_as_read(
    rule: Rule, jurisdiction: Jurisdiction, language: Language, at: date, policy: Policy = SAFE
) -> dict[str, object]:
    """A rule as JSON-able data for a reader: its code, what it says, why, by which law, and whether it speaks today."""
    since, until = rule.days_in_force(jurisdiction, policy)
    return {
        "code": rule.code,
        "jurisdiction": jurisdiction,
        "tier": rule.tier,
        "effect": rule.effect,
        "reason": rule.because.to(language),
        "says": " ".join(sentences(rule, language)),
        "basis": rule.basis,
        "law": [place.said(language) for place in rule.law_on(jurisdiction, at, policy)],
        "missing": rule.missing,
        "strip": list(rule.strip),
        "override": "allowed" if rule.overridable else "never",
        "switch": rule.switch,
        "in_force": rule.speaks(jurisdiction, at, policy),
        "since": since.isoformat() if since is not None else None,
        "until": until.isoformat() if until is not None else None,
        "begins_with": rule.begins_with,
        "ends_with": rule.ends_with,
        "confidence": rule.confidence,
        "to_be_confirmed_by": CONFIRMED_BY[rule.confidence].to(language),
    }


def book_as_read(book: RuleBook, language: Language, at: date, policy: Policy = SAFE) -> dict[str, object]:
    """The whole book as JSON-able data for a reader: its hash, the language, and the rules of both countries."""
    return {
        "rule_book": book.hash,
        "language": language,
        "rules": [
            rule_as_read(rule, jurisdiction, language, at, policy)
            for jurisdiction in JURISDICTIONS
            for rule in book.rules[jurisdiction]
        ],
    }


def book_as_markdown(book: RuleBook) -> str:
    """The page `docs/rules.md`: the whole book in English, with the reason in all four languages and the law."""
    lines = [
        "# The rule book",
        "",
        "This page is written by `tillit docs` from the rules themselves; a test fails when it is stale. The same book",
        "is the page `/rules` of every installation, in four languages; `tillit rules --language nb` prints it.",
        "",
        f"Hash of all that decides: `{book.hash}`.",
        "",
        "All rules are asked every time. Tier 0 asks who is speaking; where G-00 or G-02 says no, nothing else counts.",
        "A duty (tier 2) is stopped by no other rule, but fields that are stripped stay stripped. Otherwise a forbid",
        "beats every permit, a hold waits for a named leader and a second approver, and where nothing permits Z-99",
        "refuses.",
        "Unknown never permits, and an unanswered forbid forbids.",
        "",
        "## Switches",
        "",
        "What a municipality may switch on. Each is off until its policy says otherwise.",
        "",
        *(f"- `{switch}` ({SWITCH_WORDS[switch].en}): {', '.join(codes)}" for switch, codes in SWITCHES.items()),
        "",
    ]
    for jurisdiction in JURISDICTIONS:
        lines += [f"## {COUNTRIES[jurisdiction].en}", ""]
        tier = -1
        for rule in book.rules[jurisdiction]:
            if rule.tier != tier:
                tier = rule.tier
                lines += [f"### {tier}. {TIERS[tier].en}", ""]
            lines += _rule_as_markdown(rule)
    return "\n".join(lines).rstrip() + "\n"


def _rule_as_markdown(rule: Rule) -> list[str]:
    basis = f" Basis: {BASIS[rule.basis].label.en}." if rule.basis is not None else ""
    return [
        f"#### {rule.code}",
        "",
        rule.because.en,
        "",
        *(f"- {sentence}" for sentence in sentences(rule, "en")),
        f"- Authority: {authority(rule, 'en')}. To be confirmed by: {CONFIRMED_BY[rule.confidence].en}.{basis}",
        f"- nb: {rule.because.nb}",
        f"- nn: {rule.because.nn}",
        f"- da: {rule.because.da}",
        "",
    ]
