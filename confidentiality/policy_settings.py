"""What a municipality may set in its policy, what each setting means, and what is out of bounds.

Only what the house obeys today is a setting. What the law fixes is none, and neither is a number that would weaken what
the law asks for: each bound is the law's own, or the safe default.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from confidentiality.acts import ACTS
from confidentiality.policy import SWITCHES, Policy
from confidentiality.vocabulary import PURPOSE
from confidentiality.words import Words

Kind = Literal["word", "yes_or_no", "number", "switches", "pairs", "days"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing to choose: what it is called, what it means, and what may be chosen.

    `words` are the choices of a `word`, by code; `least` and `most` the bounds of a `number`.
    """

    name: str
    kind: Kind
    label: Words
    sentence: Words
    words: Mapping[str, Words] | None = None
    least: int = 0
    most: int = 0


class ChoicesRefused(ValueError):
    """Choices that no policy can have: `problems` are pairs of a setting's name and a code for what is wrong."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__(", ".join(f"{name}: {code}" for name, code in problems))
        self.problems = problems


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "form",
        "word",
        Words("Formen på samtykket", "Forma på samtykket", "Samtykkets form", "The form of a consent"),
        Words(
            "Om familien alltid må skrive under, eller om et muntlig samtykke med notat er nok for lite følsomme "
            "opplysninger.",
            "Om familien alltid må skrive under, eller om eit munnleg samtykke med notat er nok for lite kjenslevare "
            "opplysningar.",
            "Om familien altid skal skrive under, eller om et mundtligt samtykke med notat er nok for lidt følsomme "
            "oplysninger.",
            "Whether the family must always sign, or a minuted oral consent is enough for information of low "
            "sensitivity.",
        ),
        {
            "written": Words("Alltid skriftlig", "Alltid skriftleg", "Altid skriftligt", "Always in writing"),
            "oral_minuted": Words(
                "Muntlig med notat er nok for lite følsomme opplysninger",
                "Munnleg med notat er nok for lite kjenslevare opplysningar",
                "Mundtligt med notat er nok for lidt følsomme oplysninger",
                "Oral with a note is enough for information of low sensitivity",
            ),
        },
    ),
    Setting(
        "guardians",
        "word",
        Words("Hvem som må skrive under", "Kven som må skrive under", "Hvem der skal skrive under", "Who must sign"),
        Words(
            "Om alle med foreldreansvar må skrive under, eller om den barnet bor hos, kan avgjøre alene om "
            "lite følsomme opplysninger til leksehjelp, bibliotek eller boligteam (barnelova § 37, en tolkning).",
            "Om alle med foreldreansvar må skrive under, eller om den barnet bur hos, kan avgjere åleine når det gjeld "
            "lite kjenslevare opplysningar til leksehjelp, bibliotek eller bustadteam (barnelova § 37, ei tolking).",
            "Om alle med forældremyndighed skal skrive under, eller om den, barnet bor hos, kan beslutte alene, når "
            "det gælder lidt følsomme oplysninger til lektiehjælp, bibliotek eller boligteam (en fortolkning).",
            "Whether everybody with parental responsibility must sign, or the parent the child lives with may decide "
            "alone about information of low sensitivity to homework support, the library or the housing team (Children "
            "Act section 37, an interpretation).",
        ),
        {
            "all_holders": Words(
                "Alle med foreldreansvar",
                "Alle med foreldreansvar",
                "Alle med forældremyndighed",
                "Everybody with parental responsibility",
            ),
            "resident_holder": Words(
                "Den barnet bor hos, når opplysningene er lite følsomme",
                "Den barnet bur hos, når opplysningane er lite kjenslevare",
                "Den, barnet bor hos, når oplysningerne er lidt følsomme",
                "The parent the child lives with, where the information is of low sensitivity",
            ),
        },
    ),
    Setting(
        "custody_holders_with_youth_for_sensitivity_3",
        "yes_or_no",
        Words(
            "Foreldre sammen med ungdom i Danmark",
            "Foreldre saman med ungdom i Danmark",
            "Forældre sammen med den unge i Danmark",
            "Parents beside a youth in Denmark",
        ),
        Words(
            "Om de som har foreldremyndighet i Danmark, skal skrive under sammen med en ungdom på 15 til 17 år når "
            "opplysningene er svært følsomme.",
            "Om dei som har foreldremynde i Danmark, skal skrive under saman med ein ungdom på 15 til 17 år når "
            "opplysningane er svært kjenslevare.",
            "Om indehavere af forældremyndigheden skal skrive under sammen med en ung på 15 til 17 år, når "
            "oplysningerne er meget følsomme.",
            "Whether holders of custody in Denmark sign beside a youth of 15 to 17 where the information is of high "
            "sensitivity.",
        ),
    ),
    Setting(
        "child_objection_from_age",
        "number",
        Words(
            "Alderen da barnets nei stanser delingen",
            "Alderen då nei frå barnet stansar delinga",
            "Alderen, hvor barnets nej standser delingen",
            "The age at which a child's no stops the sharing",
        ),
        Words(
            "Fra denne alderen venter delingen på at en leder og en til har avgjort den når barnet sier nei. Den kan "
            "settes ned, ikke opp.",
            "Frå denne alderen ventar delinga på at ein leiar og ein til har avgjort ho når barnet seier nei. Han kan "
            "setjast ned, ikkje opp.",
            "Fra denne alder venter delingen på, at en leder og en til har afgjort den, når barnet siger nej. Den kan "
            "sættes ned, ikke op.",
            "From this age, when the child says no, the sharing waits until a leader and a second person have decided "
            "it. It may be lowered, not raised.",
        ),
        least=7,
        most=12,
    ),
    Setting(
        "consent_at_most_months",
        "number",
        Words(
            "Hvor mange måneder et samtykke gjelder",
            "Kor mange månader eit samtykke gjeld",
            "Hvor mange måneder et samtykke gælder",
            "How many months a consent counts",
        ),
        Words(
            "Ingen samtykker gjelder lenger enn dette, heller ikke de som alt er gitt.",
            "Ingen samtykke gjeld lenger enn dette, heller ikkje dei som alt er gitt.",
            "Intet samtykke gælder længere end dette, heller ikke de allerede givne.",
            "No consent counts for longer than this, not even one that is given already.",
        ),
        least=1,
        most=12,
    ),
    Setting(
        "consent_ends_at_least_days",
        "number",
        Words(
            "Hvor nær sommeren et samtykke går til neste skoleår",
            "Kor nær sommaren eit samtykke går til neste skuleår",
            "Hvor tæt på sommeren et samtykke går til næste skoleår",
            "How near the summer a consent goes on to the next school year",
        ),
        Words(
            "Et samtykke gjelder til 31. juli. Er det færre dager dit enn dette, går det til neste sommer.",
            "Eit samtykke gjeld til 31. juli. Er det færre dagar dit enn dette, går det til neste sommar.",
            "Et samtykke gælder til 31. juli. Er der færre dage dertil end dette, går det til næste sommer.",
            "A consent counts until 31 July. Where that is fewer days away than this, it goes on to the next summer.",
        ),
        least=0,
        most=180,
    ),
    Setting(
        "protection_status_days",
        "number",
        Words(
            "Hvor mange dager et oppslag om beskyttet adresse er godt nok",
            "Kor mange dagar eit oppslag om verna adresse er godt nok",
            "Hvor mange dage et opslag om beskyttet adresse er godt nok",
            "For how many days a look-up of a protected address is good enough",
        ),
        Words(
            "Er oppslaget eldre, deles ingenting før det er gjort på nytt.",
            "Er oppslaget eldre, blir ingenting delt før det er gjort på nytt.",
            "Er opslaget ældre, deles intet, før det er gjort igen.",
            "Where it is older, nothing is shared before it is made again.",
        ),
        least=1,
        most=30,
    ),
    Setting(
        "switches",
        "switches",
        Words(
            "Deling uten samtykke som kommunen har åpnet for",
            "Deling utan samtykke som kommunen har opna for",
            "Deling uden samtykke, som kommunen har åbnet for",
            "Sharing without consent that the municipality has opened",
        ),
        Words(
            "Hver av disse er av til kommunen har vurdert den rettslig. Vilkårene i regelen gjelder i tillegg.",
            "Kvar av desse er av til kommunen har vurdert ho rettsleg. Vilkåra i regelen gjeld i tillegg.",
            "Hver af disse er slået fra, til kommunen har vurderet den retligt. Reglens betingelser gælder desuden.",
            "Each of these is off until the municipality has assessed it legally. The conditions of the rule hold "
            "besides.",
        ),
    ),
    Setting(
        "pairs",
        "pairs",
        Words(
            "Tjenester innen samme organ",
            "Tenester innan same organ",
            "Tjenester inden for samme organ",
            "Services inside one body",
        ),
        Words(
            "Hvilke to tjenester i kommunen som kan dele når det trengs, og til hvilket formål. Det gjelder bare når "
            "deling innen samme organ er slått på.",
            "Kva to tenester i kommunen som kan dele når det trengst, og til kva formål. Det gjeld berre når deling "
            "innan same organ er slått på.",
            "Hvilke to tjenester i kommunen der må dele, når det er nødvendigt, og til hvilket formål. Det gælder kun, "
            "når deling inden for samme organ er slået til.",
            "Which two services of the municipality may share what is needed, and for what purpose. It holds only "
            "where sharing inside one body is switched on.",
        ),
    ),
    Setting(
        "entered",
        "days",
        Words("Nye lover", "Nye lover", "Nye love", "New acts"),
        Words(
            "Dagen da en ny lov begynte å gjelde. Fra den dagen spør reglene etter den nye loven.",
            "Dagen då ei ny lov tok til å gjelde. Frå den dagen spør reglane etter den nye lova.",
            "Dagen, hvor en ny lov trådte i kraft. Fra den dag spørger reglerne efter den nye lov.",
            "The day on which a new act entered into force. From that day the rules ask by the new act.",
        ),
    ),
)
SETTING: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}

SWITCH_WORDS: Mapping[str, Words] = {
    "no_consent_for_statutory_homework": Words(
        "Leksehjelp som skolen har plikt til: uten samtykke når de foresatte har fått vite det",
        "Leksehjelp som skulen har plikt til: utan samtykke når dei føresette har fått vite det",
        "Lektiehjælp, som skolen har pligt til: uden samtykke, når forældrene har fået det at vide",
        "Homework support that is the school's duty: without consent once the guardians have been told",
    ),
    "same_body_pairs": Words(
        "Deling innen samme organ, mellom de tjenestene som er valgt",
        "Deling innan same organ, mellom dei tenestene som er valde",
        "Deling inden for samme organ, mellem de tjenester, der er valgt",
        "Sharing inside one body, between the services that were chosen",
    ),
    "givers_task": Words(
        "Deling som trengs for avsenderens egen oppgave, etter en leders avgjørelse",
        "Deling som trengst for avsendaren si eiga oppgåve, etter avgjerd frå ein leiar",
        "Deling, som er nødvendig for afsenderens egen opgave, efter en leders afgørelse",
        "Sharing needed for the sender's own task, after a leader's decision",
    ),
    "ssd_meeting": Words(
        "SSD-møter (Danmark)", "SSD-møte (Danmark)", "SSD-møder", "Meetings of school, social services and daycare"
    ),
    "ssp": Words(
        "SSP-samarbeid (Danmark)",
        "SSP-samarbeid (Danmark)",
        "SSP-samarbejde",
        "Cooperation of school, social services and police",
    ),
}

AWAITED_ACTS: tuple[str, ...] = tuple(act.code for act in ACTS if act.awaited)


def choose(policy: Policy, choices: Mapping[str, Any]) -> Policy:
    """The policy with these choices made; what is not chosen stays as it is.

    Args:
        policy: what is changed.
        choices: by the name of a setting: a word, true or false, a whole number, a list of switches, a list of triples
            (sending service, receiving service, purpose), or by act the day it entered into force as an ISO date, null
            where it has not.

    Raises:
        ChoicesRefused: a setting that does not exist, or a choice that is out of its bounds; all of them are named.
    """
    problems = list(_problems(choices))
    if problems:
        raise ChoicesRefused(problems)
    chosen: dict[str, Any] = dict(choices)
    if "switches" in chosen:
        chosen["switches"] = frozenset(chosen["switches"])
    if "pairs" in chosen:
        chosen["pairs"] = frozenset(tuple(pair) for pair in chosen["pairs"])
    if "entered" in chosen:
        chosen["entered"] = {act: date.fromisoformat(day) for act, day in chosen["entered"].items() if day is not None}
    return replace(policy, number=0, **chosen)


def _problems(choices: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in choices.items():
        setting = SETTING.get(name)
        if setting is None:
            yield name, "unknown_field"
        else:
            yield from _ASKED[setting.kind](setting, value)


def _word(setting: Setting, value: object) -> Iterator[tuple[str, str]]:
    if not isinstance(value, str) or value not in (setting.words or ()):
        yield setting.name, "not_a_choice"


def _yes_or_no(setting: Setting, value: object) -> Iterator[tuple[str, str]]:
    if not isinstance(value, bool):
        yield setting.name, "not_yes_or_no"


def _number(setting: Setting, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, bool) or not isinstance(value, int):
        yield setting.name, "not_a_number"
    elif value < setting.least:
        yield setting.name, "too_small"
    elif value > setting.most:
        yield setting.name, "too_large"


def _switches(setting: Setting, value: object) -> Iterator[tuple[str, str]]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) and each in SWITCHES for each in value):
        yield setting.name, "not_a_choice"


def _pairs(setting: Setting, value: object) -> Iterator[tuple[str, str]]:
    if not isinstance(value, list | tuple):
        yield setting.name, "wrong_type"
        return
    for pair in value:
        if not isinstance(pair, list | tuple) or len(pair) != 3 or not all(isinstance(each, str) for each in pair):
            yield setting.name, "wrong_type"
        elif pair[0] == pair[1]:
            yield setting.name, "same_service"
        elif pair[2] not in PURPOSE:
            yield setting.name, "unknown_word"


def _days(setting: Setting, value: object) -> Iterator[tuple[str, str]]:
    if not isinstance(value, Mapping):
        yield setting.name, "wrong_type"
        return
    for act, day in value.items():
        if act not in AWAITED_ACTS:
            yield f"{setting.name}.{act}", "unknown_field"
        elif day is not None and not _is_day(day):
            yield f"{setting.name}.{act}", "not_a_date"


def _is_day(text: object) -> bool:
    try:
        return isinstance(text, str) and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


_ASKED = {
    "word": _word,
    "yes_or_no": _yes_or_no,
    "number": _number,
    "switches": _switches,
    "pairs": _pairs,
    "days": _days,
}

__all__ = ["AWAITED_ACTS", "SETTING", "SETTINGS", "SWITCH_WORDS", "ChoicesRefused", "Kind", "Setting", "choose"]
