"""Times and frequencies that a question demands, held against those that a source gives.

Invariant: pure. Nothing is taken to be met that is not stated: a question with a number that the source does not
answer with one is not met.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from copilot.domain.folding import flat, flat_line

_UNITS = {
    "minute": 1 / 1440, "minuto": 1 / 1440, "hour": 1 / 24, "hora": 1 / 24, "day": 1, "dia": 1, "week": 7, "semana": 7,
    "month": 30, "mes": 30, "quarter": 91, "trimestre": 91, "year": 365, "ano": 365,
}  # fmt: skip
_SHORT_UNITS = {"h": "hour", "hrs": "hour", "min": "minute", "d": "day", "m": "month", "y": "year"}
_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "fifteen": 15, "thirty": 30, "sixty": 60, "ninety": 90, "un": 1, "una": 1, "dos": 2,
    "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10, "doce": 12,
    "treinta": 30, "sesenta": 60, "noventa": 90,
}  # fmt: skip
_ARTICLES = frozenset({"a", "an", "un", "una"})
_NUMBER = rf"(?P<n>\d+(?:[.,]\d+)?|{'|'.join(_WORDS)})"
_UNIT = r"(?P<u>minute|minuto|hour|hora|day|dia|week|semana|month|mes|quarter|trimestre|year|ano)(?:e?s)?"
_LENGTH = re.compile(rf"\b{_NUMBER}[ -](?:business |calendar |full |consecutive )?{_UNIT}\b")
_EVERY = {
    "continuous": 0.001, "real time": 0.001, "hourly": 1 / 24, "daily": 1, "nightly": 1, "weekly": 7, "fortnight": 14,
    "biweekly": 14, "monthly": 30, "bimonthly": 60, "quarterly": 91, "semi-annual": 182, "semiannual": 182,
    "biannual": 182,
    "half-yearly": 182, "half yearly": 182, "biennial": 730, "every other year": 730, "bienal": 730,
    "bi-annual": 182, "twice a year": 182, "twice per year": 182, "annual": 365, "yearly": 365,
    "every year": 365, "per year": 365, "once a year": 365, "every day": 1, "every week": 7, "every month": 30,
    "every quarter": 91, "diari": 1, "semanal": 7, "mensual": 30, "trimestral": 91, "semestral": 182, "anual": 365,
    "every night": 1, "each night": 1, "each day": 1, "each week": 7, "each month": 30, "each quarter": 91,
    "each year": 365, "every hour": 1 / 24, "cada noche": 1, "cada hora": 1 / 24, "cada dia": 1, "cada semana": 7,
    "cada mes": 30, "cada trimestre": 91, "cada ano": 365, "al ano": 365,
}  # fmt: skip
_OFTEN = re.compile(rf"\b(?:{'|'.join(sorted(_EVERY, key=len, reverse=True))})")
_TIMES = re.compile(rf"\b{_NUMBER} (?:times|veces) (?:a|per|every|al|por|cada) {_UNIT}\b")
_REGULAR = re.compile(r"\b(?:every|each|cada)\s+" + rf"{_NUMBER}[ -]{_UNIT}\b")
_LEAST = re.compile(r"\b(?:at least|minimum|no less than|or (?:more|longer)|al menos|como minimo|minimo)\b")
_MOST = re.compile(
    r"\b(?:within|at most|maximum|no (?:more|later) than|under|less than|en menos de|maximo|como maximo)\b"
)
_QUANTITY = re.compile(
    rf"(?:\d+(?:[.,]\d+)*%?|least|most|minimum|maximum|within|once|twice|minimo|maximo|menos|vez|veces|"
    rf"(?:{'|'.join(word for word in _WORDS if word not in _ARTICLES)})|(?:{'|'.join(_UNITS)})(?:e?s)?|"
    rf"(?:{'|'.join(word for word in _EVERY if ' ' not in word)})\w*)$"
)
_OTHER = re.compile(r"\d+(?:[.,]\d+)*\s?%?")


@dataclass(frozen=True, slots=True)
class Quantities:
    """Of one text, in days."""

    lengths: tuple[float, ...]
    every: tuple[float, ...]
    numbers: frozenset[str]
    """Other figures."""


@lru_cache(maxsize=8_192)
def quantities(text: str) -> Quantities:
    """Read them."""
    plain = flat_line(text)
    regular = [_days(match) for match in _REGULAR.finditer(plain)]
    regular += [_UNITS[match["u"]] / _number(match) for match in _TIMES.finditer(plain)]
    plain = _TIMES.sub(" ", _REGULAR.sub(" ", plain))
    every = [_EVERY[match[0]] for match in _OFTEN.finditer(plain)]
    plain = _OFTEN.sub(" ", plain)
    lengths = [_days(match) for match in _LENGTH.finditer(plain)]
    return Quantities(tuple(lengths), (*regular, *every), frozenset(_OTHER.findall(_LENGTH.sub(" ", plain))))


def meets(question: str, source: str) -> bool:
    """Whether every time, frequency and figure that the question names is met by one of the source."""
    wanted, given = quantities(question), quantities(source)
    if not wanted.numbers <= given.numbers:
        return False
    if wanted.every and not any(item <= days for days in wanted.every for item in given.every):
        return False
    return all(_as_long(given.lengths, days, flat(question)) for days in wanted.lengths)


def length_in_days(number: str, unit: str) -> float | None:
    """Of a number and a unit as questionnaires write them; None: no unit of time."""
    root = _SHORT_UNITS.get(unit) or next((name for name in _UNITS if unit in (name, f"{name}s", f"{name}es")), None)
    return None if root is None else float(number) * _UNITS[root]


@lru_cache(maxsize=8_192)
def is_quantity(folded: str) -> bool:
    """Whether a word only says how long, how often or how many, which `meets` looks after."""
    return bool(_QUANTITY.match(folded))


def _as_long(given: tuple[float, ...], days: float, plain: str) -> bool:
    if _LEAST.search(plain):
        return any(item >= days for item in given)
    if _MOST.search(plain):
        return any(item <= days for item in given)
    return any(item == days for item in given)


def _days(match: re.Match[str]) -> float:
    return _number(match) * _UNITS[match["u"]]


def _number(match: re.Match[str]) -> float:
    number = match["n"].replace(",", ".")
    return _WORDS.get(number) or float(number)
