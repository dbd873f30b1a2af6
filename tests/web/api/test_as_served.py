"""The application as it is served."""

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Route


def test_every_route_stands_in_the_application_itself(app: FastAPI) -> None:
    """A route inside a router that is included is analysed twice, and looked for on one more level in each request."""
    assert {type(route) for route in app.routes} == {APIRoute, Route}
