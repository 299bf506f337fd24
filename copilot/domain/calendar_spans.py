"""Weeks, months, quarters, halves and years as stretches of days.

Invariant: weeks begin on Monday, quarters are those of the calendar, and both ends are included.
"""

import calendar
from datetime import date, timedelta
from enum import StrEnum

MOST_UNITS = 400
"""Of any unit, so that no date leaves the calendar."""


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.HALF: 6, Unit.YEAR: 12}
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7}


def month_span(year: int, month: int, *, months: int = 1) -> tuple[date, date]:
    """So many whole months from `month` of `year`. Months beyond the year roll over."""
    first = _month_start(year * 12 + month - 1)
    last = _month_start(year * 12 + month - 2 + months)
    return first, last.replace(day=calendar.monthrange(last.year, last.month)[1])


def unit_span(day: date, unit: Unit, *, shift: int = 0) -> tuple[date, date]:
    """The unit that `day` lies in, or the one so many units later."""
    shift = max(-MOST_UNITS, min(MOST_UNITS, shift))
    if unit is Unit.DAY:
        moved = day + timedelta(days=shift)
        return moved, moved
    if unit is Unit.WEEK:
        monday = day - timedelta(days=day.weekday()) + timedelta(weeks=shift)
        return monday, monday + timedelta(days=6)
    months = _MONTHS[unit]
    first = (day.month - 1) // months * months + 1
    return month_span(day.year, first + shift * months, months=months)


def moved(day: date, unit: Unit, *, by: int) -> date:
    """`day` so many units later; in a shorter month its last day."""
    by = max(-MOST_UNITS, min(MOST_UNITS, by))
    if unit in _DAYS:
        return day + timedelta(days=by * _DAYS[unit])
    start = _month_start(day.year * 12 + day.month - 1 + by * _MONTHS[unit])
    return start.replace(day=min(day.day, calendar.monthrange(start.year, start.month)[1]))


def _month_start(months: int) -> date:
    year, month = divmod(months, 12)
    return date(max(1, min(9999, year)), month + 1, 1)
