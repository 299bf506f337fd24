"""Which language a request is answered in.

Invariant: a signed-in person's own choice wins on pages; the answer is always one of the product's languages.
"""

from fastapi import Request

from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.language import Language

LANGUAGE_COOKIE = "sc_language"
API_PREFIX = "/api/"


def language_of(request: Request) -> Language:
    """The language of the answer: the header first for programs, the person's choice first for pages."""
    viewer: Viewer | None = getattr(request.state, "viewer", None)
    header = _accepted(request.headers.get("accept-language", ""))
    chosen = known_language(viewer.language if viewer else None) or known_language(request.cookies.get(LANGUAGE_COOKIE))
    first, second = (header, chosen) if request.url.path.startswith(API_PREFIX) else (chosen, header)
    application: Application = request.app.state.application
    return first or second or Language(application.settings.default_language)


def known_language(code: str | None) -> Language | None:
    """The language with this code, if it is one of ours."""
    try:
        return Language(code) if code else None
    except ValueError:
        return None


def _accepted(header: str) -> Language | None:
    """The first of our languages in an Accept-Language header, the most wanted first."""
    wanted: list[tuple[float, int, str]] = []
    for position, part in enumerate(header.split(",")[:20]):
        tag, _, parameters = part.strip().partition(";")
        weight = parameters.strip().removeprefix("q=") if parameters else "1"
        try:
            wanted.append((-float(weight), position, tag.split("-")[0].lower()))
        except ValueError:
            continue
    return next((found for _, _, tag in sorted(wanted) if (found := known_language(tag))), None)
