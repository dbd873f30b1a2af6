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
    "out_of_order": message("These dates are in the wrong order"),
    "in_the_future": message("This lies in the future"),
    "in_the_past": message("This lies in the past"),
    "identity_number_invalid": message("This is not a valid identity number; check each digit"),
}

_OTHERWISE = message("Check this")


def field_message(code: str) -> str:
    """The English message for a field's code; a general one where a deed gives a code without words."""
    return FIELD_CODES.get(code, _OTHERWISE)
