"""The lines of an answer about figures, in the order in which a good analyst would say them.

Invariant: the headline is a figure of the query; every line cites what it tells.
"""

from collections.abc import Iterator

from copilot.domain.figure_queries import Measure, Subject
from copilot.domain.figure_query_words import query_in_words
from copilot.domain.plans import StepKind
from copilot.workflows.chat.contract import Line
from copilot.workflows.chat.figure_facts import shown_names
from copilot.workflows.chat.figure_told import Told


def lines_of(told: Told, *, kind: StepKind) -> list[Line]:
    """Headline, records or groups, what was left out, the query."""
    return [_headline(told, kind), *_rows(told), _query(told)]


def _headline(told: Told, kind: StepKind) -> Line:
    _ = kind
    scene, result = told.scene, told.result
    count = scene.format.number(result.total)
    phrase = told.words.phrase(count=result.total)
    text = scene.say(es=f"Hay {count} {phrase}.", en=f"There {'is' if result.total == 1 else 'are'} {count} {phrase}.")
    return told.line(text, told.query_id)


def _rows(told: Told) -> Iterator[Line]:
    for row in told.result.rows:
        parts = [value for name in shown_names(told) if (value := told.value(row, name)) is not None]
        head = row.account_name if told.result.query.subject is Subject.ACCOUNTS else f"{row.name} ({row.account_name})"
        sources = [told.source(row, name) for name in shown_names(told)]
        yield told.line(
            f"{head}: {', '.join(parts)}." if parts else f"{head}.", *sources, row.name_id, row.account_name_id
        )


def _query(told: Told) -> Line:
    result, scene = told.result, told.scene
    words = query_in_words(result.query, language=scene.language, names=result.names)
    verbs = {
        Measure.LIST: ("He buscado", "I looked for"),
        Measure.COUNT: ("He contado", "I counted"),
        Measure.SUM: ("He sumado", "I added up"),
        Measure.MEAN: ("He calculado la media", "I averaged"),
    }
    es, en = verbs[result.query.measure]
    return told.line(f"{scene.say(es=es, en=en)}: {words}.", told.query_id)
