"""Finding dates and periods in Spanish and English text.

Invariant: every pattern is bounded, so the time taken grows with the length of the text and no faster; a
date that does not exist (31 February) is not a date.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from copilot.domain.figure_words import FULL_ENGLISH_MONTHS, FULL_SPANISH_MONTHS, MONTHS, ORDINAL_QUARTERS


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, or a longer stretch of the calendar; what is not said is None.

    `2026-03-15`: all three; `March 2026`: no day; `Q1 2026`: months 1 to 3; `2026`: the year only;
    `15 March`: no year.
    """

    year: int | None = None
    months: tuple[int, int] | None = None
    day: int | None = None

    @property
    def exact(self) -> date | None:
        """The date, if it is one whole day."""
        if self.year is None or self.months is None or self.day is None:
            return None
        return date(self.year, self.months[0], self.day)

    def allows(self, finer: "Moment") -> bool:
        """Whether `finer` (from a source) says at least as much as this and nothing else."""
        if self.year is not None and finer.year != self.year:
            return False
        if self.months is not None and (finer.months is None or not _within(finer.months, self.months)):
            return False
        return self.day is None or finer.day == self.day


@dataclass(frozen=True, slots=True)
class FoundMoment:
    """Where in the text, and what it may mean, the likelier reading first."""

    start: int
    end: int
    readings: tuple[Moment, ...]


_Gate = Callable[[str], bool]
_Reader = Callable[[re.Match[str], bool], tuple[Moment, ...]]


def find_moments(text: str, *, day_first: bool) -> Iterator[FoundMoment]:
    """Yield dates and periods, in no particular order and without overlaps.

    `day_first` says how 03/04/2026 is read first; the other reading is kept as well.
    """
    taken = bytearray(len(text))
    lowered = text.lower()
    for pattern, read in (item for gate, patterns in _GROUPS if gate(lowered) for item in patterns):
        for match in pattern.finditer(text):
            start, end = match.span("moment") if "moment" in pattern.groupindex else match.span()
            if any(taken[start:end]):
                continue
            readings = read(match, day_first)
            if readings:
                taken[start:end] = b"\x01" * (end - start)
                yield FoundMoment(start=start, end=end, readings=readings)


def _within(inner: tuple[int, int], outer: tuple[int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _moment(year: int | None, month: int, day: int | None) -> Moment | None:
    """None if there is no such day. A day without a year may be 29 February."""
    if not 1 <= month <= 12:
        return None
    if day is not None:
        try:
            date(year or 2000, month, day)
        except ValueError:
            return None
    return Moment(year=year, months=(month, month), day=day)


def _year(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) if len(text) == 4 else 2000 + int(text)


def _kept(*moments: Moment | None) -> tuple[Moment, ...]:
    return tuple(dict.fromkeys(moment for moment in moments if moment is not None))


def _read_iso(match: re.Match[str], _day_first: bool) -> tuple[Moment, ...]:  # noqa: FBT001 - one shape for all
    return _kept(_moment(int(match["year"]), int(match["month"]), int(match["day"])))


def _read_numeric(match: re.Match[str], day_first: bool) -> tuple[Moment, ...]:  # noqa: FBT001
    year, first, second = _year(match["year"]), int(match["first"]), int(match["second"])
    day_month = _moment(year, second, first)
    month_day = _moment(year, first, second)
    return _kept(day_month, month_day) if day_first else _kept(month_day, day_month)


def _read_named(match: re.Match[str], _day_first: bool) -> tuple[Moment, ...]:  # noqa: FBT001
    month = MONTHS[match["month"].lower()]
    year = _year(match.groupdict().get("year"))
    days = [match.groupdict().get(name) for name in ("day", "until")]
    return _kept(*(_moment(year, month, int(day)) for day in days if day))


def _read_month(match: re.Match[str], _day_first: bool) -> tuple[Moment, ...]:  # noqa: FBT001
    named = match.groupdict()
    month = int(named["number"]) if named.get("number") else MONTHS[match["month"].lower()]
    return _kept(_moment(_year(named.get("year")), month, None))


def _read_quarter(match: re.Match[str], _day_first: bool) -> tuple[Moment, ...]:  # noqa: FBT001
    quarter = ORDINAL_QUARTERS.get(match["quarter"].lower()) or int(match["quarter"])
    return (Moment(year=_year(match["year"]), months=(3 * quarter - 2, 3 * quarter)),)


def _read_half(match: re.Match[str], _day_first: bool) -> tuple[Moment, ...]:  # noqa: FBT001
    half = ORDINAL_QUARTERS.get(match["half"].lower()) or int(match["half"])
    if half > 2:
        return ()
    return (Moment(year=_year(match["year"]), months=(6 * half - 5, 6 * half)),)


def _read_year(match: re.Match[str], _day_first: bool) -> tuple[Moment, ...]:  # noqa: FBT001
    return (Moment(year=_year(match["year"])),)


_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_ORDINALS = "|".join(re.escape(word) for word in sorted(ORDINAL_QUARTERS, key=len, reverse=True))
_ORDINAL_END = r"(?:st|nd|rd|th|\.?º|er)?"
_DAY = rf"(?P<day>\d{{1,2}}){_ORDINAL_END}"
_GAP = r"[\s\u00a0]{1,3}"
_OF = rf"(?:{_GAP}|-)(?:(?:de|of|día de){_GAP})?"
_YEAR_AFTER = rf"(?:(?:,?{_GAP}|-)(?:(?:del?|of){_GAP})?(?P<year>\d{{4}})(?![\d]))?"
_SHORT_YEAR = r"(?P<year>\d{4}|\d{2})(?!\d)"
_SPAN = rf"{_GAP}?(?:-|–|—|al?|y|e|to|and|hasta)(?:{_GAP}el)?{_GAP}?"
_IN = (
    r"(?:en|in|de|del|desde|hasta|since|until|till|by|during|before|after|of|for|from|durante|para|finales de|late|"
    r"principios de|early|mid|mediados de|este|this|next|last|pasado|próximo)"
)
_SPANISH_MONTH = "|".join(FULL_SPANISH_MONTHS)
_ENGLISH_MONTH = "|".join(FULL_ENGLISH_MONTHS)


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _has_digit(text: str) -> bool:
    return _DIGIT.search(text) is not None


def _has_marked_digits(text: str) -> bool:
    return any(mark in text for mark in "/-.") and _has_digit(text)


def _has_month(text: str) -> bool:
    return any(start in text for start in _MONTH_STARTS)


def _has_month_and_digit(text: str) -> bool:
    return _has_digit(text) and _has_month(text)


def _names_a_quarter(text: str) -> bool:
    return "trimestre" in text or "quarter" in text


def _names_a_half(text: str) -> bool:
    return "semestre" in text or "half" in text


_DIGIT = re.compile(r"\d")
_MONTH_STARTS = tuple(sorted({name[:3] for name in MONTHS}))

# A cheap look at the lower-cased text decides whether a group of patterns is tried at all.
_GROUPS: tuple[tuple[_Gate, tuple[tuple[re.Pattern[str], _Reader], ...]], ...] = (
    (
        _has_marked_digits,
        (
            (
                _compiled(
                    r"(?<![\d-])(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)"
                    r"(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?(?!\d))?"
                ),
                _read_iso,
            ),
            (_compiled(r"(?<![\d/])(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})(?![\d/])"), _read_iso),
            (
                _compiled(
                    r"(?<![\d./-])(?P<first>\d{1,2})(?P<mark>[/-])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})(?![\d/-])"
                ),
                _read_numeric,
            ),
            (
                _compiled(r"(?<![\d./-])(?P<first>\d{1,2})\.(?P<second>\d{1,2})\.(?P<year>\d{4})(?!\d|\.\d)"),
                _read_numeric,
            ),
        ),
    ),
    (
        _has_month_and_digit,
        (
            (
                _compiled(
                    rf"(?<![\w.,]){_DAY}{_SPAN}(?P<until>\d{{1,2}}){_ORDINAL_END}{_OF}(?P<month>{_MONTH})(?!\w)\.?{_YEAR_AFTER}"
                ),
                _read_named,
            ),
            (_compiled(rf"(?<![\w.,]){_DAY}{_OF}(?P<month>{_MONTH})(?!\w)\.?{_YEAR_AFTER}"), _read_named),
            (
                _compiled(
                    rf"(?<!\w)(?P<month>{_MONTH})\.?{_GAP}{_DAY}(?![\d:.,/]?\d)(?:{_GAP}?[-–]{_GAP}?(?P<until>\d{{1,2}})(?!\d))?"
                    rf"(?:,?{_GAP}(?P<year>\d{{4}})(?!\d))?"
                ),
                _read_named,
            ),
            (
                _compiled(rf"(?<!\w)(?P<month>{_MONTH})\.?(?:{_GAP}(?:(?:del?|of){_GAP})?|-|/)(?P<year>\d{{4}})(?!\d)"),
                _read_month,
            ),
        ),
    ),
    (
        _has_marked_digits,
        (
            (_compiled(r"(?<![\d/.-])(?P<number>0[1-9]|1[0-2])/(?P<year>20\d{2})(?![\d/])"), _read_month),
            (_compiled(r"(?<![\d-])(?P<year>20\d{2})-(?P<number>0[1-9]|1[0-2])(?![\d-])"), _read_month),
        ),
    ),
    (
        _has_digit,
        (
            (
                re.compile(
                    rf"(?<!\w)[QT](?P<quarter>[1-4])(?!\w)(?:[\s/-]{{0,2}}(?:(?:de|of) )?'?{_SHORT_YEAR}(?!\w))?"
                ),
                _read_quarter,
            ),
            (re.compile(r"(?<!\w)(?P<quarter>[1-4])[QT](?:[\s/-]?'?(?P<year>\d{4}|\d{2}))?(?!\w)"), _read_quarter),
            (re.compile(r"(?<!\w)(?P<year>\d{4})[\s-]?[QT](?P<quarter>[1-4])(?!\w)"), _read_quarter),
        ),
    ),
    (
        _names_a_quarter,
        (
            (
                _compiled(
                    rf"(?<!\w)(?P<quarter>{_ORDINALS}){_GAP}(?:trimestre|quarter)(?!\w)(?:{_GAP}(?:(?:del?|of){_GAP})?(?P<year>\d{{4}})(?!\d))?"
                ),
                _read_quarter,
            ),
        ),
    ),
    (
        _has_digit,
        ((re.compile(r"(?<!\w)[HS](?P<half>[12])(?:[\s/-]{0,2}(?:(?:de|of) )?'?(?P<year>\d{4}))(?!\w)"), _read_half),),
    ),
    (
        _names_a_half,
        (
            (
                _compiled(
                    rf"(?<!\w)(?P<half>{_ORDINALS}){_GAP}(?:semestre|half)(?!\w)(?:{_GAP}(?:(?:del?|of){_GAP})?(?P<year>\d{{4}})(?!\d))?"
                ),
                _read_half,
            ),
        ),
    ),
    (_has_digit, ((re.compile(rf"(?<!\w)FY[\s-]?'?{_SHORT_YEAR}"), _read_year),)),
    (
        _has_month,
        (
            (
                re.compile(
                    rf"(?<!\w)(?i:{_IN})(?:{_GAP}|-)(?P<moment>(?P<month>(?i:{_SPANISH_MONTH})|{_ENGLISH_MONTH}))(?!\w)"
                ),
                _read_month,
            ),
        ),
    ),
)
