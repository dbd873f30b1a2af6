"""The disclosures of an event under one key, packed as they are sealed: each fact once, its salt raw, words for a bit.

A disclosure is base64 inside base64, because RFC 9901 hashes text. Nobody hashes what is sealed, so there it rests as
what it is made of: a byte for the form, the number of disclosures, their salts, and the names and values deflated
(RFC 1951). Deflating begins from words that both sides know, the `WORDS` of the form: they are part of it like the
order of its bytes, never added to, never changed. Words that the log comes to use later are written out, until a new
form begins; what is sealed in an old one stays readable. Pure.
"""

import secrets
import zlib
from collections.abc import Mapping
from typing import Final, NamedTuple

from audit.evidence.base64url import b64url_bytes
from audit.evidence.canonical_json import JsonValue
from audit.evidence.commitment import SALT_BYTES, MalformedDisclosure, digest, disclosed_json, opened

FORM: Final = 1
LARGEST_BUNDLE: Final = 16_000_000

_WORDS: Final = """
A-50 A-51 A-52 B-13 B-15 B-16 B-17 B-18 B-19 B-20 DK-B-10 DK-C-40 DK-C-41 DK-C-42 DK-C-43 DK-C-44 DK-D-20
DK-D-21 DK-D-22 DK-G-03 DK-P-30 DK-P-31 DK-P-32 DK-P-33 G-00 G-01 G-02 G-04 P-37 Z-99 school private_school
sfo ppt homework_municipal housing_social housing_contractor nav_social nav_state nav_office child_welfare
health_service slt family_department housing_association health_visitor daycare ssp volunteer_org library
police auditor consent duty_report duty_report_citizen duty_avert order purpose_continuity office_need_to_know
same_body further_givers_task statute control own_task ssd_meeting carried_by_person anonymised ask_consent
install fill_demo back_up restore register_organisation open_service propose_policy approve_policy add_staff
invite_staff accept_invitation sign_in sign_out sign_declaration ask_too_often register_family find_person
read_person list_persons record_protection list_notices record_consent sign_consent attach_proof read_consent
read_proof list_consents withdraw_consent state_closeness submit_held_case decide_held_case approve_held_case
list_held_cases read_held_case draft_referral refer_pupil list_referrals read_referral accept_referral
decline_referral recall_referral search_log read_event replay_decision verify_database issue_report
decide_visibility teacher housing_worker nav_adviser coordinator volunteer child_welfare_worker leader
data_protection_officer administrator operator stranger read search change disclose log_read operate permitted
refused not_found invalid conflict failed homework_support_referral homework_support_follow_up
parent_programme housing_follow_up coordinated_support activity_inclusion report_concern emergency audit
statistics NO-G-03 NO-B-10 NO-B-11 NO-B-12 NO-B-14 NO-B-21 NO-D-20 NO-D-21 NO-D-22 NO-D-23 NO-D-24 NO-P-30
NO-P-31 NO-P-32 NO-P-33 NO-P-33-2025 NO-P-34 NO-P-35 NO-P-36 NO-P-38 NO-C-40 NO-C-41 NO-C-42 NO-C-43 NO-C-44
NO-C-45 identity_contact national_id guardian_relation referral_fact service_participation academic_need
language_need mother_tongue attendance wellbeing_social housing_situation economic_situation health
special_needs_decision child_welfare_relation nav_relation criminal_matters ethnicity_religion
protected_address permit refuse strip require manual offer protection_check.status protection_check.where_seen
said_closeness.relation roster_entry.name roster_entry.birth_date roster_entry.identity_number
roster_entry.address roster_entry.telephone roster_entry.language roster_entry.school
consent_explanation.language consent_hearing.view held_case_step.reason asked_for part_digests held_case
held_cases proposal criterion words decided_on permits number removed table channel scope asked_by entries
waiting head part_wrap wrap_id part_id recorded_in decision_recorded second_approver impartial_actor guardian
log_entry report referral consent_proof code sharing_refused category_closed not_in_your_role oral written
high substantial low
"""
#: What nearly every event says, in the form in which it stands there; the nearer to the end, the cheaper.
_PHRASES: Final = (
    '"decision",{"at":"2026-11-22","jurisdiction":"DNK","law_version":"DNK-2024-'
    '"about",{"categories":"identity_contact academic_need","consent_id":"'
    '","referral_id":"'
    '"decision",{"at":"2026-11-22","jurisdiction":"NOR","law_version":"NOR-2024-08-01","policy":"'
    '","policy_number":1,"purpose":"homework_support_referral","recipient":"homework_municipal","results":['
    '{"category":"academic_need","facts":"yyynnnynnnnnnnuunuyuuuuuuuuuuuuuuuuuuuuuuuuyyyyuuuuunuuu","lacking":[],'
    '"missing":[],"result":"permit","rules":["NO-C-40","NO-C-41"],"strip":[],"subject":"subject"},'
    '"category":"identity_contact"}],"rule_book":"'
    '","sender":"school"}'
    '"event",{"action":"read_referral","basis":"consent","event_id":"01a'
    '-7","kind":"change","outcome":"refused","purpose":"'
    '","kind":"disclose","outcome":"permitted","purpose":"homework_support_referral","recipient_service_id":"'
    '","recorded_at":"2026-11-22T12:00:00.000000+00:00","role":"teacher","service_id":"'
    '"notes",{"asked_for":"'
    '"person",{"consulted":["consent_hearing.view","protection_check.status","roster_entry.birth_date"],'
    '"disclosed":["academic_need","identity_contact","referral"],"person":"'
    '"person",{"consulted":[],"disclosed":[],"person":"'
    '"staff",{"staff_id":"'
    '"workings",{"code":"","hits":1,"persons":1,"rule_book":"'
    '","rules":"NO-C-40 NO-C-41","strength":"high"}'
)
WORDS: Final = ('"'.join(_WORDS.split()) + _PHRASES).encode("ascii")

_RAW: Final = -15
_MEMORY: Final = 8
_LEVEL: Final = 6
#: How a salt stands in the JSON array of a disclosure; the name and the value follow it.
_BEFORE_SALT, _AFTER_SALT, _END = b'["', b'",', b"]"
_SALT_TEXT: Final = 22
_TEXT_AT: Final = len(_BEFORE_SALT) + _SALT_TEXT + len(_AFTER_SALT)
_HEAD: Final = 3


class Bundle(NamedTuple):
    """Facts ready to be sealed: the bytes to seal, and the digests by which an event commits to them."""

    packed: bytes
    digests: list[bytes]


def bundle(facts: Mapping[str, JsonValue]) -> Bundle:
    """``facts`` as disclosures with fresh salts, packed in the order of their names.

    Raises ``MalformedDisclosure`` for none, for more than 65,535 and for a name that is not ASCII, ``NotCanonical`` for
    a value outside the model.
    """
    if not 1 <= len(facts) <= 0xFFFF:
        raise MalformedDisclosure("a bundle holds 1 to 65,535 disclosures")
    salts = secrets.token_bytes(SALT_BYTES * len(facts))
    arrays = [
        disclosed_json(name, facts[name], salts[at : at + SALT_BYTES])
        for name, at in zip(sorted(facts), range(0, len(salts), SALT_BYTES), strict=True)
    ]
    deflating = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW, _MEMORY, zlib.Z_DEFAULT_STRATEGY, WORDS)
    packed = deflating.compress(b"\n".join(one[_TEXT_AT : -len(_END)] for one in arrays)) + deflating.flush()
    head = bytes([FORM]) + len(facts).to_bytes(2, "big")
    return Bundle(b"".join((head, salts, packed)), [digest(b64url_bytes(one)) for one in arrays])


def unbundle(bundled: bytes) -> list[bytes]:
    """The disclosures of a bundle, in the order of their names.

    Raises ``MalformedDisclosure`` unless it is of the form, holds what it says it holds, in order, and each opens.
    """
    count = int.from_bytes(bundled[1:_HEAD], "big")
    packed_at = _HEAD + count * SALT_BYTES
    if not count or bundled[0] != FORM or len(bundled) <= packed_at:
        raise MalformedDisclosure("the bundle does not begin as it should")
    inflating = zlib.decompressobj(_RAW, WORDS)
    try:
        texts = inflating.decompress(bundled[packed_at:], LARGEST_BUNDLE).split(b"\n")
    except zlib.error as error:
        raise MalformedDisclosure("the bundle does not inflate") from error
    if not inflating.eof or inflating.unused_data or len(texts) != count:
        raise MalformedDisclosure("the bundle does not end where it should")
    disclosures = [
        _disclosure(text, bundled[at : at + SALT_BYTES])
        for text, at in zip(texts, range(_HEAD, packed_at, SALT_BYTES), strict=True)
    ]
    names = [opened(one)[0] for one in disclosures]
    if names != sorted(set(names)):
        raise MalformedDisclosure("a bundle is in the order of its names, each once")
    return disclosures


def _disclosure(text: bytes, salt: bytes) -> bytes:
    return b64url_bytes(b"".join((_BEFORE_SALT, b64url_bytes(salt), _AFTER_SALT, text, _END)))
