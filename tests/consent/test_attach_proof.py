import io
import subprocess
import sys
from uuid import UUID

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import text

from audit.house import House
from consent.attach_proof import attach_proof
from consent.page import LARGEST, NotAPage
from consent.read_consent import read_consent
from consent.read_proof import read_proof
from foundation.errors import NotFound
from foundation.identifiers import ConsentId
from tests.consent.pages import a_bomb, a_jpeg_with_a_place, a_pdf, a_pdf_with_a_script, a_png, polyglot
from tests.damage import byte_changed
from tests.log_reading import newest
from tests.situations import Town, a_consent, a_family, a_town
from vault.blob import DoesNotOpen

pytestmark = pytest.mark.slow


def _read(town: Town, consent: ConsentId, proof: UUID) -> bytes:
    return b"".join(read_proof(town.housing_worker, consent, proof).chunks)


def _noise(width: int, height: int) -> bytes:
    """A photograph that does not compress."""
    out = io.BytesIO()
    Image.effect_noise((width, height), 100).save(out, "PNG")
    return out.getvalue()


def test_a_scanned_page_is_kept_sealed_and_shown_again(town: Town) -> None:
    family = a_family(town)
    consent = a_consent(town, family)
    upload = _noise(1100, 1100)  # more than one piece
    receipt = attach_proof(town.housing_worker, consent, upload)
    event = newest(town.house)
    assert event.row.event_id == receipt.event_id
    assert event.shape == ("attach_proof", "permitted", None)
    assert (event.row.consent_id, event.row.staff_id) == (consent, town.housing_worker.staff)
    assert event.persons == {family.child: {"disclosed": [], "consulted": []}}

    page = read_proof(town.housing_worker, consent, receipt.id)
    shown = b"".join(page.chunks)
    assert (page.media_type, page.size) == ("image/png", len(shown)) == ("image/png", receipt.size)
    with Image.open(io.BytesIO(upload)) as sent, Image.open(io.BytesIO(shown)) as kept:
        assert kept.tobytes() == sent.tobytes()
    event = newest(town.house)
    assert event.shape == ("read_proof", "permitted", None)
    assert event.persons == {family.child: {"disclosed": ["consent_proof"], "consulted": []}}
    assert [(proof.id, proof.size) for proof in read_consent(town.housing_worker, consent).proofs] == [
        (str(receipt.id), receipt.size)
    ]
    with town.house.engine.connect() as connection:
        pieces = connection.execute(text("SELECT blob FROM consent_proof_piece")).scalars().all()
    assert len(pieces) > 1
    assert not any(b"IHDR" in bytes(piece) or shown[1000:1032] in bytes(piece) for piece in pieces)


def test_only_the_service_that_holds_the_consent_adds_or_sees_its_page(town: Town) -> None:
    family = a_family(town)
    consent = a_consent(town, family)
    other = a_consent(town, family)
    proof = attach_proof(town.housing_worker, consent, a_png()).id
    for actor in (town.teacher, town.nav_adviser):
        with pytest.raises(NotFound):
            attach_proof(actor, consent, a_png())
        with pytest.raises(NotFound):
            read_proof(actor, consent, proof)
        assert newest(town.house).persons == {}
    with pytest.raises(NotFound):
        read_proof(town.housing_worker, other, proof)


def test_a_page_that_was_tampered_with_is_not_shown_at_all(sqlite_house: House) -> None:
    town = a_town(sqlite_house)
    family = a_family(town)
    consent = a_consent(town, family)
    proof = attach_proof(town.housing_worker, consent, _noise(1100, 1100)).id
    with town.house.engine.begin() as connection:
        # A superuser of the database takes the belt away and turns the last bit of the second piece.
        connection.execute(text("DROP TRIGGER consent_proof_piece_no_update"))
        (blob,) = connection.execute(text("SELECT blob FROM consent_proof_piece WHERE number = 1")).one()
        changed = byte_changed(blob, -1)
        connection.execute(text("UPDATE consent_proof_piece SET blob = :blob WHERE number = 1"), {"blob": changed})
    with pytest.raises(DoesNotOpen):
        read_proof(town.housing_worker, consent, proof)
    event = newest(town.house)
    assert event.shape == ("read_proof", "failed", "sealed_value_does_not_open")
    assert not any(said["disclosed"] for said in event.persons.values())


def test_a_page_that_lost_a_piece_is_not_shown_at_all(sqlite_house: House) -> None:
    town = a_town(sqlite_house)
    consent = a_consent(town, a_family(town))
    proof = attach_proof(town.housing_worker, consent, _noise(1100, 1100)).id
    with town.house.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER consent_proof_piece_no_delete"))
        connection.execute(text("DELETE FROM consent_proof_piece WHERE number = 1"))
    with pytest.raises(DoesNotOpen):
        read_proof(town.housing_worker, consent, proof)


def test_a_photograph_says_no_longer_where_it_was_taken(sqlite_house: House) -> None:
    town = a_town(sqlite_house)
    consent = a_consent(town, a_family(town))
    upload = a_jpeg_with_a_place()
    assert b"Kameramerket" in upload
    receipt = attach_proof(town.housing_worker, consent, upload)
    shown = _read(town, consent, receipt.id)
    assert receipt.media_type == "image/jpeg"
    assert not any(hidden in shown for hidden in (b"Exif", b"Kameramerket", b"Kommentar"))
    with Image.open(io.BytesIO(shown)) as kept:
        assert dict(kept.getexif()) == {}
        assert kept.size == (60, 40)  # stood up, as the camera said


def test_a_document_comes_back_without_script_attachment_and_author(sqlite_house: House) -> None:
    town = a_town(sqlite_house)
    consent = a_consent(town, a_family(town))
    upload = a_pdf_with_a_script()
    assert b"Sikkerhetshull" in upload
    assert b"hemmelig" in upload
    receipt = attach_proof(town.housing_worker, consent, upload)
    shown = _read(town, consent, receipt.id)
    assert receipt.media_type == "application/pdf"
    with pikepdf.open(io.BytesIO(shown)) as document:
        assert len(document.pages) == 1
        assert "/OpenAction" not in document.Root
        assert "/AA" not in document.pages[0]
        assert len(document.attachments) == 0
        assert "/Author" not in document.docinfo
    assert not any(hidden in shown for hidden in (b"Sikkerhetshull", b"hemmelig", b"vedlegget", b"Navnl"))


def test_what_lies_behind_the_end_of_a_picture_is_gone(sqlite_house: House) -> None:
    town = a_town(sqlite_house)
    consent = a_consent(town, a_family(town))
    receipt = attach_proof(town.housing_worker, consent, polyglot())
    assert b"script" not in _read(town, consent, receipt.id)


@pytest.mark.parametrize(
    "upload",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"Underskrevet av mor og far", id="words"),
        pytest.param(b"GIF89a" + bytes(60), id="another kind of picture"),
        pytest.param(a_png()[:60], id="a picture cut short"),
        pytest.param(a_pdf()[:200], id="a document cut short"),
        pytest.param(a_pdf(pages=21), id="more pages than a form has"),
        pytest.param(b"%PDF-1.7\n" + bytes(500), id="a document in name only"),
        pytest.param(b"PK\x03\x04" + bytes(60), id="an archive"),
    ],
)
def test_what_is_no_page_is_refused_by_name_and_leaves_its_event(sqlite_town: Town, upload: bytes) -> None:
    _is_refused(sqlite_town, upload)


def test_a_picture_too_large_to_be_a_page_is_refused_too(sqlite_town: Town) -> None:
    _is_refused(sqlite_town, a_bomb())


def _is_refused(town: Town, upload: bytes) -> None:
    consent = a_consent(town, a_family(town))
    with pytest.raises(NotAPage) as refused:
        attach_proof(town.housing_worker, consent, upload)
    assert [(one.field, one.code) for one in refused.value.fields] == [("page", "not_a_page")]
    event = newest(town.house)
    assert event.row.event_id == refused.value.event_id
    assert event.shape == ("attach_proof", "invalid", "not_a_page")
    assert read_consent(town.housing_worker, consent).proofs == ()


def test_twenty_five_megabytes_are_taken_and_a_byte_more_is_not(sqlite_house: House) -> None:
    town = a_town(sqlite_house)
    consent = a_consent(town, a_family(town))
    picture = a_png()
    with pytest.raises(NotAPage):
        attach_proof(town.housing_worker, consent, picture + bytes(LARGEST + 1 - len(picture)))
    receipt = attach_proof(town.housing_worker, consent, picture + bytes(LARGEST - len(picture)))
    assert receipt.size < 1000


def test_a_page_is_checked_in_a_process_with_little_memory() -> None:
    # The bomb is some kilobytes here and a gigabyte there: the child gives up, and this process never sees it.
    bomb = a_bomb()
    assert len(bomb) < 200_000
    child = subprocess.run([sys.executable, "-m", "consent.check_page"], input=bomb, capture_output=True, check=False)
    assert (child.returncode, child.stdout) == (3, b"")
