"""Figures in Spanish and English text: what they are, and whether a source says the same.

Invariant 2: a figure of a draft is supported only if a source states the same value under some reading, or
a finer value that rounds to exactly the digits shown. Time grows with the length of the text and no faster.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from copilot.domain.figure_dates import Moment, find_moments
from copilot.domain.figure_words import (
    CURRENCIES,
    ENGLISH_NUMBERS,
    MONTHS,
    SCALES,
    SPANISH_NUMBERS,
    UNITS,
    spelt_number,
    spelt_pattern,
)
from copilot.domain.language import Language


class FigureKind(StrEnum):
    NUMBER = "number"
    PERCENTAGE = "percentage"
    AMOUNT = "amount"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value without its sign, and the worth of the last digit shown (`1,2 M`: 1200000 and 100000)."""

    value: Decimal
    step: Decimal


Reading = Quantity | Moment


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure at `text[start:end]` of where it was found."""

    kind: FigureKind
    text: str
    start: int
    end: int
    readings: tuple[Reading, ...]
    """What it may mean, the likelier first. Empty: digits in no known form, compared as text."""
    sign: int = 0
    """1 or -1 where one is written."""
    currencies: frozenset[str] = frozenset()
    unit: str | None = None
    """`days`, `months` or `minutes` for a length of time; values are in these."""
    counted: bool = False
    """Whether a plain number stands before what it counts ("15 licencias"), so that it is no share and no price."""

    @property
    def value(self) -> Decimal | date | None:
        """The likelier value: a signed number, a date if it is one day, else None."""
        first = self.readings[0] if self.readings else None
        if isinstance(first, Quantity):
            return -first.value if self.sign < 0 else first.value
        return first.exact if first else None


_LONGEST_NUMBER = 40
"""Characters. What is longer is no figure of business and is compared as text."""
_SPACES = " \u00a0\u2009\u202f"
_DIGITS = rf"(?:\d{{1,3}}(?:[{_SPACES}]\d{{3}}(?!\d))+(?:[.,]\d+)?|\d+(?:[.,'’]\d+)*)"
_words_of = sorted((word for word in CURRENCIES if word.isalpha()), key=len, reverse=True)
_signs_of = sorted((word for word in CURRENCIES if not word.isalpha()), key=len, reverse=True)
_CURRENCY_WORD = "|".join(re.escape(word) for word in _words_of)
_CURRENCY_SIGN = "|".join(re.escape(sign) for sign in _signs_of)
_CURRENCY_CODE = "|".join(
    re.escape(word) for word in _words_of if len(word) == 3 and CURRENCIES[word] == {word.upper()}
)
_SCALE = r"mil(?:[ \u00a0]millones)?|millones|mill[oó]n|millions?|thousand|billion"
_LETTER_SCALE = r"[kK](?!\w)|MM(?!\w)|M(?![\w²])|[mM]n(?!\w)|bn(?!\w)|[kKmM](?=[€$£])"
_SPELT = spelt_pattern(_SPACES)
_UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
_GAP = rf"[{_SPACES}]?"
_FIGURE = re.compile(
    rf"""
    (?P<before>(?<!\w)(?:(?i:{_CURRENCY_CODE})|(?i:{_CURRENCY_SIGN})){_GAP})?
    (?P<sign>(?<![\w)])[-−+](?:(?:{_CURRENCY_SIGN}){_GAP})?)?
    (?:(?<!\w)(?<!\d[.,])(?P<digits>{_DIGITS})|(?<![\w-])(?P<word>(?i:{_SPELT}))(?=[{_SPACES}]+[^\W\d_]|-(?i:year|month|week|day|hour)))
    (?P<ordinal>(?:(?i:st|nd|rd|th)|\.?[ºª]|\.?(?:er|era|ero)|s)(?!\w))?
    (?:{_GAP}(?P<scale>{_LETTER_SCALE}|(?i:{_SCALE})(?!\w)))?
    (?:{_GAP}(?P<percent>%|(?i:por[ ]ciento|per[ ]?cent|pct|puntos[ ]porcentuales|percentage[ ]points|p\.?p\.?)(?!\w))
      |{_GAP}(?:(?:de|of)[ ])?(?P<after>(?i:{_CURRENCY_SIGN})|(?i:{_CURRENCY_WORD})(?!\w))
      |(?:{_GAP}|-)(?:(?i:h[áa]biles|naturales|business|working|calendar)[ ])?(?P<unit>(?i:{_UNIT}))(?!\w))?
    """,
    re.VERBOSE,
)
_MASKED = re.compile(
    r"(?i:https?://[^\s]{1,2000}|www\.[^\s]{1,2000}|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})"
    r"|(?<!\w)24/7(?!\w)"
    r"|(?:(?<=\d)/|(?<=\d\s)/\s?|(?i:\bsobre|\bout\sof)\s)(?:100|10|7|5)(?![\d%]|[.,]\d|\s%)"
)
_MAY_BE_MASKED = re.compile(r"[@/]|www|sobre|out", re.IGNORECASE)
_ANY_DIGIT = re.compile(r"\d")
_WORDS_OF_FIGURES = (
    *(word for word in {**SPANISH_NUMBERS, **ENGLISH_NUMBERS} if word.isalpha()),
    "hundred",
    "cien",
    "ient",
    *sorted({name[:3] for name in MONTHS}),
    "trimestre",
    "quarter",
    "semestre",
    "half",
)
_COUNTED = re.compile(
    rf"[{_SPACES}](?!(?:anuales|mensuales|trimestrales|brutos|netos|menos|less|plus|versus|extras|puntos|points|bps)\b)"
    r"[^\W\d_]{3,30}s\b"
)
"""A plural right after a number. What is no noun or names money or shares proves nothing."""
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+|\d{1,3}(?:['’]\d{3})+")
_MEASURES = frozenset({FigureKind.PERCENTAGE, FigureKind.AMOUNT})
_ROUNDED_FROM = 10
_YEARS = range(1900, 2101)


def extract_figures(text: str, *, language: Language | None) -> tuple[Figure, ...]:
    """Return every figure of `text` in reading order.

    `language` decides which reading of an ambiguous figure comes first (`1.234`, `03/04/2026`) and which
    number words count; with None (a source in an unknown language) those of both languages do. Ordinals,
    links, email addresses and digits that end a word (`P1`) are not figures.
    """
    if not _may_have_figures(text.lower()):
        return ()
    masked = _blank(text, (match.span() for match in _MASKED.finditer(text))) if _MAY_BE_MASKED.search(text) else text
    dated = [
        Figure(
            kind=FigureKind.DATE,
            text=text[item.start : item.end],
            start=item.start,
            end=item.end,
            readings=item.readings,
        )
        for item in find_moments(masked, day_first=language is not Language.EN)
    ]
    if dated:
        masked = _blank(masked, ((item.start, item.end) for item in dated))
    return tuple(sorted([*dated, *_numbers(masked, text, language)], key=lambda figure: figure.start))


def supported(figure: Figure, evidence_figures: Iterable[Figure]) -> bool:
    """Whether some figure of the evidence says the same; see the module docstring."""
    return any(says_the_same(figure, source) for source in evidence_figures)


def says_the_same(figure: Figure, source: Figure) -> bool:
    """Whether `source` carries `figure`.

    Signs, currencies, kinds and units contradict only where both state them: a source in canonical form
    leaves the per cent sign to the name of its field, and a sentence says "fell by" instead of a minus.
    """
    if not figure.readings or not source.readings:
        return figure.text == source.text
    if figure.sign * source.sign < 0 or {figure.kind, source.kind} == {FigureKind.PERCENTAGE, FigureKind.AMOUNT}:
        return False
    if figure.currencies and source.currencies and not figure.currencies & source.currencies:
        return False
    if figure.unit and source.unit and figure.unit != source.unit:
        return False
    if (figure.counted and source.kind in _MEASURES) or (source.counted and figure.kind in _MEASURES):
        return False
    exactly = figure.kind is FigureKind.NUMBER
    return any(_carries(mine, theirs, exactly=exactly) for mine in figure.readings for theirs in source.readings)


def _carries(shown: Reading, source: Reading, *, exactly: bool) -> bool:
    """`exactly`: small whole numbers count things, and nobody counts 3.5 of anything as 4."""
    if isinstance(shown, Moment) or isinstance(source, Moment):
        return isinstance(shown, Moment) and isinstance(source, Moment) and shown.allows(source)
    if shown.value == source.value:
        return True
    if exactly and shown.step == 1 and shown.value < _ROUNDED_FROM:
        return False
    return source.step < shown.step and abs(shown.value - source.value) * 2 <= shown.step


def _may_have_figures(lowered: str) -> bool:
    """A cheap look that spares most sentences the patterns."""
    return _ANY_DIGIT.search(lowered) is not None or any(word in lowered for word in _WORDS_OF_FIGURES)


def _blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Replace spans by characters that are part of no figure, keeping every offset."""
    pieces, done = [], 0
    for start, end in sorted(spans):
        pieces += [text[done:start], "\x00" * (end - start)]
        done = end
    return "".join([*pieces, text[done:]])


def _numbers(masked: str, text: str, language: Language | None) -> Iterator[Figure]:
    for match in _FIGURE.finditer(masked):
        if match["ordinal"] or (match["word"] and not _counts(match["word"].lower(), language)):
            continue
        yield _figure(match, text, language)


def _counts(word: str, language: Language | None) -> bool:
    """Whether a word is a number in that language ("once" is eleven in Spanish only)."""
    spanish, english = spelt_number(word)
    return (language is not Language.EN and spanish is not None) or (
        language is not Language.ES and english is not None
    )


def _figure(match: re.Match[str], text: str, language: Language | None) -> Figure:
    start, end = match.span()
    sign_text = match["sign"] or ""
    currency = _currency(match)
    scale = SCALES[" ".join((match["scale"] or "").lower().split())] if match["scale"] else Decimal(1)
    unit, factor = UNITS[match["unit"].lower()] if match["unit"] else (None, Decimal(1))
    rounding = scale if factor == 1 else Decimal(0)  # "2 weeks" is fourteen days, not about fourteen
    readings: list[Reading] = [
        Quantity(value=item.value * scale * factor, step=item.step * rounding) for item in _quantities(match, language)
    ]
    if currency and not match["scale"]:
        readings = _without_thousandths(readings)
    bare = not (match["percent"] or currency or match["scale"] or unit or sign_text)
    if bare and match["digits"] and len(match["digits"]) == 4 and int_or_zero(match["digits"]) in _YEARS:
        readings.append(Moment(year=int(match["digits"])))
    kind = FigureKind.PERCENTAGE if match["percent"] else FigureKind.AMOUNT if currency else FigureKind.NUMBER
    return Figure(
        kind=kind,
        text=text[start:end],
        start=start,
        end=end,
        readings=tuple(readings),
        sign={"": 0, "+": 1}.get(sign_text[:1], -1),
        currencies=currency,
        unit=unit,
        counted=kind is FigureKind.NUMBER and unit is None and _COUNTED.match(text, end) is not None,
    )


def _without_thousandths(readings: list[Reading]) -> list[Reading]:
    """Nobody writes thousandths of a currency where the same digits can be thousands."""
    whole = [item for item in readings if isinstance(item, Quantity) and item.step == 1]
    return list(whole) if whole and len(readings) > 1 else readings


def int_or_zero(digits: str) -> int:
    """The number that plain digits write, 0 for anything else."""
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def _currency(match: re.Match[str]) -> frozenset[str]:
    sign_text = (match["sign"] or "")[1:]
    for written in (match["after"], match["before"], sign_text):
        if written and written.strip(_SPACES):
            return CURRENCIES[written.strip(_SPACES).lower()]
    return frozenset()


def _quantities(match: re.Match[str], language: Language | None) -> tuple[Quantity, ...]:
    if match["word"]:
        spanish, english = spelt_number(match["word"])
        value = english if spanish is None else spanish
        return () if value is None else (Quantity(value=Decimal(value), step=Decimal(1)),)
    digits = match["digits"]
    if len(digits) > _LONGEST_NUMBER or (
        not digits.isascii() and any(char.isdigit() and not char.isascii() for char in digits)
    ):
        return ()
    return tuple(dict.fromkeys(_read_digits(_without_spaces(digits), language)))


def _without_spaces(digits: str) -> str:
    return "".join(char for char in digits if char not in _SPACES)


def _read_digits(digits: str, language: Language | None) -> Iterator[Quantity]:
    """Every sound reading of digits with points, commas and apostrophes, the likelier first."""
    marks = [char for char in digits if char in ".,'’"]
    if not marks:
        yield _quantity(digits, "")
        return
    last = marks[-1]
    whole, fraction = digits.rsplit(last, 1)
    grouped = _GROUPED.fullmatch(digits) is not None and not digits.startswith("0")
    plain_whole = whole.isdigit() or (last not in whole and _GROUPED.fullmatch(whole) is not None)
    decimal = last in ".," and plain_whole
    readings = []
    if grouped:
        readings.append(_quantity("".join(char for char in digits if char.isdigit()), ""))
    if decimal:
        readings.append(_quantity("".join(char for char in whole if char.isdigit()), fraction))
    decimal_mark = "," if language is Language.ES else "."
    if grouped and decimal and last == decimal_mark:
        readings.reverse()
    yield from readings


def _quantity(whole: str, fraction: str) -> Quantity:
    value = Decimal(f"{whole}.{fraction}") if fraction else Decimal(whole)
    return Quantity(value=value, step=Decimal(1).scaleb(-len(fraction)))
