"""The administrator's deeds: organisations, services, and inviting somebody anew."""

import pytest

from audit.actor import Actor
from audit.sessions import reading
from foundation.errors import Invalid
from people.invitation import TakeUpInvitation, take_up_invitation
from people.invite_staff import invite_staff
from people.open_service import OpenService, open_service
from people.register_organisation import RegisterOrganisation, register_organisation
from people.staff import Staff
from people.standing import open_services
from tests.log_reading import newest
from tests.situations import Town

BODY = RegisterOrganisation("310000116", "Fjelldal kommune", "NOR", is_public=True)


def test_an_organisation_is_registered_once_and_its_service_is_in_the_directory(town: Town) -> None:
    operator = Actor.operator(town.house)
    receipt = register_organisation(operator, BODY)
    assert newest(town.house).row.action == "register_organisation"
    with pytest.raises(Invalid) as again:
        register_organisation(operator, BODY)
    assert [(one.field, one.code) for one in again.value.fields] == [("number", "registered_already")]
    opened = open_service(operator, OpenService(BODY.number, "school", "Fjelldal skole", "00 00 00 01"))
    assert newest(town.house).row.event_id == opened.event_id
    listed = {one.service_id: one for one in open_services(town.teacher)}
    assert (listed[opened.id].name, listed[opened.id].organisation_id) == ("Fjelldal skole", receipt.id)


@pytest.mark.parametrize(
    ("asked", "field", "code"),
    [
        (OpenService("999999999", "school", "En skole", "00 00 00 01"), "organisation", "unknown_organisation"),
        (OpenService("310000116", "castle", "En skole", "00 00 00 01"), "kind", "unknown_word"),
        (OpenService("310000116", "school", "E", "00 00 00 01"), "name", "name_length"),
        (OpenService("310000116", "school", "En skole", ""), "telephone", "telephone_length"),
    ],
)
def test_a_service_that_cannot_be_is_not_opened(town: Town, asked: OpenService, field: str, code: str) -> None:
    operator = Actor.operator(town.house)
    register_organisation(operator, BODY)
    before = len(open_services(town.teacher))
    with pytest.raises(Invalid) as refused:
        open_service(operator, asked)
    assert [(one.field, one.code) for one in refused.value.fields] == [(field, code)]
    assert len(open_services(town.teacher)) == before


def test_whoever_lost_their_codes_is_invited_anew_by_their_address(town: Town) -> None:
    operator = Actor.operator(town.house)
    with pytest.raises(Invalid):
        invite_staff(operator, "nobody@elsewhere.example")
    address = _address_of_teacher(town)
    first = invite_staff(operator, address)
    take_up_invitation(town.house, TakeUpInvitation(first.invitation_code, "tea", "a long enough password"))
    second = invite_staff(operator, address.upper())
    assert second.staff_id == first.staff_id
    made = take_up_invitation(town.house, TakeUpInvitation(second.invitation_code, "tea", "another long password"))
    assert made.sign_in_name == "tea"


def _address_of_teacher(town: Town) -> str:
    with reading(town.house) as session:
        return session.get_one(Staff, town.teacher.staff).work_email
