"""What each pattern of `period_words.toml` that names its own days stands for.

Invariant: a reader gives the days of its words and of nothing around them: one reading, or two where figures fit two
days; it raises ValueError or OverflowError for a day that no calendar has.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from copilot.domain.calendar_spans import Unit, month_span, moved, unit_span
from copilot.domain.language import Language
from copilot.domain.period_patterns import period_vocabulary
from copilot.domain.period_points import feast, half_month

_RECENT_DAYS = 30
_SOON_DAYS = 90
_VAGUE_DAYS = 90
Ends = tuple[date | None, date | None]
_FORWARD = re.compile(r"\b(?:next|coming|following|que viene|proxim[oa]|siguiente|entrante)\b")
_BACKWARD = re.compile(r"\b(?:last|past|previous|pasad[oa]|anterior|ultim[oa])\b")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reading depends on. `anchor`: the day from which a name that fits several years is looked for."""

    today: date
    anchor: date
    ahead: bool
    language: Language


Reader = Callable[[re.Match[str], Asked], Iterator[Ends]]


def toward(words: str) -> int:
    """1 for what comes next, -1 for what is past, 0 for what is now."""
    return 1 if _FORWARD.search(words) else -1 if _BACKWARD.search(words) else 0


def _number(word: str) -> int:
    return int(word) if word.isdigit() else period_vocabulary().numbers[re.sub(r"\s+", " ", word)]


def _unit(match: re.Match[str]) -> Unit:
    return period_vocabulary().units[match["unit"]]


def _shifted(shift: int) -> Reader:
    def read(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
        yield unit_span(asked.today, _unit(match), shift=shift)

    return read


def _rolling(sign: int | None) -> Reader:
    def read(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
        amount = _number(match["amount"])
        direction = sign if sign is not None else (1 if asked.ahead else -1)
        other = moved(asked.today, _unit(match), by=direction * amount)
        yield min(asked.today, other), max(asked.today, other)

    return read


def _older(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
    yield None, moved(asked.today, _unit(match), by=-_number(match["amount"]))


def _ago(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
    day = moved(asked.today, _unit(match), by=-_number(match["amount"]))
    yield unit_span(day, _unit(match))


def _days(before: int, after: int) -> Reader:
    def read(match: re.Match[str], asked: Asked) -> Iterator[Ends]:  # noqa: ARG001 - readers share one signature
        yield asked.today + timedelta(days=before), asked.today + timedelta(days=after)

    return read


def _rest(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
    yield asked.today, unit_span(asked.today, _unit(match))[1]


def _so_far(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
    unit = _unit(match) if match.groupdict().get("unit") else Unit.YEAR
    yield unit_span(asked.today, unit)[0], asked.today


def _named_year(match: re.Match[str], asked: Asked) -> int | None:
    """`2027`, `27`, `next year`."""
    groups = match.groupdict()
    if groups.get("year"):
        return int(groups["year"]) if len(groups["year"]) == 4 else 2000 + int(groups["year"])
    return asked.today.year + toward(groups["which"]) if groups.get("which") else None


def _year_of(match: re.Match[str], asked: Asked, *, first_month: int, months: int = 1) -> int:
    """The year that is named, else the nearest one in the direction that the question looks in."""
    named = _named_year(match, asked)
    if named is not None:
        return named
    start, end = month_span(asked.anchor.year, first_month, months=months)
    if asked.ahead and end < asked.anchor:
        return asked.anchor.year + 1
    if not asked.ahead and start > asked.anchor:
        return asked.anchor.year - 1
    return asked.anchor.year


def _month(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
    month = period_vocabulary().months[match["month"]]
    words = match.groupdict().get("toward")  # `last October` lies behind whichever way the question looks
    asked = replace(asked, ahead=toward(words) > 0) if words else asked
    yield month_span(_year_of(match, asked, first_month=month), month)


def _months(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
    first, last = period_vocabulary().months[match["month"]], period_vocabulary().months[match["last"]]
    months = (last - first) % 12 + 1
    named = match.groupdict().get("year")
    year = _year_of(match, asked, first_month=first, months=months)
    if named and last < first:
        year -= 1
    yield month_span(year, first, months=months)


def _part_of_year(months: int) -> Reader:
    def read(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
        part = match["part"]
        number = int(part) if part.isdigit() else period_vocabulary().ordinals[part]
        first = (number - 1) * months + 1
        yield month_span(_year_of(match, asked, first_month=first, months=months), first, months=months)

    return read


def _year(match: re.Match[str], asked: Asked) -> Iterator[Ends]:  # noqa: ARG001 - readers share one signature
    yield month_span(int(match["year"]) if len(match["year"]) == 4 else 2000 + int(match["year"]), 1, months=12)


def _weekday(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
    wanted = period_vocabulary().weekdays[match["weekday"]]
    back = not asked.ahead or bool(match.groupdict().get("gone"))
    away = (asked.anchor.weekday() - wanted) % 7 if back else -((wanted - asked.anchor.weekday()) % 7)
    day = asked.anchor - timedelta(days=away or (7 if back and match.groupdict().get("gone") else 0))
    yield day, day


def _day(match: re.Match[str], asked: Asked, *, day: str = "day", month: str = "month") -> date:
    number = re.sub(r"\D", "", match[day]) or "1"
    wanted = period_vocabulary().months[match[month] or match["last"]]
    return date(_year_of(match, asked, first_month=wanted), wanted, int(number))


def _one_day(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
    day = _day(match, asked)
    yield day, day


def _two_days(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
    last = _day(match, asked, day="last_day", month="last")
    first = _day(match, asked, day="first_day")
    yield (first if first <= last else first.replace(year=first.year - 1)), last


def _figures(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
    """`03/04`: Spanish always says the day first; English does on one side of the ocean only."""
    one, two = int(match["one"]), int(match["two"])
    readings = [(one, two)] if asked.language is Language.ES else [(one, two), (two, one)]
    for day, month in readings:
        if month <= 12 and day <= 31:
            found = date(_year_of(match, asked, first_month=month), month, day)
            yield found, found


def _iso(match: re.Match[str], asked: Asked) -> Iterator[Ends]:  # noqa: ARG001 - readers share one signature
    day = date(int(match["year"]), int(match["iso_month"]), int(match["iso_day"]))
    yield day, day


def _recent(match: re.Match[str], asked: Asked) -> Iterator[Ends]:  # noqa: ARG001
    yield asked.today - timedelta(days=_RECENT_DAYS), asked.today


def _soon(match: re.Match[str], asked: Asked) -> Iterator[Ends]:  # noqa: ARG001
    yield asked.today, asked.today + timedelta(days=_SOON_DAYS)


def _vague(sign: int) -> Reader:
    def read(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
        days = {Unit.DAY: 7, Unit.WEEK: 30}.get(_unit(match), _VAGUE_DAYS)
        other = asked.today + timedelta(days=sign * days)
        yield min(asked.today, other), max(asked.today, other)

    return read


def _past_unit(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
    """`the past year`, `el último mes`: up to today; `last year` and `el mes pasado` are the calendar's."""
    yield moved(asked.today, _unit(match), by=-1), asked.today


def _fortnight(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
    """A `quincena` is half a month; a fortnight two weeks from today or up to it."""
    words = match["which"]
    shift = -1 if words in {"ago", "back"} else toward(words)
    if match["piece"] == "quincena":
        yield half_month(asked.today, shift=shift)
    elif words in {"ago", "back"}:
        yield unit_span(asked.today, Unit.WEEK, shift=-2)
    else:
        other = asked.today + timedelta(days=14 * (shift or 1))
        yield min(asked.today, other), max(asked.today, other)


def _holiday(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
    vocabulary = period_vocabulary()
    name = vocabulary.holidays[" ".join(match["holiday"].split())]
    year = _named_year(match, asked)
    if year is not None:
        yield feast(name, year)
        return
    words = match.groupdict().get("toward")
    asked = replace(asked, ahead=toward(words) > 0) if words else asked
    spans = [feast(name, asked.anchor.year + shift) for shift in (-1, 0, 1)]
    if asked.ahead:
        yield next(span for span in spans if span[1] >= asked.anchor)
    else:
        yield next(span for span in reversed(spans) if span[0] <= asked.anchor)


READERS: Mapping[str, Reader] = {
    "two_days": _two_days,
    "months": _months,
    "one_day": _one_day,
    "iso": _iso,
    "figures": _figures,
    "older": _older,
    "next_some": _rolling(1),
    "last_some": _rolling(-1),
    "past_unit": _past_unit,
    "fortnight": _fortnight,
    "holiday": _holiday,
    "ago": _ago,
    "some": _rolling(None),
    "rest": _rest,
    "so_far": _so_far,
    "quarter": _part_of_year(3),
    "half": _part_of_year(6),
    "this": _shifted(0),
    "next": _shifted(1),
    "last": _shifted(-1),
    "vague_next": _vague(1),
    "vague_last": _vague(-1),
    "month": _month,
    "year": _year,
    "today": _days(0, 0),
    "tomorrow": _days(1, 1),
    "yesterday": _days(-1, -1),
    "after_tomorrow": _days(2, 2),
    "weekday": _weekday,
    "recent": _recent,
    "soon": _soon,
}
