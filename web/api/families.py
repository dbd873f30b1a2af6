"""Families: the persons whom a service writes down together, and who has parental responsibility for whom."""

from typing import Annotated

from pydantic import Field
from starlette.responses import Response

from audit.actions import Action
from people.register import Protection, SeenByHand
from people.register_family import FamilyReceipt, GuardianOf, RegisterFamily, register_family
from people.roster import Member
from web.api.described import creates
from web.api.exact import Day, YesOrNo
from web.api.router import calls_below
from web.sent import Sent
from web.visit import HereOnce, does

router = calls_below("/families", tag="People")

Short = Annotated[str, Field(max_length=40)]
Line = Annotated[str, Field(max_length=300)]


class Seen(Sent):
    """What an employee saw of a person's protection, where, and on which day."""

    status: Protection
    where: Line
    on: Day

    def seen(self) -> SeenByHand:
        """As the deed takes it."""
        return SeenByHand(self.status, self.where, self.on)


class OneMember(Sent):
    """One member of the family; `ref` names them inside this request."""

    ref: Short
    name: Annotated[str, Field(max_length=200)]
    birth_date: Day
    identity_number: Short | None = None
    address: Line | None = None
    telephone: Short | None = None
    language: Short | None = None
    school: Line | None = None
    seen: Seen | None = None

    def member(self) -> Member:
        """As the deed takes it."""
        known = self.model_dump(exclude={"seen"})
        return Member(**known, seen=self.seen.seen() if self.seen else None)


class OneBond(Sent):
    """That `guardian` has parental responsibility for `child`, both by their `ref`."""

    child: Short
    guardian: Short
    kind: Short
    is_resident: YesOrNo
    evidence: Short


class Family(Sent):
    """The members of a family and the guardianships among them."""

    members: tuple[OneMember, ...]
    guardianships: tuple[OneBond, ...] = ()

    def command(self) -> RegisterFamily:
        """As the deed takes it."""
        bonds = tuple(GuardianOf(**bond.model_dump()) for bond in self.guardianships)
        return RegisterFamily(tuple(one.member() for one in self.members), bonds)


@router.post("", **creates(FamilyReceipt))
@does(Action.REGISTER_FAMILY)
def register(here: HereOnce, sent: Family) -> Response:
    """Register a family on the roster of one's own service."""
    receipt = register_family(here.actor, sent.command())
    return here.created(receipt, receipt.id)
