"""Signing in: who gets a session, who does not, and what a session is good for."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select, text

from audit.actions import Action, Role
from audit.actor import Actor, Strength
from audit.operation import operation
from audit.refusals import NotInYourRole
from foundation.errors import Invalid, NotFound
from people.establishment import employ
from people.invitation import Invited, NameTaken, TakeUpInvitation, invite, invited_by, take_up_invitation
from people.sign_declaration import sign_declaration
from people.sign_in import (
    Credentials,
    NotDemo,
    SignedIn,
    SignInFailed,
    actor_of,
    demo_doors,
    demo_sign_in,
    sign_in,
    sign_out,
)
from people.staff import StaffRole
from people.standing import open_services, whoami
from tests.houses import Databases
from tests.log_reading import events, newest
from tests.set_clock import SetClock
from tests.situations import Town, a_town

# A password is hashed slowly, on purpose.
pytestmark = pytest.mark.slow

PASSWORD = "correct horse battery staple"


@dataclass
class Account:
    """A teacher's account, and the authenticator that goes with it."""

    town: Town
    clock: SetClock
    secret: str

    def typed(self) -> Credentials:
        return Credentials("Tiril", PASSWORD, pyotp.TOTP(self.secret).at(self.clock.now()))

    def signed_in(self) -> SignedIn:
        self.clock.advance(timedelta(seconds=60))
        return sign_in(self.town.house, self.typed())


def _invited(town: Town, actor: Actor) -> Invited:
    assert actor.staff is not None
    with operation(town.administrator, Action.INVITE_STAFF) as op:
        return invite(op, actor.staff)


@pytest.fixture
def account(town: Town, clock: SetClock) -> Account:
    invited = _invited(town, town.teacher)
    made = take_up_invitation(town.house, TakeUpInvitation(invited.code, " Tiril ", PASSWORD))
    return Account(town, clock, made.code_secret)


def _sessions(town: Town) -> int:
    with town.house.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM sign_in_session")).scalar_one())


def test_the_right_name_password_and_code_give_a_session(account: Account) -> None:
    town, begun = account.town, account.signed_in()
    assert begun.role is Role.TEACHER
    assert begun.name == "Tiril Lærerud"
    assert actor_of(town.house, begun.token) == town.teacher
    event = newest(town.house)
    assert event.shape == ("sign_in", "permitted", None)
    assert (event.row.staff_id, event.row.service_id) == (town.teacher.staff, town.teacher.service)
    assert (event.row.role, event.row.strength) == ("teacher", "high")
    assert begun.event_id == event.row.event_id


def test_the_token_rests_only_as_a_keyed_hash(account: Account) -> None:
    begun = account.signed_in()
    with account.town.house.engine.connect() as connection:
        stored = connection.execute(text("SELECT token_hash FROM sign_in_session")).scalar_one()
        row = connection.execute(text("SELECT sign_in_name, password, code_secret FROM account")).one()
    assert begun.token.encode() not in bytes(stored)
    assert row[0] == "tiril"
    assert row[1].startswith("$argon2id$")
    assert PASSWORD not in row[1]
    assert account.secret.encode() not in bytes(row[2])


def test_whatever_is_wrong_gets_one_answer_and_leaves_no_session(account: Account) -> None:
    good = account.typed()
    for typed in (
        replace(good, password="wrong"),
        replace(good, code="000000" if good.code != "000000" else "000001"),
        replace(good, code=""),
        replace(good, name="nobody"),
        replace(good, service_id=account.town.housing),
        replace(good, role=Role.AUDITOR),
    ):
        account.clock.advance(timedelta(minutes=2))
        fresh = (
            replace(typed, code=pyotp.TOTP(account.secret).at(account.clock.now()))
            if typed.code == good.code
            else typed
        )
        with pytest.raises(SignInFailed) as refused:
            sign_in(account.town.house, fresh)
        assert (refused.value.values, refused.value.fields) in (({}, ()), ({"tries": 1}, ()))
        event = newest(account.town.house)
        assert event.shape == ("sign_in", "refused", "sign_in_failed")
        assert (event.row.staff_id, event.row.role) == (None, "stranger")  # they have not shown who they are
    assert _sessions(account.town) == 0


def test_a_code_is_good_once_and_for_its_neighbours(account: Account) -> None:
    account.clock.advance(timedelta(minutes=1))
    typed = account.typed()
    sign_in(account.town.house, typed)
    with pytest.raises(SignInFailed):
        sign_in(account.town.house, typed)
    late = account.typed()
    account.clock.advance(timedelta(seconds=90))
    with pytest.raises(SignInFailed):
        sign_in(account.town.house, late)
    coming = replace(typed, code=pyotp.TOTP(account.secret).at(account.clock.now() + timedelta(seconds=30)))
    assert sign_in(account.town.house, coming).staff_id == account.town.teacher.staff


def test_five_failures_close_the_account_for_a_quarter_of_an_hour(account: Account) -> None:
    """The failure is kept although the deed is refused: otherwise nobody would ever count to five."""
    for _ in range(5):
        with pytest.raises(SignInFailed):
            sign_in(account.town.house, replace(account.typed(), password="wrong"))
    account.clock.advance(timedelta(minutes=14))
    with pytest.raises(SignInFailed):
        sign_in(account.town.house, account.typed())
    account.clock.advance(timedelta(minutes=2))
    assert sign_in(account.town.house, account.typed()).name == "Tiril Lærerud"


def test_success_forgets_the_failures_before_it(account: Account) -> None:
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(SignInFailed):
                sign_in(account.town.house, replace(account.typed(), password="wrong"))
        account.signed_in()


def test_names_that_do_not_exist_are_counted_once_a_minute_and_not_listed(account: Account) -> None:
    house = account.town.house
    before = len(events(house))
    for number in range(5):
        with pytest.raises(SignInFailed):
            sign_in(house, Credentials(f"nobody {number}", PASSWORD, "000000"))
    account.clock.advance(timedelta(minutes=2))
    with pytest.raises(SignInFailed):
        sign_in(house, Credentials("nobody", PASSWORD, "000000"))
    told = events(house)[before:]
    assert [event.said["tries"] for event in told] == [1, 5]
    assert "nobody" not in str([event.said for event in told])


def test_a_session_ends_by_time_by_signing_out_and_with_the_role(account: Account) -> None:
    house = account.town.house
    begun = account.signed_in()
    assert actor_of(house, begun.token + "x") is None
    account.clock.advance(timedelta(hours=7, minutes=59))
    assert actor_of(house, begun.token) is not None
    account.clock.advance(timedelta(minutes=2))
    assert actor_of(house, begun.token) is None

    again = account.signed_in()
    actor = actor_of(house, again.token)
    assert actor is not None
    sign_out(account.town.other_teacher, again.token)
    assert actor_of(house, again.token) is not None, "nobody ends another's session"
    sign_out(actor, again.token)
    assert actor_of(house, again.token) is None
    assert _removed_table(account.town) == "sign_in_session"
    sign_out(actor, again.token)

    third = account.signed_in()
    _end_role(account)
    assert actor_of(house, third.token) is None


def _removed_table(town: Town) -> object:
    removed = newest(town.house).said["removed"]
    assert isinstance(removed, list)
    return removed[0]["table"]


def _end_role(account: Account) -> None:
    with operation(account.town.administrator, Action.ADD_STAFF) as op:
        role = op.one(select(StaffRole).where(StaffRole.staff_id == account.town.teacher.staff))
        assert role is not None
        role.valid_to = op.date() - timedelta(days=1)


def test_a_role_begins_and_ends_on_its_days(town: Town, clock: SetClock) -> None:
    today = town.today
    with operation(town.administrator, Action.ADD_STAFF) as op:
        staff = employ(
            op,
            town.school,
            Role.TEACHER,
            name="Vikar",
            work_email="vikar@fjordvik.example",
            number=None,
            valid_from=today + timedelta(days=1),
            valid_to=today + timedelta(days=2),
        )
    with pytest.raises(NotDemo):
        demo_sign_in(town.house, staff)
    clock.advance(timedelta(days=1))
    begun = demo_sign_in(town.house, staff)
    clock.set(begun.expires_at - timedelta(minutes=1))
    assert actor_of(town.house, begun.token) is not None
    clock.advance(timedelta(days=2))
    with pytest.raises(NotDemo):
        demo_sign_in(town.house, staff)


# Invitations


def test_an_invitation_is_good_once(town: Town) -> None:
    invited = _invited(town, town.teacher)
    assert invited_by(town.house, invited.code) == "Tiril Lærerud"
    taken = TakeUpInvitation(invited.code, "tiril", PASSWORD)
    made = take_up_invitation(town.house, taken)
    assert made.provisioning_uri.startswith("otpauth://totp/")
    assert invited_by(town.house, invited.code) is None
    with pytest.raises(NotFound):
        take_up_invitation(town.house, taken)


def test_an_invitation_ends_by_time_and_by_the_next_one(town: Town, clock: SetClock) -> None:
    first, second = _invited(town, town.teacher), _invited(town, town.teacher)
    assert invited_by(town.house, first.code) is None
    clock.advance(timedelta(hours=73))
    assert invited_by(town.house, second.code) is None
    for code in (first.code, second.code, "nonsense"):
        with pytest.raises(NotFound):
            take_up_invitation(town.house, TakeUpInvitation(code, "tiril", PASSWORD))
    assert newest(town.house).shape == ("accept_invitation", "not_found", "not_found")


@pytest.mark.parametrize(("name", "password"), [("tiril", "too short"), ("ti", PASSWORD), ("x" * 101, PASSWORD)])
def test_a_poor_choice_leaves_the_invitation_good(town: Town, name: str, password: str) -> None:
    invited = _invited(town, town.teacher)
    with pytest.raises(Invalid):
        take_up_invitation(town.house, TakeUpInvitation(invited.code, name, password))
    assert invited_by(town.house, invited.code) is not None


def test_a_name_belongs_to_one_and_whoever_has_it_may_keep_it(account: Account) -> None:
    town = account.town
    other = _invited(town, town.other_teacher)
    with pytest.raises(NameTaken):
        take_up_invitation(town.house, TakeUpInvitation(other.code, "TIRIL", PASSWORD))
    mine = _invited(town, town.teacher)
    again = take_up_invitation(town.house, TakeUpInvitation(mine.code, "tiril", "another password"))
    with pytest.raises(SignInFailed):
        account.signed_in()
    account.secret = again.code_secret
    account.clock.advance(timedelta(minutes=1))
    assert sign_in(town.house, replace(account.typed(), password="another password")).staff_id == town.teacher.staff


def test_secrets_are_shown_to_nobody_by_accident() -> None:
    assert PASSWORD not in repr(Credentials("tiril", PASSWORD, "123456"))
    assert PASSWORD not in repr(TakeUpInvitation("code", "tiril", PASSWORD))


# The demo's door, and where somebody stands


def test_a_demo_is_entered_by_role_and_real_data_is_not(databases: Databases) -> None:
    town = a_town(databases.house("sqlite", name="demo"))
    doors = demo_doors(town.house)
    assert {door.role for door in doors} >= {Role.TEACHER, Role.HOUSING_WORKER, Role.AUDITOR}
    for door in doors:
        begun = demo_sign_in(town.house, door.staff_id, door.service_id, door.role)
        actor = actor_of(town.house, begun.token)
        assert actor is not None
        assert (actor.staff, actor.service, actor.role) == (door.staff_id, door.service_id, door.role)
        assert actor.strength is Strength.HIGH
    real = a_town(databases.house("sqlite", is_demo=False, name="real"))
    assert demo_doors(real.house) == []
    assert real.teacher.staff is not None
    with pytest.raises(NotDemo):
        demo_sign_in(real.house, real.teacher.staff)
    assert newest(real.house).shape == ("sign_in", "refused", "not_demo")


def test_everybody_learns_where_they_stand(town: Town) -> None:
    standing = whoami(town.nav_state_adviser)
    assert standing.service_kind == "nav_state"
    assert standing.organisation_name.startswith("Arbeids- og velferdsetaten")
    assert standing.declaration_signed
    names = [service.name for service in open_services(town.teacher)]
    assert "Solbakken skole" in names
    assert {one.office for one in open_services(town.teacher) if one.kind.startswith("nav")} == {"NAV Fjordvik"}


def test_signing_the_declaration_twice_leaves_one(town: Town) -> None:
    with town.house.engine.connect() as connection:
        before = connection.execute(text("SELECT count(*) FROM declaration")).scalar_one()
    event = sign_declaration(town.teacher)
    assert newest(town.house).row.event_id == event
    with town.house.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM declaration")).scalar_one() == before
    with pytest.raises(NotInYourRole):
        sign_declaration(Actor.operator(town.house))
