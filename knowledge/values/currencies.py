"""Currencies: codes, names and symbols.

Invariant: a symbol that several countries use (`$`) never becomes a currency by itself.
"""

import re
from functools import cache

from babel import Locale

from knowledge.values.text import fold, header_words

_SYMBOLS = {"€": "EUR", "£": "GBP", "us$": "USD", "mx$": "MXN", "r$": "BRL", "s/": "PEN", "s/.": "PEN", "c$": "CAD"}
_AMBIGUOUS = {"$", "¥", "kr", "pesos", "peso", "dollars", "dolares"}
_NAMES = {"euro": "EUR", "euros": "EUR", "us dollar": "USD", "libra esterlina": "GBP", "pound sterling": "GBP"}
_SYMBOL = re.compile(r"US\$|MX\$|R\$|C\$|S/\.?|[€£$¥]", re.IGNORECASE)
_CODE = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")


@cache
def _codes() -> frozenset[str]:
    return frozenset(map(str, Locale("en").currencies))


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = dict(_NAMES)
    for language in ("en", "es"):
        for code, name in Locale(language).currencies.items():
            names.setdefault(fold(str(name)), str(code))
    return names


def parse_currency(text: str) -> str:
    """ISO 4217 code of a currency cell (`EUR`, `€`, `Euro`, `EUR - Euro`, `Dólar estadounidense`).

    Raises ValueError if it is none, or a symbol of several currencies.
    """
    value = text.strip()
    upper = value.upper()
    if upper in _codes():
        return upper
    folded = fold(value)
    found: str | None = _SYMBOLS.get(folded) or _names().get(folded)
    if found:
        return found
    codes: set[str] = {code for code in _CODE.findall(value) if code in _codes()}
    if len(codes) == 1:
        return codes.pop()
    raise ValueError(text)


def currency_mark(text: str) -> str | None:
    """The currency that an amount cell carries: an ISO code, `?` for an ambiguous symbol, None for none."""
    for code in _CODE.findall(text):
        if code in _codes():
            return str(code)
    symbol = _SYMBOL.search(text)
    if symbol is None:
        return None
    mark = symbol.group().lower()
    return "?" if mark in _AMBIGUOUS else _SYMBOLS.get(mark, "?")


def currency_of_header(header: str) -> str | None:
    """The currency that a header names: `Importe (€)`, `Amount USD`, `arr_eur`."""
    mark = currency_mark(header)
    if mark and mark != "?":
        return mark
    for word in header_words(header).split():
        if word.upper() in {"EUR", "USD", "GBP", "MXN", "CLP", "COP", "ARS", "PEN", "BRL", "CAD", "CHF"}:
            return word.upper()
    return None
