"""The menu: which pages stand in it for whom, the daily ones of a role first.

Invariants: a page is named only to people who may open it; every page of the menu is there once, and at most one is
marked as the current one.
"""

from dataclasses import dataclass

from api.localisation import mark as _
from copilot.domain.access import Role, Viewer

_DAILY = (
    ("/", _("Today")),
    ("/accounts", _("Accounts")),
    ("/queue", _("Queue")),
    ("/rfps", _("RFPs")),
    ("/chat", _("Chat")),
)
_EVERYBODY = (
    ("/alerts", _("Alerts")),
    ("/portfolio", _("Portfolio")),
    ("/briefs", _("Briefs by themselves")),
    ("/search", _("Search")),
    ("/answer-library", _("Answer library")),
    ("/delegations", _("Standing in")),
    ("/notifications", _("Notifications")),
    ("/queue/views", _("Saved views")),
    ("/feedback", _("Style and proposals")),
    ("/queue/sla", _("Deadlines")),
    ("/value", _("Use and value")),
    ("/reviewers", _("Reviewers")),
    ("/my-access", _("Sessions and tokens")),
)
_LEADERS = (
    ("/team", _("Team")),
    ("/scores/models", _("Models of scores")),
)

_MANAGERS = (("/admin/policies", _("Policies")),)
_ADMINS = (
    ("/admin", _("Admin")),
    ("/audit", _("Audit")),
)

_FIRST = {
    Role.AE: ("/", "/accounts", "/queue", "/rfps", "/chat"),
    Role.CSM: ("/", "/accounts", "/alerts", "/queue", "/chat"),
    Role.MANAGER: ("/", "/queue", "/accounts", "/alerts", "/chat"),
    Role.ADMIN: ("/", "/queue", "/accounts", "/admin"),
}
"""Five at most: they stand beside each other on a phone; the others are one step away."""


_OWN = ("/my-access", "/notifications", "/delegations", "/queue/views", "/feedback")
"""What somebody sets up for themselves: it stands under their name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the menu."""

    address: str
    name: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """The menu of one person on one page."""

    first: tuple[Entry, ...]
    more: tuple[Entry, ...]
    own: tuple[Entry, ...]

    @property
    def is_in_more(self) -> bool:
        """Whether the current page is among the others."""
        return any(entry.is_current for entry in self.more)

    @property
    def is_in_own(self) -> bool:
        """Whether the current page is under the person's name."""
        return any(entry.is_current for entry in self.own)


def pages_of(viewer: Viewer) -> tuple[tuple[str, str], ...]:
    """Address and name of every page of the menu."""
    leading = _LEADERS if viewer.role in {Role.MANAGER, Role.ADMIN} else ()
    managing = _MANAGERS if viewer.role is Role.MANAGER else ()
    return _DAILY + _EVERYBODY + leading + managing + (_ADMINS if viewer.role is Role.ADMIN else ())


def menu_of(viewer: Viewer, path: str) -> Menu:
    """The menu, with the page that `path` belongs to marked."""
    names = dict(pages_of(viewer))
    current = _current(tuple(names), path)
    first = [address for address in _FIRST[viewer.role] if address in names]
    entries = {address: Entry(address, name, address == current) for address, name in names.items()}
    return Menu(
        first=tuple(entries.pop(address) for address in first),
        own=tuple(entries.pop(address) for address in _OWN if address in entries),
        more=tuple(entries.values()),
    )


def _current(addresses: tuple[str, ...], path: str) -> str:
    """The page that names the longest part of the path."""
    holding = [address for address in addresses if path == address or path.startswith(f"{address.rstrip('/')}/")]
    return max((address for address in holding if address != "/" or path == "/"), key=len, default="")
