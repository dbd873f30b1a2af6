"""Set up an installation: which municipality it is, its own organisation, the safe policy, and an administrator."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audit.actions import Action, Role
from audit.actor import Actor
from audit.house import House, Installed
from audit.installation import Installation, key_check
from audit.operation import operation
from confidentiality.policy import SAFE
from foundation.clock import ZONES
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import EventId, OrganisationId
from people.establishment import employ, open_service, register_organisation
from people.invitation import invite
from people.organisation import is_organisation_number
from people.policy import PolicyVersion, document_of
from vault.keys import KEYHOLDER_OF_ARCHIVE, make_service_key

__all__ = ["ADMINISTRATION", "Install", "InstallReceipt", "install"]

#: The kind of the service in which administrators, the data protection officer and auditors act; nothing is shared with
#: it.
ADMINISTRATION = "administration"

_NUMBER = re.compile(r"\d{3,4}")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True)
class Install:
    """What an installation is told once, at the beginning."""

    municipality: str
    municipality_number: str
    jurisdiction: str
    organisation_number: str
    administrator_name: str
    administrator_email: str
    administration_name: str = "Administration"
    is_demo: bool = False

    def refuse_nonsense(self) -> None:
        """Raise `Invalid` for what cannot be: an empty name, a number that is none."""
        fields = []
        if not 1 <= len(self.municipality.strip()) <= 200:
            fields.append(FieldProblem("municipality", "name_length"))
        if not _NUMBER.fullmatch(self.municipality_number):
            fields.append(FieldProblem("number", "municipality_number_invalid"))
        if self.jurisdiction not in ZONES:
            fields.append(FieldProblem("jurisdiction", "unknown_word"))
        elif self.jurisdiction == "NOR" and not is_organisation_number(self.organisation_number):
            fields.append(FieldProblem("organisation_number", "organisation_number_invalid"))
        if not 1 <= len(self.administrator_name.strip()) <= 200:
            fields.append(FieldProblem("administrator", "name_length"))
        if not _ADDRESS.fullmatch(self.administrator_email):
            fields.append(FieldProblem("email", "not_an_address"))
        if fields:
            raise Invalid(fields=fields)

    def facts(self, installation: UUID) -> Installed:
        """What a house needs to know of this installation before its row is written."""
        return Installed(
            installation, self.is_demo, self.municipality.strip(), self.municipality_number, self.jurisdiction
        )


@dataclass(frozen=True)
class InstallReceipt:
    """What was set up; the invitation's code is told once, here."""

    organisation_id: OrganisationId
    invitation_code: str
    invitation_ends_at: datetime
    event_id: EventId


def install(house: House, asked: Install) -> InstallReceipt:
    """Write the installation's row, its archive keyholder, the municipality, its policy, and the first administrator.

    Args:
        house: a house over a migrated and otherwise empty database, made with `asked.facts(...)`.
        asked: what is told.

    Raises:
        Invalid: something in it cannot be.
    """
    asked.refuse_nonsense()
    with operation(Actor.operator(house), Action.INSTALL) as op:
        op.add(
            Installation(
                row=1,
                installation_id=house.installed.installation_id,
                is_demo=asked.is_demo,
                municipality=house.installed.municipality,
                municipality_number=asked.municipality_number,
                jurisdiction=asked.jurisdiction,
                created_at=op.time,
                key_check=key_check(house.custody, house.installed.installation_id),
            ),
            make_service_key(KEYHOLDER_OF_ARCHIVE, house.custody, op.time),
            PolicyVersion(
                number=1,
                document=document_of(SAFE),
                digest=SAFE.version,
                proposal_id=None,
                approved_by=None,
                approved_at=op.time,
            ),
        )
        organisation = register_organisation(
            op,
            number=asked.organisation_number,
            name=house.installed.municipality,
            jurisdiction=asked.jurisdiction,
            is_public=True,
        )
        administration = open_service(
            op, organisation, kind=ADMINISTRATION, name=asked.administration_name, telephone=""
        )
        administrator = employ(
            op,
            administration,
            Role.ADMINISTRATOR,
            name=asked.administrator_name.strip(),
            work_email=asked.administrator_email,
            number=None,
            valid_from=op.date(asked.jurisdiction),
        )
        op.flush()
        invited = invite(op, administrator)
        return InstallReceipt(organisation, invited.code, invited.ends_at, op.event_id)
