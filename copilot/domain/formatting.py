"""Figures, dates and lists as a reader of each language writes them.

Invariant: formatting never changes a value. A figure is shown with every digit it has, so that the same
value is found again in the evidence whatever the language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_symbol

from copilot.domain.language import Language

LOCALES = {Language.ES: "es_ES", Language.EN: "en_GB"}
NO_BREAK_SPACE = "\u00a0"
_SPANISH_SYMBOLS = {"GBP": "£"}


def canonical_number(value: Decimal | int) -> str:
    """Plain decimal without exponent or trailing zeros: `84000`, `12.5`, `-23.4`."""
    if not value:
        # A zero has as many digits as somebody chose to write: `0E-999999999` would fill the memory.
        return "0"
    text = format(Decimal(value), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def canonical_money(amount: Decimal, *, currency: str | None) -> str:
    """Plain decimal and ISO 4217 code: `84000 EUR` (the bare number where the currency is unknown)."""
    return f"{canonical_number(amount)} {currency}" if currency else canonical_number(amount)


@dataclass(frozen=True, slots=True)
class Formatter:
    """Formats values for one language."""

    language: Language

    @property
    def locale(self) -> str:
        return LOCALES[self.language]

    def number(self, value: Decimal | int) -> str:
        """`1.234,5` / `1,234.5`, with the digits the value has."""
        decimals = max(0, -_exponent(value))
        return _decimal(value or 0, "#,##0" + ("." + "0" * decimals if decimals else ""), self.locale)

    def percent(self, value: Decimal) -> str:
        """A value already in percent: `-23,4 %` / `-23.4%`."""
        if self.language is Language.ES:
            return f"{self.number(value)}{NO_BREAK_SPACE}%"
        return f"{self.number(value)}%"

    def money(self, amount: Decimal, *, currency: str | None) -> str:
        """`84.000 €` / `€84,000`; cents only where there are some."""
        whole = amount == amount.to_integral_value()
        digits = _decimal(abs(amount), "#,##0" if whole else "#,##0.00", self.locale)
        sign = "-" if amount < 0 else ""
        if currency is None:
            return f"{sign}{digits}"
        if self.language is Language.ES:
            symbol = _SPANISH_SYMBOLS.get(currency) or _symbol(currency, self.locale)
            return f"{sign}{digits}{NO_BREAK_SPACE}{symbol}"
        symbol = _symbol(currency, self.locale)
        gap = NO_BREAK_SPACE if symbol[-1].isalpha() else ""
        return f"{sign}{symbol}{gap}{digits}"

    def day(self, value: date) -> str:
        """`31 de enero de 2027` / `31 January 2027`."""
        return written_day(value, "long", self.locale)

    def day_of_year(self, value: date) -> str:
        """`31 de enero` / `31 January`."""
        return written_day(value, "d 'de' MMMM" if self.language is Language.ES else "d MMMM", self.locale)

    def listed(self, items: Sequence[str]) -> str:
        """`a, b y c` (`e` before an i sound) / `a, b and c`."""
        if len(items) < 2:
            return "".join(items)
        joint = _spanish_and(items[-1]) if self.language is Language.ES else "and"
        return f"{', '.join(items[:-1])} {joint} {items[-1]}"

    def count(self, number: int, *, one: str, many: str) -> str:
        """`1 ticket` / `3 tickets`: the figure and the noun that agrees with it."""
        return f"{self.number(number)} {one if number == 1 else many}"


@lru_cache(maxsize=8_192)
def _decimal(value: Decimal | int, pattern: str, locale: str) -> str:
    """Kept: pages write the same few figures again and again, and equal values are written the same."""
    return format_decimal(value, format=pattern, locale=locale)


@lru_cache(maxsize=256)
def _symbol(currency: str, locale: str) -> str:
    return get_currency_symbol(currency, locale=locale)


def written_day(value: date, pattern: str, locale: str) -> str:
    """A day by a pattern of CLDR, or one of its names: `long`, `medium`."""
    return _day(value.year, value.month, value.day, pattern, locale)


@lru_cache(maxsize=8_192)
def _day(year: int, month: int, day: int, pattern: str, locale: str) -> str:
    return format_date(date(year, month, day), format=pattern, locale=locale)


def _exponent(value: Decimal | int) -> int:
    exponent = Decimal(canonical_number(value)).as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _spanish_and(following: str) -> str:
    word = following.lstrip("«“\"'").lower()
    sounds_i = word.startswith(("i", "í", "hi", "hí")) and not word.startswith(("hie", "hia", "hio", "io", "ia"))
    return "e" if sounds_i else "y"
