"""Is every number, date, amount and percentage of the draft in the sources it cites?

Invariant 2: figures are copied or computed. What no cited source carries is a high risk, and the sentence
must be accepted by name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from copilot.domain.drafts import Segment
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.figure_dates import Moment
from copilot.domain.figures import Figure, FigureKind, extract_figures, says_the_same
from copilot.domain.findings import Action, Finding, Severity
from copilot.guardrails.detector import Context, finding

_RULES = {
    FigureKind.NUMBER: "grounding.number_not_in_evidence",
    FigureKind.PERCENTAGE: "grounding.percentage_not_in_evidence",
    FigureKind.AMOUNT: "grounding.amount_not_in_evidence",
    FigureKind.DATE: "grounding.date_not_in_evidence",
}
_MOST_FIGURES = 200
"""Per segment. More is no sentence; it is held instead of checked for minutes."""
_MOST_SOURCE_FIGURES = 5_000
"""Per source. Later ones carry nothing, so a hostile document can only make a draft look worse."""
_OWN_DAY = ""
"""Text of the figure that stands for the day of a source, which its text need not state."""
_Carriers = list[tuple[Evidence, Figure]]
_NEAR = 45
"""Characters before and after a figure in which a word of direction belongs to it."""
_RISES = re.compile(
    r"\b(?:sub\w{1,8}|cre(?:ci|ce)\w{0,6}|aument\w{1,6}|increment\w{1,6}|mejor\w{1,6}|al alza|más que|rose|rises?|"
    r"risen|gr[eo]w\w{0,3}|growth|increas\w{1,4}|up|higher|gain(?:ed|s)?|improv\w{1,6})\b",
    re.IGNORECASE,
)
_FALLS = re.compile(
    r"\b(?:baj\w{1,6}|ca(?:e|en|yó|ído|ída|ídas|yeron|er)|descen\w{1,8}|disminu\w{1,8}|redu\w{1,8}|retroce\w{1,6}|"
    r"menos que|perd\w{1,6}|fell|falls?|fallen|dropp?\w{0,4}|declin\w{1,5}|decreas\w{1,4}|down|lower|lost|shrank|"
    r"shrunk|reduc\w{1,5})\b",
    re.IGNORECASE,
)
_SAID = {
    True: {"said.es": "subida", "said.en": "a rise"},
    False: {"said.es": "bajada", "said.en": "a fall"},
}


class FiguresDetector:
    """Compares figures by value, under every reading of the formats of both languages."""

    name = "figures"

    def inspect(self, context: Context) -> Iterable[Finding]:
        """See the module docstring."""
        for segment in context.draft.segments():
            if segment.evidence_ids:
                yield from _check(segment, context)


def _check(segment: Segment, context: Context) -> Iterator[Finding]:
    draft = context.draft
    figures = extract_figures(_without_names(segment.text, draft.account_name), language=draft.language)
    if len(figures) > _MOST_FIGURES:
        yield finding("grounding.figures_too_many", Severity.HIGH, Action.HOLD, segment=segment)
        return
    sources = context.cited(segment) if figures else ()
    known = [(source, evidence_figures(source)) for source in sources]
    carried: list[tuple[Figure, _Carriers]] = []
    for figure in figures:
        if _is_day(figure, draft.as_of):
            continue
        carried_by = [(source, item) for source, items in known for item in items if _carries(item, figure)]
        carried.append((figure, carried_by))
        if not carried_by:
            yield _finding(_RULES[figure.kind], segment, figure)
        elif (rises := _contradicted(figure, segment.text, carried_by)) is not None:
            yield _finding("grounding.direction_contradicts_evidence", segment, figure, _SAID[rises])
    for figure in _in_place_of_another(carried, sources):
        yield _finding("grounding.figure_in_place_of_another", segment, figure)


def _carries(source: Figure, figure: Figure) -> bool:
    """Whether a source's figure carries the sentence's. A source's own day carries days and months, not years."""
    if source.text != _OWN_DAY:
        return says_the_same(figure, source)
    names_month = any(isinstance(item, Moment) and item.months for item in figure.readings)
    return names_month and says_the_same(figure, source)


def _in_place_of_another(carried: Sequence[tuple[Figure, _Carriers]], sources: Sequence[Evidence]) -> Iterator[Figure]:
    """Figures said more often than the sources say them, while a metric that is cited is not said at all.

    "NPS went from 4 to 4" cites 9 and 4: each is in the sources, and yet one is wrong.
    """
    used = {(source.id, item.start) for _, carriers in carried for source, item in carriers if item.text != _OWN_DAY}
    if all((source.id, start) in used for source in sources for start in _place_of_value(source)):
        return
    said: dict[object, list[Figure]] = {}
    for figure, carriers in carried:
        if carriers and figure.readings:
            said.setdefault(figure.readings[0], []).append(figure)
    for figure, carriers in carried:
        same = said.get(figure.readings[0] if figure.readings else None, [])
        if len(same) > len(carriers) > 0 and figure is same[-1]:
            yield figure


def _finding(rule: str, segment: Segment, figure: Figure, values: Mapping[str, str] | None = None) -> Finding:
    words = {"figure": figure.text.strip(), **(values or {})}
    return finding(rule, Severity.HIGH, Action.HOLD, segment=segment, span=(figure.start, figure.end), values=words)


def _contradicted(figure: Figure, text: str, carried_by: Sequence[tuple[Evidence, Figure]]) -> bool | None:
    """The direction (True: a rise) that the sentence gives to a figure whose every source says the other one."""
    if figure.sign or not all(_is_change(source) for source, _ in carried_by):
        return None
    around = text[max(0, figure.start - _NEAR) : figure.start] + " " + text[figure.end : figure.end + _NEAR // 2]
    rises, falls = _RISES.search(around) is not None, _FALLS.search(around) is not None
    if rises == falls:
        return None
    says_rise = all(item.sign >= 0 for _, item in carried_by)
    says_fall = all(item.sign < 0 for _, item in carried_by)
    return rises if (rises and says_fall) or (falls and says_rise) else None


def _is_change(source: Evidence) -> bool:
    return source.kind is EvidenceKind.METRIC and "_change" in source.id


def evidence_figures(evidence: Evidence) -> tuple[Figure, ...]:
    """Every figure that a source states in its text, its label and its formula, and its own date."""
    return _figures_of(evidence.text, evidence.label, evidence.formula or "", evidence.as_of)


def _place_of_value(source: Evidence) -> Iterator[int]:
    """Where a metric's text states its value, if it is a metric that has one."""
    if source.kind is EvidenceKind.METRIC:
        figures = extract_figures(source.text, language=None)
        yield from (item.start for item in figures[:1] if item.kind is not FigureKind.DATE)


@lru_cache(maxsize=8192)
def _figures_of(text: str, label: str, formula: str, as_of: date) -> tuple[Figure, ...]:
    found = [figure for part in (text, label, formula) if part for figure in extract_figures(part, language=None)]
    own_day = Figure(kind=FigureKind.DATE, text=_OWN_DAY, start=0, end=0, readings=(_moment(as_of),))
    return (own_day, *(_dated(figure, near=as_of) for figure in found[:_MOST_SOURCE_FIGURES]))


def _dated(figure: Figure, *, near: date) -> Figure:
    """Give a date without a year the years it can mean in a source of that day."""
    readings = []
    for reading in figure.readings:
        readings.append(reading)
        if isinstance(reading, Moment) and reading.year is None:
            readings += [replace(reading, year=near.year + shift) for shift in (-1, 0, 1)]
    return replace(figure, readings=tuple(readings))


def _is_day(figure: Figure, day: date) -> bool:
    return _moment(day) in figure.readings


def _moment(day: date) -> Moment:
    return Moment(year=day.year, months=(day.month, day.month), day=day.day)


def _without_names(text: str, name: str | None) -> str:
    """Blank the account's own name, whose digits state nothing."""
    return text.replace(name, "\x00" * len(name)) if name else text
