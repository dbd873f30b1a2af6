"""The home page: what to do next, by role."""

from fastapi import APIRouter
from starlette.responses import Response

from web.visit import Here

router = APIRouter()


@router.get("/")
def home(here: Here) -> Response:
    """Whoever is signed in, and the ways open to them."""
    return here.page("home.html", None)
