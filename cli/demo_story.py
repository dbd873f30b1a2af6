"""What has happened in Granfjord before somebody comes to look around: twelve days of consents, referrals and checks.

Everything is done by the deeds that pages and API use, by whoever would do it, at a time of the story's own. Nothing is
written past them, so a demonstration holds the same events, refusals and notices as real work would have left.
"""

import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta

from PIL import Image, ImageDraw

from audit.actor import Actor
from audit.read_event import read_event
from audit.refusals import SharingRefused
from audit.search_log import SearchLog, search_log
from consent.attach_proof import attach_proof
from consent.record_consent import Explained, Flow, Heard, RecordConsent, Signed, record_consent
from consent.withdraw_consent import WithdrawConsent, withdraw_consent
from foundation.errors import NotFound
from foundation.identifiers import ConsentId, ReferralId, ServiceId
from people.demo_municipality import STAFF
from people.fill_demo import Granfjord, Household
from people.find_person import find_person
from people.read_person import read_person
from people.sign_declaration import sign_declaration
from referral.accept_referral import accept_referral
from referral.decline_referral import decline_referral
from referral.kinds import Content
from referral.own_referral import stop_what_hung_on
from referral.read_referral import read_referral
from referral.recall_referral import recall_referral
from referral.refer_pupil import ReferPupil, refer_pupil

__all__ = ["DAYS", "Calendar", "tell_story"]

#: How many days the story takes; it ends yesterday, so that the register's answers are still good.
DAYS = 12

_HOMEWORK = "homework_support_referral"
_SCHOOLWORK = ("identity_contact", "academic_need", "language_need")


class Calendar:
    """The clock of the story: it is set from event to event, and each question moves it on by a moment."""

    def __init__(self, until: datetime) -> None:
        self._midnight = datetime.combine(until.astimezone(UTC), time(), UTC)
        self._now = self.day(DAYS, 8)

    def now(self) -> datetime:
        """The next moment."""
        self._now += timedelta(milliseconds=7)
        return self._now

    def day(self, ago: int, hour: int, minute: int = 0) -> datetime:
        """A time of day, so many days before the day on which somebody looks."""
        return self._midnight - timedelta(days=ago) + timedelta(hours=hour, minutes=minute)

    def turn_to(self, ago: int, hour: int, minute: int = 0) -> None:
        """Go on to a later moment of the story."""
        self._now = max(self._now, self.day(ago, hour, minute))


class _Story:
    """The means by which the story is told: who does what, in a line each."""

    def __init__(self, town: Granfjord, calendar: Calendar) -> None:
        self.town = town
        self.at = calendar.turn_to
        self._calendar = calendar

    def actor(self, key: str) -> Actor:
        """Somebody at work."""
        return self.town.staff[key]

    def service(self, key: str) -> ServiceId:
        """One of the services."""
        return self.town.services[key]

    def consent(
        self,
        home: Household,
        flows: Iterable[tuple[str, str, Iterable[str]]],
        *,
        purpose: str = _HOMEWORK,
        about: str = "child1",
        answers: Mapping[str, str] | None = None,
        view: str = "agrees",
        by: str = "housing_worker",
        lasts: int | None = None,
    ) -> ConsentId:
        """A consent that was explained, heard, signed and recorded just now.

        Args:
            home: whose.
            flows: who gives which categories to whom, services by key.
            purpose: for what.
            about: the ref of the person it is about.
            answers: by ref what each answered; left out, everybody who decides has given it.
            view: what the child said.
            by: who sat with the family.
            lasts: days that it counts; left out, until the summer.
        """
        today, grown = self._calendar.now().date(), about.startswith("guardian")
        deciding = [about] if grown else [ref for ref in home.ids if ref.startswith("guardian")]
        if not grown and _is_youth(home, about):
            deciding.append(about)
        told = answers or dict.fromkeys(deciding, "given")
        language = home.family.language
        receipt = record_consent(
            self.actor(by),
            RecordConsent(
                person=home.ids[about],
                purpose=purpose,
                flows=tuple(
                    Flow(self.service(sender), self.service(to), category)
                    for sender, to, categories in flows
                    for category in categories
                ),
                valid_from=today,
                valid_to=None if lasts is None else today + timedelta(days=lasts),
                explained=Explained(today, language, "none" if language == "nb" else "professional"),
                signatures=tuple(Signed(home.ids[ref], today, answer) for ref, answer in told.items()),
                heard=None if grown else Heard(today, view),
            ),
        )
        return receipt.id

    def refer(
        self, home: Household, by: str, to: str, said: Content, *, about: str = "child1", kind: str = "homework_support"
    ) -> ReferralId:
        """Send a referral; who it is about is filled in from what is known of them."""
        member = home.members[about]
        who = {"name": member.name, "birth_year": str(member.birth_date.year)}
        content = {"identity_contact": who, **said}
        return refer_pupil(
            self.actor(by), ReferPupil(pupil=home.ids[about], to_service=self.service(to), content=content, kind=kind)
        ).id

    def accept(self, referral: ReferralId, by: str) -> None:
        """Open a referral, and accept it."""
        read_referral(self.actor(by), referral)
        accept_referral(self.actor(by), referral)


def _is_youth(home: Household, ref: str) -> bool:
    """Whether the child is old enough that their own signature stands on the form too (from the tenth school year)."""
    return home.school_year(int(ref.removeprefix("child"))) >= 10


def tell_story(town: Granfjord, calendar: Calendar) -> None:
    """Do what has happened in Granfjord, day by day.

    Args:
        town: what was filled in.
        calendar: the clock of its house.
    """
    for person in STAFF:
        if person.has_signed:
            sign_declaration(town.staff[person.key])
    story = _Story(town, calendar)
    _first_week(story)
    _second_week(story)
    _an_adult_and_nav(story)
    _refusals(story)
    _the_auditor_looks(story)


def _first_week(story: _Story) -> None:
    """Consents for homework support, and what became of the first referrals."""
    school_to_homework = [("school", "homework", _SCHOOLWORK)]
    story.at(11, 10)
    hauane, warsame = story.town.household("Ingeborg Hauane"), story.town.household("Hodan Cabdi Warsame")
    given = story.consent(hauane, school_to_homework)
    attach_proof(story.actor("housing_worker"), given, _signed_page())
    story.at(11, 12, 30)
    story.consent(warsame, [*school_to_homework, ("homework", "school", ["service_participation"])])
    story.at(11, 14)
    wieczorska = story.town.household("Agnieszka Wieczorska")
    story.consent(wieczorska, school_to_homework)
    story.at(10, 9)
    accepted = story.refer(
        hauane, "teacher", "homework", {"academic_need": {"subjects": "matematikk", "goal": "gangetabellen"}}
    )
    story.at(10, 9, 20)
    story.refer(
        warsame,
        "teacher",
        "homework",
        {
            "academic_need": {"subjects": "norsk", "goal": "lese en side høyt hver dag"},
            "language_need": {"level": "begynner", "support": "en voksen som snakker somali er nyttig"},
        },
    )
    story.at(10, 15)
    story.accept(accepted, "coordinator")
    story.at(9, 10)
    dzvinchuk, brzozowicka = story.town.household("Iryna Dzvinchuk"), story.town.household("Małgorzata Brzozowicka")
    story.consent(dzvinchuk, school_to_homework)
    story.consent(brzozowicka, school_to_homework)
    story.at(9, 13)
    declined = story.refer(
        dzvinchuk, "second_teacher", "homework", {"language_need": {"level": "begynner", "support": "norsk"}}
    )
    recalled = story.refer(
        brzozowicka, "second_teacher", "homework", {"academic_need": {"subjects": "engelsk", "goal": "muntlig prøve"}}
    )
    story.at(9, 14)
    recall_referral(story.actor("second_teacher"), recalled)
    story.at(8, 15)
    read_referral(story.actor("coordinator"), declined)
    decline_referral(story.actor("coordinator"), declined, "full")


def _second_week(story: _Story) -> None:
    """Consents in every other state, a library, the volunteers, and a withdrawal that stops what was on its way."""
    school_to_homework = [("school", "homework", _SCHOOLWORK)]
    story.at(7, 9)
    horobchenko = story.town.household("Liudmyla Horobchenko")
    story.consent(horobchenko, school_to_homework, answers={"guardian1": "given"})
    finnestad = story.town.household("Laila Finnestad")
    story.consent(finnestad, school_to_homework, answers={"guardian1": "given", "guardian2": "refused"})
    story.at(7, 11)
    story.consent(
        story.town.household("Ubax Maxamed Cige"), [("school", "volunteers", ["identity_contact"])],
        answers={"guardian1": "refused"}, view="no_view",
    )  # fmt: skip
    story.at(7, 13)
    kassarji = story.town.household("Randa Kassarji")
    story.consent(kassarji, [("school", "library", ["identity_contact", "language_need"])], lasts=29)
    chmielinska = story.town.household("Renata Chmielińska")
    story.consent(chmielinska, [("upper_school", "homework", _SCHOOLWORK)])
    story.at(6, 9)
    story.refer(kassarji, "teacher", "library", {"language_need": {"level": "mellomnivå", "support": "lesetrening"}})
    story.refer(
        chmielinska, "upper_teacher", "homework", {"academic_need": {"subjects": "matematikk 1P", "goal": "bestå"}}
    )
    story.consent(story.town.confidential, school_to_homework)
    story.at(5, 10)
    qudsawi = story.town.household("Rawan al-Qudsawi")
    wide = story.consent(
        qudsawi, [*school_to_homework, ("school", "volunteers", ["identity_contact", "academic_need"])], view="no_view"
    )
    attach_proof(story.actor("second_housing_worker"), wide, _signed_page())
    story.at(5, 12)
    kept = story.refer(
        qudsawi, "teacher", "homework", {"academic_need": {"subjects": "naturfag", "goal": "skrive rapport"}}
    )
    stopped = story.refer(
        qudsawi, "teacher", "volunteers", {"academic_need": {"subjects": "matematikk", "goal": "brøk"}}
    )
    story.at(5, 15)
    story.accept(kept, "coordinator")
    read_referral(story.actor("volunteer_coordinator"), stopped)
    story.at(4, 10)
    withdraw_consent(
        story.actor("housing_worker"),
        WithdrawConsent(wide, qudsawi.guardians[0], "oral", scope="recipient", to_service=story.service("volunteers")),
        stop=stop_what_hung_on,
    )
    story.at(4, 13)
    whole = story.consent(story.town.household("Beata Jaworzyńska"), school_to_homework)
    story.at(3, 9)
    withdraw_consent(
        story.actor("second_housing_worker"),
        WithdrawConsent(whole, story.town.household("Beata Jaworzyńska").guardians[1], "written"),
        stop=stop_what_hung_on,
    )


def _an_adult_and_nav(story: _Story) -> None:
    """Referrals between the social services in NAV and the housing team, about adults who sign for themselves."""
    story.at(3, 10)
    hauane, rooble = story.town.households[0], story.town.households[15]
    for home, at in ((hauane, 10), (rooble, 12)):
        story.at(3, at)
        story.consent(
            home,
            [("nav_social", "housing", ["identity_contact", "housing_situation"])],
            purpose="housing_follow_up",
            about="guardian1",
            by="nav_adviser",
        )
    story.at(3, 13)
    sent = story.refer(
        hauane, "nav_adviser", "housing",
        {"housing_situation": {"situation": "trekker fra vinduene", "need": "større bolig"}},
        about="guardian1", kind="housing_support",
    )  # fmt: skip
    story.refer(
        rooble, "nav_adviser", "housing", {"housing_situation": {"situation": "husleien øker", "need": "samtale"}},
        about="guardian1", kind="housing_support",
    )  # fmt: skip
    story.at(2, 9)
    story.accept(sent, "second_housing_worker")


def _refusals(story: _Story) -> None:
    """What people tried that the rules do not permit: it stands in the log as surely as what they did."""
    story.at(2, 10)
    without = story.town.household("Sissel Grønnås")
    with _refused():
        story.refer(without, "teacher", "homework", {"academic_need": {"subjects": "norsk", "goal": "lesing"}})
    story.at(2, 11)
    with _refused():
        story.refer(
            story.town.household("Liudmyla Horobchenko"), "second_teacher", "homework",
            {"academic_need": {"subjects": "matematikk", "goal": "likninger"}},
        )  # fmt: skip
    story.at(2, 11, 30)
    own = story.town.household("Agnieszka Wieczorska")
    with _refused():
        story.refer(own, "teacher_and_mother", "homework", {"academic_need": {"subjects": "norsk", "goal": "skriving"}})
    story.at(2, 11, 45)
    # With a confidential address a person has to decide it, whatever the family signed.
    with _refused():
        story.refer(
            story.town.confidential, "teacher", "homework", {"academic_need": {"subjects": "norsk", "goal": "lesing"}}
        )
    story.at(2, 12)
    with _refused():
        read_person(story.actor("librarian"), without.child())


def _the_auditor_looks(story: _Story) -> None:
    """Looking people up, and looking at the log: both are entries too."""
    story.at(2, 13)
    find_person(story.actor("teacher"), "hau")
    find_person(story.actor("housing_worker"), "mah jaa")
    story.at(1, 9)
    refused = search_log(story.actor("auditor"), SearchLog(outcome="refused"))
    read_event(story.actor("auditor"), refused.items[0].id)
    story.at(1, 10)
    search_log(
        story.actor("data_protection_officer"),
        SearchLog(person_id=story.town.household("Rawan al-Qudsawi").child()),
    )


@contextmanager
def _refused() -> Iterator[None]:
    """The rules say no, and the story depends on it."""
    try:
        yield
    except (SharingRefused, NotFound):
        return
    raise AssertionError("the story counts on a refusal that did not come")


def _signed_page() -> bytes:
    """A page as a scanner would give it: lines of a form, ticks, and two strokes where names are signed."""
    page = Image.new("L", (1240, 1754), 252)
    draw = ImageDraw.Draw(page)
    for line in range(26):
        left, right = 140, 1100 - (line * 137) % 320
        draw.rectangle((left, 160 + line * 44, right, 172 + line * 44), fill=150)
    for box in range(4):
        draw.rectangle((140, 1330 + box * 40, 160, 1350 + box * 40), outline=60, width=2)
        draw.line((143, 1340 + box * 40, 150, 1348 + box * 40, 164, 1326 + box * 40), fill=40, width=3)
    for left in (160, 700):
        draw.line((left, 1620, left + 380, 1620), fill=90, width=2)
        curve = [(left + step * 9, 1600 - (step * step * 13) % 47) for step in range(36)]
        draw.line(curve, fill=50, width=3, joint="curve")
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()
