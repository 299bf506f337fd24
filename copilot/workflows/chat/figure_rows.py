"""One record of a list as a line: what it is called, and the fields that are shown.

Invariant: each value is cited by its own field; an empty field is told as missing, never left out.
"""

from copilot.domain.figure_field_words import noun_of, quoted
from copilot.domain.figure_queries import Subject
from copilot.domain.figure_query_words import related_in_words
from copilot.domain.figure_results import FigureRow
from copilot.workflows.chat.contract import Line
from copilot.workflows.chat.figure_told import Told

_BY_ITSELF = frozenset(
    {"amount", "priority", "status", "kind", "title", "stance", "country", "lifecycle", "industry", "stage", "name"}
)
"""Fields whose value says what it is."""
_PHRASES = {
    "arr": ("ARR {0}", "ARR {0}"),
    "renewal_date": ("renovación el {0}", "renewal {0}"),
    "close_date": ("cierre el {0}", "close date {0}"),
    "created_on": ("creada el {0}", "created {0}"),
    "opened_at": ("apertura el {0}", "opened {0}"),
    "closed_at": ("cierre el {0}", "closed {0}"),
    "occurred_at": ("{0}", "{0}"),
    "answered_on": ("{0}", "{0}"),
    "left_on": ("salida el {0}", "left {0}"),
    "employees": ("{0} empleados", "{0} employees"),
    "seats_licensed": ("{0} licencias", "{0} seats"),
    "probability": ("probabilidad del {0}", "{0} probability"),
    "author": ("de {0}", "by {0}"),
    "do_not_contact": ("pidió que no se le contacte", "opted out of contact"),
}
_SELDOM = frozenset({"left_on", "closed_at", "lost_reason", "parent_name", "do_not_contact"})
_QUOTED_NAMES = frozenset({"opportunity", "ticket", "activity"})


def row_line(told: Told, row: FigureRow) -> Line:
    """`“Renewal 2027” (Talleres Mencía): €84,000 · “Negociación” · close date 31 January 2027.`"""
    names = [name for name in shown_names(told) if not _goes_without_saying(row, name)]
    parts = [_part(told, row, name) for name in names]
    sources = [told.source(row, name) for name in names]
    for place, count in enumerate(row.related):
        if count:
            related = told.result.query.related[place]
            words = related_in_words(related, count=count, language=told.scene.language)
            parts.append(f"{told.scene.format.number(count)} {words}")
            sources.append(told.counted_id(row, place))
    head = _head(told, row)
    text = f"{head}: {' · '.join(parts)}." if parts else f"{head}."
    return told.line(text, row.name_id, row.account_name_id, *sources)


def shown_names(told: Told) -> list[str]:
    """Fields and computed figures that each row shows."""
    query = told.result.query
    first = [query.field] if query.field is not None and query.field not in query.show else []
    ordered = [query.order_by] if query.order_by is not None else []
    return [
        name
        for name in dict.fromkeys((*first, *query.show, *query.metrics, *ordered))
        if name != _own_name(query.subject)
    ]


def _own_name(subject: Subject) -> str:
    return {Subject.TICKETS: "subject", Subject.ACTIVITIES: "subject", Subject.SURVEYS: "contact_name"}.get(
        subject, "name"
    )


def _head(told: Told, row: FigureRow) -> str:
    if told.result.query.subject is Subject.ACCOUNTS or not row.name:
        return row.account_name
    language = told.scene.language
    name = quoted(row.name, language=language) if row.record_type in _QUOTED_NAMES else row.name
    return name if len(told.result.query.account_ids) == 1 else f"{name} ({row.account_name})"


def _goes_without_saying(row: FigureRow, name: str) -> bool:
    """What most records do not have: that it is empty is no news."""
    return name in _SELDOM and not row.values.get(name)


def _part(told: Told, row: FigureRow, name: str) -> str:
    scene, noun, value = told.scene, noun_of(name), told.value(row, name)
    bare = noun.bare(scene.language)
    if value is None and name in row.metrics:
        return scene.say(es=f"{bare} sin datos", en=f"{bare} unknown")
    if value is None:
        return scene.say(es=f"sin {bare}", en=f"{bare} not recorded")
    if name in _PHRASES:
        es, en = _PHRASES[name]
        return scene.say(es=es, en=en).format(value)
    return value if name in _BY_ITSELF else f"{bare}: {value}"
