"""`tillit service`: the organisations and services that share."""

from typing import Annotated

import typer

from audit.actor import Actor
from cli.open_installation import recording
from cli.options import DataDir, new_app, settings_for
from people.open_service import OpenService, open_service
from people.register_organisation import RegisterOrganisation, register_organisation
from people.standing import open_services

__all__ = ["app"]

app = new_app("The organisations and services that share.")


@app.command("list")
def list_services(data_dir: DataDir = None) -> None:
    """List the open services: id, organisation, name and kind."""
    with recording(settings_for(data_dir)) as house:
        for service in open_services(Actor.operator(house)):
            print(f"{service.service_id}  {service.organisation_name}: {service.name} ({service.kind})")


@app.command()
def organisation(
    number: Annotated[str, typer.Option(help="Its organisation number.")],
    name: Annotated[str, typer.Option(help="Its name.")],
    jurisdiction: Annotated[str, typer.Option(help="Whose law it follows: NOR or DNK.")] = "NOR",
    private: Annotated[bool, typer.Option("--private", help="It is not a public body.")] = False,  # noqa: FBT002  # an option of the command line
    data_dir: DataDir = None,
) -> None:
    """Register an organisation; the municipality itself is there since `tillit init`."""
    with recording(settings_for(data_dir)) as house:
        asked = RegisterOrganisation(number, name, jurisdiction, is_public=not private)
        receipt = register_organisation(Actor.operator(house), asked)
    print(f"{receipt.id}  {name}")


@app.command("open")
def open_(
    organisation: Annotated[str, typer.Option(help="The number of the organisation whose service it is.")],
    kind: Annotated[str, typer.Option(help="Its kind, such as school, housing_social, nav_social or library.")],
    name: Annotated[str, typer.Option(help="What people call it.")],
    telephone: Annotated[str, typer.Option(help="Where it is reached.")],
    office: Annotated[str | None, typer.Option(help="The joint local office it sits in, if any.")] = None,
    processing_basis: Annotated[
        str | None, typer.Option(help="What its agreement says about processing, such as public_task.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Open a service, with keys of its own; then `tillit account add` for the people who work there."""
    with recording(settings_for(data_dir)) as house:
        asked = OpenService(organisation, kind, name, telephone, office, processing_basis)
        receipt = open_service(Actor.operator(house), asked)
    print(f"{receipt.id}  {name}")
