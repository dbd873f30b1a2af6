"""A page that shows every part and every field once, as a form that came back with errors: for looking at, not for use."""

from datetime import date

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

PAGE = """
{% extends "frame.html" %}
{% import "forms.html" as form %}
{% block title %}Gallery{% endblock %}
{% block crumbs %}{{ part.crumbs([("/help", _("Help and telephone numbers"))]) }}{% endblock %}
{% block width %}wide{% endblock %}
{% block main %}
<h1 class="ds-heading" data-size="xl">{{ _("What would you like to do?") }}</h1>
{% call part.alert("info", _("How Tillit works")) %}<p>{{ _("What you send is sealed; only the service that receives it can open it.") }}</p>{% endcall %}
{% call part.alert("success", _("Copied"), live=true) %}<p>{{ _("Light and dark follow your own device's setting.") }}</p>{% endcall %}
{% call part.alert("danger", _("This is not allowed")) %}<p>{{ _("Try again, or ask your leader.") }}</p>{% endcall %}
<form method="post" class="stack" novalidate>
{{ form.begin(page, {"code": _("One-time code"), "until": _("Until when")}) }}
{{ form.text(page, "name", _("User name"), description=_("Write text here")) }}
{{ form.text(page, "code", _("One-time code"), width="short", inputmode="numeric") }}
{{ form.area(page, "need", _("Information"), description=_("This is too long"), optional=true) }}
{{ form.date(page, "until", _("Until when")) }}
{{ form.select(page, "service", _("With whom"), [("a", "Solbakken skole"), ("b", "NAV Fjordvik")]) }}
{{ form.checkboxes(page, "categories", _("What will be shared"), [("c", _("Information"), _("Write text here")), ("d", _("Language"))], description=_("Choose at least one"), chosen=["c"]) }}
{{ form.radios(page, "way", _("Answer yes or no"), [("y", _("Show more")), ("n", _("Go back"))]) }}
{{ form.file(page, "page", _("Pages"), description=_("Send less text, or a smaller file.")) }}
{{ form.submit(_("Show more")) }}
</form>
{{ part.sharing([_("Information"), _("Language")], "NAV Fjordvik", _("Read the reasons below; each says what would have to be in place."), date(view), [(_("Password"), _("This is not allowed"))]) }}
{{ part.table(_("The services here"), [_("User name"), _("Until when"), _("Information")], [
  ["Solbakken skole", short_date(view), part.tag(_("Copied"), "success")],
  [part.own("بيت المدرسة"), short_date(view), part.tag(_("Not shared"), "warning")],
  ["NAV", part.ltr("+47 22 00 00 00"), part.tag(_("Nothing"), "neutral")]]) }}
{{ part.facts([(_("Code"), part.ltr("K7MQ-2F9X-4")), (_("Until when"), date(view)), (_("Language"), part.tag("Somali", "info"))]) }}
{{ part.timeline([(_("Sign in"), date(view), none, "success"), (_("Show more"), date(view), _("Nothing was shared or changed. Try again in a little while; if it is urgent, use the telephone."), "info"), (_("Go back"), date(view), none, "neutral")]) }}
{{ part.empty(_("Nothing"), _("Check this"), ("/help", _("Go to the home page"))) }}
{{ part.more(page, "abc") }}
{% call part.confirm(page, "stop", _("Sign out"), _("Sign out") ~ "?", "/sign-out", _("Sign out")) %}<p>{{ _("You can read it again at any time.") }}</p>{% endcall %}
{% endblock %}
"""


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
