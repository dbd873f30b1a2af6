"""A page that shows every part and every field once, as a form that came back with errors: only to be looked at."""

from datetime import date
from pathlib import Path

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from audit.actions import Action
from foundation.errors import FieldProblem, Invalid
from web.sent import FilledIn
from web.visit import Here
from web.ways import Way

__all__ = ["WAYS", "router"]

router = APIRouter()

#: A navigation as long as a housing worker's.
WAYS = (
    Way("/gallery", "Home", Action.SIGN_OUT, "family", "Read and sign the declaration"),
    Way("/gallery/a", "Information", Action.SIGN_OUT, "consent", "What will be shared"),
    Way("/gallery/b", "Accessibility", Action.SIGN_OUT, "referral", "How it is tested"),
    Way("/gallery/c", "Language", Action.SIGN_OUT, "log", "What you can count on"),
)

PAGE = Path(__file__).with_suffix(".html").read_text(encoding="utf-8")


@router.get("/gallery")
def gallery(here: Here) -> Response:
    filled = FilledIn(FormData([("name", "Kari"), ("code", "12"), ("categories", "d"), ("service", "b")]))
    fields = [
        FieldProblem(name, code)
        for name, code in (("code", "too_short"), ("until", "not_a_date"), ("categories", "too_few"))
    ]
    said = here.worded(Invalid(fields=fields))
    page = here._page(here.frame.house.installed.installation_id, said, filled)
    environment = here.frame._environments[page.language.code]
    return HTMLResponse(environment.from_string(PAGE).render(page=page, view=date(2027, 7, 31)))
