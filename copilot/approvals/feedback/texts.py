"""What style, proposals and drafting again tell a person, in both languages.

Invariant: every refusal says what to do next, in the reader's language.
"""

from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.errors import CopilotError

_MESSAGES: dict[str, dict[str, tuple[str, str]]] = {
    "no_style": {
        "es": ("No hay ningún estilo así entre los que usted puede ver.", "Consulte la lista de estilos."),
        "en": ("There is no such style among those you may see.", "See the list of styles."),
    },
    "no_preference": {
        "es": ("Este estilo no tiene esa preferencia.", "Ábralo de nuevo: puede haber una versión más reciente."),
        "en": ("This style has no such preference.", "Open it again: there may be a newer version."),
    },
    "no_version": {
        "es": ("Este estilo no tiene esa versión.", "Consulte su historial."),
        "en": ("This style has no such version.", "See its history."),
    },
    "not_your_style": {
        "es": (
            "Usted no puede cambiar este estilo.",
            "El de un equipo lo cambia su responsable; en el suyo puede apagar cualquier preferencia del equipo.",
        ),
        "en": (
            "You may not change this style.",
            "A team's is changed by its manager; in your own you can switch off any preference of the team.",
        ),
    },
    "style_moved_on": {
        "es": ("Alguien ha cambiado este estilo mientras tanto.", "Ábralo de nuevo y repita el cambio."),
        "en": ("Somebody changed this style in the meantime.", "Open it again and repeat your change."),
    },
    "managers_only": {
        "es": ("Las propuestas las ven y deciden los responsables.", "Pregunte a su responsable."),
        "en": ("Proposals are seen and decided by managers.", "Ask your manager."),
    },
    "no_proposal": {
        "es": ("No hay ninguna propuesta abierta así.", "Consulte la lista de propuestas."),
        "en": ("There is no such open proposal.", "See the list of proposals."),
    },
    "not_redraftable": {
        "es": ("Este elemento no se puede volver a redactar en su estado actual.", "Ábralo de nuevo."),
        "en": ("This item cannot be drafted again in the state it is in.", "Open it again."),
    },
    "not_your_draft": {
        "es": ("Solo quien lo pidió puede volver a redactarlo.", "Pídaselo."),
        "en": ("Only the person who asked for it may have it drafted again.", "Ask them."),
    },
    "no_writer": {
        "es": ("Todavía no se pueden volver a redactar borradores de este tipo.", "Edítelo a mano."),
        "en": ("Drafts of this kind cannot be drafted again yet.", "Edit it by hand."),
    },
    "unusable_request": {
        "es": (
            "Un control aparta la petición de cambios, así que el redactor no la recibe.",
            "Edite el borrador a mano, o pida que la escriban de otra manera.",
        ),
        "en": (
            "A check sets the request for changes aside, so the writer is not given it.",
            "Edit the draft by hand, or ask for the request to be put differently.",
        ),
    },
}


def failure(kind: type[CopilotError], name: str, viewer: Viewer) -> CopilotError:
    """The error `name` in the viewer's language."""
    texts = _MESSAGES[name]
    words, hint = texts.get(viewer.language) or texts[Language.EN.value]
    return kind(words, hint=hint)
