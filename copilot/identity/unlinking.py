"""Undoing the link between a person and their account at the identity provider, which was made anew.

Invariants: only an administrator undoes it, because whoever has the address at the provider next is taken for this
person; the sessions end with the link, and none that is being opened meanwhile is left over. That role and team follow
the groups of the provider stays.
"""

from copilot.domain.access import Viewer
from copilot.identity.rules import person_of, record, require_admin, subject_of
from copilot.identity.sessions import end_sessions_of
from copilot.store.database import UnitOfWork
from copilot.store.ways_in import WaysIn

UNLINKED = "identity.unlinked"


def unlink(user_id: str, *, actor: Viewer, uow: UnitOfWork) -> int:
    """Let the next sign-in with the person's verified address link them anew; again changes nothing.

    Returns how many sessions were open. Raises NotAllowed or NotFound.
    """
    require_admin(actor)
    person_of(user_id, uow=uow)
    # First: a sign-in under way holds the link until its session is there to be ended.
    if not WaysIn(uow).unlink_identity(user_id):
        return 0
    record(UNLINKED, subject=subject_of(user_id), actor=actor, uow=uow)
    return end_sessions_of(user_id, actor=actor, uow=uow)
