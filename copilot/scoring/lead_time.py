"""How the scores of held-out days would have served: how early, for whom, and in which quarter.

Invariant: everything is computed from rows that were held out; shares come with how many cases they rest on.
"""

from collections.abc import Iterator
from datetime import date
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from copilot.domain.proportions import wilson_interval
from copilot.scoring.believable import Split
from copilot.scoring.past import Rows
from copilot.scoring.quality import area
from copilot.scoring.report import Group, LeadTime
from copilot.scoring.tables import Categories, Floats, Places

LEAST_DAYS = 30
_LEAST_OF_GROUP = 50
_BY_CHANCE = 0.05
_MONTHS_OF_QUARTER = 3


def lead_time(rows: Rows, split: Split, told: Floats, *, budget: float) -> LeadTime | None:
    """Of everybody to whom it happened: were they alerted at least so many days before? None if it happened to nobody.

    `told` are the probabilities of the split's held rows.
    """
    alerted = _alerted(rows.days[split.held], told, budget=budget)
    ahead = rows.next_happened[split.held] - rows.days[split.held]
    in_time = np.isfinite(ahead) & (ahead >= LEAST_DAYS)
    cases = _last_rows(rows, split, in_time)
    if not cases.size:
        return None
    found = int(alerted[cases].sum())
    low, high = wilson_interval(found, cases.size)
    leads = [lead for lead in _unbroken(rows, split, alerted) if lead > 0]
    true = rows.labels[split.held][alerted]
    return LeadTime(
        budget=budget,
        least_days=LEAST_DAYS,
        happened=int(cases.size),
        found=found,
        share=found / cases.size,
        low=low,
        high=high,
        median_days=float(np.median(leads)) if leads else None,
        precision=float(true.mean()) if true.size else None,
    )


def _alerted(days: Floats, told: Floats, *, budget: float) -> NDArray[np.bool_]:
    """The highest scores of each day, as many as the budget allows."""
    found = np.zeros(len(days), dtype=np.bool_)
    for day in np.unique(days):
        today = np.flatnonzero(days == day)
        found[today[np.argsort(-told[today], kind="stable")[: round(budget * today.size)]]] = True
    return found


def _last_rows(rows: Rows, split: Split, chosen: NDArray[np.bool_]) -> Places:
    """Of each account the last of the chosen held rows, as places among the held ones."""
    places = np.flatnonzero(chosen)
    order = places[np.lexsort((rows.days[split.held][places], rows.accounts[split.held][places]))]
    accounts = rows.accounts[split.held][order]
    is_last = np.append(accounts[1:] != accounts[:-1], True) if order.size else np.zeros(0, dtype=np.bool_)
    found: Places = order[is_last]
    return found


def _unbroken(rows: Rows, split: Split, alerted: NDArray[np.bool_]) -> Iterator[float]:
    """For everybody to whom it happened, the days of alert up to then; 0 without one at the last score."""
    days, accounts, happened = rows.days[split.held], rows.accounts[split.held], rows.next_happened[split.held]
    order = np.lexsort((days, accounts))
    order = order[np.isfinite(happened[order])]
    for of_one in np.split(order, np.flatnonzero(np.diff(accounts[order])) + 1):
        silent = np.flatnonzero(~alerted[of_one])
        first = int(silent[-1]) + 1 if silent.size else 0
        yield float(happened[of_one[first]] - days[of_one[first]]) if first < of_one.size else 0.0


def quarters_of(rows: Rows, split: Split, told: Floats) -> tuple[Group, ...]:
    """Figures for each quarter that was judged, oldest first."""
    judged, chances = _judged(split, told)
    names = np.array([_quarter(int(day)) for day in rows.days[judged]])
    kinds = [str(name) for name in np.unique(names)]
    places = [np.flatnonzero(names == name) for name in kinds]
    return tuple(
        _group("quarter", name, rows.labels[judged][here], chances[here], among=len(kinds), alerted=None)
        for name, here in zip(kinds, places, strict=True)
    )


def groups_of(rows: Rows, split: Split, told: Floats, *, budget: float) -> tuple[Group, ...]:
    """Figures for each frequent word of the account's own columns."""
    judged, chances = _judged(split, told)
    alerted = _alerted(rows.days[judged], chances, budget=budget)
    found = []
    for column in rows.table.columns:
        if isinstance(column, Categories):
            here = column.at(judged)
            levels = here.frequent(least=_LEAST_OF_GROUP)
            for level in levels:
                own = np.flatnonzero(here.codes == level)
                share = float(alerted[own].mean())
                labels = rows.labels[judged][own]
                name = here.levels[level]
                found.append(_group(column.name, name, labels, chances[own], among=len(levels), alerted=share))
    return tuple(found)


def _judged(split: Split, told: Floats) -> tuple[Places, Floats]:
    return split.counted, told[np.searchsorted(split.held, split.counted)]


def _quarter(day: int) -> str:
    found = date.fromordinal(day)
    return f"{found.year}-Q{(found.month - 1) // _MONTHS_OF_QUARTER + 1}"


def _group(
    column: str, name: str, labels: NDArray[np.bool_], chances: Floats, *, among: int, alerted: float | None
) -> Group:
    positives, rows = int(labels.sum()), len(labels)
    low, high = wilson_interval(positives, rows)
    # Sum of outcomes with these chances (Poisson binomial), as a normal one; Bonferroni over the groups.
    spread = sqrt(float(np.sum(chances * (1 - chances))))
    limit = NormalDist().inv_cdf(1 - _BY_CHANCE / (2 * among))
    return Group(
        column=column,
        name=name,
        rows=rows,
        positives=positives,
        predicted=float(chances.mean()),
        observed=positives / rows,
        low=low,
        high=high,
        auc=area(labels, chances) if 0 < positives < rows else None,
        alerted=alerted,
        deviates=abs(positives - float(chances.sum())) > limit * spread,
    )
