"""Figures of what became of those who left, and of the explanations of their scores.

Invariant: each rests on customers, and its interval is drawn over them; one that nobody can be measured on says so.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from evals.figures import Figure, Goal, today
from evals.scoring.invented_accounts import Cause
from evals.scoring.portfolio_life import LEAST_DAYS
from evals.scoring.portfolio_scoring import BUDGET, Leaver, cited_share, noise_share
from evals.statistics import bootstrap_interval, wilson_interval

COMMAND = "python -m evals.scoring.portfolio --record"
_NAME = "scoring.portfolio"
_BOOTSTRAP = "bootstrap over accounts that left, 2,000 draws, seed 7"


def found(everybody: Sequence[Leaver], note: str) -> Iterator[Figure]:
    """Who was alerted in time, by the score and by what it is held against."""
    goal = Goal(comparison=">=", threshold=0.6)
    about = f"of those who left, alerted at the last scoring {LEAST_DAYS} days before or earlier; {note}"
    ways: dict[str, Callable[[Leaver], bool | None]] = {
        "lead_time": lambda one: one.found,
        "lead_time.rule": lambda one: one.found_by_rule,
        "lead_time.known": lambda one: one.found_by_truth,
    }
    notes = {
        "lead_time": f"budget {BUDGET:.0%} of the customers; {about}",
        "lead_time.rule": f"those whose use fell by a fifth or more, within the same budget; {about}",
        "lead_time.known": f"for who knows every trouble and its hazard: the most there is to find; {about}",
    }
    for name, way in ways.items():
        is_ours = name == "lead_time"
        told = [is_found for one in everybody if (is_found := way(one)) is not None]
        yield share(name, told, note=notes[name], goal=goal if is_ours else None)
    yield figure(
        "lead_time.random",
        BUDGET,
        len(everybody),
        note=f"the same budget spent by lot, as it is to be expected; {about}",
    )
    for language in ("es", "en"):
        mine = [one.found for one in everybody if one.language == language]
        yield share("lead_time", mine, note=about, language=language)
    leads = [one.alerted_for for one in everybody if one.alerted_for]
    if leads:
        yield figure(
            "lead_days", float(np.median(leads)), len(leads), unit=" days",
            interval=bootstrap_interval(leads, statistic=lambda sample: float(np.median(sample))), method=_BOOTSTRAP,
            note=f"median of the unbroken alert until they left, of those alerted at the end; {note}",
        )  # fmt: skip


def explained(everybody: Sequence[Leaver], note: str) -> Iterator[Figure]:
    """For whom the cause was named."""
    caused = [one for one in everybody if one.has_begun and one.is_explained is not None]
    alerted = [one for one in caused if one.found]
    about = f"a sign of what they left of is among the first three signals that raise the score; {note}"
    goal = Goal(comparison=">=", threshold=0.85)
    yield share("cause_named", [bool(one.is_explained) for one in alerted], note=f"of the alerted: {about}", goal=goal)
    yield share("cause_named.all", [bool(one.is_explained) for one in caused], note=f"alerted or not: {about}")
    for cause in (cause for cause in Cause if cause is not Cause.NONE):
        mine = [bool(one.is_explained) for one in alerted if one.cause is cause]
        yield share(f"cause_named.{cause}", mine, note=about)
    for language in ("es", "en"):
        mine = [bool(one.is_explained) for one in caused if one.cause is Cause.COMPETITOR and one.language == language]
        yield share(
            "cause_named.competitor", mine, note=f"what was written; alerted or not; {about}", language=language
        )
    noise, named = noise_share(everybody)
    yield figure(
        "noise_named", noise / max(1, named), named, interval=wilson_interval(noise, named) if named else None,
        method="Wilson", note=f"of the first three signals of the alerted: those without effect; {note}",
    )  # fmt: skip
    cited, told = cited_share(everybody)
    yield figure(
        "cited", cited / max(1, told), told, interval=wilson_interval(cited, told) if told else None,
        method="Wilson", goal=Goal(comparison="==", threshold=1.0), note=f"of the signals told, with evidence; {note}",
    )  # fmt: skip


def share(name: str, values: Sequence[bool], *, note: str, goal: Goal | None = None, language: str = "-") -> Figure:
    """Of the values, those that are true."""
    if not values:
        return figure(name, 0.0, 0, note=f"nobody to measure it on; {note}", language=language)
    numbers = [float(value) for value in values]
    return figure(
        name, float(np.mean(numbers)), len(numbers), goal=goal, language=language, note=note,
        interval=bootstrap_interval(numbers), method=_BOOTSTRAP,
    )  # fmt: skip


def figure(
    name: str,
    value: float,
    n: int,
    *,
    note: str,
    unit: str = "",
    goal: Goal | None = None,
    language: str = "-",
    interval: tuple[float, float] | None = None,
    method: str | None = None,
) -> Figure:
    """One of this suite."""
    return Figure(
        name=f"{_NAME}.{name}", language=language, value=value, unit=unit, n=n, interval=interval,
        interval_method=method if interval else None, goal=goal, command=COMMAND, measured_on=today(), note=note,
    )  # fmt: skip
