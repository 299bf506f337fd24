"""Reads stretches of days from what people write: `this quarter`, `los próximos 90 días`, `entre marzo y mayo`.

Invariant: a period is read only from words that stand in the text, and no two periods share a word; where a name fits
several years, the direction that the question looks in decides; where figures fit two days (`03/04`), both are handed
back.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from copilot.domain.calendar_spans import Unit, unit_span
from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.domain.period_patterns import period_vocabulary
from copilot.domain.period_points import Span, edges_of, numbered_part, part_of
from copilot.domain.period_readers import READERS, Asked, Ends, Reader
from copilot.domain.periods import Period


@dataclass(frozen=True, slots=True)
class FoundPeriod:
    """A period with its place in the text. `other`: the second reading of an ambiguous day."""

    period: Period
    start: int
    end: int
    other: Period | None = None


def read_periods(text: str, *, today: date, ahead: bool, language: Language) -> tuple[FoundPeriod, ...]:
    """Every period that the text names, in order; of overlapping readings the longest one.

    `ahead`: whether a month or a number of days without a direction lies before or behind us.
    """
    asked = Asked(today=today, anchor=today, ahead=ahead, language=language)
    taken = bytearray(len(text))
    found: list[FoundPeriod] = []
    for name, match in _matches(flat(text)):
        if any(taken[match.start() : match.end()]):
            continue
        read = _read(name, match, asked, text)
        if read is not None:
            found.append(read)
            taken[read.start : read.end] = b"\1" * (read.end - read.start)
    return tuple(sorted(found, key=lambda item: item.start))


def _matches(plain: str, *, only: frozenset[str] | None = None) -> list[tuple[str, re.Match[str]]]:
    """What the patterns find: the longest first, and among equals in the order of the patterns."""
    patterns = period_vocabulary().patterns
    matches = [
        (name, match) for name, pattern in patterns if only is None or name in only for match in pattern.finditer(plain)
    ]
    return sorted(matches, key=lambda item: item[1].start() - item[1].end())


def _read(name: str, match: re.Match[str], asked: Asked, text: str) -> FoundPeriod | None:
    words = text[match.start() : match.end()].strip()
    ends = _ends(name, match, asked)
    periods = [Period(start=start, end=end, words=words) for start, end in ends]
    if not periods:
        return None
    other = periods[1] if len(periods) > 1 and periods[1] != periods[0] else None
    return FoundPeriod(periods[0], match.start(), match.end(), other)


def _ends(name: str, match: re.Match[str], asked: Asked) -> list[Ends]:
    """The readings of a match; none where one of them is no stretch of days."""
    try:
        ends = [(start, end) for start, end in _ALL_READERS[name](match, asked) if start or end]
    except (ValueError, OverflowError):  # the 31st of a month of 30 days, the year 99999
        return []
    return [] if any(start and end and end < start for start, end in ends) else ends


_NAMES_END = re.compile(r"\b(?:end|fin|final|finales|fines)\b")
_NAMES_YEAR = re.compile(r"\b20\d\d\b|\d/\d\d?/\d\d")
_NOW = re.compile(r"(?:the )?(?:now|ahora|aqui|date|present|la fecha|el dia de hoy)")
_LONE_DAY = re.compile(r"(?:the |el )?(?:dia )?(\d{1,2})(?:st|nd|rd|th)?")
_BARE_UNIT = re.compile(r"(?:the |el |la )?([a-z]+)")
_OF_TWO = re.compile(
    r"\b(?:differ|diferencia|chang|cambi|compar|versus|evoluci|variaci|gr[eo]w|crec|m[ou]ev|mov|push|shift|resched|aplaz|pas[ae])"
)
_MIDWAY = re.compile(r"\b(?:mitad|middle)\b")
_NEAR = 80
_SIDES = {
    "since": ("start", "start"), "after": ("end", "start"), "before": ("start", "end"), "until": ("end", "end")
}  # fmt: skip


def _spans(words: str, asked: Asked) -> list[Span]:
    """The readings of words that name one stretch of days and nothing else."""
    for prefix in ("in ", ""):
        text = f"{prefix}{words}"
        for name, match in _matches(text, only=_NAMING):
            if match.end() == len(text) and match.start() <= len(prefix):
                return [(start, end) for start, end in _ends(name, match, asked) if start and end]
    return []


def _bare_unit(words: str) -> Unit | None:
    """The unit of `the month`, `año`; none of `this month`."""
    match = _BARE_UNIT.fullmatch(words)
    return period_vocabulary().units.get(match[1]) if match else None


def _whole(words: str, asked: Asked, *, part: str = "") -> list[Span]:
    """The stretch that a part is taken of: `de octubre`, `of next year`, `del mes`."""
    named = _bare_unit(words)
    if named is None:
        return _spans(words, asked)
    span = unit_span(asked.today, named)
    if asked.ahead and part and part_of(span, part)[1] < asked.today:
        return [unit_span(asked.today, named, shift=1)]
    if not asked.ahead and part and part_of(span, part)[0] > asked.today:
        return [unit_span(asked.today, named, shift=-1)]
    return [span]


def _split_part(words: str) -> tuple[str, str]:
    """`mid-` and `October` of `mid-October`; no part where none is named."""
    match = period_vocabulary().part_of_whole.fullmatch(words)
    return (_part_named(match["part"]), match["whole"]) if match else ("", words)


def _part_named(words: str) -> str:
    first = re.sub(r"^(?:the |very |el |los )+", "", " ".join(words.replace("-", " ").split())).split()[0]
    return period_vocabulary().parts[first]


def _points(words: str, asked: Asked) -> list[Span]:
    """The readings of a point of time that a stretch runs from or up to, as the first and last day of the point."""
    words = " ".join(words.split())
    if _NOW.fullmatch(words):
        return [(asked.today, asked.today)]
    lone = _LONE_DAY.fullmatch(words)
    if lone:
        return [_lone_day(int(lone[1]), asked)]
    part, whole = _split_part(words)
    if part:
        return [edges_of(span, part) for span in _whole(whole, asked)]
    return _spans(words, asked)


def _lone_day(number: int, asked: Asked) -> Span:
    """`the 2nd`: of this month, else of the nearest one in the direction that the question looks in."""
    months = range(4) if asked.ahead else range(0, -4, -1)
    for shift in months:
        first, last = unit_span(asked.anchor, Unit.MONTH, shift=shift)
        if not 1 <= number <= last.day:
            continue
        day = first.replace(day=number)
        if day >= asked.anchor if asked.ahead else day <= asked.anchor:
            return day, day
    raise ValueError(number)


def _point(words: str, asked: Asked) -> Span | None:
    """The one reading of a point. Figures that fit two days are left to be asked about."""
    readings = _points(words, asked)
    return readings[0] if readings and len(set(readings)) == 1 else None


def _open_ended(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
    """`since March`, `hasta el 15 de abril`, `before the summer`: one end is the point that is named."""
    side = next(name for name in _SIDES if match.groupdict().get(name))
    ahead = side != "since" and (asked.ahead or side == "until")
    readings = _points(match["point"], replace(asked, ahead=ahead))
    if not readings:
        return
    taken, kind = _SIDES[side]
    first, last = readings[0]
    point = first if taken == "start" else last
    if side == "after":
        point += timedelta(days=1)
    if side == "before" and _NAMES_END.search(match["point"]):  # `before the end of the year` goes up to its end
        point = last
    elif side == "before":
        point -= timedelta(days=1)
    yield (point, None) if kind == "start" else (asked.today if asked.ahead and point >= asked.today else None, point)


def _before_then(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
    """`since before July`: what began before it, so all that lies before."""
    point = _point(match["point"], replace(asked, ahead=False))
    if point:
        yield None, point[0] - timedelta(days=1)


def _onward(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
    """`from January on`: the nearest one, if the question looks ahead; `de enero para acá` is always behind us."""
    points = [_point(match["point"], replace(asked, ahead=ahead)) for ahead in (False, True)]
    known = [point[0] for point in points if point]
    if known and asked.ahead and match.groupdict().get("forth"):
        yield min(known, key=lambda day: abs((day - asked.today).days)), None
    elif points[0]:
        yield points[0][0], None


def _range(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
    """From the first point to the first one of the second name after it."""
    before = match.string[max(0, match.start() - _NEAR) : match.start()]
    if _OF_TWO.search(before):  # `the change between Q1 and Q2`, `move it from Monday to Friday`: two, and no stretch
        return
    first, last = match["from"], match["to"]
    if first.isdigit() and last.isdigit():  # `del 1 al 10`: a scale as likely as days
        return
    if _NAMES_YEAR.search(last) and not _NAMES_YEAR.search(first):
        until = _point(last, asked)
        since = _point(first, replace(asked, anchor=until[1], ahead=False)) if until else None
    else:
        since, until = _range_from(first, last, replace(asked, ahead=False))
        if asked.ahead and not (until and until[1] >= asked.today):
            since, until = _range_from(first, last, asked)
    if since and until:
        yield since[0], until[1]


def _range_from(first: str, last: str, asked: Asked) -> tuple[Span | None, Span | None]:
    since = _point(first, asked)
    return since, _point(last, replace(asked, anchor=since[0], ahead=True)) if since else None


def _this_side(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
    """`this side of Christmas`: between today and the nearest one, whether it lies before or behind us."""
    points = [_point(match["point"], replace(asked, ahead=ahead)) for ahead in (False, True)]
    known = [point for point in points if point]
    if known:
        first, last = min(known, key=lambda point: abs((point[0] - asked.today).days))
        yield (asked.today, first - timedelta(days=1)) if first > asked.today else (last, asked.today)


def _part(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
    """`a principios de octubre`, `late next month`."""
    part, unit = _part_named(match["stretch"]), _bare_unit(match["whole"])
    if unit is Unit.DAY or (unit and _MIDWAY.search(match["stretch"])):  # `early days`, `a mitad de año`: of any year
        return
    for span in _whole(match["whole"], asked, part=part):
        # `a finales de año`: what is left of it, as in `lo que queda de año`
        yield (asked.today, span[1]) if unit and part in {"late", "end"} else part_of(span, part)


def _nth(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
    """`the last week of October`, `los dos primeros meses de 2026`."""
    vocabulary = period_vocabulary()
    nth, amount = match["nth"], match.groupdict().get("amount")
    count = (int(amount) if amount.isdigit() else vocabulary.numbers[" ".join(amount.split())]) if amount else 1
    number = vocabulary.ordinals.get(nth.rstrip("s")) or vocabulary.ordinals.get(re.sub(r"as?$", "o", nth))
    halves = match["piece"] in {"mitad", "quincena", "fortnight"}
    unit = Unit.HALF if halves else vocabulary.units[match["piece"]]
    first = 2 if nth == "latter" else number or -1
    for whole in _whole(match["whole"], asked, part="early" if first == 1 else "late"):
        found = numbered_part(whole, unit, first=first, count=count)
        if found:
            yield found


def _week_of(match: re.Match[str], asked: Asked) -> Iterator[Ends]:
    point = _point(match["point"], asked)
    if point:
        yield unit_span(point[0], Unit.WEEK)


_JOINING: dict[str, Reader] = {
    "open_ended": _open_ended,
    "before_then": _before_then,
    "onward": _onward,
    "range": _range,
    "this_side": _this_side,
    "part": _part,
    "nth": _nth,
    "week_of": _week_of,
}
_ALL_READERS = {**READERS, **_JOINING}
_NAMING = frozenset({*READERS, "nth"})
