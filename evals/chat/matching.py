"""Whether a text says a figure, a day or some words, in either language's way of writing them.

Invariant: nothing of the product is asked; a number is read as a reader would read it, so that `127.500` and `127,500`
are both the figure 127500, whoever is quoted.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

_NUMBER = re.compile(r"(?<![\w.,])-?\d+(?:[.,\u00a0\u202f ]\d{3})*(?:[.,]\d+)?(?![\w])|(?<![\w.,])-?\d+(?:[.,]\d+)*")
_SPACED = re.compile(r"(?<=\d)[\u00a0\u202f ](?=\d{3}\b)")
_WORDS = {
    "es": ("cero", "un", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
}
_ALSO = {"una": 1, "uno": 1}
_MONTHS = {
    "es": (
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
    "en": (
        *("january", "february", "march", "april", "may", "june"),
        *("july", "august", "september", "october", "november", "december"),
    ),
}
MONTHS = frozenset(month for months in _MONTHS.values() for month in months)
"""Folded, in both languages."""


def fold(text: str) -> str:
    """Lower case, without accents, with one kind of space and of dash."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = plain.replace("\u2212", "-").replace("\u2013", "-").replace("\u2014", "-").replace("\u2019", "'")
    return re.sub(r"\s+", " ", plain).strip()


def says(text: str, expected: str) -> bool:
    """Whether `text` says one of the alternatives of `expected`: `#` a number, `@` a day, else words."""
    folded = fold(text)
    return any(_says(folded, item.strip()) for item in expected.split("|"))


def _says(folded: str, expected: str) -> bool:
    if expected.startswith("#"):
        return _says_number(folded, Decimal(expected[1:]))
    if expected.startswith("@"):
        return any(_stands_in(folded, form) for form in forms_of(date.fromisoformat(expected[1:])))
    return fold(expected) in folded


def _stands_in(folded: str, form: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(form)}(?!\w)", folded) is not None


def _says_number(folded: str, wanted: Decimal) -> bool:
    decimals = max(0, -int(wanted.as_tuple().exponent))
    if any(_same(number, wanted, decimals=decimals) for number in numbers_in(folded)):
        return True
    spelled = [words[int(wanted)] for words in _WORDS.values() if wanted == int(wanted) and 0 <= wanted < len(words)]
    spelled += [word for word, number in _ALSO.items() if number == wanted]
    return any(_stands_in(folded, word) for word in spelled)


def _same(number: Decimal, wanted: Decimal, *, decimals: int) -> bool:
    """Equal; a mean may be written with more decimals than were worked out."""
    return number == wanted or (decimals > 0 and round(number, decimals) == wanted)


def numbers_in(text: str) -> Iterator[Decimal]:
    """Every number, in each way it can be read."""
    for readings in written_numbers(text):
        yield from readings


def written_numbers(text: str) -> Iterator[tuple[Decimal, ...]]:
    """For every number as written, the ways it can be read."""
    for match in _NUMBER.finditer(_SPACED.sub("", text)):
        readings = tuple(dict.fromkeys(_readings(match.group())))
        if readings:
            yield readings


def _readings(written: str) -> Iterator[Decimal]:
    for thousands, decimal in ((".", ","), (",", ".")):
        whole, mark, part = written.rpartition(decimal) if decimal in written else (written, "", "")
        if decimal in whole or thousands in part:
            continue
        groups = whole.lstrip("-").split(thousands)
        if len(groups) > 1 and (any(len(group) != 3 for group in groups[1:]) or len(groups[0]) > 3):
            continue
        yield Decimal(whole.replace(thousands, "") + ("." + part if mark else ""))


def forms_of(day: date) -> Iterator[str]:
    """Ways to write a day, folded."""
    yield day.isoformat()
    yield f"{day.day}/{day.month}/{day.year}"
    yield f"{day:%d/%m/%Y}"
    es, en = _MONTHS["es"][day.month - 1], _MONTHS["en"][day.month - 1]
    yield f"{day.day} de {es} de {day.year}"
    yield f"{day.day} {en} {day.year}"
    yield f"{en} {day.day}, {day.year}"
