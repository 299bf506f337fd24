"""Feasts, and the parts of a stretch: its early days, its middle, its second week.

Invariant: every part lies within its stretch; a feast is worked out for its year, never looked up from a list.
"""

import re
from datetime import date, timedelta

from copilot.domain.calendar_spans import Unit, month_span, unit_span

Span = tuple[date, date]
_WEEK_DAYS = 7
_FIRST_HALF_DAYS = 15
_EDGE_DAYS = {"early": (1, 10), "mid": (11, 20), "late": (21, 31)}
_EDGE_MONTHS = {
    ("early", 12): (0, 3), ("mid", 12): (5, 2), ("late", 12): (9, 3),
    ("early", 6): (0, 2), ("mid", 6): (2, 2), ("late", 6): (4, 2),
    ("early", 3): (0, 1), ("mid", 3): (1, 1), ("late", 3): (2, 1),
}  # fmt: skip
_LIKE = {"start": "early", "end": "late"}


def feast(name: str, year: int) -> Span:
    """The days of a feast: `12-25`, or `easter-7` for so many days from one that moves. Easter week is a week."""
    if re.fullmatch(r"\d\d-\d\d", name):
        day = date(year, int(name[:2]), int(name[3:]))
        return day, day
    shift = int(re.sub(r"^[a-z]+", "", name) or 0)
    moving = _easter(year) if name.startswith("easter") else _thanksgiving(year)
    day = moving + timedelta(days=shift)
    return (day, moving) if shift == -_WEEK_DAYS else (day, day)


def _easter(year: int) -> date:
    """Sunday after the full moon on or after 21 March, by the tables of the Gregorian calendar."""
    golden, century = year % 19, year // 100
    skipped = century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15
    moon = skipped % 30
    moon -= (moon // 28) * (1 - (moon // 28) * (29 // (moon + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    return date(year, 3, 28) + timedelta(days=moon - weekday)


def _thanksgiving(year: int) -> date:
    """The fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)


def months_in(span: Span) -> int:
    """How many whole months a stretch has; 0 if it is not made of whole months."""
    start, end = span
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    return months if month_span(start.year, start.month, months=max(1, months)) == span else 0


def part_of(span: Span, part: str) -> Span:
    """The first third of a stretch, its middle or its last third, as people take them."""
    part, months = _LIKE.get(part, part), months_in(span)
    start, end = span
    if (part, months) in _EDGE_MONTHS:
        skipped, taken = _EDGE_MONTHS[part, months]
        return month_span(start.year, start.month + skipped, months=taken)
    if months == 1:
        first, last = _EDGE_DAYS[part]
        return start.replace(day=first), start.replace(day=min(last, end.day))
    third = ((end - start).days + 1) // 3
    if part == "mid":
        return start + timedelta(days=third), end - timedelta(days=third)
    return (start, start + timedelta(days=third)) if part == "early" else (end - timedelta(days=third), end)


def edges_of(span: Span, part: str) -> Span:
    """Where a stretch of time begins and ends that runs from or up to this part: the middle is one day."""
    if part == "mid":
        middle = _middle(span)
        return middle, middle
    if part in {"start", "end"}:
        edge = span[0] if part == "start" else span[1]
        return edge, edge
    return part_of(span, part)


def _middle(span: Span) -> date:
    months = months_in(span)
    if not months:
        return span[0] + timedelta(days=(span[1] - span[0]).days // 2)
    middle = month_span(span[0].year, span[0].month + months // 2)[0]
    return middle.replace(day=15) if months % 2 else middle


def numbered_part(span: Span, unit: Unit, *, first: int, count: int) -> Span | None:
    """`count` units of a stretch from the `first` one on, counted from 1, or from its end where that is negative.

    Weeks are counted from the first day of the stretch, as in `the first week of October`.
    """
    start, end = span
    sizes = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.HALF: 6, Unit.YEAR: 12}
    if unit is Unit.HALF and months_in(span) not in {6, 12, 24}:
        return _halved(span, first)
    if unit in sizes:
        months, size = months_in(span), sizes[unit]
        skipped = (first - 1) * size if first > 0 else months + (first + 1 - count) * size
        found = month_span(start.year, start.month + skipped, months=size * count)
    else:
        days = 7 if unit is Unit.WEEK else 1
        begin = start + timedelta(days=(first - 1) * days) if first > 0 else end - timedelta(days=count * days - 1)
        found = begin, min(end, begin + timedelta(days=count * days - 1))
    return found if start <= found[0] <= found[1] <= end else None


def _halved(span: Span, which: int) -> Span | None:
    start, end = span
    if which not in {1, 2, -1}:
        return None
    middle = start.replace(day=15) if months_in(span) == 1 else start + (end - start) // 2
    return (start, middle) if which == 1 else (middle + timedelta(days=1), end)


def half_month(day: date, *, shift: int = 0) -> Span:
    """The `quincena` of a day, up to the 15th or from the 16th, or the one so many later."""
    whole = unit_span(day, Unit.MONTH)
    half = 0 if day.day <= _FIRST_HALF_DAYS else 1
    month, half = divmod(whole[0].year * 24 + (whole[0].month - 1) * 2 + half + shift, 2)
    start, end = month_span(month // 12, month % 12 + 1)
    return (start, start.replace(day=15)) if half == 0 else (start.replace(day=16), end)
