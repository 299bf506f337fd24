"""What lists, saved views and joint approvals tell a person, in both languages.

Invariant: every refusal says what to do next, in the reader's language.
"""

from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.errors import CopilotError

_TEXTS: dict[str, dict[str, tuple[str, str]]] = {
    "view_not_found": {
        "es": ("Esa vista no existe o ya no se comparte con usted.", "Elija otra de la lista."),
        "en": ("There is no such view, or it is no longer shared with you.", "Choose another one from the list."),
    },
    "view_not_yours": {
        "es": ("Entre sus vistas no hay ninguna así.", "Solo quien creó una vista puede cambiarla o borrarla."),
        "en": ("There is no such view among yours.", "Only its owner can change or delete a view."),
    },
    "too_many_views": {
        "es": ("Ya tiene el máximo de vistas guardadas.", "Borre alguna que no use."),
        "en": ("You keep as many views as you can.", "Delete one that you do not use."),
    },
    "bad_view_name": {
        "es": ("Ese nombre no sirve para una vista.", "Escriba entre 1 y 80 caracteres visibles."),
        "en": ("A view cannot have this name.", "Write 1 to 80 visible characters."),
    },
    "view_name_taken": {
        "es": ("Ya tiene una vista con ese nombre.", "Elija otro nombre, o cambie esa vista."),
        "en": ("You have a view of this name already.", "Choose another name, or change that view."),
    },
    "bad_view_filters": {
        "es": ("La vista no se puede guardar con estos filtros: {names}.", "Corríjalos y guárdela de nuevo."),
        "en": ("The view cannot be kept with these filters: {names}.", "Correct them and keep it again."),
    },
    "view_outdated": {
        "es": ("Parte de esta vista ya no existe y se ha dejado fuera: {names}.", "Guárdela de nuevo."),
        "en": ("Part of this view no longer exists and was left out: {names}.", "Keep it anew."),
    },
    "too_many_at_once": {
        "es": ("Son demasiados elementos a la vez.", "Apruebe como mucho {most} cada vez."),
        "en": ("These are too many items at once.", "Approve at most {most} at a time."),
    },
    "not_in_bulk": {
        "es": ("La política pide que este elemento se decida por separado.", "Ábralo y decida."),
        "en": ("Policy asks that this item be decided on its own.", "Open it and decide."),
    },
    "finding_in_bulk": {
        "es": ("Un control ha visto algo que hay que leer antes.", "Ábralo, lea los hallazgos y decida."),
        "en": ("A check saw something that has to be read first.", "Open it, read the findings and decide."),
    },
}


def text(name: str, viewer: Viewer, **values: object) -> tuple[str, str]:
    """Message and hint in the viewer's language."""
    words, hint = _TEXTS[name].get(viewer.language) or _TEXTS[name][Language.EN.value]
    return words.format(**values), hint.format(**values)


def error(kind: type[CopilotError], name: str, viewer: Viewer, **values: object) -> CopilotError:
    """The error to raise."""
    words, hint = text(name, viewer, **values)
    return kind(words, hint=hint)
