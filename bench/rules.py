"""How many decisions a second one core makes with the facts in hand, eight categories each and every reason kept.

Prints one JSON object. The questions are made up from a fixed seed. `ordinary` is what staff ask every day; in `mixed`
anybody asks to send anything anywhere and one answer in five is drawn at random, so that most doors are contested and
closed, which is the slowest answer because it says why and what to do. `--seconds` is the length of each measure.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from datetime import date
from itertools import cycle
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from confidentiality import facts as fact
from confidentiality.answer import NO, UNKNOWN, YES, Answer
from confidentiality.book import BOOK
from confidentiality.condition import Fact
from confidentiality.decision import Asked, decide
from confidentiality.facts import FACTS, Facts, letters
from confidentiality.policy import SAFE
from confidentiality.vocabulary import CATEGORIES, JURISDICTIONS, PURPOSES, Jurisdiction, kinds_of

AT = date(2026, 9, 1)
QUESTIONS = 2_000
CATEGORIES_EACH = 8
WAYS = 60
"""Combinations of sender, recipient and purpose: more than a large municipality uses in a day."""

ORDINARY: dict[Jurisdiction, list[tuple[str, str, str]]] = {
    "NOR": [
        ("school", "housing_social", "coordinated_support"),
        ("school", "homework_municipal", "homework_support_referral"),
        ("housing_social", "school", "coordinated_support"),
        ("nav_social", "housing_social", "housing_follow_up"),
    ],
    "DNK": [
        ("school", "housing_association", "homework_support_referral"),
        ("school", "family_department", "coordinated_support"),
        ("housing_association", "school", "homework_support_follow_up"),
    ],
}
"""What staff ask every day: nobody is in trouble, and the consent is good, short of something, or not there."""

_CALM: dict[Fact, Answer] = {
    fact.strongly_authenticated: YES,
    fact.declaration_signed: YES,
    fact.member_of_sending_service: YES,
    fact.related_to_subject: NO,
    fact.special_circumstances: NO,
    fact.protection_status_known: YES,
    fact.strict_address: NO,
    fact.confidential_address: NO,
    fact.hidden_by_child_welfare: NO,
    fact.consent_set_aside: NO,
    fact.service_closed: NO,
    fact.child_objects: NO,
    fact.holder_cannot_sign: NO,
    fact.same_service: NO,
    fact.subject_is_adult: NO,
}


def _answers(chance: random.Random, surprising: float) -> str:
    if chance.random() < surprising:
        return "".join(chance.choice("ynu") for _ in FACTS)
    consent = {
        fact.consent_ok: chance.choice((YES, YES, NO, UNKNOWN)),
        fact.explicit_per_category: chance.choice((YES, NO)),
        fact.recipient_declaration: chance.choice((YES, NO)),
        fact.gdpr_basis_recipient: chance.choice((YES, NO)),
    }
    return letters(_CALM | consent)


def questions(jurisdiction: Jurisdiction, ways: list[tuple[str, str, str]], surprising: float) -> list[Asked]:
    """Made-up questions of eight categories each, the same every time.

    `ways` are the senders, recipients and purposes that occur; `surprising` is the share of answers drawn at random.
    """
    chance = random.Random(20260901)
    asked = []
    for _ in range(QUESTIONS):
        sender, recipient, purpose = chance.choice(ways)
        items = tuple(
            Facts(
                "pupil",
                sender,
                recipient,
                purpose,
                category.code,
                _answers(chance, surprising),
                ("signature(guardian_2)",),
            )
            for category in chance.sample(CATEGORIES, CATEGORIES_EACH)
        )
        asked.append(Asked(jurisdiction, AT, items))
    return asked


def rate(work: Callable[[Asked], object], asked: list[Asked], seconds: float) -> float:
    """Calls of `work` a second, over at least `seconds` of one core's time."""
    done, endless = 0, cycle(asked)
    start = time.process_time()
    while (spent := time.process_time() - start) < seconds:
        for _ in range(200):
            work(next(endless))
        done += 200
    return done / spent


def measure(seconds: float) -> dict[str, object]:
    """Decisions a second for each country, and how many rules are asked in each."""
    result: dict[str, object] = {"categories_a_decision": CATEGORIES_EACH, "questions": QUESTIONS}
    for jurisdiction in JURISDICTIONS:
        chance, kinds = random.Random(jurisdiction), kinds_of(jurisdiction)
        anywhere = [(chance.choice(kinds), chance.choice(kinds), chance.choice(PURPOSES).code) for _ in range(WAYS)]
        rates: dict[str, object] = {"rules": len(BOOK.speaking(jurisdiction, AT, SAFE))}
        for name, ways, surprising in (("ordinary", ORDINARY[jurisdiction], 0.0), ("mixed", anywhere, 0.2)):
            asked = questions(jurisdiction, ways, surprising)
            for each in asked:
                decide(each)
            rates[f"{name}_decisions_a_second"] = round(rate(decide, asked, seconds))
        result[jurisdiction] = rates
    return result


def main() -> None:
    """Measure, and print what came out as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    print(json.dumps(measure(parser.parse_args().seconds), indent=2))


if __name__ == "__main__":
    main()
