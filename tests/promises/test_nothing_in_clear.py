"""The whole story with canaries in it, and then every byte of the data directory: none of them is there."""

import io
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

from audit.house import House
from audit.search_log import SearchLog, search_log
from consent.attach_proof import attach_proof
from consent.list_consents import list_consents
from consent.read_consent import read_consent
from consent.read_proof import read_proof
from consent.record_consent import Explained, Flow, Heard, RecordConsent, Signed, record_consent
from consent.sign_consent import SignConsent, sign_consent
from consent.withdraw_consent import WithdrawConsent, withdraw_consent
from foundation.errors import Problem
from people.check_protection import check_protection
from people.find_person import find_person
from people.list_persons import list_persons
from people.read_person import read_person
from people.register_family import GuardianOf, RegisterFamily, register_family
from people.roster import Member
from referral.accept_referral import accept_referral
from referral.decline_referral import decline_referral
from referral.draft_referral import DraftReferral, draft_referral
from referral.kinds import Content
from referral.list_referrals import list_referrals
from referral.own_referral import stop_what_hung_on
from referral.read_referral import read_referral
from referral.recall_referral import recall_referral
from referral.refer_pupil import ReferPupil, refer_pupil
from tests.a_server import a_client
from tests.consent.pages import a_jpeg_with_a_place, a_pdf
from tests.promises.canaries import Canaries, find, forms
from tests.promises.served import served, signed_in
from tests.situations import Town


def _planted(town: Town) -> Canaries:
    """Canaries with identity numbers that the town's register knows."""
    born = {"child": date(2014, 7, 19), "mother": date(1983, 4, 27), "father": date(1981, 1, 31)}
    numbers = {f"{who}_number": town.numbers.of(day) for who, day in born.items()}
    register = town.house.settings.register_path
    document = json.loads(register.read_bytes())
    register.write_text(json.dumps({**document, "known": [*document["known"], *numbers.values()]}), encoding="ascii")
    return replace(Canaries(), **numbers)


def _family(canaries: Canaries) -> RegisterFamily:
    child = Member(
        "child",
        canaries.child,
        date.fromisoformat(canaries.child_born),
        canaries.child_number,
        address=canaries.address,
        telephone=canaries.telephone,
        language=canaries.language,
        school=canaries.school,
    )
    mother = Member("mother", canaries.mother, date.fromisoformat(canaries.mother_born), canaries.mother_number)
    father = Member("father", canaries.father, date(1981, 1, 31), canaries.father_number, telephone=canaries.telephone)
    bonds = tuple(GuardianOf("child", who, "joint", who == "mother", "register") for who in ("mother", "father"))
    return RegisterFamily((child, mother, father), bonds)


def _refused(deed: Callable[[], object]) -> None:
    """Do what will be refused."""
    with pytest.raises(Problem):
        deed()


def _live(town: Town, canaries: Canaries) -> tuple[str, str]:
    """Every deed there is with a family in it, done and refused; the ids of the child and of a referral."""
    worker, teacher, coordinator = town.housing_worker, town.teacher, town.coordinator
    ids = {one.ref: one.id for one in register_family(worker, _family(canaries)).members}
    register_family(teacher, _family(canaries))
    child = ids["child"]
    for actor in (worker, teacher):
        find_person(actor, canaries.search)
        find_person(actor, canaries.unknown_word)
        read_person(actor, child)
        list_persons(actor)
        check_protection(actor, child)
    _refused(lambda: find_person(worker, canaries.too_short))

    today = town.today
    flows = tuple(
        Flow(town.school, to, category)
        for to in (town.homework, town.library)
        for category in ("identity_contact", "academic_need")
    )
    form = RecordConsent(
        person=child,
        purpose="homework_support_referral",
        flows=flows,
        valid_from=today,
        explained=Explained(today, canaries.language),
        signatures=(Signed(ids["mother"], today),),
        heard=Heard(today, "agrees"),
    )
    consent = record_consent(worker, form).id
    content: Content = {
        "identity_contact": {"name": canaries.child, "phone": canaries.telephone, "school": canaries.school},
        "academic_need": {"note": canaries.free_text},
    }
    asked = ReferPupil(child, town.homework, content)
    _refused(lambda: refer_pupil(teacher, asked))
    sign_consent(worker, SignConsent(consent, ids["father"], today))
    # Nonsense that bears a canary where a word of the vocabulary belongs: it is noted, never in clear.
    odd = canaries.unknown_word
    _refused(lambda: record_consent(worker, replace(form, purpose=odd)))
    _refused(lambda: record_consent(worker, replace(form, heard=Heard(today, odd), form=odd)))
    _refused(lambda: refer_pupil(teacher, replace(asked, kind=odd)))
    _refused(lambda: refer_pupil(teacher, replace(asked, content={odd: {canaries.free_text: canaries.child}})))
    _refused(lambda: list_referrals(teacher, state=odd))
    _refused(lambda: list_consents(worker, page=odd))
    for upload in (a_pdf(), a_jpeg_with_a_place()):
        proof = attach_proof(worker, consent, upload + canaries.free_text.encode()).id
        read_proof(worker, consent, proof)
    _refused(lambda: attach_proof(worker, consent, canaries.free_text.encode()))

    draft_referral(teacher, DraftReferral(child, town.homework))
    declined, recalled, kept = (refer_pupil(teacher, asked).id for _ in range(3))
    stopped = refer_pupil(teacher, replace(asked, to_service=town.library)).id
    for referral in (declined, kept):
        read_referral(coordinator, referral)
    read_referral(town.librarian, stopped)
    read_referral(teacher, kept)
    _refused(lambda: read_referral(worker, kept))
    _refused(lambda: decline_referral(coordinator, declined, canaries.free_text))
    decline_referral(coordinator, declined, "full")
    recall_referral(teacher, recalled)
    accept_referral(coordinator, kept)
    withdrawal = WithdrawConsent(consent, ids["mother"], "oral", "recipient", to_service=town.library)
    withdraw_consent(worker, withdrawal, stop=stop_what_hung_on)
    _refused(lambda: read_referral(town.librarian, stopped))
    for deed in (list_referrals, list_consents):
        for actor in (worker, teacher, coordinator):
            deed(actor)
    read_consent(worker, consent)
    search_log(town.auditor, SearchLog())
    return str(child), str(kept)


def _knock(
    stranger: httpx2.Client, client: httpx2.Client, town: Town, canaries: Canaries, child: str, referral: str
) -> None:
    """Ask over HTTP for what is there and what is not, with canaries wherever something can be typed."""
    word, file = canaries.unknown_word, canaries.file_name
    answers = [
        client.get(f"/api/v1/referrals/{referral}", params={"category": [word]}),
        client.get(f"/api/v1/referrals/{canaries.path}"),
        client.get(f"/{canaries.path}", params={"q": canaries.child}),
        client.get("/api/v1/referrals", params={"state": word, "page": canaries.free_text}),
        client.post("/api/v1/persons/search", json={"words": canaries.search}),
        client.post("/api/v1/persons/search", json={"words": canaries.child, word: canaries.mother}),
        client.post("/api/v1/referrals", content=canaries.free_text.encode(), headers={"content-type": "text/plain"}),
        client.post("/api/v1/referrals", content=b'{"pupil": "' + canaries.child.encode()),
        client.post(
            "/api/v1/referrals",
            json={"pupil": child, "to_service": str(town.homework), "content": {"academic_need": {"note": "x"}}},
            headers={"idempotency-key": canaries.path.encode("ascii", "replace").decode(), "user-agent": "Zqxwelyn"},
        ),
        client.post(
            "/api/v1/families",
            json={"members": [{"ref": "child", "name": canaries.child, "identity_number": "12345678901"}]},
            headers={"idempotency-key": "family-with-a-wrong-number"},
        ),
        client.post(
            f"/api/v1/consents/{referral}/proofs",
            files={"page": (file, io.BytesIO(canaries.free_text.encode()), "application/pdf")},
            headers={"idempotency-key": "proof-of-nothing"},
        ),
        stranger.post(
            "/api/v1/sign-in",
            json={"name": canaries.mother, "password": canaries.free_text, "code": "123456"},
        ),
        stranger.get("/sign-in", params={"next": canaries.path}, headers={"referer": f"{stranger.base_url}?q={word}"}),
    ]
    assert {answer.status_code for answer in answers} & {400, 403, 404, 422}
    assert all(answer.status_code < 500 for answer in answers), [answer.status_code for answer in answers]


def _files_of(house: House, said: list[Path], since: float) -> Iterator[Path]:
    """Every file that was written since: data directory, database, its logs, and what the server printed.

    The demo register is a stand-in for a register outside, and holds identity numbers on purpose.
    """
    yield from said
    folders = [house.settings.data_dir]
    if house.writers is None:
        with house.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("CHECKPOINT"))
            folders.append(Path(connection.execute(text("SHOW data_directory")).scalar_one()))
    for folder in folders:
        for file in folder.rglob("*"):
            if file.is_file() and file != house.settings.register_path and file.stat().st_mtime >= since:
                yield file


def _nothing_rests_in_clear(town: Town, *, times: int) -> None:
    since = time.time() - 2
    planted = [_planted(town) for _ in range(times)]
    words = {f"{name} {number}": word for number, one in enumerate(planted) for name, word in one.values().items()}
    lived = [_live(town, canaries) for canaries in planted]
    with served(town.house) as server:
        for actor in (town.teacher, town.coordinator, town.housing_worker):
            with a_client(server.address) as stranger, signed_in(server, actor) as client:
                for canaries, (child, referral) in zip(planted, lived, strict=True):
                    _knock(stranger, client, town, canaries, child, referral)
        # While it runs: SQLite's write-ahead log, before it is moved into the database.
        if town.house.writers is not None:
            assert find(_files_of(town.house, server.said, since), words) == []
        server.stop()
    files = list(_files_of(town.house, server.said, since))
    assert find(files, words) == []
    assert sum(file.stat().st_size for file in files) > 500_000, "these cannot be all files"


def test_no_canary_rests_in_any_file(town: Town) -> None:
    _nothing_rests_in_clear(town, times=1)


@pytest.mark.prove
def test_no_canary_of_many_families_rests_in_any_file(town: Town) -> None:
    _nothing_rests_in_clear(town, times=25)


def test_the_finder_finds_what_is_there(house: House, tmp_path: Path) -> None:
    since = time.time() - 2
    # Other words than the other tests plant: what is written here in clear lies in the same server's write-ahead log.
    canaries = Canaries(child="Qvjøxotil Hwærnesgård", search="qvjøx").values()
    # In the files of the database itself.
    with house.engine.begin() as connection:
        connection.execute(text("CREATE TABLE leak (word TEXT)"))
        connection.execute(text("INSERT INTO leak VALUES (:word)"), {"word": canaries["child"]})
    found = find(_files_of(house, [], since), canaries)
    assert {one.canary for one in found} == {"child", "search"}  # the search word is the beginning of the name
    # And each form by itself, in the middle of other bytes.
    leak = tmp_path / "leak"
    for canary, word in canaries.items():
        for name, form in forms(word):
            leak.write_bytes(os.urandom(100) + form.upper() + os.urandom(100))
            assert find([leak], {canary: word}), name
