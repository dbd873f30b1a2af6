"""Compiles the translations (`web/locales/<language>/LC_MESSAGES/messages.po`) to the form that gettext reads."""

from setup.run_tool import run_tool
from setup.step import ROOT, VENV, Step

__all__ = ["translations_step"]

_LOCALES = ROOT / "web" / "locales"


def _compile() -> None:
    run_tool("compiling the translations", str(VENV / "bin" / "pybabel"), "compile", "--directory", str(_LOCALES))


def translations_step() -> Step | None:
    """The step for the catalogues that are there now; None while there are none."""
    catalogues = tuple(sorted(_LOCALES.glob("*/LC_MESSAGES/messages.po")))
    if not catalogues:
        return None
    return Step(
        name="translations",
        doing="Compiling the translations",
        make=_compile,
        made_from=catalogues,
        makes=tuple(catalogue.with_suffix(".mo") for catalogue in catalogues),
    )
