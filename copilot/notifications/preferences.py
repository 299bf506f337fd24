"""How a person wants to hear.

Invariant: everybody changes their own only; the token in a mail can stop mails and nothing else.
"""

from copilot.domain.access import Viewer
from copilot.domain.notifications import Preferences
from copilot.errors import NotFound
from copilot.notifications.texts import error
from copilot.store.database import UnitOfWork
from copilot.store.notifications import NotificationRepository


class NotificationPreferences:
    """See the module docstring. Every method works inside the caller's unit of work."""

    def of(self, viewer: Viewer, *, uow: UnitOfWork) -> Preferences:
        """What the viewer has chosen, or the default."""
        return NotificationRepository(uow).wishes(viewer.user_id).preferences

    def choose(self, preferences: Preferences, *, viewer: Viewer, uow: UnitOfWork) -> Preferences:
        """Remember what the viewer wants from now on."""
        NotificationRepository(uow).set_preferences(viewer.user_id, preferences)
        return self.of(viewer, uow=uow)

    def unsubscribe(self, token: str, *, uow: UnitOfWork, language: str = "en") -> None:
        """Stop all mails of whoever got the token in one. Raises NotFound."""
        if not NotificationRepository(uow).unsubscribe(token):
            raise error(NotFound, "no_subscription", language=language)
