"""What is refused about briefs that are made by themselves, in both languages.

Invariant: every refusal says what to do next, in the reader's language.
"""

from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.errors import CopilotError

_TEXTS: dict[str, dict[str, tuple[str, str]]] = {
    "not_found": {
        "es": ("Entre sus encargos de informes no hay ninguno así.", "Vea la lista de sus encargos."),
        "en": ("There is no such schedule of briefs among yours.", "See the list of yours."),
    },
    "too_many": {
        "es": ("Ya tiene el máximo de encargos de informes.", "Borre alguno, o elija «todas mis cuentas»."),
        "en": ("You have as many schedules of briefs as you can.", "Remove one, or choose “all my accounts”."),
    },
    "no_accounts": {
        "es": (
            "Ninguna cuenta es suya: no lleva ninguna ni se ha compartido ninguna con usted.",
            "Pida el informe en la página de una cuenta que vea.",
        ),
        "en": (
            "No account is your own: you look after none, and none was shared with you.",
            "Ask for a brief on the page of an account that you see.",
        ),
    },
}


def error(kind: type[CopilotError], name: str, viewer: Viewer) -> CopilotError:
    """What is refused, as the error to raise."""
    words, hint = _TEXTS[name].get(viewer.language) or _TEXTS[name][Language.EN.value]
    return kind(words, hint=hint)
