"""What alerts tell and refuse, in both languages.

Invariant: every refusal says what to do next, in the reader's language.
"""

from datetime import date

from copilot.domain.access import Viewer
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.errors import CopilotError

_MESSAGES: dict[str, dict[str, tuple[str, str]]] = {
    "not_found": {
        "es": ("No hay ninguna alerta así entre las que puede ver.", "Vea la lista de alertas."),
        "en": ("There is no such alert among those you may see.", "See the list of alerts."),
    },
    "not_open": {
        "es": ("La alerta ya no está abierta.", "Vuelva a abrirla para cambiar lo que se decidió."),
        "en": ("The alert is not open any more.", "Reopen it to change what was decided."),
    },
    "bad_day": {
        "es": (
            "Una alerta se aplaza hasta un día a partir de mañana, como mucho {most} días.",
            "Elija otro día.",
        ),
        "en": ("An alert is snoozed until a day from tomorrow on, {most} days at most.", "Choose another day."),
    },
    "no_reason": {
        "es": ("Para descartar una alerta hay que decir por qué.", "Escriba el motivo en una frase."),
        "en": ("Dismissing an alert needs a reason.", "Write it in a sentence."),
    },
    "long_reason": {
        "es": ("El motivo es demasiado largo.", "Escriba 1000 caracteres como mucho."),
        "en": ("The reason is too long.", "Write 1000 characters at most."),
    },
    "wrong_outcome": {
        "es": ("Una alerta así no puede acabar de ese modo.", "Elija uno de los resultados que se ofrecen."),
        "en": ("An alert of this kind cannot end like that.", "Choose one of the outcomes that are offered."),
    },
    "changed": {
        "es": ("Otra persona ha cambiado la alerta entretanto.", "Véala de nuevo y decida con lo que diga ahora."),
        "en": ("Somebody else changed the alert meanwhile.", "See it again and decide on what it says now."),
    },
    "another_open": {
        "es": ("La cuenta tiene ya otra alerta abierta del mismo tipo.", "Trabaje con esa."),
        "en": ("The account has another open alert of this kind.", "Work with that one."),
    },
    "no_step": {
        "es": ("El plan de esta alerta no tiene ese paso.", "Vea los pasos de la alerta."),
        "en": ("The playbook of this alert has no such step.", "See the steps of the alert."),
    },
    "managers_only": {
        "es": ("El acierto de las alertas es para responsables y administradores.", "Pídaselo a uno."),
        "en": ("How good alerts are is for managers and administrators.", "Ask one."),
    },
}


def error(kind: type[CopilotError], name: str, viewer: Viewer, **values: object) -> CopilotError:
    """What is refused, as the error to raise."""
    words, hint = _MESSAGES[name].get(viewer.language) or _MESSAGES[name][Language.EN.value]
    return kind(words.format(**values), hint=hint)


def left_on(day: date | None, *, language: Language) -> str:
    """Why an alert was closed by the records."""
    shown = None if day is None else Formatter(language).day_of_year(day)
    if language is Language.ES:
        return "Según los registros, el cliente se fue." if shown is None else f"El cliente se fue el {shown}."
    return "The records say that the customer left." if shown is None else f"The customer left on {shown}."
