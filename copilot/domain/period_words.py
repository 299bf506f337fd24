"""Reads stretches of days from what people write: `this quarter`, `los próximos 90 días`, `entre marzo y mayo`.

Invariant: a period is read only from words that stand in the text; where a name fits several years, the direction
that the question looks in decides; where figures fit two days (`03/04`), both are handed back.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from copilot.domain.calendar_spans import Unit, month_span, moved, unit_span
from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.domain.period_patterns import period_vocabulary
from copilot.domain.periods import Period

_RECENT_DAYS = 30
_SOON_DAYS = 90
_VAGUE_DAYS = 90
Ends = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class FoundPeriod:
    """A period with its place in the text. `other`: the second reading of an ambiguous day."""

    period: Period
    start: int
    end: int
    other: Period | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a reading depends on."""

    today: date
    ahead: bool
    language: Language


def read_periods(text: str, *, today: date, ahead: bool, language: Language) -> tuple[FoundPeriod, ...]:
    """Every period that the text names, in order; of overlapping readings the longest one.

    `ahead`: whether a month or a number of days without a direction lies before or behind us.
    """
    asked = _Asked(today, ahead, language)
    plain = flat(text)
    found: list[FoundPeriod] = []
    for name, pattern in period_vocabulary().patterns:
        for match in pattern.finditer(plain):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            read = _read(name, match, asked, text)
            if read is not None:
                found.append(read)
    return tuple(sorted(found, key=lambda item: item.start))


def _read(name: str, match: re.Match[str], asked: _Asked, text: str) -> FoundPeriod | None:
    words = text[match.start() : match.end()].strip()
    try:
        ends = list(_READERS[name](match, asked))
    except (ValueError, OverflowError):  # the 31st of a month of 30 days, the year 99999
        return None
    periods = [Period(start=start, end=end, words=words) for start, end in ends if start or end]
    if not periods or any(p.start and p.end and p.end < p.start for p in periods):
        return None
    other = periods[1] if len(periods) > 1 and periods[1] != periods[0] else None
    return FoundPeriod(periods[0], match.start(), match.end(), other)


def _number(word: str) -> int:
    return int(word) if word.isdigit() else period_vocabulary().numbers[re.sub(r"\s+", " ", word)]


def _unit(match: re.Match[str]) -> Unit:
    return period_vocabulary().units[match["unit"]]


def _shifted(shift: int) -> Callable[[re.Match[str], _Asked], Iterator[Ends]]:
    def read(match: re.Match[str], asked: _Asked) -> Iterator[Ends]:
        yield unit_span(asked.today, _unit(match), shift=shift)

    return read


def _rolling(sign: int | None) -> Callable[[re.Match[str], _Asked], Iterator[Ends]]:
    def read(match: re.Match[str], asked: _Asked) -> Iterator[Ends]:
        amount = _number(match["amount"])
        direction = sign if sign is not None else (1 if asked.ahead else -1)
        other = moved(asked.today, _unit(match), by=direction * amount)
        yield min(asked.today, other), max(asked.today, other)

    return read


def _older(match: re.Match[str], asked: _Asked) -> Iterator[Ends]:
    yield None, moved(asked.today, _unit(match), by=-_number(match["amount"]))


def _ago(match: re.Match[str], asked: _Asked) -> Iterator[Ends]:
    day = moved(asked.today, _unit(match), by=-_number(match["amount"]))
    yield unit_span(day, _unit(match))


def _days(before: int, after: int) -> Callable[[re.Match[str], _Asked], Iterator[Ends]]:
    def read(match: re.Match[str], asked: _Asked) -> Iterator[Ends]:  # noqa: ARG001 - readers share one signature
        yield asked.today + timedelta(days=before), asked.today + timedelta(days=after)

    return read


def _rest(match: re.Match[str], asked: _Asked) -> Iterator[Ends]:
    yield asked.today, unit_span(asked.today, _unit(match))[1]


def _so_far(match: re.Match[str], asked: _Asked) -> Iterator[Ends]:
    unit = _unit(match) if match.groupdict().get("unit") else Unit.YEAR
    yield unit_span(asked.today, unit)[0], asked.today


def _year_of(match: re.Match[str], asked: _Asked, *, first_month: int, months: int = 1) -> int:
    """The year that is named, else the nearest one in the direction that the question looks in."""
    named = match.groupdict().get("year")
    if named:
        return int(named) if len(named) == 4 else 2000 + int(named)
    start, end = month_span(asked.today.year, first_month, months=months)
    if asked.ahead and end < asked.today:
        return asked.today.year + 1
    if not asked.ahead and start > asked.today:
        return asked.today.year - 1
    return asked.today.year


def _month(match: re.Match[str], asked: _Asked) -> Iterator[Ends]:
    month = period_vocabulary().months[match["month"]]
    yield month_span(_year_of(match, asked, first_month=month), month)


def _months(match: re.Match[str], asked: _Asked) -> Iterator[Ends]:
    first, last = period_vocabulary().months[match["month"]], period_vocabulary().months[match["last"]]
    months = (last - first) % 12 + 1
    named = match.groupdict().get("year")
    year = _year_of(match, asked, first_month=first, months=months)
    if named and last < first:
        year -= 1
    yield month_span(year, first, months=months)


def _part_of_year(months: int) -> Callable[[re.Match[str], _Asked], Iterator[Ends]]:
    def read(match: re.Match[str], asked: _Asked) -> Iterator[Ends]:
        part = match["part"]
        number = int(part) if part.isdigit() else period_vocabulary().ordinals[part]
        first = (number - 1) * months + 1
        year = _year_of(match, asked, first_month=first, months=months)
        shift = _WHICH.get(match.groupdict().get("which") or "", 0)
        yield month_span(asked.today.year + shift if shift else year, first, months=months)

    return read


def _year(match: re.Match[str], asked: _Asked) -> Iterator[Ends]:  # noqa: ARG001 - readers share one signature
    yield month_span(int(match["year"]) if len(match["year"]) == 4 else 2000 + int(match["year"]), 1, months=12)


def _weekday(match: re.Match[str], asked: _Asked) -> Iterator[Ends]:
    wanted = period_vocabulary().weekdays[match["weekday"]]
    back = not asked.ahead or bool(match.groupdict().get("gone"))
    away = (asked.today.weekday() - wanted) % 7 if back else -((wanted - asked.today.weekday()) % 7)
    day = asked.today - timedelta(days=away or (7 if back and match.groupdict().get("gone") else 0))
    yield day, day


def _day(match: re.Match[str], asked: _Asked, *, day: str = "day", month: str = "month") -> date:
    number = re.sub(r"\D", "", match[day]) or "1"
    wanted = period_vocabulary().months[match[month] or match["last"]]
    return date(_year_of(match, asked, first_month=wanted), wanted, int(number))


def _one_day(match: re.Match[str], asked: _Asked) -> Iterator[Ends]:
    day = _day(match, asked)
    yield day, day


def _two_days(match: re.Match[str], asked: _Asked) -> Iterator[Ends]:
    last = _day(match, asked, day="last_day", month="last")
    first = _day(match, asked, day="first_day")
    yield (first if first <= last else first.replace(year=first.year - 1)), last


def _figures(match: re.Match[str], asked: _Asked) -> Iterator[Ends]:
    """`03/04`: Spanish always says the day first; English does on one side of the ocean only."""
    one, two = int(match["one"]), int(match["two"])
    readings = [(one, two)] if asked.language is Language.ES else [(one, two), (two, one)]
    for day, month in readings:
        if month <= 12 and day <= 31:
            found = date(_year_of(match, asked, first_month=month), month, day)
            yield found, found


def _iso(match: re.Match[str], asked: _Asked) -> Iterator[Ends]:  # noqa: ARG001 - readers share one signature
    day = date(int(match["year"]), int(match["iso_month"]), int(match["iso_day"]))
    yield day, day


def _recent(match: re.Match[str], asked: _Asked) -> Iterator[Ends]:  # noqa: ARG001
    yield asked.today - timedelta(days=_RECENT_DAYS), asked.today


def _soon(match: re.Match[str], asked: _Asked) -> Iterator[Ends]:  # noqa: ARG001
    yield asked.today, asked.today + timedelta(days=_SOON_DAYS)


def _vague(sign: int) -> Callable[[re.Match[str], _Asked], Iterator[Ends]]:
    def read(match: re.Match[str], asked: _Asked) -> Iterator[Ends]:
        days = {Unit.DAY: 7, Unit.WEEK: 30}.get(_unit(match), _VAGUE_DAYS)
        other = asked.today + timedelta(days=sign * days)
        yield min(asked.today, other), max(asked.today, other)

    return read


_NAMES_END = re.compile(r"\b(?:end|fin|final|finales|fines)\b")
_WHICH = {"next": 1, "que viene": 1, "proximo": 1, "last": -1, "pasado": -1}
_SIDES = {
    "since": ("start", "start"), "after": ("end", "start"), "before": ("start", "end"), "until": ("end", "end")
}  # fmt: skip


def _open_ended(match: re.Match[str], asked: _Asked) -> Iterator[Ends]:
    """`since March`, `hasta el 15 de abril`, `before the summer`: one end is the point that is named."""
    side = next(name for name in _SIDES if match.groupdict().get(name))
    ahead = side != "since" and (asked.ahead or side in {"until", "before"})
    readings = read_periods(f"in {match['point']}", today=asked.today, ahead=ahead, language=asked.language)
    if not readings:
        return
    inner = readings[0]
    taken, kind = _SIDES[side]
    point = inner.period.start if taken == "start" else inner.period.end
    if point is None:
        return
    if side == "after":
        point += timedelta(days=1)
    if side == "before" and _NAMES_END.search(match["point"]):  # `before the end of the year` goes up to its end
        point = inner.period.end or point
    elif side == "before":
        point -= timedelta(days=1)
    yield (point, None) if kind == "start" else (asked.today if asked.ahead and point >= asked.today else None, point)


_READERS: dict[str, Callable[[re.Match[str], _Asked], Iterator[Ends]]] = {
    "open_ended": _open_ended,
    "two_days": _two_days,
    "months": _months,
    "one_day": _one_day,
    "iso": _iso,
    "figures": _figures,
    "older": _older,
    "next_some": _rolling(1),
    "last_some": _rolling(-1),
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
