"""Which pages stand in the menu beside the daily ones.

Invariant: a page is named only to people who may open it.
"""

from api.localisation import mark as _
from copilot.domain.access import Role, Viewer

_EVERYBODY = (
    ("/alerts", _("Alerts")),
    ("/portfolio", _("Portfolio")),
    ("/answer-library", _("Answer library")),
    ("/delegations", _("Standing in")),
    ("/notifications", _("Notifications")),
    ("/queue/views", _("Saved views")),
    ("/feedback", _("Style and proposals")),
    ("/reviewers", _("Reviewers")),
)

_ADMINS = (("/audit", _("Audit")),)


def more_pages(viewer: Viewer) -> tuple[tuple[str, str], ...]:
    """Address and name of each page of the menu."""
    return _EVERYBODY + (_ADMINS if viewer.role is Role.ADMIN else ())
