"""Columns that say what day it is instead of how an account is doing.

Invariant: what is found is named with its figure; an account's own signals on one day have no part in it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from copilot.domain.signals import Signal
from copilot.scoring.past import Rows
from copilot.scoring.report import Season
from copilot.scoring.tables import Column, Floats, LeftOut, Numbers, Reason, Table

_KNOWN_DAYS = 0.8
"""Share of the days on which a signal has to be known of anybody."""
_MEDIUM = 0.06
"""Share of the variance between days that is more than a small effect (Cohen 1988, ch. 8)."""
_LEAST_KNOWN = 0.5
"""The same for the change over a year where it takes the place of that over a quarter: the days before do not count."""


def season_of(rows: Rows) -> Season | None:
    """Whether all accounts' use changes together from day to day; None where that cannot be told."""
    quarter, year = _values(rows, Signal.USAGE_CHANGE), _values(rows, Signal.USAGE_CHANGE_YEAR)
    if (of_quarter := _between_days(quarter, rows.days)) is None:
        return None
    of_year = _between_days(year, rows.days)
    is_season = of_quarter >= _MEDIUM and (of_year is None or of_year < of_quarter / 2)
    return Season(quarter=of_quarter, year=of_year, is_season=is_season)


def left_out_in_time(rows: Rows, season: Season | None) -> Iterator[LeftOut]:
    """Columns that are not kept for long enough, and a season where the year's change takes its place."""
    days = np.unique(rows.days)
    is_replaced = season is not None and season.is_season and _can_replace(rows, days.size)
    for column in rows.table.columns:
        if not isinstance(column, Numbers):
            continue
        known = _known_days(rows, column)
        if is_replaced and season is not None and column.name == Signal.USAGE_CHANGE:
            yield LeftOut(column.name, Reason.SEASON, f"{season.quarter:.2f}")
        elif is_replaced and column.name == Signal.USAGE_CHANGE_YEAR:
            continue
        elif 0 < known < _KNOWN_DAYS * days.size:
            yield LeftOut(column.name, Reason.NOT_KEPT, f"{known}/{days.size}")


def _known_days(rows: Rows, column: Numbers) -> int:
    """On how many days it is known of anybody."""
    return int(np.unique(rows.days[~np.isnan(column.values)]).size)


def _can_replace(rows: Rows, days: int) -> bool:
    """Whether the change over a year is known for long enough that its days alone are worth learning from."""
    column = rows.table.named(Signal.USAGE_CHANGE_YEAR.value)
    return isinstance(column, Numbers) and _known_days(rows, column) >= _LEAST_KNOWN * days


def silent_where_unknown(table: Table, days: Floats) -> Table:
    """The table with columns of numbers that say nothing on the days on which they are known of nobody.

    That one is missing would say that it is early. The rows of those days stay, for their other columns.
    """
    return replace(table, columns=tuple(_silent(column, days) for column in table.columns))


def _silent(column: Column, days: Floats) -> Column:
    if not isinstance(column, Numbers):
        return column
    unsaid = ~np.isin(days, np.unique(days[~np.isnan(column.values)]))
    return replace(column, unsaid=unsaid) if unsaid.any() else column


def known_since(table: Table, days: Floats) -> Mapping[str, float]:
    """The first day of each column that says nothing of earlier ones."""
    return {
        column.name: float(days[column.said].min())
        for column in table.columns
        if isinstance(column, Numbers) and column.said.any() and not column.said[days == days.min()].any()
    }


def _values(rows: Rows, signal: Signal) -> Floats:
    column = rows.table.named(signal.value)
    return column.values if isinstance(column, Numbers) else np.full(rows.table.rows, np.nan)


def _between_days(values: Floats, days: Floats) -> float | None:
    """Eta squared: the share of the variance that the day explains. Ranks, so that no single account weighs much."""
    from scipy.stats import rankdata

    known = ~np.isnan(values)
    kinds, day = np.unique(days[known], return_inverse=True)
    if kinds.size < 2 or np.ptp(values[known]) == 0:
        return None
    ranks = rankdata(values[known])
    counts = np.bincount(day)
    means = np.bincount(day, weights=ranks) / counts
    return float(np.sum(counts * (means - ranks.mean()) ** 2) / np.sum((ranks - ranks.mean()) ** 2))
