"""The acts that the rule books cite, and when each is in force.

Two Norwegian acts are passed and wait for the King to set the day. They are here, switched off, until the policy of the
municipality names the day; then they replace the acts that they repeal. An act without a day was in force before this
book begins.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from confidentiality.vocabulary import Jurisdiction
from confidentiality.words import Language, Words


@dataclass(frozen=True, slots=True)
class Act:
    """An act, regulation or other authority: its own title, an English title, and its time in force.

    `danish` is its title in Danish where that is neither its own nor readable from it. `awaited` says that the day it
    enters into force was not known when the book was written; `replaces` names the act that ends on that day.
    """

    code: str
    title: str
    english: str
    since: date | None = None
    awaited: bool = False
    replaces: str | None = None
    danish: str | None = None

    def called(self, language: Language) -> str:
        """The title by which a reader knows the act."""
        if language == "en":
            return self.english
        return self.danish if language == "da" and self.danish is not None else self.title


ACTS: tuple[Act, ...] = (
    Act("NO-FVL-1967", "forvaltningsloven 1967", "Public Administration Act 1967"),
    Act(
        "NO-FVL-2025",
        "forvaltningsloven 2025",
        "Public Administration Act 2025",
        awaited=True,
        replaces="NO-FVL-1967",
    ),
    Act("NO-BL-1981", "barnelova 1981", "Children Act 1981"),
    Act("NO-BL-2025", "barnelova 2025", "Children Act 2025", awaited=True, replaces="NO-BL-1981"),
    Act("NO-OPPL-2023", "opplæringslova", "Education Act", since=date(2024, 8, 1)),
    Act("NO-BVL-2021", "barnevernsloven", "Child Welfare Act"),
    Act("NO-STJL-2009", "sosialtjenesteloven", "Social Services Act"),
    Act("NO-NAVL-2006", "NAV-loven", "NAV Act"),
    Act("NO-POL-2018", "personopplysningsloven", "Personal Data Act"),
    Act("NO-FRL-2016", "folkeregisterloven", "Population Register Act"),
    Act("NO-BESK", "beskyttelsesinstruksen", "Protection Instructions"),
    Act("NO-STRL-2005", "straffeloven", "Penal Code"),
    Act("NO-KOML", "kommuneloven", "Local Government Act"),
    Act("NO-VGML", "vergemålsloven", "Guardianship Act"),
    Act("NO-PBRL", "pasient- og brukerrettighetsloven", "Patients' and Users' Rights Act"),
    Act("DT-NO", "Datatilsynets veiledning", "guidance of the Norwegian Data Protection Authority"),
    Act(
        "EU-GDPR",
        "personvernforordningen",
        "General Data Protection Regulation",
        danish="databeskyttelsesforordningen",
    ),
    Act("DK-FVL", "forvaltningsloven (DK)", "Danish Public Administration Act"),
    Act("DK-STRL", "straffeloven (DK)", "Danish Penal Code"),
    Act("DK-CPR", "CPR-loven", "Danish Civil Registration Act"),
    Act("DK-BL", "barnets lov", "Danish Children's Act"),
    Act("DK-SL", "serviceloven", "Danish Social Services Act"),
    Act("DK-RPL", "retsplejeloven", "Danish Administration of Justice Act"),
    Act("DK-DBL", "databeskyttelsesloven", "Danish Data Protection Act"),
    Act("DK-FAL", "forældreansvarsloven", "Danish Parental Responsibility Act"),
    Act("DK-DPA", "Datatilsynets praksis (DK)", "practice of the Danish Data Protection Agency"),
    Act("policy", "egen bestemmelse", "policy of the product"),
)
ACT = {act.code: act for act in ACTS}
_REPLACED_BY = {act.replaces: act for act in ACTS if act.replaces}
_JURISDICTION_OF: dict[str, Jurisdiction] = {"NO": "NOR", "DT": "NOR", "DK": "DNK"}


def begins(act: Act, entered: Mapping[str, date]) -> date | None:
    """The day an act enters into force: its own, or for an awaited act the day in `entered`; `None` if not known."""
    return entered.get(act.code) if act.awaited else act.since


def in_force(code: str, at: date, entered: Mapping[str, date]) -> bool:
    """Whether an act is in force on a day, given the days on which awaited acts entered into force."""
    act = ACT[code]
    begun = begins(act, entered)
    if act.awaited and begun is None:
        return False
    if begun is not None and at < begun:
        return False
    successor = _REPLACED_BY.get(code)
    return successor is None or not in_force(successor.code, at, entered)


def days_of_change(jurisdiction: Jurisdiction, entered: Mapping[str, date]) -> tuple[date, ...]:
    """The days on which the law of one country changed, oldest first."""
    days = {begins(act, entered) for act in ACTS if concerns(act.code, jurisdiction)}
    return tuple(sorted(day for day in days if day is not None))


def law_version(jurisdiction: Jurisdiction, at: date, entered: Mapping[str, date]) -> str:
    """The version of the law on a day: the country and the day it last changed, as `NOR-2024-08-01`."""
    passed = [day for day in days_of_change(jurisdiction, entered) if day <= at]
    return f"{jurisdiction}-{passed[-1].isoformat() if passed else 'start'}"


def concerns(code: str, jurisdiction: Jurisdiction) -> bool:
    """Whether an act binds in a country; European law and policy bind in both."""
    return _JURISDICTION_OF.get(code[:2], jurisdiction) == jurisdiction


@dataclass(frozen=True, slots=True)
class Statute:
    """A place in an act, such as § 13 a (1) no. 1, and the place that takes over when the act is replaced."""

    act: str
    section: str = ""
    then: "Statute | None" = None

    def on(self, at: date, entered: Mapping[str, date]) -> "Statute | None":
        """This place, or its successor, whichever is law on that day; `None` when neither is."""
        if in_force(self.act, at, entered):
            return self
        return self.then.on(at, entered) if self.then else None

    def said(self, language: Language) -> str:
        """The place as a reader would cite it."""
        act = ACT[self.act]
        if self.act == "policy":
            return _POLICY.to(language)
        sign = "art." if self.act == "EU-GDPR" else "§"
        section = self.section
        for words in _IN_SECTIONS:
            section = section.replace(words.en, words.to(language))
        place = f" {sign} {section}" if section[:1].isdigit() else f" {section}"
        return f"{act.called(language)}{place}".rstrip()


_IN_SECTIONS: tuple[Words, ...] = (
    Words("nr.", "nr.", "nr.", "no."),
    Words("fortalepunkt", "fortalepunkt", "betragtning", "recital"),
    Words("(tidligere)", "(tidlegare)", "(tidligere)", "(former)"),
    Words(
        "(paragrafen må bekreftes)",
        "(paragrafen må stadfestast)",
        "(paragraffen skal bekræftes)",
        "(section to be confirmed)",
    ),
    Words(
        "(paragrafen om inhabilitet må bekreftes)",
        "(paragrafen om inhabilitet må stadfestast)",
        "(paragraffen om inhabilitet skal bekræftes)",
        "(section on disqualification to be confirmed)",
    ),
)
"""What stands in words in the name of a section, as it is written down in English and as each language says it."""

_POLICY = Words("egen bestemmelse", "eiga føresegn", "egen bestemmelse", "our own policy")
