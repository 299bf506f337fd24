"""Dates as documents state them, in Spanish and English.

Invariant: a date is returned only if it can be read in one way; `03/04/2026` is nobody's date.
"""

import re
from datetime import UTC, datetime
from pathlib import PurePath

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "enero january ene jan",
            "febrero february feb",
            "marzo march mar",
            "abril april abr apr",
            "mayo may",
            "junio june jun",
            "julio july jul",
            "agosto august ago aug",
            "septiembre setiembre september sep sept set",
            "octubre october oct",
            "noviembre november nov",
            "diciembre december dic dec",
        ),
        start=1,
    )
    for name in names.split()
}
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?(?!\d)")
_DAY_MONTH_YEAR = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|\.?º)?[ -]+(?:de +|of +)?([a-záéíóú]{3,10})\.?,?[ -]+(?:de +|del +)?(\d{4})(?!\d)",
    re.I,
)
_MONTH_DAY_YEAR = re.compile(r"\b([a-z]{3,9})\.? +(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})(?!\d)", re.I)
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")
_FILE_NAME = re.compile(r"(?<!\d)(20\d{2})([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
_LONGEST = 200


def stated_date(text: str) -> datetime | None:
    """The date in a short text such as `12 de mayo de 2026`, `May 12, 2026` or `2026-05-12 10:30`, in UTC."""
    text = text[:_LONGEST]
    iso = _ISO.search(text)
    if iso:
        year, month, day, hour, minute, second = (int(part or 0) for part in iso.groups())
        return _datetime(year, month, day, hour, minute, second)
    written = _DAY_MONTH_YEAR.search(text)
    if written:
        return _written(written.group(3), written.group(2), written.group(1))
    written = _MONTH_DAY_YEAR.search(text)
    if written:
        return _written(written.group(3), written.group(1), written.group(2))
    numeric = _NUMERIC.search(text)
    return _numeric(int(numeric.group(1)), int(numeric.group(3)), int(numeric.group(4))) if numeric else None


def file_name_date(name: str) -> datetime | None:
    """The date in a file's name: `2026-09-14-kickoff.md`, `20260914 notas.txt`."""
    match = _FILE_NAME.search(PurePath(name).name)
    return _datetime(int(match.group(1)), int(match.group(3)), int(match.group(4))) if match else None


def title_from_name(name: str) -> str:
    """A readable title from a file's name, without its date."""
    stem = PurePath(name).stem
    without_date = _FILE_NAME.sub(" ", stem)
    words = re.sub(r"[\s_-]+", " ", without_date).strip(" .")
    return (words[:1].upper() + words[1:]) or stem


def _written(year: str, month: str, day: str) -> datetime | None:
    number = _MONTHS.get(month.lower())
    return _datetime(int(year), number, int(day)) if number else None


def _numeric(first: int, second: int, year: int) -> datetime | None:
    """Day and month can be told apart only if one of them cannot be a month, or they are equal."""
    if first > 12 or first == second:
        return _datetime(year, second, first)
    return _datetime(year, first, second) if second > 12 else None


def _datetime(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime | None:
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
