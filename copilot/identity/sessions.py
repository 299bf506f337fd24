"""The browsers that a person is signed in with.

Invariant: people see and end their own sessions; an administrator ends those of others without seeing their secrets.
"""

import re

from copilot.domain.access import Viewer
from copilot.errors import NotFound
from copilot.identity.rules import person_of, record, require_admin, subject_of
from copilot.people import digest
from copilot.store.database import UnitOfWork
from copilot.store.ways_in import OpenSession, WaysIn, handle_of

ENDED = "session.ended"
# In this order: most browsers name those whose pages they can show, too.
_BROWSERS = (
    ("Edge", r"\bEdgA?/"), ("Opera", r"\bOPR/"), ("Firefox", r"\b(Firefox|FxiOS)/"), ("Chrome", r"\b(Chrome|CriOS)/"),
    ("Safari", r"\bSafari/"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", r"\bAndroid\b"), ("iPhone", r"\biPhone\b"), ("iPad", r"\biPad\b"), ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMac OS X\b"), ("ChromeOS", r"\bCrOS\b"), ("Linux", r"\bLinux\b"),
)  # fmt: skip


def browser_of(user_agent: str) -> str | None:
    """Name and system of a browser as its owner knows it; nothing else of what it sends is kept."""
    names = (_first(table, user_agent) for table in (_BROWSERS, _SYSTEMS))
    return ", ".join(name for name in names if name) or None


def _first(table: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, pattern in table if re.search(pattern, user_agent[:500])), "")


def own_sessions(*, viewer: Viewer, uow: UnitOfWork) -> tuple[OpenSession, ...]:
    """The viewer's open sessions, the newest first."""
    return WaysIn(uow).sessions(viewer.user_id)


def current_of(secret: str | None) -> str:
    """What the session with this secret is called; empty without one."""
    return handle_of(digest(secret)) if secret else ""


def end_session(session_id: str, *, viewer: Viewer, uow: UnitOfWork) -> None:
    """End one of the viewer's sessions. Raises NotFound."""
    if not WaysIn(uow).end_session(session_id, user_id=viewer.user_id):
        raise NotFound("There is no such session.", hint="Look at the list: it may have ended.")
    record(ENDED, subject=subject_of(viewer.user_id), actor=viewer, uow=uow, details={"sessions": "1"})


def end_other_sessions(secret: str | None, *, viewer: Viewer, uow: UnitOfWork) -> int:
    """End all the viewer's sessions but the one with this secret; returns how many were open."""
    ended = WaysIn(uow).end_sessions(viewer.user_id, but=digest(secret) if secret else "")
    _record(ended, viewer.user_id, actor=viewer, uow=uow)
    return ended


def end_sessions_of(user_id: str, *, actor: Viewer, uow: UnitOfWork) -> int:
    """End all sessions of somebody; returns how many were open. Raises NotAllowed or NotFound."""
    require_admin(actor)
    person_of(user_id, uow=uow)
    ended = WaysIn(uow).end_sessions(user_id)
    _record(ended, user_id, actor=actor, uow=uow)
    return ended


def end_ways_in(user_id: str, *, actor: Viewer, uow: UnitOfWork) -> None:
    """End the sessions, tokens and links of somebody who is not let in any more."""
    _record(WaysIn(uow).end_all(user_id), user_id, actor=actor, uow=uow)


def _record(ended: int, user_id: str, *, actor: Viewer, uow: UnitOfWork) -> None:
    if ended:
        record(ENDED, subject=subject_of(user_id), actor=actor, uow=uow, details={"sessions": str(ended)})
