"""The words that periods are written in, from `period_words.toml`.

Invariant: patterns keep the order of the file, and each name has a reader in `period_words` or `period_readers`; it is
read once, at the first use, never at import.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from copilot.domain.calendar_spans import Unit

_FILE = Path(__file__).with_name("period_words.toml")
_PIECE = re.compile(r"(?<!\?P)<(\w+)>")


@dataclass(frozen=True)
class PeriodVocabulary:
    """Patterns by name, in order, and what their words stand for."""

    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    ordinals: Mapping[str, int]
    numbers: Mapping[str, int]
    units: Mapping[str, Unit]
    holidays: Mapping[str, str]
    parts: Mapping[str, str]
    part_of_whole: re.Pattern[str]


@cache
def period_vocabulary() -> PeriodVocabulary:
    """The file, read and compiled."""
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    months, weekdays, ordinals = (_numbered(data["words"][name]) for name in ("months", "weekdays", "ordinals"))
    numbers = {word: int(number) for number, words in data["numbers"].items() for word in words.split("|")}
    units = {word: Unit(name) for name, words in data["units"].items() for word in words.split()}
    holidays, parts = (_named(data[name]) for name in ("holidays", "parts"))
    pieces = {
        **data["pieces"],
        "month": _any(months),
        "long_month": _any(name for name in months if len(name) > 3 and name not in {"march", "sept"}),
        "weekday": _any(weekdays),
        "ordinal": _any(ordinals),
        "holiday": _any(holidays),
        "any_unit": _any(units),
        "unit": f"(?P<unit>{_any(units)})",
        "count": rf"(?P<amount>\d{{1,4}}|{_any(numbers)})",
    }
    patterns = tuple(
        (name, re.compile(_bounded(_expanded(line, pieces))))
        for name, lines in data["patterns"].items()
        for line in lines.splitlines()
        if line
    )
    part_of_whole = re.compile(_bounded(_expanded("(?P<part><part>)<article>(?P<whole>.*)", pieces)))
    counted_from_zero = {word: number - 1 for word, number in weekdays.items()}
    return PeriodVocabulary(
        patterns, months, counted_from_zero, ordinals, numbers, units, holidays, parts, part_of_whole
    )


def _numbered(lines: str) -> dict[str, int]:
    return {word: number for number, line in enumerate(lines.strip().splitlines(), start=1) for word in line.split()}


def _named(table: Mapping[str, str]) -> dict[str, str]:
    return {word: name for name, words in table.items() for word in words.split("|")}


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


def _expanded(line: str, pieces: Mapping[str, str]) -> str:
    while _PIECE.search(line):
        line = _PIECE.sub(lambda match: pieces[match[1]], line)
    return line


def _bounded(line: str) -> str:
    # Possessive: what follows never begins with white space, so a long gap is read once and not over and over.
    spaced = line.replace(" ?", r"\s*+").replace(" ", r"\s++")
    return rf"(?<!\w)(?:{spaced})(?!\w)"
