"""Days that texts name: `antes del viernes 20`, `by November sixth`, `la semana que viene`.

Invariant: a day is returned only if its words stand in the text; a date without a year is the one nearest to when
it was said, looking forward for promises.
"""

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from copilot.domain.folding import flat
from copilot.workflows.reading.types import DueDate

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "enero january jan ene",
            "febrero february feb",
            "marzo march mar",
            "abril april apr abr",
            "mayo may",
            "junio june jun",
            "julio july jul",
            "agosto august aug ago",
            "septiembre setiembre september sep sept",
            "octubre october oct",
            "noviembre november nov",
            "diciembre december dec dic",
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "lunes monday lun mon",
            "martes tuesday tue tues",
            "miercoles wednesday mie wed",
            "jueves thursday jue thu thur thurs",
            "viernes friday vie fri",
            "sabado saturday",
            "domingo sunday",
        )
    )
    for name in names.split()
}
_UNITS = tuple(
    """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
    fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third
    twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first
    """.split()  # noqa: SIM905 - a word list reads better as text
)
_SPANISH = tuple(
    """
    uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete
    dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete
    veintiocho veintinueve treinta treinta_y_uno
    """.split()  # noqa: SIM905 - a word list reads better as text
)
_NUMBERS = {word: number for number, word in enumerate(_UNITS, start=1)}
_NUMBERS |= {word: number for number, word in enumerate(_SPANISH, start=1)}
_NUMBERS |= {word: number for number, word in enumerate(("one", "two", "three", "four", "five", "six"), start=1)}
_NUMBERS |= {"seven": 7, "eight": 8, "nine": 9, "ten": 10}
_NUMBERS |= {"un": 1, "una": 1, "primero": 1, "a": 1, "couple of": 2, "par de": 2}

_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join(sorted(_WEEKDAYS, key=len, reverse=True))
_DAY = r"\d{1,2}(?:st|nd|rd|th|º)?|" + "|".join(sorted([*_UNITS, *_SPANISH, "primero"], key=len, reverse=True))
_YEAR = r"(?:,?\s+(?:de\s+|del\s+)?(?P<year>20\d\d))?"
_LONGEST_FIRST = sorted([*_SPANISH, *_NUMBERS, "un", "una"], key=len, reverse=True)
_AMOUNT = r"\d{1,2}|" + "|".join(_LONGEST_FIRST)

_DEADLINE = re.compile(
    r"\b(?:by|before|no later than|antes del?|a mas tardar|para)\s+(?:the\s+|el\s+|end\s+of\s+)?"
    rf"(?:(?:{_WEEKDAY}),?\s+)?(?:the\s+)?$"
)
_SAYS_DAY = re.compile(rf"\d|\b(?:{'|'.join([*_UNITS, *_SPANISH])})\b")
_LATELY = timedelta(days=45)
"""A month just gone is that month; an earlier one is next year's."""
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"\b(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\b", "iso"),
        (r"\b(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>20\d\d))?\b", "slashed"),
        (
            rf"\b(?:semana del|week of(?: the)?)\s+(?P<day>{_DAY})(?:\s+(?:de|of))?\s+(?P<month>{_MONTH})\b{_YEAR}",
            "week_of",
        ),
        (rf"\bweek of(?: the)?\s+(?P<month>{_MONTH})\s+(?P<day>{_DAY})\b{_YEAR}", "week_of"),
        (rf"\b(?P<day>{_DAY})\s+(?:de\s+|of\s+)?(?P<month>{_MONTH})\b{_YEAR}", "day_month"),
        (rf"\b(?P<month>{_MONTH})\s+(?:the\s+)?(?P<day>{_DAY})\b{_YEAR}", "day_month"),
        (rf"\b(?:finales|fines|final|end)\s+(?:de|of)\s+(?P<month>{_MONTH})\b{_YEAR}", "month_end"),
        (
            rf"\b(?:principios|comienzos|inicios|start|beginning)\s+(?:de|of)\s+(?P<month>{_MONTH})\b{_YEAR}",
            "month_start",
        ),
        (rf"\b(?:mediados|middle)\s+(?:de|of)\s+(?P<month>{_MONTH})\b{_YEAR}", "month_middle"),
        (rf"\b(?:primera semana de|first week (?:of|in))\s+(?P<month>{_MONTH})\b{_YEAR}", "first_week"),
        (rf"\b(?:{_WEEKDAY}),?\s+(?:the\s+|dia\s+)?(?P<day>{_DAY})\b", "day_only"),
        (rf"\b(?:by|before|on|for)\s+the\s+(?P<day>{_DAY})\b", "day_only"),
        (
            r"\b(?:para|antes)\s+(?:d?el\s+)(?:dia\s+)?(?P<day>\d{1,2})\b(?!\s*(?:%|€|usd|licencias|usuarios|:\d))",
            "day_only",
        ),
        (rf"\b(?P<weekday>{_WEEKDAY})\b", "weekday"),
        (rf"\b(?:en|in|from)\s+(?P<month>{_MONTH})\b{_YEAR}(?!\s+\d)", "month_end"),
        (r"\b(?:la semana que viene|la proxima semana|la semana proxima|la otra semana|next week)\b", "next_week"),
        (r"\b(?:esta semana|this week|end of (?:the )?week|eow|fin(?:al(?:es)?)? de (?:la )?semana)\b", "this_week"),
        (r"\b(?:pasado manana|day after tomorrow)\b", "in_two_days"),
        (r"(?<!la )(?<!esta )(?<!cada )\b(?:manana|tomorrow)\b(?! por la)", "tomorrow"),
        (
            r"\b(?:fin de mes|final de mes|finales de mes|fines de mes|end of (?:the |this )?month|month[- ]end|eom)\b",
            "this_month",
        ),
        (r"\b(?:fin de ano|final de ano|finales de ano|end of (?:the |this )?year|year[- ]end)\b", "this_year"),
        (
            rf"\b(?:en|dentro de|within|in)\s+(?P<amount>{_AMOUNT})\s+(?P<unit>dias|semanas|days|weeks|semana|week)\b",
            "in_some",
        ),
    )
)


def find_due(text: str, *, said_on: date) -> DueDate | None:
    """The day that a promise is made for: one after `by` or `before` if there is, else the last one named."""
    found = list(named_days(text, said_on=said_on))
    exact = [item for item in found if flat(item.words) not in _WEEKDAYS] or found
    plain = flat(text)
    deadlines = [item for item in exact if _DEADLINE.search(plain[: plain.find(flat(item.words))])]
    return (deadlines or exact)[-1] if exact else None


def named_days(text: str, *, said_on: date) -> Iterator[DueDate]:
    """Every day named in the text, in order; of overlapping readings the longer one."""
    plain = flat(text)
    taken: list[tuple[int, int, date]] = []
    for pattern, name in _PATTERNS:
        for match in pattern.finditer(plain):
            if any(match.start() < end and start < match.end() for start, end, _ in taken):
                continue
            day = _READERS[name](match, said_on)
            if day is not None:
                taken.append((match.start(), match.end(), day))
    for start, end, day in sorted(taken):
        yield DueDate(day=day, words=text[start:end], exact=bool(_SAYS_DAY.search(plain[start:end])))


def _number(word: str) -> int | None:
    digits = re.match(r"\d+", word)
    return int(digits.group()) if digits else _NUMBERS.get(word.replace(" ", "_")) or _NUMBERS.get(word)


def _year(match: re.Match[str]) -> int | None:
    found = match.groupdict().get("year")
    return int(found) if found else None


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nearest(month: int, day: int, said_on: date, year: int | None) -> date | None:
    if year is not None:
        return _safe(year, month, day)
    candidates = [_safe(said_on.year + shift, month, day) for shift in (-1, 0, 1)]
    near = [item for item in candidates if item is not None]
    return min(
        near,
        key=lambda item: abs((item - said_on).days) if item >= said_on else (said_on - item).days * 2,
        default=None,
    )


def _iso(match: re.Match[str], said_on: date) -> date | None:  # noqa: ARG001 - readers share one signature
    return _safe(int(match["year"]), int(match["month"]), int(match["day"]))


def _slashed(match: re.Match[str], said_on: date) -> date | None:
    return _nearest(int(match["month"]), int(match["day"]), said_on, _year(match))


def _day_month(match: re.Match[str], said_on: date) -> date | None:
    day = _number(match["day"])
    return None if day is None else _nearest(_MONTHS[match["month"]], day, said_on, _year(match))


def _week_of(match: re.Match[str], said_on: date) -> date | None:
    start = _day_month(match, said_on)
    return None if start is None else start + timedelta(days=4 - start.weekday() if start.weekday() < 5 else 0)


def _in_month(day: int | None) -> Callable[[re.Match[str], date], date | None]:
    def read(match: re.Match[str], said_on: date) -> date | None:
        month = _MONTHS[match["month"]]
        years = [_year(match)] if _year(match) else [said_on.year, said_on.year + 1]
        days = [date(year, month, day or calendar.monthrange(year, month)[1]) for year in years if year]
        return next((found for found in days if found >= said_on - _LATELY), days[-1])

    return read


def _day_only(match: re.Match[str], said_on: date) -> date | None:
    day = _number(match["day"])
    if day is None:
        return None
    year, month = said_on.year, said_on.month
    if day < said_on.day:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return _safe(year, month, day)


def _weekday(match: re.Match[str], said_on: date) -> date | None:
    ahead = (_WEEKDAYS[match["weekday"]] - said_on.weekday()) % 7
    return said_on + timedelta(days=ahead or 7)


def _friday(weeks: int) -> Callable[[re.Match[str], date], date | None]:
    def read(match: re.Match[str], said_on: date) -> date | None:  # noqa: ARG001 - readers share one signature
        return said_on + timedelta(days=4 - said_on.weekday() + 7 * weeks)

    return read


def _after(days: int) -> Callable[[re.Match[str], date], date | None]:
    def read(match: re.Match[str], said_on: date) -> date | None:  # noqa: ARG001 - readers share one signature
        return said_on + timedelta(days=days)

    return read


def _month_end(match: re.Match[str], said_on: date) -> date | None:  # noqa: ARG001
    return said_on.replace(day=calendar.monthrange(said_on.year, said_on.month)[1])


def _year_end(match: re.Match[str], said_on: date) -> date | None:  # noqa: ARG001
    return date(said_on.year, 12, 31)


def _in_some(match: re.Match[str], said_on: date) -> date | None:
    amount = _number(match["amount"])
    if amount is None:
        return None
    return said_on + timedelta(days=amount * (1 if match["unit"].startswith("d") else 7))


_READERS: dict[str, Callable[[re.Match[str], date], date | None]] = {
    "iso": _iso,
    "slashed": _slashed,
    "week_of": _week_of,
    "day_month": _day_month,
    "month_end": _in_month(None),
    "month_start": _in_month(10),
    "month_middle": _in_month(15),
    "first_week": _in_month(7),
    "day_only": _day_only,
    "weekday": _weekday,
    "next_week": _friday(1),
    "this_week": _friday(0),
    "in_two_days": _after(2),
    "tomorrow": _after(1),
    "this_month": _month_end,
    "this_year": _year_end,
    "in_some": _in_some,
}
