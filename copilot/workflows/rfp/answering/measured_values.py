"""Allowed values that measure: how often, how long, at what hours; held against what a sentence says.

Invariant: pure; a value is taken only if the clause that speaks of what is asked gives one measure, and one value holds
it. Where a clause gives several, or speaks of the others, none is taken.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copilot.domain.folding import flat, flat_line
from copilot.domain.questionnaires import Choice, Question
from copilot.workflows.rfp.answering.claims import negating_words
from copilot.workflows.rfp.answering.clauses import clauses, is_planned
from copilot.workflows.rfp.answering.quantities import length_in_days, quantities
from copilot.workflows.rfp.answering.sameness import all_names
from copilot.workflows.rfp.answering.short_form_words import has

_LEAST_VALUES = 2
_CLOSE = 0.05
_BELOW = re.compile(
    r"(?:<=?|≤|less than|under|up to|within|at most|menos de|hasta|en menos de|como maximo|maximo)\s*"
    r"(?P<n>\d+)\s*(?P<u>[a-z]+)"
)
_ABOVE = re.compile(
    r"(?:>=?|≥|more than|over|mas de|a partir de)\s*(?P<n>\d+)\s*(?P<u>[a-z]+)|"
    r"(?P<n2>\d+)\s*(?P<u2>[a-z]+) (?:or more|o mas)"
)
_BETWEEN = re.compile(r"(?P<n>\d+)\s*(?P<v>[a-z]*)\s*(?:-|–|to|and|a|y)\s*(?P<m>\d+)\s*(?P<u>[a-z]+)")
_ALWAYS = re.compile(r"\b24 ?[x/] ?7\b|\b24 hours a day\b|\baround the clock\b|\b(?:las )?24 horas\b|\bday and night\b")
_OFFICE_HOURS = re.compile(
    r"\b(?:business|office|working) (?:hours|days)\b|\bmonday to friday\b|\bhorario (?:laboral|de oficina|comercial)\b|"
    r"\bhoras de oficina\b|\blunes a viernes\b|\bdias (?:laborables|habiles)\b"
)


@dataclass(frozen=True, slots=True)
class _Range:
    """In days; both ends belong to it."""

    least: float
    most: float

    def holds(self, days: float) -> bool:
        return self.least <= days <= self.most


def measured(question: Question, texts: Sequence[str]) -> tuple[str, ...] | None:
    """The key of the one value that a sentence gives, or nothing; None: the values measure nothing."""
    said = [clause for text in texts if (clause := _of_what_is_asked(question, text))]
    for reader in (_by_hours, _by_frequency, _by_length):
        found = reader(question.choices, said)
        if found is not None:
            return (found[0],) if len(set(found)) == 1 else ()
    return None


def _of_what_is_asked(question: Question, text: str) -> str:
    """The clause that speaks of what is asked; empty where it speaks of the others, or says that it is not so."""
    asked = all_names(question.text)
    parts = clauses(text)
    best = max(parts, key=lambda part: len(part.names & asked)).text
    return "" if has("others", best) or negating_words(best) or is_planned(best) else best


def _by_frequency(choices: Sequence[Choice], said: Sequence[str]) -> list[str] | None:
    values = {item.key: quantities(item.text).every for item in choices}
    ranges = {key: _close_to(days[0]) for key, days in values.items() if len(days) == 1}
    return _held(ranges, [quantities(text).every for text in said])


def _by_length(choices: Sequence[Choice], said: Sequence[str]) -> list[str] | None:
    ranges = {item.key: held for item in choices if (held := _range(item.text))}
    return _held(ranges, [quantities(text).lengths for text in said])


def _held(ranges: Mapping[str, _Range], given: Sequence[tuple[float, ...]]) -> list[str] | None:
    """Keys of the values that hold what each sentence gives: none where one gives several measures, or none."""
    if len(ranges) < _LEAST_VALUES:
        return None
    if any(len(set(each)) != 1 for each in given):
        return []
    return [key for each in given for key, held in ranges.items() if held.holds(each[0])]


def _by_hours(choices: Sequence[Choice], said: Sequence[str]) -> list[str] | None:
    always = [item.key for item in choices if _ALWAYS.search(flat(item.text))]
    office = [item.key for item in choices if _OFFICE_HOURS.search(flat(item.text))]
    if not always or not office:
        return None
    found = []
    for text in said:
        plain = flat_line(text)
        found += always if _ALWAYS.search(plain) else office if _OFFICE_HOURS.search(plain) else []
    return found


def _close_to(days: float) -> _Range:
    return _Range(days - _CLOSE * days, days + _CLOSE * days)


def _range(text: str) -> _Range | None:
    """What `less than 24 h`, `24 to 72 hours`, `more than 3 days` and `90 days` hold."""
    plain = flat_line(text)
    between, below, above = _BETWEEN.search(plain), _BELOW.search(plain), _ABOVE.search(plain)
    if between:
        first = length_in_days(between["n"], between["v"] or between["u"])
        last = length_in_days(between["m"], between["u"])
        return _Range(first, last) if first is not None and last is not None else None
    if below:
        most = length_in_days(below["n"], below["u"])
        return None if most is None else _Range(0, most)
    if above:
        least = length_in_days(above["n"] or above["n2"], above["u"] or above["u2"])
        return None if least is None else _Range(math.nextafter(least, math.inf), math.inf)
    exact = quantities(text).lengths
    return _Range(exact[0], exact[0]) if len(exact) == 1 else None
