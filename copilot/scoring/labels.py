"""Outcomes of the past: which accounts there were on a day, and what had happened to them some days later.

Invariants: a row is of an account that was there on its day, and its outcome of a window that lies in the past by at
least the time after which such an outcome is on record; until then nobody knows it, and there is no row.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from math import ceil, log

import numpy as np
from numpy.typing import NDArray

from copilot.scoring.tables import Places

Ordinals = NDArray[np.int64]
NEVER = date.max.toordinal()
_LEAST_LATE = 20
"""Leavers of which the record says when it was made; the ninth decile of fewer says little."""
_MOST_AT_ONCE = 0.1
"""Share of the leavers with the same day of record from which on that was the day of an import."""
_LATE_SHARE = 90
_BY_CHANCE = 0.01
_RATE_DAYS = 365


@dataclass(frozen=True, slots=True)
class Course:
    """One account: the days on which it is a row, and those on which what is learnt of it happened."""

    account_id: str
    since: date | None = None
    """First day; None: always."""
    until: date | None = None
    """Day from which on it is none any more."""
    happened: tuple[date, ...] = ()


@dataclass(frozen=True)
class Courses:
    """Accounts, in columns."""

    all: tuple[Course, ...]

    @cached_property
    def since(self) -> Ordinals:
        """Shape (accounts,)."""
        return np.array([course.since.toordinal() if course.since else 0 for course in self.all], dtype=np.int64)

    @cached_property
    def until(self) -> Ordinals:
        """Shape (accounts,)."""
        ends = [course.until.toordinal() if course.until else NEVER for course in self.all]
        return np.array(ends, dtype=np.int64)

    @cached_property
    def _events(self) -> tuple[Ordinals, Places]:
        pairs = [(day.toordinal(), place) for place, course in enumerate(self.all) for day in course.happened]
        return np.array([day for day, _ in pairs], dtype=np.int64), np.array([at for _, at in pairs], dtype=np.intp)

    def there(self, day: date) -> Places:
        """Places of the accounts that are a row on the day."""
        now = day.toordinal()
        return np.flatnonzero((self.since <= now) & (self.until > now))

    def within(self, day: date, *, days: int) -> NDArray[np.bool_]:
        """Shape (accounts,): whether it happened after the day and at most so many days later."""
        when, places = self._events
        now = day.toordinal()
        found = np.zeros(len(self.all), dtype=np.bool_)
        found[places[(when > now) & (when <= now + days)]] = True
        return found

    def next_after(self, day: date) -> NDArray[np.float64]:
        """Shape (accounts,): ordinal of the first day after this one on which it happened; infinite for never."""
        when, places = self._events
        later = when > day.toordinal()
        found = np.full(len(self.all), np.inf)
        np.minimum.at(found, places[later], when[later].astype(np.float64))
        return found


class DelaySource(StrEnum):
    """How it is known after how many days an outcome is on record."""

    SETTING = "setting"
    RECORDS = "records"
    """Days from leaving until the record that says so, for nine tenths of those that left."""
    SILENCE = "silence"
    """Longer than the setting nobody has left, which by chance happens less than once in a hundred times."""


@dataclass(frozen=True, slots=True)
class Delay:
    """After so many days an outcome is on record."""

    days: int
    source: DelaySource
    cases: int = field(default=0)
    """It was estimated from."""


def delay_of(left: Sequence[tuple[date, date | None]], *, today: date, setting: int) -> Delay:
    """The delay of `left`, the days of leaving and of the record that first said so: never less than the setting."""
    late = _lateness(left)
    found = [Delay(setting, DelaySource.SETTING)]
    if len(late) >= _LEAST_LATE:
        found.append(Delay(ceil(float(np.percentile(late, _LATE_SHARE))), DelaySource.RECORDS, len(late)))
    if (silent := _silence([day for day, _ in left if day <= today], today)) is not None:
        found.append(silent)
    return max(found, key=lambda delay: delay.days)


def _lateness(left: Sequence[tuple[date, date | None]]) -> list[int]:
    """Days from leaving to the record, but for records that came with many others: those are as old as their import."""
    known = [(day, record) for day, record in left if record is not None]
    of_day = Counter(record for _, record in known)
    bulk = {day for day, count in of_day.items() if count > max(1.0, _MOST_AT_ONCE * len(known))}
    return [(record - day).days for day, record in known if record >= day and record not in bulk]


def _silence(days: Sequence[date], today: date) -> Delay | None:
    """A time up to today in which nobody left although at the rate of the year before somebody would have."""
    if not days:
        return None
    last = max(days)
    before = sum(last - timedelta(days=_RATE_DAYS) < day <= last for day in days)
    quiet = (today - last).days
    # Poisson: the chance of none in `quiet` days.
    return Delay(quiet, DelaySource.SILENCE, before) if before * quiet / _RATE_DAYS > -log(_BY_CHANCE) else None


def month_ends(*, first: date, last: date) -> Iterator[date]:
    """The last days of months from one day to another, both included."""
    day = first.replace(day=1)
    while True:
        following = (day + timedelta(days=31)).replace(day=1)
        end = following - timedelta(days=1)
        if end > last:
            return
        if end >= first:
            yield end
        day = following
