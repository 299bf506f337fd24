"""Words of `sales-copilot brief schedule`, in both languages.

Invariant: both languages say the same things.
"""

from copilot.domain.access import Viewer

TEXTS: dict[str, dict[str, str]] = {
    "es": {
        "columns": "Id|Cuenta|Cuándo|Idioma|Estado",
        "none": "No hay ninguno. Pruebe: sales-copilot brief schedule add meeting",
        "nothing_yet": "Todavía no ha llegado ninguna ocasión.",
        "all": "todas las suyas",
        "lost": "una cuenta que ya no ve",
        "meeting": "{hours} h antes de una reunión o llamada registrada",
        "weekly": "cada {day} a las {hour}",
        "owner_change": "cuando cambia de manos",
        "weekdays": "lunes|martes|miércoles|jueves|viernes|sábado|domingo",
        "on": "activo",
        "off": "apagado",
        "removed": "Borrado. Los informes hechos se quedan.",
        "asked": "Cuentas de las que se hace un informe: {number}",
        "not_kept": "Esa ocasión no se puede guardar.",
        "use_now": "Use sales-copilot brief schedule now.",
        "result_columns": "Cuándo|Cuenta|Ocasión|Resultado|Entrada en la cola",
        "occasion.meeting": "reunión",
        "occasion.weekly": "semanal",
        "occasion.owner_change": "cambio de manos",
        "occasion.once": "a petición",
        "outcome.made": "redactado",
        "outcome.unchanged": "nada ha cambiado desde el último",
        "outcome.failed": "no se pudo redactar",
        "outcome.begun": "en marcha",
    },
    "en": {
        "columns": "Id|Account|When|Language|State",
        "none": "There is none. Try: sales-copilot brief schedule add meeting",
        "nothing_yet": "No occasion has come yet.",
        "all": "all yours",
        "lost": "an account that you no longer see",
        "meeting": "{hours} h before a meeting or call on record",
        "weekly": "every {day} at {hour}",
        "owner_change": "when it changes hands",
        "weekdays": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
        "on": "on",
        "off": "off",
        "removed": "Removed. Briefs that were made stay.",
        "asked": "Accounts that a brief is made of: {number}",
        "not_kept": "This occasion cannot be kept.",
        "use_now": "Use sales-copilot brief schedule now.",
        "result_columns": "When|Account|Occasion|Result|Queue item",
        "occasion.meeting": "meeting",
        "occasion.weekly": "weekly",
        "occasion.owner_change": "other hands",
        "occasion.once": "asked for",
        "outcome.made": "written",
        "outcome.unchanged": "nothing changed since the last one",
        "outcome.failed": "could not be written",
        "outcome.begun": "being written",
    },
}


def say(text: str, viewer: Viewer, **values: object) -> str:
    """A text in the viewer's language."""
    return TEXTS.get(viewer.language, TEXTS["en"])[text].format(**values)
