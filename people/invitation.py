"""Invitations: how somebody makes their own account, with a password nobody else has seen.

A link bears a random code once; the database keeps its keyed hash. Taking it up shows the secret of the one-time codes,
once.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4

import pyotp
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from audit.actions import Action
from audit.actor import Actor
from audit.house import House
from audit.operation import Operation, operation, preparing
from audit.sessions import reading
from foundation.errors import FieldProblem, Invalid, NotFound
from foundation.identifiers import EventId, StaffId
from foundation.tables import Base, Right
from people.sign_in import Account, hash_password, seal_secret
from people.staff import Staff

__all__ = [
    "AccountMade",
    "Invitation",
    "Invited",
    "NameTaken",
    "TakeUpInvitation",
    "invite",
    "invited_by",
    "take_up_invitation",
]

_GOOD_FOR = timedelta(hours=72)
_SHORTEST_PASSWORD = 12


class NameTaken(Invalid):
    """Somebody signs in with this name already."""

    code = "sign_in_name_taken"
    title = "This name is taken"
    do = "Choose another name to sign in with."


class Invitation(Right, Base):
    """That somebody may make an account; used up by doing so."""

    __tablename__ = "invitation"
    of_persons = False

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    staff_id: Mapped[StaffId] = mapped_column(ForeignKey("staff.staff_id"), unique=True)
    ends_at: Mapped[datetime]


@dataclass(frozen=True)
class Invited:
    """A fresh invitation: the code is told once, here."""

    code: str
    ends_at: datetime


@dataclass(frozen=True)
class TakeUpInvitation:
    """What somebody chooses when they make their account."""

    code: str
    sign_in_name: str
    password: str

    def __repr__(self) -> str:
        """Nothing: a password must not reach a trace."""
        return "TakeUpInvitation()"


@dataclass(frozen=True)
class AccountMade:
    """A new account: the secret for the authenticator is told once, here."""

    sign_in_name: str
    code_secret: str
    provisioning_uri: str
    event_id: EventId


def _code_hash(house: House, code: str) -> bytes:
    return hmac.new(house.custody.derived_key("invitations"), code.encode(), sha256).digest()


def invite(op: Operation, staff: StaffId) -> Invited:
    """Invite a member of staff; an earlier invitation of theirs ends."""
    earlier = op.one(select(Invitation).where(Invitation.staff_id == staff))
    if earlier is not None:
        op.remove(earlier)
        op.flush()
    code, ends_at = secrets.token_urlsafe(24), op.time + _GOOD_FOR
    op.add(Invitation(code_hash=_code_hash(op.house, code), staff_id=staff, ends_at=ends_at))
    return Invited(code, ends_at)


def invited_by(house: House, code: str) -> str | None:
    """The name of whoever this code invites, while it is good; None otherwise."""
    with reading(house) as session:
        found = session.get(Invitation, _code_hash(house, code))
        if found is None or found.ends_at <= house.clock.now():
            return None
        return session.get_one(Staff, found.staff_id).name


def take_up_invitation(house: House, chosen: TakeUpInvitation) -> AccountMade:
    """Make the account, use the invitation up, and tell the one-time-code secret once.

    Raises:
        NotFound: the code is wrong, used or too old.
        Invalid: the password has fewer than twelve characters.
        NameTaken: somebody has this name.
    """
    stranger, name = Actor.stranger(house), chosen.sign_in_name.strip().casefold()
    with preparing(stranger, Action.ACCEPT_INVITATION):
        if len(chosen.password) < _SHORTEST_PASSWORD:
            raise Invalid(fields=[FieldProblem("password", "password_too_short")])
        if not 3 <= len(name) <= 100:
            raise Invalid(fields=[FieldProblem("sign_in_name", "name_length")])
        password, secret = hash_password(chosen.password), pyotp.random_base32()
    with operation(stranger, Action.ACCEPT_INVITATION) as op:
        found = op.get(Invitation, _code_hash(house, chosen.code))
        if found is None or found.ends_at <= op.time:
            raise NotFound
        same_name = op.one(select(Account).where(Account.sign_in_name == name))
        if same_name is not None and same_name.staff_id != found.staff_id:
            raise NameTaken(fields=[FieldProblem("sign_in_name", "sign_in_name_taken")])
        account = op.one(select(Account).where(Account.staff_id == found.staff_id))
        if account is None:
            account = Account(account_id=uuid4(), staff_id=found.staff_id)
            op.add(account)
        account.sign_in_name, account.password = name, password
        account.code_secret = seal_secret(house, account.account_id, secret)
        account.last_step, account.failures, account.paused_until = 0, 0, None
        op.remove(found)
        uri = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Tillit")
        return AccountMade(name, secret, uri, op.event_id)
