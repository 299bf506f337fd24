"""Compares a price of a draft with the price book.

Invariant: a price is right if the book's line valid that day says it, per unit or for the quantity that the sentence
names; nothing is converted, and a discount that the sentence states is taken off first.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import product

from copilot.domain.figures import Figure, FigureKind, Quantity, extract_figures, says_the_same
from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.domain.prices import ListedPrice

_MOST_FIGURES = 6
"""Quantities and products of one sentence that are combined; a longer offer is for a person to check."""
_MOST_PRODUCTS = 3
_MONTHS = Decimal(12)
_CENT = Decimal("0.005")
_HUNDRED = Decimal(100)


def amounts_in(text: str, *, language: Language | None) -> tuple[Figure, ...]:
    """The sums of money that a text states."""
    return tuple(item for item in extract_figures(text, language=language) if item.kind is FigureKind.AMOUNT)


def percentages_in(text: str, *, language: Language | None) -> tuple[Decimal, ...]:
    """The percentages that a text states, by their likelier reading."""
    figures = (item for item in extract_figures(text, language=language) if item.kind is FigureKind.PERCENTAGE)
    return tuple(_value(item) for item in figures if item.readings)


def named_products(text: str, prices: Iterable[ListedPrice]) -> tuple[str, ...]:
    """Products of the price book that a text names, by their full name or by what sets it apart from the others."""
    names = tuple(dict.fromkeys(item.product for item in prices))
    words = [frozenset(flat(name).split()) for name in names]
    shared = {word for own in words for word in own if sum(word in other for other in words) > 1}
    plain = f" {' '.join(''.join(char if char.isalnum() else ' ' for char in flat(text)).split())} "
    found = []
    for name in names:
        telling = " ".join(word for word in flat(name).split() if word not in shared) or flat(name)
        if f" {telling} " in plain:
            found.append(name)
    return tuple(found)


def derivable(amount: Figure, text: str, prices: Sequence[ListedPrice], *, language: Language | None) -> bool:
    """Whether the lines of `prices` say this amount, alone, times a quantity, or together; less a stated discount."""
    wanted = {item.value for item in amount.readings if isinstance(item, Quantity)}
    counts = _quantities(text, language)
    shares = percentages_in(text, language=language)[:_MOST_FIGURES]
    factors = [Decimal(1), *(1 - share / _HUNDRED for share in shares)]
    totals = _totals(prices, counts)
    return any(abs(total * factor - value) <= _CENT for total in totals for factor in factors for value in wanted)


def valid_prices(
    prices: Iterable[ListedPrice], *, day: date, currencies: frozenset[str], products: Sequence[str]
) -> tuple[ListedPrice, ...]:
    """Lines that may be quoted that day, in those currencies (none: any), of those products (none: any)."""
    return tuple(
        item
        for item in prices
        if item.valid_on(day)
        and (not currencies or item.currency.upper() in currencies)
        and (not products or item.product in products)
    )


def said_by(amount: Figure, text: str) -> bool:
    """Whether a source states the amount."""
    return any(says_the_same(amount, item) for item in extract_figures(text, language=None))


def _totals(prices: Sequence[ListedPrice], counts: Sequence[Decimal]) -> Iterator[Decimal]:
    by_product: dict[str, list[ListedPrice]] = {}
    for item in prices:
        by_product.setdefault(item.product, []).append(item)
    lines = [list(_line_totals(items, counts)) for items in by_product.values()]
    for options in lines:
        yield from options
    if 1 < len(lines) <= _MOST_PRODUCTS:
        yield from (sum(combination, Decimal(0)) for combination in product(*lines))


def _line_totals(items: Iterable[ListedPrice], counts: Sequence[Decimal]) -> Iterator[Decimal]:
    for item in items:
        periods = (Decimal(1), _MONTHS) if item.unit is None or "month" in item.unit.lower() else (Decimal(1),)
        for period in periods:
            yield item.amount * period
            yield from (item.amount * period * count for count in counts)


def _quantities(text: str, language: Language | None) -> tuple[Decimal, ...]:
    figures = (item for item in extract_figures(text, language=language) if item.kind is FigureKind.NUMBER)
    return tuple(dict.fromkeys(_value(item) for item in figures if item.readings))[:_MOST_FIGURES]


def _value(figure: Figure) -> Decimal:
    first = figure.readings[0]
    return first.value if isinstance(first, Quantity) else Decimal(0)
