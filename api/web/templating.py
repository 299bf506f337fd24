"""Renders pages: one Jinja environment per language, everything escaped.

Invariant: templates receive domain values and turn them into words here; no template marks text as safe.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api.languages import language_of
from api.localisation import translations
from api.web import flash
from api.web.appearance import NAMES, theme_of
from api.web.citations import short_form
from api.web.links import with_query
from api.web.navigation import menu_of
from api.web.template_code import PageEnvironment, escaped
from api.web.values import Values
from copilot.bootstrap import Application
from copilot.domain.language import Language
from copilot.domain.unseen import pieces as visible

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
STATIC = HERE / "static"


@cache
def environment(language: Language) -> Environment:
    """The templates in one language."""
    env = PageEnvironment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    catalogue = translations(language)
    env.install_gettext_callables(catalogue.gettext, catalogue.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals["_"] = _saying(catalogue.gettext)
    values = Values(language)
    env.globals |= {"language": language, "values": values, "with_query": with_query, "languages": list(Language)}
    env.globals |= {"short_form": short_form, "menu_of": menu_of}
    env.globals |= {"visible": visible, "themes": NAMES}
    env.globals |= {"release_problem": values.release_problem, "file_kind": values.file_kind}
    env.filters |= {
        "word": values.word,
        "day": values.day,
        "short": values.short,
        "moment": values.moment,
        "money": values.money,
        "number": values.number,
        "share": values.share,
        "duration": values.duration,
    }
    return env


def _saying(gettext: Callable[[str], str]) -> Callable[..., Markup]:
    """The `_` of templates: as Jinja's own, but without the context, which it copies for every call within a loop."""

    @lru_cache(maxsize=8_192)
    def translated(message: str) -> Markup:
        return Markup(gettext(message))  # noqa: S704 - our own catalogue; what is filled in is escaped

    @lru_cache(maxsize=8_192)
    def plain(message: str) -> Markup:
        return translated(message) % {}

    def say(message: str, **variables: object) -> Markup:
        if not variables:
            return plain(message)
        # What `Markup` does with its arguments, in a tenth of the time.
        safe = {name: escaped(value) for name, value in variables.items()}
        return Markup(str.__mod__(translated(message), safe))  # noqa: S704 - every part of it is escaped

    return say


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """The page as the person who asks sees it; a message left for it is shown once."""
    language = language_of(request)
    application: Application = request.app.state.application
    message = flash.read(request, language=language)
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != flash.PARAMETER]
    here = request.url.path + (f"?{urlencode(kept)}" if kept else "")
    shared = {
        "viewer": getattr(request.state, "viewer", None),
        "csrf_token": getattr(request.state, "csrf_token", None),
        "here": here if request.method == "GET" else "/",
        "path": request.url.path,
        "flash": message,
        "theme": theme_of(request),
        "now": application.clock.now(),
        "today": application.clock.today(),
    }
    html = environment(language).get_template(template).render(shared | context)
    response = HTMLResponse(html, status_code=status)
    if message is not None:
        response.delete_cookie(flash.cookie_of(request), path="/")
    return response
