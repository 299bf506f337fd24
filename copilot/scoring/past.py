"""The signals of past month ends, read once for all that is learnt from them.

Invariants: the signals of a day are those of that day; which accounts are read is decided by their courses alone, and
the same records give the same sample.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from copilot.domain.signals import Signal
from copilot.scoring.labels import Courses, Delay, month_ends
from copilot.scoring.signal_columns import columns_of, stacked
from copilot.scoring.tables import Codes, Floats, Numbers, Places, Table
from copilot.scoring.training import SEED, Labels
from copilot.store.signals import SignalTable

ReadSignals = Callable[[date, Sequence[str]], SignalTable]
"""Of the accounts with these ids on the day; ids that are not known are left out."""
_TIME_ALONE = frozenset({Signal.TENURE_DAYS.value, Signal.DAYS_TO_RENEWAL.value})
_DAYS_OF_MONTH = 31


@dataclass(frozen=True, slots=True)
class Past:
    """Rows of every month end, and of today."""

    courses: Courses
    tables: Mapping[date, tuple[Places, Table]]
    """By day, the places of the accounts and their columns."""
    now: Table
    """Today's, of all accounts that are there."""
    today: date
    sampled: float
    """Share of the accounts that were read."""
    unknown: int
    """Rows left out because nothing was known of them but the time."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows with outcomes; `days` are ordinals, `accounts` places of the courses."""

    table: Table
    labels: Labels
    days: Floats
    accounts: Places
    next_happened: Floats
    """Ordinal of the next day on which it happened; infinite for never."""

    @property
    def groups(self) -> Codes:
        """Number of the account of each row, counted from 0."""
        return np.unique(self.accounts, return_inverse=True)[1].astype(np.int32)


def read_past(read: ReadSignals, courses: Courses, *, today: date, months: int, most_rows: int) -> Past:
    """Read the month ends before today; of many accounts only a sample, the same whenever it is asked for."""
    days = list(month_ends(first=today - timedelta(days=_DAYS_OF_MONTH * months), last=today - timedelta(days=1)))
    there = {day: courses.there(day) for day in days}
    total = sum(len(places) for places in there.values())
    sampled = min(1.0, most_rows / total) if total else 1.0
    chosen = _sample(len(courses.all), sampled)
    tables, unknown = {}, 0
    for day, places in there.items():
        found, table = _read(read, courses, places[chosen[places]], day)
        known = np.flatnonzero(_is_known(table))
        unknown += table.rows - len(known)
        if known.size:
            tables[day] = (found[known], table.at(known))
    now = courses.there(today)
    return Past(courses, tables, _read(read, courses, now[chosen[now]], today)[1], today, sampled, unknown)


def _sample(accounts: int, share: float) -> NDArray[np.bool_]:
    chosen = np.zeros(accounts, dtype=np.bool_)
    chosen[np.random.default_rng(SEED).permutation(accounts)[: round(share * accounts)]] = True
    return chosen


def _read(read: ReadSignals, courses: Courses, places: Places, day: date) -> tuple[Places, Table]:
    place_of = {courses.all[place].account_id: int(place) for place in places}
    signals = read(day, list(place_of))
    return np.array([place_of[one] for one in signals.account_ids], dtype=np.intp), columns_of(signals)


def _is_known(table: Table) -> NDArray[np.bool_]:
    found = np.zeros(table.rows, dtype=np.bool_)
    for column in table.columns:
        if isinstance(column, Numbers) and column.name not in _TIME_ALONE:
            found |= ~np.isnan(column.values)
    return found


def rows_of(past: Past, *, horizon: int, delay: Delay) -> Rows | None:
    """The rows whose outcome is on record by today; None if there are none."""
    known_by = past.today - timedelta(days=horizon + delay.days)
    days = sorted(day for day in past.tables if day <= known_by)
    if not days:
        return None
    chosen = [past.tables[day] for day in days]
    places = [found for found, _ in chosen]
    return Rows(
        table=stacked([table for _, table in chosen]),
        labels=np.concatenate(
            [past.courses.within(day, days=horizon)[found] for day, found in zip(days, places, strict=True)]
        ),
        days=np.concatenate(
            [np.full(len(found), float(day.toordinal())) for day, found in zip(days, places, strict=True)]
        ),
        accounts=np.concatenate(places),
        next_happened=np.concatenate(
            [past.courses.next_after(day)[found] for day, found in zip(days, places, strict=True)]
        ),
    )


def with_table(rows: Rows, table: Table) -> Rows:
    """The same rows with other columns."""
    return replace(rows, table=table)
