"""Facts of one account as sentences, and of several accounts side by side.

Invariant: what is not recorded is said to be not recorded, citing the empty field; it is not told as nought.
"""

from collections.abc import Iterator

from copilot.domain.figure_field_words import noun_of
from copilot.domain.figure_results import FigureRow
from copilot.workflows.chat.contract import Line
from copilot.workflows.chat.figure_told import Told


def facts_of(told: Told) -> list[Line]:
    """One sentence for each field or computed figure that was asked for."""
    return [_fact(told, row, name) for row in told.result.rows for name in shown_names(told)]


def compared(told: Told) -> list[Line]:
    """One line for each figure, with the value of every account."""
    return [_side_by_side(told, name) for name in shown_names(told)]


def shown_names(told: Told) -> list[str]:
    """Fields and computed figures that each row shows."""
    query = told.result.query
    return list(dict.fromkeys((*query.show, *query.metrics)))


def _fact(told: Told, row: FigureRow, name: str) -> Line:
    scene, noun = told.scene, noun_of(name)
    value = told.value(row, name)
    if value is None:
        text = scene.say(
            es=f"En {row.account_name} no {'constan' if noun.plural else 'consta'} {noun.es}.",
            en=f"For {row.account_name}, {noun.named(scene.language)} {'are' if noun.plural else 'is'} not recorded.",
        )
    else:
        text = scene.say(
            es=f"{_capital(noun.es)} de {row.account_name}: {value}.",
            en=f"{_capital(noun.en)} of {row.account_name}: {value}.",
        )
    return told.line(text, told.source(row, name), row.account_name_id)


def _side_by_side(told: Told, name: str) -> Line:
    scene, noun = told.scene, noun_of(name)
    missing = scene.say(es="no consta", en="not recorded")
    parts = [f"{row.account_name} {told.value(row, name) or missing}" for row in told.result.rows]
    text = f"{_capital(noun.bare(scene.language))}: {'; '.join(parts)}."
    return told.line(text, *_sources(told, name))


def _sources(told: Told, name: str) -> Iterator[str]:
    for row in told.result.rows:
        yield told.source(row, name)
        yield row.account_name_id


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
