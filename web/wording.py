"""What people read for the codes of the house: roles, deeds, what is wrong with a field. English here, translated where shown."""

from collections.abc import Mapping

from audit.actions import Role
from foundation.texts import message

__all__ = ["FIELD_CODES", "ROLES", "STRENGTHS", "field_message"]

ROLES: Mapping[Role, str] = {
    Role.TEACHER: message("Teacher"),
    Role.HOUSING_WORKER: message("Housing worker"),
    Role.NAV_ADVISER: message("NAV adviser"),
    Role.COORDINATOR: message("Programme coordinator"),
    Role.VOLUNTEER: message("Volunteer"),
    Role.CHILD_WELFARE_WORKER: message("Child welfare worker"),
    Role.LEADER: message("Leader"),
    Role.AUDITOR: message("Auditor"),
    Role.DATA_PROTECTION_OFFICER: message("Data protection officer"),
    Role.ADMINISTRATOR: message("Administrator"),
    Role.OPERATOR: message("Operator of the machine"),
    Role.STRANGER: message("Not signed in"),
}

STRENGTHS: Mapping[str, str] = {
    "low": message("low"),
    "substantial": message("substantial"),
    "high": message("high"),
}

#: What is wrong with a field, by the code that a deed or the edge gives it.
FIELD_CODES: Mapping[str, str] = {
    "required": message("Fill this in"),
    "unknown_field": message("There is no such field here"),
    "too_long": message("This is too long"),
    "too_short": message("This is too short"),
    "too_large": message("This is too large"),
    "too_small": message("This is too small"),
    "too_many": message("These are too many"),
    "too_few": message("Choose at least one"),
    "not_a_choice": message("Choose one of those that are offered"),
    "not_a_date": message("Write the date as day, month and year"),
    "not_an_id": message("This is not a reference that Tillit knows"),
    "not_a_number": message("Write a whole number"),
    "not_yes_or_no": message("Answer yes or no"),
    "not_text": message("Write text here"),
    "wrong_type": message("This is of the wrong kind"),
    "identity_number_invalid": message("This is not a valid identity number; check each digit"),
    "municipality_number_invalid": message("A municipality number has four digits"),
    "organisation_number_invalid": message("This is not a valid organisation number; check each digit"),
    "not_an_address": message("This is not an e-mail address"),
    "name_length": message("This name is too short or too long"),
    "password_too_short": message("Choose a longer password"),
    "sign_in_name_taken": message("This name is taken"),
    "too_few_letters": message("Write at least two letters"),
    "birth_date_impossible": message("Nobody here can be born on this date"),
    "members_count": message("These are too few or too many at a time"),
    "unknown_member": message("This member is not among those you wrote"),
    "unknown_word": message("Choose one of those that are offered"),
    "unknown_page": message("There is no such page; begin with the first"),
    "unknown_service": message("There is no such service here"),
    "unknown_category": message("There is no such kind of information"),
    "unknown_consent": message("There is no such consent to replace"),
    "unknown_programme": message("There is no such programme"),
    "flows_empty_or_twice": message("Say once for each pair of services what may be given"),
    "same_service": message("A service needs no consent to give something to itself"),
    "signed_twice": message("The same person is named twice"),
    "signed_before_explained": message("Nobody can sign before the consent was explained"),
    "day_to_come": message("This day has not come yet"),
    "ends_before_it_begins": message("The last day lies before the first"),
    "more_than_twelve_months": message("A consent holds for twelve months at most"),
    "does_not_fit_scope": message("This does not go with the rest of your choice"),
    "had_no_say": message("This person did not sign the consent, and had not to"),
    "nothing_filled_in": message("Fill in something here, or leave the whole part out"),
    "must_not_go": message("This may not be sent to this service"),
    "not_for_this_kind": message("This service does not take this kind of referral"),
    "not_a_page": message("This is not a readable PDF, PNG or JPEG"),
}

_OTHERWISE = message("Check this")


def field_message(code: str) -> str:
    """The English message for a field's code; a general one where a deed gives a code without words."""
    return FIELD_CODES.get(code, _OTHERWISE)
