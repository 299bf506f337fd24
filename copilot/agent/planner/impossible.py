"""Days that no calendar has: `31/02`, `30 de febrero`, `2026-02-30`.

Invariant: such a day is asked about; it is never read as the month or the year that stands beside it.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from functools import cache

from copilot.domain.folding import flat
from copilot.domain.period_patterns import period_vocabulary

_LEAP_YEAR = 2028
"""Taken where no year is named: 29 February is a day then."""
_NUMBERS = re.compile(r"(?<![\w/.,-])(?P<first>\d{1,2})/(?P<second>\d{1,2})(?:/(?P<year>\d{4}|\d\d))?(?![\w/]|[.,-]\d)")
_DASHED = re.compile(r"(?<![\w/.,-])(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?![\w/-])")
_LAST_DAY = 31
_MONTHS = 12


def impossible_day(message: str) -> str | None:
    """The first day of the message that does not exist, as written."""
    plain = flat(message)
    places = [match.span() for match in _impossible(plain)]
    if not places:
        return None
    start, end = min(places)
    return (message if len(plain) == len(message) else plain)[start:end]


def _impossible(plain: str) -> Iterator[re.Match[str]]:
    for match in _NUMBERS.finditer(plain):
        first, second = int(match["first"]), int(match["second"])
        year = _year(match["year"])
        either = (first, second), (second, first)
        like_a_day = any(1 <= month <= _MONTHS and 1 <= day <= _LAST_DAY for day, month in either)
        if like_a_day and not any(_exists(day, month, year) for day, month in either):
            yield match
    for match in _DASHED.finditer(plain):
        if not _exists(int(match["day"]), int(match["month"]), int(match["year"])):
            yield match
    months = period_vocabulary().months
    for match in _named().finditer(plain):
        day = int(match["day"] or match["after"])
        if 1 <= day <= _LAST_DAY and not _exists(day, months[match["month"] or match["before"]], _year(match["year"])):
            yield match


def _year(digits: str | None) -> int:
    if digits is None:
        return _LEAP_YEAR
    return int(digits) if len(digits) > 2 else 2000 + int(digits)


def _exists(day: int, month: int, year: int) -> bool:
    return 1 <= month <= _MONTHS and year > 0 and 1 <= day <= monthrange(year, month)[1]


@cache
def _named() -> re.Pattern[str]:
    """`30 de febrero de 2027`, `the 31st of April`, `February 30`."""
    names = "|".join(sorted(map(re.escape, period_vocabulary().months), key=len, reverse=True))
    year = r"(?:,? (?:de |del |of )?(?P<year>\d{4}))?"
    return re.compile(
        rf"(?<![\w/.,-])(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:de |of )?(?P<month>{names})\b"
        rf"|(?P<before>{names}) (?:the )?(?P<after>\d{{1,2}})(?:st|nd|rd|th)?(?![\w/%]|[.,]\d)){year}"
    )
