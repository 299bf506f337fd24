"""How well found spans cover marked ones.

A marked span is found when at least 90 % of its characters (spaces aside) are covered by spans of its class. A found
span is right when at least half of its characters are marked as its class; one that mostly lies on tolerated
characters is not counted. F2 = 5PR / (4P + R) (van Rijsbergen 1979, beta 2: a miss weighs more than a false alarm).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from copilot.domain.personal_data import DataClass, PersonalSpan
from evals.figures import Figure, Goal, today
from evals.guardrails.personal_data_gold import GoldSpan, GoldText
from evals.statistics import bootstrap_interval, wilson_interval

FOUND_SHARE = 0.9
RIGHT_SHARE = 0.5
INTERVAL_METHOD = "bootstrap over templates, files or sentences, 2,000 draws, seed 7"

NAMES = frozenset({DataClass.PERSON})
ADDRESSES = frozenset({DataClass.ADDRESS})
FORMATTED = frozenset(DataClass) - NAMES - ADDRESSES
GROUPS = {"names": NAMES, "formatted": FORMATTED, "addresses": ADDRESSES, "all": frozenset(DataClass)}
GOALS = {"names": Goal(comparison=">=", threshold=0.85), "formatted": Goal(comparison=">=", threshold=0.95)}
"""Addresses have no form that could be checked; they are reported by themselves, and within `all`."""


@dataclass(slots=True)
class Counts:
    """Spans of one cluster, per class."""

    marked: Counter[DataClass] = field(default_factory=Counter)
    found: Counter[DataClass] = field(default_factory=Counter)
    claimed: Counter[DataClass] = field(default_factory=Counter)
    right: Counter[DataClass] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A marked span that was missed (`kind` "missed") or a found one that is not marked ("false")."""

    kind: str
    text_id: str
    data_class: DataClass
    value: str
    around: str


def count(
    texts: Iterable[GoldText], find: Callable[[str], Iterable[PersonalSpan]], *, mistakes: list[Mistake] | None = None
) -> dict[str, Counts]:
    """Counts per cluster. What went wrong is appended to `mistakes`."""
    clusters: dict[str, Counts] = {}
    for text in texts:
        counts = clusters.setdefault(text.cluster, Counts())
        _count_text(text, tuple(find(text.text)), counts=counts, mistakes=mistakes)
    return clusters


def _count_text(
    text: GoldText, spans: Sequence[PersonalSpan], *, counts: Counts, mistakes: list[Mistake] | None
) -> None:
    for gold in text.spans:
        counts.marked[gold.data_class] += 1
        if _covered(text.text, gold, [item for item in spans if item.data_class is gold.data_class]) >= FOUND_SHARE:
            counts.found[gold.data_class] += 1
        elif mistakes is not None:
            mistakes.append(_mistake("missed", text, gold))
    for span in spans:
        marked = [gold for gold in text.spans if gold.data_class is span.data_class]
        if _covered(text.text, span, marked) >= RIGHT_SHARE:
            counts.right[span.data_class] += 1
        else:
            tolerated = [gold for gold in text.tolerated if gold.data_class is span.data_class]
            if _covered(text.text, span, [*marked, *tolerated]) >= RIGHT_SHARE:
                continue
            if mistakes is not None:
                mistakes.append(_mistake("false", text, span))
        counts.claimed[span.data_class] += 1


def _covered(text: str, span: GoldSpan | PersonalSpan, others: Iterable[GoldSpan | PersonalSpan]) -> float:
    """Share of the span's characters, spaces aside, that lie in one of `others`."""
    places = {place for place in range(span.start, span.end) if not text[place].isspace()}
    within = {place for other in others for place in range(max(span.start, other.start), min(span.end, other.end))}
    return len(places & within) / len(places) if places else 1.0


def _mistake(kind: str, text: GoldText, span: GoldSpan | PersonalSpan) -> Mistake:
    around = text.text[max(0, span.start - 40) : span.end + 30].replace("\n", "⏎")
    return Mistake(kind, text.id, span.data_class, text.text[span.start : span.end], around)


def f2(precision: float, recall: float) -> float:
    """0 when both are 0."""
    return 5 * precision * recall / (4 * precision + recall) if precision + recall else 0.0


@dataclass(frozen=True, slots=True)
class Source:
    """What a figure is about and how it is remade."""

    prefix: str
    """E.g. `guardrails.personal_data.meddocan`."""
    language: str
    command: str
    note: str


def figures(
    clusters: dict[str, Counts], classes: frozenset[DataClass], *, source: Source, label: str, goal: Goal | None = None
) -> list[Figure]:
    """Recall, precision and F2 over `classes`; nothing when none of them is marked. `n` is the number of spans."""
    table = np.array([_row(counts, classes) for counts in clusters.values()])
    marked, found, claimed, right = table.sum(axis=0)
    if not marked:
        return []
    measures: list[tuple[str, Callable[[np.ndarray], float], int, Goal | None]] = [
        ("recall", _recall, int(marked), goal),
        ("precision", _precision, int(claimed), None),
        ("f2", _f2, int(marked), None),
    ]
    totals = np.array([marked, found, claimed, right])
    made = []
    for name, measure, n, wanted in measures:
        interval, method = _interval(table, measure), INTERVAL_METHOD
        if interval[0] == interval[1] and n:
            # Drawing again from cases without a single fault cannot show how many faults there may be.
            interval, method = wilson_interval(round(measure(totals) * n), n), "Wilson"
        made.append(
            Figure(
                name=f"{source.prefix}.{name}.{label}",
                language=source.language,
                value=measure(totals),
                n=n,
                interval=interval,
                interval_method=method,
                goal=wanted,
                command=source.command,
                measured_on=today(),
                note=source.note,
            )
        )
    return made


def _row(counts: Counts, classes: frozenset[DataClass]) -> list[int]:
    tallies = (counts.marked, counts.found, counts.claimed, counts.right)
    return [sum(tally[item] for item in classes) for tally in tallies]


def _recall(totals: np.ndarray) -> float:
    return float(totals[1] / totals[0]) if totals[0] else 1.0


def _precision(totals: np.ndarray) -> float:
    return float(totals[3] / totals[2]) if totals[2] else 1.0


def _f2(totals: np.ndarray) -> float:
    return f2(_precision(totals), _recall(totals))


def _interval(table: np.ndarray, measure: Callable[[np.ndarray], float]) -> tuple[float, float]:
    """Draws whole clusters, since spans of one template or file resemble each other."""
    return bootstrap_interval(
        list(range(len(table))), statistic=lambda drawn: measure(table[drawn.astype(int)].sum(axis=0))
    )
