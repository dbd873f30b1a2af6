"""A consent ends at local midnight, and a birthday changes who must have signed it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from audit.refusals import SharingRefused
from confidentiality.decision import Decision
from consent.read_consent import read_consent
from consent.record_consent import record_consent
from consent.sign_consent import SignConsent, sign_consent
from foundation.identifiers import ReferralId
from people.check_protection import check_protection
from referral.read_referral import read_referral
from tests.consent.a_form import a_form
from tests.log_reading import newest
from tests.set_clock import SetClock
from tests.situations import Family, Town, a_consent, a_family, a_referral

_SECOND = timedelta(seconds=1)


def _missing(town: Town, referral: ReferralId) -> set[str]:
    """What lacks when the receiver is refused."""
    with pytest.raises(SharingRefused) as refused:
        read_referral(town.coordinator, referral)
    assert newest(town.house).row.outcome == "refused"
    assert isinstance(refused.value.decision, Decision)
    return {lacking for result in refused.value.decision.results for lacking in result.missing}


def _sent(town: Town, born: date = date(2016, 3, 14), *, until: date | None = None) -> tuple[Family, ReferralId]:
    family = a_family(town, born=born)
    a_family(town, town.teacher, again=family)
    if until is None:
        a_consent(town, family)
    else:
        record_consent(town.housing_worker, a_form(town, family, valid_to=until))
    return family, a_referral(town, family)


@pytest.mark.parametrize(
    ("now", "until", "midnight"),
    [
        # Norway is an hour ahead of UTC in winter, two in summer.
        (datetime(2026, 12, 1, 12, tzinfo=UTC), date(2026, 12, 24), datetime(2026, 12, 24, 23, tzinfo=UTC)),
        (datetime(2027, 7, 10, 12, tzinfo=UTC), date(2027, 7, 31), datetime(2027, 7, 31, 22, tzinfo=UTC)),
        # The night to 28 March 2027 loses an hour, that to 31 October 2027 gains one.
        (datetime(2027, 3, 20, 12, tzinfo=UTC), date(2027, 3, 28), datetime(2027, 3, 28, 22, tzinfo=UTC)),
        (datetime(2027, 10, 20, 12, tzinfo=UTC), date(2027, 10, 31), datetime(2027, 10, 31, 23, tzinfo=UTC)),
    ],
    ids=["winter", "summer", "the clocks go forward", "the clocks go back"],
)
def test_a_consent_counts_to_its_local_midnight(
    town: Town, clock: SetClock, now: datetime, until: date, midnight: datetime
) -> None:
    clock.set(now)
    _, referral = _sent(town, until=until)
    clock.set(midnight - _SECOND)
    assert read_referral(town.coordinator, referral).parts
    clock.set(midnight)
    assert _missing(town, referral) == {"not_expired"}


def test_a_consent_counts_from_its_first_day_and_not_before(town: Town, clock: SetClock) -> None:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    first = town.today + timedelta(days=3)
    consent = record_consent(town.housing_worker, a_form(town, family, valid_from=first)).id
    with pytest.raises(SharingRefused):
        a_referral(town, family)
    clock.set(datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(hours=1))
    a_referral(town, family)
    assert read_consent(town.housing_worker, consent).state == "given"


def test_on_the_fifteenth_birthday_the_guardians_yes_waits_for_the_pupils_own(town: Town, clock: SetClock) -> None:
    born = date(2011, 12, 5)
    family, referral = _sent(town, born)
    (consent,) = {part.consent for part in read_referral(town.coordinator, referral).parts}
    assert consent is not None
    # Local midnight to the birthday is eleven in the evening, in UTC.
    clock.set(datetime(2026, 12, 4, 23, tzinfo=UTC) - _SECOND)
    assert read_referral(town.coordinator, referral).parts
    clock.set(datetime(2026, 12, 4, 23, tzinfo=UTC))
    assert _missing(town, referral) == {"signature(subject)"}
    assert read_consent(town.housing_worker, consent).missing == ("signature(subject)",)
    # The pupil says yes, and it counts again.
    sign_consent(town.housing_worker, SignConsent(consent, family.child, town.today))
    assert read_referral(town.coordinator, referral).parts


def test_on_the_eighteenth_birthday_the_guardians_yes_counts_no_longer(town: Town, clock: SetClock) -> None:
    family = a_family(town, born=date(2008, 12, 5))
    a_family(town, town.teacher, again=family)
    with pytest.raises(SharingRefused):
        a_consent(town, family)
        a_referral(town, family)
    clock.set(datetime(2026, 12, 5, 9, tzinfo=UTC))
    a_consent(town, family, signers=[family.child])
    assert read_referral(town.coordinator, a_referral(town, family)).parts


def test_a_child_that_turns_twelve_is_heard_anew(town: Town, clock: SetClock) -> None:
    family, referral = _sent(town, date(2014, 12, 5))
    clock.set(datetime(2026, 12, 4, 22, 59, tzinfo=UTC))
    assert read_referral(town.coordinator, referral).parts
    clock.set(datetime(2026, 12, 4, 23, tzinfo=UTC))
    assert _missing(town, referral) == {"child_voice"}
    a_consent(town, family)  # the family was spoken with again, and the child heard at twelve
    assert read_referral(town.coordinator, referral).parts


def test_somebody_born_on_a_leap_day_turns_fifteen_on_the_first_of_march(town: Town, clock: SetClock) -> None:
    clock.set(datetime(2027, 2, 20, 9, tzinfo=UTC))
    family = a_family(town, born=date(2012, 2, 29))
    a_family(town, town.teacher, again=family)
    a_consent(town, family)
    referral = a_referral(town, family)
    clock.set(datetime(2027, 2, 28, 22, 59, tzinfo=UTC))
    assert read_referral(town.coordinator, referral).parts
    clock.set(datetime(2027, 2, 28, 23, tzinfo=UTC))
    assert _missing(town, referral) == {"signature(subject)"}


def test_thirty_days_after_the_register_was_asked_it_is_asked_again(town: Town, clock: SetClock) -> None:
    family, referral = _sent(town)
    began = clock.now()
    clock.set(began + timedelta(days=30) - timedelta(minutes=1))
    assert read_referral(town.coordinator, referral).parts
    clock.set(began + timedelta(days=30))
    assert "protection_status" in _missing(town, referral)
    check_protection(town.housing_worker, family.child)
    assert read_referral(town.coordinator, referral).parts
