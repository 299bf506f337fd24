"""The lines of an answer about figures, in the order in which a good analyst would say them.

Invariant: the headline is a figure of the query; every line cites what it tells; what was left out is said with its
reason.
"""

import re
from collections.abc import Iterator, Sequence

from copilot.domain.figure_field_words import noun_of, quoted, value_in_words
from copilot.domain.figure_queries import MONEY, Measure, Subject
from copilot.domain.figure_query_words import group_in_words, query_in_words, subject_in_words
from copilot.domain.figure_results import FigureGroup
from copilot.domain.plans import StepKind
from copilot.workflows.chat.contract import Line
from copilot.workflows.chat.figure_left_out import left_out_lines
from copilot.workflows.chat.figure_rows import row_line
from copilot.workflows.chat.figure_told import QUOTED, Told
from copilot.workflows.chat.wording import NO_FACT

_VERBS = {
    Measure.LIST: ("He buscado", "I looked for"),
    Measure.COUNT: ("He contado", "I counted"),
    Measure.SUM: ("He sumado", "I added up"),
    Measure.MEAN: ("He promediado", "I averaged"),
}
_QUOTED_GROUPS = QUOTED | {"name", "category"}
_NOT_CONVERTED = (
    "Los importes de monedas distintas van por orden de su cifra, sin convertir.",
    "Amounts in different currencies are in the order of their figures, without conversion.",
)

_CODE = re.compile(r"\d ([A-Z]{3})\b")


def lines_of(told: Told, *, kind: StepKind) -> list[Line]:
    """Headline, groups, records, what was left out, the query."""
    return [
        _headline(told, kind),
        *_groups(told),
        *(row_line(told, row) for row in told.result.rows),
        *_rest(told),
        *left_out_lines(told),
        _query(told),
    ]


def _headline(told: Told, kind: StepKind) -> Line:
    result = told.result
    is_pipeline = kind is StepKind.PIPELINE and told.words.is_open and bool(result.totals)
    if not result.total:
        text = told.scene.say(es=f"No hay {_phrase(told)}.", en=f"There are no {_phrase(told)}.")
    elif is_pipeline and result.query.measure is Measure.LIST:
        text = _pipeline(told)
    elif result.query.measure in {Measure.SUM, Measure.MEAN}:
        text = _figure(told) if result.totals else _without_value(told)
    else:
        text = _count(told)
    if result.groups:
        group = group_in_words(result.query.group_by or "", language=told.scene.language)
        text += told.scene.say(es=f" Por {group}:", en=f" By {group}:")
    return told.line(text, told.query_id)


def _phrase(told: Told) -> str:
    return told.words.phrase(count=told.result.total)


def _count(told: Told) -> str:
    scene, result = told.scene, told.result
    number = scene.format.number(result.total)
    added = ""
    if result.totals and result.total > 1:
        noun = noun_of("arr" if result.query.subject is Subject.ACCOUNTS else "amount")
        amounts = _amounts(told, result.totals, counted=len(result.totals) > 1)
        added = scene.say(es=f"; {noun.es} suma {amounts}", en=f"; the {noun.en} adds up to {amounts}")
    verb = "is" if result.total == 1 else "are"
    return scene.say(es=f"Hay {number} {_phrase(told)}{added}.", en=f"There {verb} {number} {_phrase(told)}{added}.")


def _figure(told: Told) -> str:
    """A sum or a mean over everything."""
    scene, query = told.scene, told.result.query
    noun, amounts = noun_of(query.field or ""), _amounts(told, told.result.totals, counted=True)
    phrase = told.words.phrase(count=2)
    if query.measure is Measure.MEAN:
        return scene.say(
            es=f"La media {noun.of(scene.language)} de {phrase} es de {amounts}.",
            en=f"The mean {noun.en} of {phrase} is {amounts}.",
        )
    if query.field == "amount" and told.words.is_open:
        return _pipeline(told)
    return scene.say(
        es=f"{_capital(noun.es)} de {phrase} {'suman' if noun.plural else 'suma'} {amounts}.",
        en=f"The {noun.en} of {phrase} {'add' if noun.plural else 'adds'} up to {amounts}.",
    )


def _pipeline(told: Told) -> str:
    """What all open opportunities that match are worth."""
    rest, amounts = told.words.without_noun(), _amounts(told, told.result.totals, counted=True)
    return told.scene.say(
        es=" ".join(filter(None, ["El pipeline abierto", rest, f"es de {amounts}."])),
        en=" ".join(filter(None, ["The open pipeline", rest, f"is {amounts}."])),
    )


def _without_value(told: Told) -> str:
    scene, noun = told.scene, noun_of(told.result.query.field or "")
    number = scene.format.number(told.result.total)
    verb = "is" if told.result.total == 1 else "are"
    return scene.say(
        es=f"Hay {number} {_phrase(told)}, sin {noun.bare(scene.language)}.",
        en=f"There {verb} {number} {_phrase(told)}, without {noun.en}.",
    )


def _amounts(told: Told, groups: Sequence[FigureGroup], *, counted: bool) -> str:
    """`€515,052 in 13 opportunities and £334,296 in 7`: the noun once."""
    parts = []
    for place, group in enumerate(groups):
        part = _number(told, group)
        if counted:
            sample = told.scene.format.number(group.sample)
            noun = subject_in_words(told.result.query.subject, count=group.sample, language=told.scene.language)
            inside = f"{sample} {noun}" if place == 0 else sample
            part += told.scene.say(es=f" en {inside}", en=f" in {inside}")
        parts.append(part)
    return told.scene.format.listed(parts)


def _number(told: Told, group: FigureGroup) -> str:
    if group.number is None:
        return told.scene.format.number(group.count)
    if told.result.query.field in MONEY or group.currency:
        shown = told.scene.format.money(group.number, currency=group.currency)
        return shown if group.currency else told.scene.say(es=f"{shown} (sin moneda)", en=f"{shown} (no currency)")
    number = told.scene.format.number(group.number)
    return f"{number} ({group.scale})" if group.scale else number


def _groups(told: Told) -> Iterator[Line]:
    result, scene = told.result, told.scene
    field = (result.query.group_by or "").removeprefix("account.")
    for group in result.groups:
        if group.value is None:
            name = scene.say(es="Sin registrar", en="Unrecorded")
        else:
            name = value_in_words(field, group.value, language=scene.language)
            name = name if "@" in name else _capital(name)
            name = quoted(group.value, language=scene.language) if field in _QUOTED_GROUPS else name
        amounts = _number(told, group) if group.number is None else _amounts(told, [group], counted=True)
        yield told.line(f"{name}: {amounts}.", told.query_id)
    if result.more_groups:
        number = scene.format.number(result.more_groups)
        yield told.line(scene.say(es=f"Y otros {number} grupos.", en=f"And {number} more groups."), told.query_id)


def _rest(told: Told) -> Iterator[Line]:
    """How many records are not listed, and that amounts were not converted."""
    result, scene = told.result, told.scene
    if 0 < result.listed < result.total:
        listed, total = scene.format.number(result.listed), scene.format.number(result.total)
        yield told.line(
            scene.say(es=f"Se muestran {listed} de {total}.", en=f"Shown: {listed} of {total}."), told.query_id
        )
    ordered = result.query.order_by or (result.query.field if result.query.measure is Measure.SUM else None)
    if ordered is not None and len(_currencies(told, ordered)) > 1:
        yield Line(scene.say(es=_NOT_CONVERTED[0], en=_NOT_CONVERTED[1]), (), uncited_reason=NO_FACT)


def _currencies(told: Told, ordered: str) -> set[str]:
    """What the amounts are in that the records are ordered by."""
    rows = told.result.rows
    if ordered in MONEY:
        return {str(row.values["currency"]).upper() for row in rows if row.values.get("currency")}
    texts = (row.metrics[ordered].text for row in rows if ordered == "open_pipeline" and ordered in row.metrics)
    return {currency for text in texts for currency in _CODE.findall(text)}


def _query(told: Told) -> Line:
    query, scene = told.result.query, told.scene
    words = query_in_words(query, language=scene.language, names=told.result.names, measured=False)
    es, en = _VERBS[query.measure]
    verb = scene.say(es=es, en=en)
    if query.measure in {Measure.SUM, Measure.MEAN}:
        verb += f" {noun_of(query.field or '').named(scene.language)}"
    return told.line(f"{verb}: {words}.", told.query_id)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
