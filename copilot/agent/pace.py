"""How fast one person may ask.

Invariant: the limit is policy's and holds over all threads and processes; who asks faster is told, and nothing of
what they wrote is kept or worked on.
"""

from datetime import timedelta

from copilot.approvals.chat_rules import ChatRules
from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.errors import TooFast
from copilot.store.chat_pace import asked_since
from copilot.store.database import UnitOfWork

_WINDOW = timedelta(minutes=1)
_TEXTS = {
    Language.ES: ("Ha hecho muchas preguntas en un minuto.", "Espere un momento y pregunte de nuevo."),
    Language.EN: ("You asked many questions within a minute.", "Wait a moment, then ask again."),
}


def check_pace(rules: ChatRules, *, viewer: Viewer, uow: UnitOfWork) -> None:
    """Raise TooFast for a person who asked as often as policy lets them within the last minute."""
    if asked_since(viewer.user_id, uow.clock.now() - _WINDOW, uow=uow) < rules.questions_per_minute:
        return
    words, hint = _TEXTS.get(Language(viewer.language), _TEXTS[Language.EN])
    raise TooFast(words, hint=hint)
