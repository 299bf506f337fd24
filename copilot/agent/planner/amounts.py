"""Comparisons with a number: `over 50k`, `más de 50.000 €`, `entre 20 y 40 mil`, `>= 100k GBP`.

Invariant: the number is the one that stands in the text; two ends make two comparisons; a number without a
comparison is none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from copilot.domain.figure_queries import Operator

_NUMBER = r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
_SCALES = {
    "k": 1_000, "mil": 1_000, "thousand": 1_000, "grand": 1_000, "m": 1_000_000, "mm": 1_000_000,
    "million": 1_000_000, "millions": 1_000_000, "millon": 1_000_000, "millones": 1_000_000,
}  # fmt: skip
_CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "usd": "USD", "us$": "USD", "dollar": "USD",
    "dollars": "USD", "dolar": "USD", "dolares": "USD", "bucks": "USD", "£": "GBP", "gbp": "GBP", "pound": "GBP",
    "pounds": "GBP", "quid": "GBP", "libra": "GBP", "libras": "GBP", "mxn": "MXN", "clp": "CLP", "cop": "COP",
    "ars": "ARS", "pen": "PEN", "chf": "CHF", "aud": "AUD", "cad": "CAD",
}  # fmt: skip


def _any(words: dict[str, object] | dict[str, int] | dict[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_MONEY = _any(_CURRENCIES)


def _sized(name: str) -> str:
    return (
        rf"(?P<before_{name}>{_MONEY})?\s*(?P<{name}>{_NUMBER})\s*(?P<scale_{name}>(?:{_any(_SCALES)})(?![\w]))?"
        rf"\s*(?:de\s+)?(?P<after_{name}>(?:{_MONEY})(?![\w]))?"
    )


_BETWEEN = re.compile(
    rf"(?:(?:between|from|entre|de)\s+){_sized('low')}\s*(?:and|to|y|a|-|–)\s*{_sized('high')}(?!\w)"
    rf"|{_sized('low2')}\s*(?:-|–)\s*{_sized('high2')}(?!\w)"
)
_OPERATORS = {
    Operator.AT_LEAST: (
        r"at least|>\s*=|≥|=>|minimum(?: of)?|min\.?|no less than|not less than|starting (?:at|from)|como minimo|"
        r"al menos|minimo(?: de)?|a partir de|no menos de|por lo menos|upwards of|igual o (?:superior|mayor) a"
    ),
    Operator.AT_MOST: (
        r"at most|<\s*=|≤|=<|up to|no more than|not more than|maximum(?: of)?|max\.?|hasta|como mucho|"
        r"como maximo|no mas de|"
        r"maximo(?: de)?|igual o (?:inferior|menor) a"
    ),
    Operator.MORE_THAN: (
        r"over|above|more than|greater than|bigger than|larger than|higher than|exceeding|exceeds?|"
        r"north of|in excess of|"
        r"worth (?:over|more than)|>|mas de|de mas de|mas que|superior(?:es)? a(?: los| las)?|"
        r"por encima de(?: los| las)?|mayor(?:es)? (?:de|que|a)|"
        r"(?:que )?(?:super[ea]n?|pas[ea]n? de|exced[ae]n?)(?: de)?(?: los| las)?|arriba de|"
        r"beyond|sobre los"
    ),
    Operator.LESS_THAN: (
        r"under|below|less than|lower than|smaller than|fewer than|<|menos de|menos que|inferior(?:es)? a|"
        r"por debajo de(?: los| las)?|menor(?:es)? (?:de|que|a)|abajo de|(?:que )?no lleg[ae]n? a"
    ),
}
_COMPARED = re.compile(
    "|".join(
        rf"(?P<{operator.value}>(?<!\w)(?:{words.replace(' ', chr(92) + 's+')}))"
        for operator, words in _OPERATORS.items()
    )
)
_ONE = re.compile(rf"\s*(?:the |los |las )?{_sized('one')}(?![\w]|[.,]\d)")
_AFTERWARDS = re.compile(
    rf"{_sized('one')}\s*(?:(?P<up>\+|(?:or|o|and|y)\s+(?:more|above|over|mas|superior(?:es)?|up|upwards)|plus\b)|"
    r"(?P<down>(?:or|o)\s+(?:less|below|under|menos|inferior(?:es)?)))(?!\w)"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """One comparison with its place. `currency` as written; `money`: a scale or a currency says that it is money."""

    operator: Operator
    value: Decimal
    currency: str | None
    start: int
    end: int
    money: bool


def read_amounts(text: str) -> tuple[Amount, ...]:
    """Every comparison with a number in flattened text, in order; the two of a range share a place."""
    found: list[Amount] = []
    for amount in (*_ranges(text), *_afterwards(text), *_compared(text)):
        if all(amount.end <= other.start or other.end <= amount.start or _pair(amount, other) for other in found):
            found.append(amount)
    return tuple(sorted(found, key=lambda item: (item.start, item.operator)))


def _pair(one: Amount, other: Amount) -> bool:
    return (one.start, one.end) == (other.start, other.end) and one.operator is not other.operator


def _ranges(text: str) -> Iterator[Amount]:
    for match in _BETWEEN.finditer(text):
        tail = "" if match["low"] else "2"
        low, high = _parts(match, f"low{tail}"), _parts(match, f"high{tail}")
        scale = low[1] or high[1]
        currency = low[2] or high[2]
        if not match["low"] and not (scale or currency):  # a bare `2025-26` or `10-12` compares nothing
            continue
        ends = (_worth(low[0], low[1] or high[1]), _worth(high[0], high[1]))
        for operator, value in zip((Operator.AT_LEAST, Operator.AT_MOST), sorted(ends), strict=True):
            yield Amount(operator, value, currency, match.start(), match.end(), bool(scale or currency))


def _afterwards(text: str) -> Iterator[Amount]:
    for match in _AFTERWARDS.finditer(text):
        number, scale, currency = _parts(match, "one")
        operator = Operator.AT_LEAST if match["up"] else Operator.AT_MOST
        yield Amount(operator, _worth(number, scale), currency, match.start(), match.end(), bool(scale or currency))


def _compared(text: str) -> Iterator[Amount]:
    for match in _COMPARED.finditer(text):
        one = _ONE.match(text, match.end())
        if one is None:
            continue
        number, scale, currency = _parts(one, "one")
        operator = Operator(str(match.lastgroup))
        yield Amount(operator, _worth(number, scale), currency, match.start(), one.end(), bool(scale or currency))


def _parts(match: re.Match[str], name: str) -> tuple[str, str | None, str | None]:
    written = match[f"after_{name}"] or match[f"before_{name}"]
    return match[name], match[f"scale_{name}"], _CURRENCIES.get(written) if written else None


def _worth(number: str, scale: str | None) -> Decimal:
    """`50.000` and `50,000` are fifty thousand; with a scale a single separator is the decimal one."""
    grouped = re.fullmatch(r"(\d{1,3}(?:[.,]\d{3})+)(?:[.,](\d{1,2}))?", number)
    if grouped and not scale:
        digits = re.sub(r"[.,]", "", grouped[1])
        return Decimal(f"{digits}.{grouped[2]}" if grouped[2] else digits)
    return Decimal(
        number.replace(",", ".") if number.count(",") + number.count(".") < 2 else re.sub(r"[.,]", "", number)
    ) * (_SCALES[scale] if scale else 1)
