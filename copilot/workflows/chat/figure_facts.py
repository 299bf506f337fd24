"""Facts of one account as sentences, and of several accounts side by side.

Invariant: what is not recorded is said to be not recorded, citing the empty field; it is not told as nought.
"""

from datetime import date

from copilot.domain.figure_field_words import noun_of
from copilot.domain.figure_results import FigureRow
from copilot.workflows.chat.contract import Line
from copilot.workflows.chat.figure_rows import shown_names
from copilot.workflows.chat.figure_told import Told

_SENTENCES = {
    "country": ("{name} está en {value}.", "{name} is in {value}."),
    "employees": ("{name} tiene {value} empleados.", "{name} has {value} employees."),
    "seats_licensed": ("{name} tiene {value} licencias contratadas.", "{name} has {value} licensed seats."),
    "renewal_date": ("{name} renueva el {value}.", "{name} renews on {value}."),
    "lifecycle": ("{name} figura como {value}.", "{name} is recorded as {value}."),
    "owner_email": ("La persona responsable de {name} es {value}.", "The owner of {name} is {value}."),
    "last_activity": (
        "La última actividad con {name} fue el {value}.",
        "The last activity with {name} was on {value}.",
    ),
    "days_to_renewal": ("Días hasta la renovación de {name}: {value}.", "Days to the renewal of {name}: {value}."),
    "days_since_last_inbound": (
        "Días desde el último mensaje de {name}: {value}.",
        "Days since {name} last wrote, called or met: {value}.",
    ),
}
_RENEWED = ("La fecha de renovación de {name} era el {value}.", "The renewal date of {name} was {value}.")


def facts_of(told: Told) -> list[Line]:
    """One sentence for each field or computed figure that was asked for."""
    return [_fact(told, row, name) for row in told.result.rows for name in shown_names(told)]


def compared(told: Told) -> list[Line]:
    """One line for each figure, with the value of every account."""
    return [_side_by_side(told, name) for name in shown_names(told)]


def _fact(told: Told, row: FigureRow, name: str) -> Line:
    value = told.value(row, name)
    text = _missing(told, row, name) if value is None else _sentence(told, row, name, value)
    return told.line(text, told.source(row, name), row.account_name_id)


def _sentence(told: Told, row: FigureRow, name: str, value: str) -> str:
    scene, noun = told.scene, noun_of(name)
    es, en = _SENTENCES.get(name, ("", ""))
    day = row.values.get(name)
    if name == "renewal_date" and isinstance(day, date) and day < scene.today:
        es, en = _RENEWED
    if not es and noun.plural:
        es = f"{_capital(noun.bare(scene.language))} de {{name}}: {{value}}."
        en = f"{_capital(noun.en)} of {{name}}: {{value}}."
    elif not es:
        joint = "el " if isinstance(day, date) else "de " if _is_measure(row, name) else ""
        es = f"{_capital(noun.es)} de {{name}} es {joint}{{value}}."
        en = f"The {noun.en} of {{name}} is {{value}}."
    return scene.say(es=es, en=en).format(name=row.account_name, value=value)


def _is_measure(row: FigureRow, name: str) -> bool:
    """Whether the value is a number, which in Spanish takes a preposition."""
    if name in row.metrics:
        return name == "open_pipeline" or row.metrics[name].number is not None
    return not isinstance(row.values.get(name), str)


def _missing(told: Told, row: FigureRow, name: str) -> str:
    scene, noun = told.scene, noun_of(name)
    verb = "are" if noun.plural else "is"
    if name in row.metrics:
        return scene.say(
            es=f"Faltan datos para calcular {noun.es} de {row.account_name}.",
            en=f"The {noun.en} of {row.account_name} cannot be computed: data are missing.",
        )
    return scene.say(
        es=f"No {'constan' if noun.plural else 'consta'} {noun.es} de {row.account_name}.",
        en=f"The {noun.en} of {row.account_name} {verb} not recorded.",
    )


def _side_by_side(told: Told, name: str) -> Line:
    scene = told.scene
    parts, sources = [], []
    for row in told.result.rows:
        value = told.value(row, name)
        if value is None and name in row.metrics:
            value = scene.say(es="sin datos", en="unknown")
        parts.append(f"{row.account_name} {value or scene.say(es='sin registrar', en='not recorded')}")
        sources += [told.source(row, name), row.account_name_id]
    text = f"{_capital(noun_of(name).bare(scene.language))}: {'; '.join(parts)}."
    return told.line(text, *sources)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
