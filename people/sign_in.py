"""Signing in: accounts, sessions, and turning a token into an actor.

A session is a random token that the browser or program keeps; the database keeps only its keyed hash, the staff member,
one service, one role, the strength of the sign-in and when it ends. Passwords rest as Argon2id (RFC 9106),
one-time-code secrets sealed. What fails is counted for the account; whether a name exists is not told, and takes as
long either way.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from uuid import UUID

import pyotp
from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from sqlalchemy import ForeignKey, bindparam, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from audit.actions import Action, Role
from audit.actor import Actor, Strength
from audit.house import House
from audit.look import Prepared
from audit.operation import Operation, operation, refuse
from audit.sessions import ask, reading
from foundation.clock import local_date
from foundation.errors import Refused
from foundation.identifiers import EventId, ServiceId, StaffId
from foundation.tables import Base, Right, RowOfToday
from people.organisation import Service
from people.staff import Staff, StaffRole
from vault.blob import open_blob, seal_blob

__all__ = [
    "Account",
    "Credentials",
    "DemoDoor",
    "NotDemo",
    "SignInFailed",
    "SignInSession",
    "SignedIn",
    "actor_of",
    "demo_doors",
    "demo_sign_in",
    "hash_password",
    "seal_secret",
    "sign_in",
    "sign_out",
]

_FAILURES_BEFORE_PAUSE = 5
_PAUSE = timedelta(minutes=15)
_DUMMY_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105  # checked against nothing, so that an unknown name takes as long


class SignInFailed(Refused):
    """Name, password or code is wrong, or the account pauses after too many tries: the answer is the same."""

    code = "sign_in_failed"
    title = "You were not signed in"
    do = "Check name, password and the newest one-time code. After five failed tries, wait fifteen minutes."


class NotDemo(Refused):
    """One-click sign-in exists on demo data only."""

    code = "not_demo"
    title = "This is not a demo"
    do = "Sign in with your own account."


class Account(RowOfToday, Base):
    """How a member of staff signs in without an outside identity provider."""

    __tablename__ = "account"
    of_persons = False

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[StaffId] = mapped_column(ForeignKey("staff.staff_id"), unique=True)
    sign_in_name: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str]
    code_secret: Mapped[bytes]
    #: The time step of the last code that was taken; a code is good once (RFC 6238 section 5.2).
    last_step: Mapped[int]
    failures: Mapped[int]
    paused_until: Mapped[datetime | None]


class SignInSession(Right, Base):
    """That somebody is signed in, to one service and in one role, until a time."""

    __tablename__ = "sign_in_session"
    of_persons = False

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    staff_id: Mapped[StaffId] = mapped_column(ForeignKey("staff.staff_id"), index=True)
    service_id: Mapped[ServiceId] = mapped_column(ForeignKey("service.service_id"))
    role: Mapped[str]
    strength: Mapped[str]
    began_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Credentials:
    """What somebody typed to sign in; `service_id` and `role` choose where they hold more than one role."""

    name: str
    password: str
    code: str
    service_id: ServiceId | None = None
    role: Role | None = None

    def __repr__(self) -> str:
        """Nothing: a password must not reach a trace."""
        return "Credentials()"


@dataclass(frozen=True)
class SignedIn:
    """A fresh session: the token is told once, here."""

    token: str
    staff_id: StaffId
    name: str
    service_id: ServiceId
    role: Role
    strength: Strength
    expires_at: datetime
    event_id: UUID


@dataclass(frozen=True)
class DemoDoor:
    """Somebody as whom one may look around in a demo."""

    staff_id: StaffId
    name: str
    role: Role
    service_id: ServiceId
    service_name: str
    organisation_id: UUID


def hash_password(password: str) -> str:
    """An Argon2id PHC string (19 MiB, two passes: the OWASP minimum); slow on purpose, so never inside an operation."""
    return Argon2id(
        salt=secrets.token_bytes(16), length=32, iterations=2, lanes=1, memory_cost=19456
    ).derive_phc_encoded(password.encode())


def _password_is(password: str, stored: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(password.encode(), stored)
    except InvalidKey:
        return False
    return True


@cache
def _nobodys_password() -> str:
    """A hash that no password fits, so that a name which does not exist takes as long as one that does."""
    return hash_password(secrets.token_urlsafe())


def seal_secret(house: House, account_id: UUID, secret: str) -> bytes:
    """A one-time-code secret, sealed for its account."""
    return seal_blob(house.custody.derived_key("one-time-codes"), secret.encode(), b"account/" + account_id.bytes)


def _token_hash(house: House, token: str) -> bytes:
    return hmac.new(house.custody.derived_key("sessions"), token.encode(), sha256).digest()


def sign_in(house: House, typed: Credentials) -> SignedIn:
    """Begin a session for the right name, password and one-time code.

    Raises:
        SignInFailed: something is wrong; which, is not told.
    """
    stranger = Actor.stranger(house)
    name = typed.name.strip().casefold()
    with reading(house) as session:
        account = session.scalars(select(Account).where(Account.sign_in_name == name)).one_or_none()
    # The slow check comes before the operation, and is made for names that do not exist too.
    matches = _password_is(typed.password, account.password if account else _nobodys_password())
    step = _step_of_code(house, account, typed.code)
    if account is None:
        _count_unknown_name(stranger)
        raise SignInFailed
    with operation(stranger, Action.SIGN_IN) as op:
        account = op.lock(select(Account).where(Account.account_id == account.account_id), shared=False)[0]
        op.note(staff=str(account.staff_id))
        if account.paused_until is not None and account.paused_until > op.time:
            op.keep_and_refuse(SignInFailed())
        elif not matches or step is None or step <= account.last_step:
            _count_failure(op, account)
            op.keep_and_refuse(SignInFailed())
        else:
            account.last_step, account.failures, account.paused_until = step, 0, None
            begun = _begin(op, account.staff_id, Strength.HIGH, typed.service_id, typed.role)
            if begun is not None:
                return begun
            op.keep_and_refuse(SignInFailed())
    raise SignInFailed  # not reached: the operation raises the refusal that was kept


def _count_unknown_name(stranger: Actor) -> None:
    """Names that do not exist are counted, not listed: one event a minute says how many were tried."""
    tried = stranger.house.unknown_names.count(stranger.house.clock.now())
    if tried:
        refuse(stranger, Action.SIGN_IN, SignInFailed(values={"tries": tried}))


def _count_failure(op: Operation, account: Account) -> None:
    account.failures += 1
    if account.failures >= _FAILURES_BEFORE_PAUSE:
        account.failures, account.paused_until = 0, op.time + _PAUSE


def _step_of_code(house: House, account: Account | None, code: str) -> int | None:
    """The 30-second step (RFC 6238) to which `code` belongs, at most one away from now; None for a wrong code."""
    if account is None:
        secret = _DUMMY_SECRET
    else:
        place = b"account/" + account.account_id.bytes
        secret = open_blob(house.custody.derived_key("one-time-codes"), account.code_secret, place).decode()
    totp, now = pyotp.TOTP(secret), int(house.clock.now().timestamp())
    for step in (now // 30, now // 30 - 1, now // 30 + 1):
        if hmac.compare_digest(totp.at(step * 30).encode(), code.strip().replace(" ", "").encode()):
            return step if account is not None else None
    return None


def _begin(
    op: Operation, staff: StaffId, strength: Strength, service: ServiceId | None, role: Role | None
) -> SignedIn | None:
    """A new session in the role asked for, or in the first that the person holds today; None when there is none."""
    today = op.date(op.house.installed.jurisdiction)
    query = (
        select(StaffRole)
        .where(StaffRole.staff_id == staff, StaffRole.valid_from <= today)
        .where(or_(StaffRole.valid_to.is_(None), StaffRole.valid_to >= today))
        .order_by(StaffRole.valid_from, StaffRole.staff_role_id)
    )
    held = [
        one
        for one in op.all(query)
        if (service is None or one.service_id == service) and (role is None or one.role == role.value)
    ]
    person = op.get(Staff, staff)
    if person is None or not held:
        return None
    op.begun_by(staff, held[0].service_id, Role(held[0].role), strength)
    token, ends_at = secrets.token_urlsafe(32), op.time + timedelta(hours=op.house.settings.session_hours)
    op.add(
        SignInSession(
            token_hash=_token_hash(op.house, token),
            staff_id=staff,
            service_id=held[0].service_id,
            role=held[0].role,
            strength=strength.code,
            began_at=op.time,
            ends_at=ends_at,
        )
    )
    return SignedIn(token, staff, person.name, held[0].service_id, Role(held[0].role), strength, ends_at, op.event_id)


_SESSION_WITH_ROLE = Prepared(
    select(SignInSession, StaffRole.valid_from, StaffRole.valid_to)
    .join(
        StaffRole,
        (StaffRole.staff_id == SignInSession.staff_id)
        & (StaffRole.service_id == SignInSession.service_id)
        & (StaffRole.role == SignInSession.role),
    )
    .where(SignInSession.token_hash == bindparam("token"))
)


def actor_of(house: House, token: str) -> Actor | None:
    """Who holds `token`, if the session lives and the role is still theirs; None otherwise."""
    now = house.clock.now()
    today = local_date(now, house.installed.jurisdiction)
    rows = ask(house, _SESSION_WITH_ROLE, token=_token_hash(house, token))
    if not rows:
        return None
    ((found, valid_from, valid_to),) = rows
    if found.ends_at <= now or today < valid_from or (valid_to is not None and valid_to < today):
        return None
    return Actor(
        house=house,
        role=Role(found.role),
        staff=found.staff_id,
        service=found.service_id,
        strength=Strength[found.strength.upper()],
    )


def sign_out(actor: Actor, token: str) -> EventId:
    """End the session of `token`; a session that has ended already is no error."""
    with operation(actor, Action.SIGN_OUT) as op:
        found = op.get(SignInSession, _token_hash(actor.house, token))
        if found is not None and found.staff_id == actor.staff:
            op.remove(found)
        return op.event_id


def demo_doors(house: House) -> list[DemoDoor]:
    """Everybody as whom one may look around, in the order of services; empty on real data."""
    if not house.installed.is_demo:
        return []
    with reading(house) as session:
        found = session.execute(
            select(Staff, StaffRole, Service)
            .join(StaffRole, StaffRole.staff_id == Staff.staff_id)
            .join(Service, Service.service_id == StaffRole.service_id)
            .order_by(Service.opened_at, Service.name, StaffRole.role, Staff.name)
        ).all()
    return [
        DemoDoor(staff.staff_id, staff.name, Role(role.role), service.service_id, service.name, service.organisation_id)
        for staff, role, service in found
    ]


def demo_sign_in(house: House, staff: StaffId, service: ServiceId | None = None, role: Role | None = None) -> SignedIn:
    """Sign in with one click, as strongly as the story needs; demo data only.

    Raises:
        NotDemo: the data is real, or the demo has nobody by this id.
    """
    with operation(Actor.stranger(house), Action.SIGN_IN) as op:
        if not house.installed.is_demo:
            raise NotDemo
        op.note(staff=str(staff))
        begun = _begin(op, staff, Strength.HIGH, service, role)
        if begun is None:
            raise NotDemo
        return begun
