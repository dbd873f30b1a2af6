"""`tillit account`: who may sign in."""

from typing import Annotated

import typer

from audit.actions import Role
from audit.actor import Actor
from cli.open_installation import recording
from cli.options import DataDir, invitation_link, new_app, settings_for
from foundation.errors import Invalid
from people.add_staff import AddStaff, add_staff
from people.invite_staff import invite_staff
from people.standing import OpenService, open_services

__all__ = ["UnknownService", "app"]

app = new_app("Who may sign in.")


class UnknownService(Invalid):
    """No open service, or more than one, answers to what was typed."""

    code = "unknown_service"
    title = "Which service is meant cannot be told"
    do = "Give the name of one of these, or the beginning of its id, as `tillit service list` prints them."


@app.command()
def add(
    name: Annotated[str, typer.Option(help="Their name.")],
    email: Annotated[str, typer.Option(help="Their address at work.")],
    service: Annotated[str, typer.Option(help="The service's name or id.")],
    role: Annotated[str, typer.Option(help="In which role, such as teacher or auditor.")],
    identity_number: Annotated[
        str | None,
        typer.Option(
            help="Kept as a keyed hash, by which Tillit sees that a case is their own family's; `-` to type it unseen."
        ),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Add a member of staff in one role of one service, and print the invitation for them."""
    roles = {one.value for one in Role} - {Role.OPERATOR.value, Role.STRANGER.value}
    if role not in roles:
        raise typer.BadParameter(f"one of {', '.join(sorted(roles))}", param_hint="--role")
    if identity_number == "-":
        # An argument stands in the history of the shell, and in the list of processes for everybody on the machine.
        identity_number = str(typer.prompt("Identity number", hide_input=True, err=True))
    settings = settings_for(data_dir)
    with recording(settings) as house:
        actor = Actor.operator(house)
        chosen = _named(open_services(actor), service)
        receipt = add_staff(actor, AddStaff(chosen.service_id, Role(role), name, email, identity_number))
    print(f"{name}, {role} in {chosen.name}")
    print(invitation_link(settings, receipt.invitation_code))
    print(f"good until {receipt.invitation_ends_at:%Y-%m-%d %H:%M} UTC, once")


@app.command()
def invite(
    email: Annotated[str, typer.Option(help="Their address at work.")],
    data_dir: DataDir = None,
) -> None:
    """Invite somebody who works here already to make their account anew, and print the link."""
    settings = settings_for(data_dir)
    with recording(settings) as house:
        receipt = invite_staff(Actor.operator(house), email)
    print(receipt.name)
    print(invitation_link(settings, receipt.invitation_code))
    print(f"good until {receipt.invitation_ends_at:%Y-%m-%d %H:%M} UTC, once")


def _named(there: list[OpenService], typed: str) -> OpenService:
    exact = [one for one in there if one.name.casefold() == typed.strip().casefold()]
    begins = [one for one in there if len(typed) >= 4 and str(one.service_id).startswith(typed.strip().casefold())]
    found = exact or begins
    if len(found) != 1:
        raise UnknownService(values={"services": ", ".join(sorted({one.name for one in there}))})
    return found[0]
