"""Rules that every change to people keeps, and how changes are recorded.

Invariants: only an administrator changes people; somebody can always administer, because the last administrator
stays one; the audit chain names people by their id, never by name or address.
"""

import re

from copilot.domain.access import Role, Viewer
from copilot.errors import Conflict, InputError, NotAllowed, NotFound
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.staff import Person, StaffRepository

LONGEST_NAME = 120
LONGEST_ADDRESS = 254
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


def require_admin(actor: Viewer) -> None:
    """Raises NotAllowed for anybody else."""
    if actor.role is not Role.ADMIN:
        raise NotAllowed("Only an administrator may do this.", hint="Ask an administrator.")


def person_of(user_id: str, *, uow: UnitOfWork) -> Person:
    """One person, also a former one. Raises NotFound."""
    found = StaffRepository(uow).find(user_id)
    if found is None:
        raise NotFound("There is no such person.", hint="Look for them among the people.")
    return found


def keep_an_admin(user_id: str, *, uow: UnitOfWork) -> None:
    """Raises Conflict if the person is the only administrator. Of two who go at once, one is told so."""
    if StaffRepository(uow).lock_admins() == {user_id}:
        raise Conflict(
            "This is the only administrator: nobody could let anybody in any more.",
            hint="Make somebody else an administrator first.",
        )


def checked_address(email: str) -> str:
    """The address in lower case. Raises InputError for what can be none: the person signs in with it."""
    address = email.strip().lower()
    if len(address) > LONGEST_ADDRESS or not address.isprintable() or _ADDRESS.fullmatch(address) is None:
        raise InputError("This is not an email address.", hint="Give it as name@company.example.")
    return address


def checked_name(name: str) -> str:
    """A name on one line. Raises InputError."""
    words = " ".join(name.split())
    if not words or len(words) > LONGEST_NAME or not words.isprintable():
        raise InputError("A name is missing, too long, or has characters that cannot be shown.", hint="Correct it.")
    return words


def record(action: str, *, subject: str, actor: Viewer, uow: UnitOfWork, details: dict[str, str] | None = None) -> None:
    """Record what was done. `details` holds identifiers and codes only."""
    AuditLog(uow).append(action, actor_id=actor.user_id, subject=subject, details=details)


def subject_of(user_id: str) -> str:
    """A person's name in the audit chain."""
    return f"user:{user_id}"
