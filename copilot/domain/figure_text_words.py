"""The canonical text of figures by query as a reader of a language sees it.

Invariant: only the writing changes; a part that is not understood is shown as it is stored.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from copilot.domain.facts import EMPTY
from copilot.domain.figure_field_words import noun_of, value_in_words
from copilot.domain.figure_queries import Subject
from copilot.domain.figure_query_words import subject_in_words
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language

_PART = re.compile(r"(?P<name>.*): (?P<number>-?\d+(?:\.\d+)?)(?: (?P<unit>[A-Z]{3,4}))?(?: \(n=(?P<sample>\d+)\))?")
_SCALES = frozenset({"NPS", "CSAT", "CES"})
_WORDS = {
    "sum": ("suma", "sum"),
    "mean": ("media", "mean"),
    "listed": ("mostradas", "listed"),
    "other groups": ("otros grupos", "other groups"),
}
_WITHOUT = "left out, without "
_IN_CURRENCY = re.compile(r"left out, (?P<field>\S+) in (?P<currency>[A-Z]{3})")
_NO_CURRENCY = re.compile(r"left out, (?P<field>\S+) without a currency")


def figures_in_words(text: str, *, language: Language) -> str:
    """`5 opportunities · sum: €141,702 (5)`."""
    return " · ".join(_parts(text, language))


def _parts(text: str, language: Language) -> Iterator[str]:
    for part in text.split("; "):
        match = _PART.fullmatch(part)
        yield part if match is None else _part(match, language)


def _part(match: re.Match[str], language: Language) -> str:
    write, name = Formatter(language), match["name"]
    number, unit = Decimal(match["number"]), match["unit"]
    if name in {subject.value for subject in Subject}:
        return f"{write.number(number)} {subject_in_words(Subject(name), count=int(number), language=language)}"
    shown = write.number(number) if unit is None or unit in _SCALES else write.money(number, currency=unit)
    shown = f"{shown} {unit}" if unit in _SCALES else shown
    sample = f" ({write.number(int(match['sample']))})" if match["sample"] else ""
    return f"{_named(name, language)}: {shown}{sample}"


def _named(name: str, language: Language) -> str:
    spanish = language is Language.ES
    if name in _WORDS:
        return _WORDS[name][0 if spanish else 1]
    if found := _IN_CURRENCY.fullmatch(name):
        field = _field(found["field"], language)
        return f"sin contar, {field} en {found['currency']}" if spanish else f"left out, {field} in {found['currency']}"
    if found := _NO_CURRENCY.fullmatch(name):
        field = _field(found["field"], language)
        return f"sin contar, {field} sin moneda" if spanish else f"left out, {field} without a currency"
    if name.startswith(_WITHOUT):
        field = _field(name.removeprefix(_WITHOUT), language)
        return f"sin contar, sin {field}" if spanish else f"left out, without {field}"
    return _group(name, language)


def _field(name: str, language: Language) -> str:
    whose, _, field = name.rpartition(".")
    try:
        noun = noun_of(field).bare(language)
    except KeyError:
        return name
    if whose not in {subject.value for subject in Subject}:
        return noun
    linked = subject_in_words(Subject(whose), count=2, language=language)
    return f"{noun} de {linked}" if language is Language.ES else f"{noun} of {linked}"


def _group(name: str, language: Language) -> str:
    """`account.country ES`: the value that is grouped by."""
    field, _, value = name.partition(" ")
    if value == EMPTY:
        return "no consta" if language is Language.ES else "not recorded"
    return value_in_words(field.removeprefix("account."), value, language=language) if value else name
