"""Canonical evidence text as a reader of a language sees it.

Invariant: only the writing changes, never the value: what is not understood is shown as it is stored.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_datetime, format_skeleton, format_timedelta, get_day_names

from api.localisation import translate
from api.web import words
from copilot.domain.account_facts import UNKNOWN
from copilot.domain.data_issues import describe
from copilot.domain.documents import DocumentKind, StoredDocumentHead
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.facts import EMPTY
from copilot.domain.figure_results import is_of_query
from copilot.domain.figure_text_words import figures_in_words
from copilot.domain.formatting import Formatter, canonical_number, written_day
from copilot.domain.language import Language
from copilot.domain.signal_words import signal_name
from copilot.domain.signals import Signal
from copilot.domain.source_systems import system_name

_SIGNALS = frozenset(signal.value for signal in Signal)
_CANONICAL = re.compile(r"([a-z][\w.\-]*): (.*)", re.DOTALL)
_FIGURE = re.compile(
    r"(?P<value>.*?)(?: \(n=(?P<sample>\d+)\))?(?: \((?P<day>\d{4}-\d{2}-\d{2})\))?"
    r"(?: \[(?P<window>\d+) days to today\])?",
    re.DOTALL,
)
"""A computed figure with what it rests on, as `copilot.store.account_metrics` writes it."""
_MOVE = re.compile(r"(.+) \((\d{4}-\d{2}-\d{2})\), (.+) \((\d{4}-\d{2}-\d{2})\)")
"""A score before and now, as `copilot.workflows.alerts.wording` writes it."""
_CHANGE = " -> "
MINUS = "\u2212"
_ISSUE = "data_issue."
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:[+-]\d{2}:\d{2}|Z)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_MONEY = re.compile(r"(-?\d+(?:\.\d+)?) ([A-Z]{3})")
_AS_THEY_ARE = frozenset(
    {"phone", "name", "source_id", "account_source_id", "opportunity_source_id", "subject", "body"}
)


@lru_cache(maxsize=8_192)
def _written_moment(minute: tuple[int, int, int, int, int], locale: str) -> str:
    """Kept: what is written follows from the day and the time alone."""
    return format_datetime(datetime(*minute, tzinfo=UTC), format="d MMM y, HH:mm", tzinfo=None, locale=locale)


class Values:
    """Formats what pages show in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.formatter = Formatter(language)

    def word(self, code: str | None, table: str) -> str:
        """What a code is called; the code itself where there is no word for it."""
        if not code:
            return ""
        known = words.TABLES[table].get(str(code))
        return translate(known, language=self.language) if known else str(code).replace("_", " ")

    def weekday(self, number: int) -> str:
        """The name of a day of the week within a sentence, 0 for Monday: English writes it with a capital."""
        return str(get_day_names("wide", context="format", locale=self.formatter.locale)[number])

    def release_problem(self, code: str | None) -> str:
        """Why a release failed."""
        return translate(words.RELEASE_PROBLEMS.get(code or "", words.RELEASE_FAILED), language=self.language)

    def document_kind(self, document: StoredDocumentHead) -> str:
        """What a document is; a file that belongs to an account is no shared knowledge."""
        if document.kind is DocumentKind.KNOWLEDGE and document.account_id is not None:
            return translate(words.DOCUMENT, language=self.language)
        return self.word(document.kind, "document_kind")

    def score(self, value: Decimal) -> str:
        """An answer to a survey, without zeros that nobody gave."""
        return self.formatter.number(Decimal(canonical_number(value)))

    def system(self, code: str) -> str:
        """The name of a source system."""
        return system_name(code)

    def country(self, code: str | None) -> str:
        """The country's name for a code of two letters; anything else as it is."""
        known: str | None = Locale.parse(self.formatter.locale).territories.get((code or "").upper())
        return known or code or ""

    def place_in_file(self, address: str) -> str:
        """Where something stands in a questionnaire; a cell of a workbook is called as its program calls it."""
        for pattern, first, told in words.PLACES_IN_FILES:
            if found := pattern.fullmatch(address):
                counted = {name: int(value) + 1 - first for name, value in found.groupdict().items()}
                return translate(told, language=self.language) % counted
        return address

    def file_kind(self, name: str) -> str:
        """What a file is, by its ending."""
        return self.word(name.rpartition(".")[2], "file")

    def name_of(self, name: str) -> str:
        """What a field or metric is called."""
        if name in _SIGNALS and name not in words.METRICS:
            return signal_name(Signal(name), self.language)
        for ending, pattern in words.USAGE.items():
            if name.endswith(ending) and name not in words.METRICS:
                measure = name.removesuffix(ending).replace("_", " ")
                return translate(pattern, language=self.language) % {"name": measure}
        table = "metric" if name in words.METRICS else "field"
        known = self.word(name, table)
        return known[:1].upper() + known[1:]

    def day(self, value: date | datetime | None) -> str:
        """`31 January 2027`."""
        return "" if value is None else self.formatter.day(value)

    def short(self, value: date | datetime | None) -> str:
        """`31 Jan 2027`, for lists."""
        return "" if value is None else written_day(value, "medium", self.formatter.locale)

    def moment(self, value: datetime | None) -> str:
        """Date and time of day in UTC."""
        if value is None:
            return ""
        minute = (value.year, value.month, value.day, value.hour, value.minute)
        return f"{_written_moment(minute, self.formatter.locale)} UTC"

    def distance(self, value: datetime, now: datetime) -> str:
        """`in 3 hours`, `2 days ago`."""
        span = value - now
        shown = span if abs(span) >= timedelta(minutes=1) else timedelta(minutes=1 if span >= timedelta() else -1)
        return format_timedelta(shown, add_direction=True, locale=self.formatter.locale)

    def money(self, amount: Decimal | None, currency: str | None) -> str:
        """`€84,000`."""
        return "" if amount is None else self.formatter.money(amount, currency=currency)

    def number(self, value: Decimal | int | None) -> str:
        """`1,234.5`."""
        return "" if value is None else self.formatter.number(value)

    def rounded(self, value: float, digits: int = 1) -> str:
        """`1.5`, of a number that is not exact; without zeros at its end."""
        return self.formatter.number(Decimal(str(round(value, digits))).normalize())

    def share(self, value: float) -> str:
        """`92 %`, of a number between 0 and 1."""
        return self.formatter.percent(Decimal(round(value * 100)))

    def points(self, value: float) -> str:
        """A change with its sign: `+5`, `−12`."""
        whole = round(value)
        return f"{'+' if whole > 0 else MINUS if whole < 0 else ''}{self.formatter.number(abs(whole))}"

    def month(self, value: date) -> str:
        """`January 2027`, as within a sentence."""
        return str(format_skeleton("yMMMM", value, locale=self.formatter.locale))

    def duration(self, seconds: float) -> str:
        """`4 minutes`."""
        return format_timedelta(timedelta(seconds=seconds), threshold=2, locale=self.formatter.locale)

    def canonical(self, name: str, text: str) -> str:
        """The value part of a canonical text."""
        if text == EMPTY:
            return translate(words.EMPTY, language=self.language)
        if name in _AS_THEY_ARE:
            return text
        table = name if name in words.TABLES else f"opportunity_{name}"
        if name == "kind":
            table = next((t for t in ("opportunity_kind", "activity_kind") if text in words.TABLES[t]), "field")
        if table in words.TABLES and text in words.TABLES[table]:
            return self.word(text, table)
        return self._by_shape(name, text)

    def _by_shape(self, name: str, text: str) -> str:
        if text in {"true", "false"}:
            return translate(words.YES if text == "true" else words.NO, language=self.language)
        text = self._replaced(_INSTANT, text, lambda found: self.moment(datetime.fromisoformat(found)))
        if _DAY.fullmatch(text):
            return self._replaced(_DAY, text, lambda found: self.formatter.day(date.fromisoformat(found)))
        if name.endswith("_pct") and _NUMBER.fullmatch(text):
            return self.formatter.percent(Decimal(text))
        if _NUMBER.fullmatch(text):
            return self.formatter.number(Decimal(text))
        parts = [_MONEY.fullmatch(part.strip()) for part in text.split(";")]
        if all(parts):
            amounts = [self.formatter.money(Decimal(part[1]), currency=part[2]) for part in parts if part]
            return " · ".join(amounts)
        return text

    def _replaced(self, pattern: re.Pattern[str], text: str, shown: Callable[[str], str]) -> str:
        try:
            return shown(text) if pattern.fullmatch(text) else text
        except ValueError:
            return text

    def figure(self, name: str, text: str, *, whole: bool = True) -> str:
        """The value part of a computed figure with its day and, if `whole`, the number of answers behind it.

        The window it looks at is in its name or formula.
        """
        if name.startswith(_ISSUE):
            code, *pairs = text.split("; ")
            details = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
            return describe(code, details, language=self.language)
        if _CHANGE in text:
            return " → ".join(self.canonical(name, part) for part in text.split(_CHANGE, 1))
        if move := _MOVE.fullmatch(text):
            return " → ".join(
                self.figure(name, f"{value} ({day})") for value, day in (move.group(1, 2), move.group(3, 4))
            )
        match = _FIGURE.fullmatch(text)
        if match is None:
            return self.canonical(name, text)
        known = match["value"] != UNKNOWN
        value = self.canonical(name, match["value"]) if known else translate(words.UNKNOWN, language=self.language)
        shown = [value]
        if match["sample"] and whole:
            shown.append(translate(words.ANSWERS, language=self.language) % {"number": match["sample"]})
        if match["day"]:
            shown.append(self._replaced(_DAY, match["day"], lambda found: self.short(date.fromisoformat(found))))
        return " · ".join(shown)

    def evidence(self, item: Evidence) -> tuple[str, str]:
        """`(name, value)` of a field or metric; `("", quote)` of a passage."""
        match = _CANONICAL.fullmatch(item.text) if item.kind is not EvidenceKind.PASSAGE else None
        if match is None:
            return "", item.text
        if is_of_query(item.id):
            return (item.formula or item.label), figures_in_words(item.text, language=self.language)
        if item.kind is EvidenceKind.RECORD:
            return self.name_of(match[1]), self.canonical(match[1], match[2])
        name = self.name_of(match[1])
        if not words.is_named(match[1]) and match[1] not in _SIGNALS and item.formula:
            name = item.formula[:1].upper() + item.formula[1:]
        return name, self.figure(match[1], match[2])
