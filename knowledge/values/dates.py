"""Dates and instants as exports write them.

Invariant: day-month order is decided for a column from all its values; an instant without a zone gets the
zone that was stated for the import, never the zone of this machine.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from typing import Literal

from dateutil import parser as date_parser

DateOrder = Literal["dmy", "mdy"]

_NUMERIC = re.compile(r"(\d{1,2})\s?[/.\-]\s?(\d{1,2})\s?[/.\-]\s?(\d{4}|\d{2})(?:[,\sT]+(.+))?")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T\s]+(.+))?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_EPOCH = re.compile(r"\d{13}|\d{10}")
_CLOCK = re.compile(
    r"(\d{1,2})[:.h](\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(a\.?\s?m\.?|p\.?\s?m\.?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?",
    re.IGNORECASE,
)
_SPANISH_MONTHS = {
    "enero": "January", "ene": "January", "febrero": "February", "feb": "February", "marzo": "March", "mar": "March",
    "abril": "April", "abr": "April", "mayo": "May", "may": "May", "junio": "June", "jun": "June", "julio": "July",
    "jul": "July", "agosto": "August", "ago": "August", "septiembre": "September", "setiembre": "September",
    "sept": "September", "sep": "September", "octubre": "October", "oct": "October", "noviembre": "November",
    "nov": "November", "diciembre": "December", "dic": "December",
}  # fmt: skip
_WORD = re.compile(r"[a-záéíóúñ]+\.?", re.IGNORECASE)


@dataclass(slots=True)
class DateProfile:
    """What the values of one column say about their day-month order."""

    day_first: int = 0
    month_first: int = 0
    ambiguous: int = 0
    readable: int = 0
    other: int = 0
    example: str | None = None
    future: dict[str, int] = field(default_factory=lambda: {"dmy": 0, "mdy": 0})
    """How many dates would lie after the data's own date, by order."""

    def add(self, text: str, *, as_of: date) -> None:
        """Count one value."""
        match = _NUMERIC.fullmatch(text.strip())
        if match is None:
            if _looks_like_date(text):
                self.readable += 1
            else:
                self.other += 1
            return
        self.readable += 1
        first, second = int(match[1]), int(match[2])
        if first > 12:
            self.day_first += 1
        elif second > 12:
            self.month_first += 1
        elif first != second:
            self.ambiguous += 1
            self.example = self.example or text.strip()
            self._count_future(first, second, _year(match[3]), as_of)

    def _count_future(self, first: int, second: int, year: int, as_of: date) -> None:
        self.future["dmy"] += date(year, second, first) > as_of
        self.future["mdy"] += date(year, first, second) > as_of

    def order(self) -> DateOrder | None:
        """The order that the values show, the more frequent one if they disagree; None if they do not say."""
        if self.day_first == self.month_first:
            return None
        return "dmy" if self.day_first > self.month_first else "mdy"


def _year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return 2000 + year if year < 70 else 1900 + year


def _looks_like_date(text: str) -> bool:
    stripped = text.strip()
    if _ISO.fullmatch(stripped) or _EPOCH.fullmatch(stripped) or _COMPACT.fullmatch(stripped):
        return True
    return any(character.isdigit() for character in stripped) and _month_named(stripped)


def _month_named(text: str) -> bool:
    words = {word.rstrip(".").casefold() for word in _WORD.findall(text)}
    english = {month[:3].casefold() for month in _SPANISH_MONTHS.values()}
    return any(word in _SPANISH_MONTHS or word[:3] in english for word in words)


def _zone(mark: str | None, default: tzinfo) -> tzinfo:
    if not mark:
        return default
    if mark.upper() in {"Z", "UTC", "GMT"}:
        return UTC
    digits = mark.replace(":", "")
    padded = digits if len(digits) == 5 else digits + "00"
    zone = datetime.strptime(padded, "%z").tzinfo
    return zone or UTC


def _clock(text: str | None, default: tzinfo) -> tuple[time, bool]:
    """Time of day in its zone, and whether the text stated the zone."""
    if not text:
        return time(0, 0, tzinfo=default), False
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    hour = int(match[1])
    half = (match[4] or "").casefold()[:1]
    if half == "p" and hour < 12:
        hour += 12
    elif half == "a" and hour == 12:
        hour = 0
    return time(hour, int(match[2]), int(match[3] or 0), tzinfo=_zone(match[5], default)), match[5] is not None


def parse_instant(text: str, *, order: DateOrder, zone: tzinfo) -> datetime:
    """Read a date with or without a time of day; the result carries its zone.

    Raises ValueError if it is no date, or one that contradicts the order.
    """
    stripped = text.strip()
    if match := _ISO.fullmatch(stripped):
        day = date(int(match[1]), int(match[2]), int(match[3]))
        return datetime.combine(day, _clock(match[4], zone)[0])
    if match := _NUMERIC.fullmatch(stripped):
        first, second = int(match[1]), int(match[2])
        day_number, month = (first, second) if order == "dmy" else (second, first)
        return datetime.combine(date(_year(match[3]), month, day_number), _clock(match[4], zone)[0])
    if match := _EPOCH.fullmatch(stripped):
        seconds = int(stripped) / (1000 if len(stripped) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC)
    if match := _COMPACT.fullmatch(stripped):
        return datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=zone)
    return _named_month(stripped, zone)


def _named_month(text: str, zone: tzinfo) -> datetime:
    if not _month_named(text) or not any(character.isdigit() for character in text):
        raise ValueError(text)
    english = _WORD.sub(_translate, text.casefold())
    try:
        parsed = date_parser.parse(" ".join(english.split()), dayfirst=True, default=datetime(1, 1, 1, tzinfo=zone))
    except (date_parser.ParserError, OverflowError) as error:
        raise ValueError(text) from error
    if parsed.year < 100:
        raise ValueError(text)
    return parsed


def _translate(match: re.Match[str]) -> str:
    word = match.group().rstrip(".")
    if word in {"de", "del", "a", "las", "h", "st", "nd", "rd", "th"}:
        return " "
    return _SPANISH_MONTHS.get(word, word)


def parse_date(text: str, *, order: DateOrder) -> date:
    """Read a date; a time of day beside it is dropped, the date is taken as written."""
    return parse_instant(text, order=order, zone=UTC).date()


def states_zone(text: str) -> bool:
    """Whether the instant says its own zone."""
    stripped = text.strip()
    if _EPOCH.fullmatch(stripped):
        return True
    match = _ISO.fullmatch(stripped) or _NUMERIC.fullmatch(stripped)
    if match is None or not match[4]:
        return False
    clock = _CLOCK.fullmatch(match[4].strip())
    return clock is not None and clock[5] is not None
