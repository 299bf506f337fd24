"""Whether pages are light or dark in this browser.

Invariant: without a choice the pages follow the system; a choice is one of ours, whatever a cookie says.
"""

from enum import StrEnum

from fastapi import Request, Response

from api.localisation import mark as _

COOKIE = "sc_theme"
_YEAR = 365 * 24 * 3600


class Theme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


NAMES = {Theme.SYSTEM: _("As the system"), Theme.LIGHT: _("Light"), Theme.DARK: _("Dark")}


def theme_of(request: Request) -> Theme:
    """What was chosen in this browser."""
    chosen = request.cookies.get(COOKIE, "")
    return next((theme for theme in Theme if theme.value == chosen), Theme.SYSTEM)


def remember_theme(response: Response, theme: Theme, *, secure: bool) -> None:
    """Keep the choice; following the system needs none."""
    if theme is Theme.SYSTEM:
        response.delete_cookie(COOKIE, path="/")
        return
    response.set_cookie(COOKIE, theme.value, max_age=_YEAR, httponly=True, samesite="lax", secure=secure, path="/")
