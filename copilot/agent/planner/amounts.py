"""Comparisons with a number: `over 50k`, `más de 50.000 €`, `entre 20 y 40 mil`, `>= 100k GBP`, `not over a million`.

Invariant: the number is the one that stands in the text, with its sign; two ends make two comparisons; a number
without a comparison is none; a comparison that is denied is the opposite one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from copilot.domain.figure_queries import Operator

_SCALES = {
    "k": 1_000, "mil": 1_000, "thousand": 1_000, "grand": 1_000, "m": 1_000_000, "mm": 1_000_000,
    "million": 1_000_000, "millions": 1_000_000, "millon": 1_000_000, "millones": 1_000_000,
    "mil millones": 1_000_000_000, "bn": 1_000_000_000, "billion": 1_000_000_000, "billions": 1_000_000_000,
}  # fmt: skip
_NUMERALS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "un": 1, "una": 1, "uno": 1,
    "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
    "doce": 12, "quince": 15, "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50,
}  # fmt: skip
_SHARES = {
    "half a": "0.5", "medio": "0.5", "a quarter of a": "0.25", "a quarter": "0.25", "un cuarto de": "0.25", "a": "1",
    "cien": "100", "a hundred": "100", "one hundred": "100", "doscientos": "200", "two hundred": "200",
    "trescientos": "300", "three hundred": "300", "quinientos": "500", "five hundred": "500",
}  # fmt: skip
"""Only before a word of size: `half a million`, `cien mil`."""
_CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "usd": "USD", "us$": "USD", "dollar": "USD",
    "dollars": "USD", "dolar": "USD", "dolares": "USD", "bucks": "USD", "£": "GBP", "gbp": "GBP", "pound": "GBP",
    "pounds": "GBP", "quid": "GBP", "libra": "GBP", "libras": "GBP", "mxn": "MXN", "clp": "CLP", "cop": "COP",
    "ars": "ARS", "pen": "PEN", "chf": "CHF", "aud": "AUD", "cad": "CAD",
}  # fmt: skip


def _any(words: dict[str, object] | dict[str, int] | dict[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_MONEY = _any(_CURRENCIES)
_NUMBER = (
    r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"
    rf"|(?<!\w)(?:{_any(_NUMERALS)}|{_any(_SHARES)})(?=\s+(?:{_any(_SCALES)})(?!\w))"
)


def _sized(name: str) -> str:
    return (
        rf"(?P<before_{name}>{_MONEY})?\s*(?P<{name}>{_NUMBER})\s*(?P<scale_{name}>(?:{_any(_SCALES)})(?![\w]))?"
        rf"(?P<half_{name}>(?<=\w)\s+(?:y medio|and a half)(?!\w))?"
        rf"\s*(?:de\s+)?(?P<after_{name}>(?:{_MONEY})(?![\w]))?"
    )


_BETWEEN = re.compile(
    rf"(?:(?:between|from|entre|de)\s+){_sized('low')}\s*(?:and|to|y|a|-|–)\s*{_sized('high')}(?!\w)"
    rf"|{_sized('low2')}\s*(?:-|–)\s*{_sized('high2')}(?!\w)"
)
_OPERATORS = {
    Operator.IS: r"exactly|precisely|exactamente|precisamente|equal to|igual a",
    Operator.AT_LEAST: (
        r"at least|>\s*=|≥|=>|minimum(?: of)?|min\.?|no less than|starting (?:at|from)|como minimo|"
        r"al menos|minimo(?: del?)?|a partir del?|no menos del?|por lo menos|upwards of|igual o (?:superior|mayor) a"
    ),
    Operator.AT_MOST: (
        r"at most|<\s*=|≤|=<|up to|no more than|maximum(?: of)?|max\.?|hasta(?: el)?|como mucho|"
        r"como maximo|no mas del?|"
        r"maximo(?: de)?|igual o (?:inferior|menor) a"
    ),
    Operator.MORE_THAN: (
        r"over|above|(?:goes?|going) over|more than|greater than|bigger than|larger than|higher than|"
        r"exceed(?:s|ed|ing)?|surpass(?:es|ed|ing)?|"
        r"north of|in excess of|"
        r"worth (?:over|more than)|>|mas del?|de mas del?|mas que|superior(?:es)? al?(?: los| las)?|"
        r"por encima del?(?: los| las)?|mayor(?:es)? (?:de|que|a)|"
        r"(?:que )?(?:super[ea](?:n|r|ron|ndo)?|pas[ea](?:n|r|ndo)? de|exced[aei](?:n|r|endo)?|rebas[ea](?:n|r|ndo)?)"
        r"(?: de| a)?(?: los| las)?|arriba de|"
        r"beyond|sobre los"
    ),
    Operator.LESS_THAN: (
        r"under|below|less than|lower than|smaller than|fewer than|<|menos del?|menos que|inferior(?:es)? al?|"
        r"por debajo del?(?: los| las)?|menor(?:es)? (?:de|que|a)|abajo de|(?:que )?no llegu?[ae]n? al?|sin llegar al?"
    ),
}
_COMPARED = re.compile(
    "|".join(
        rf"(?P<{operator.value}>(?<!\w)(?:{words.replace(' ', chr(92) + 's+')}))"
        for operator, words in _OPERATORS.items()
    )
)
_ONE = re.compile(rf"\s*(?:the |los |las |un |an? )?(?P<sign>[-−–]\s?|minus |menos )?{_sized('one')}(?![\w]|[.,]\d)")
_SPELLED = re.compile(rf"\s*(?P<one>{_any(_NUMERALS)})(?!\w)(?!\s*\d)(?! (?:and|y|of|de|hundred|cientos)\b)")
_SHARE = re.compile(
    r"\s*(?:(?P<half>(?:the |la )?(?:half|mitad)(?: (?:of|de))?)|(?P<third>(?:a|one) third(?: of)?|un tercio(?: de)?|"
    r"la tercera parte(?: de)?)|(?P<most>three[ -]quarters(?: of)?|(?:las )?tres cuartas partes(?: de)?)|"
    r"(?P<quarter>(?:a|one) quarter of|(?:una|la) cuarta parte(?: de)?))(?!\w)"
)
_PERCENT_OF = {"half": Decimal(50), "third": Decimal("33.3"), "most": Decimal(75), "quarter": Decimal(25)}
"""A third as shares are shown, with one decimal."""
_BETWEEN_DENIAL = (
    r"(?:(?:that|que|be|been|being|is|are|was|were|to|by|at|a|an|it|they|currently|yet|ever|worth|valued|costing|have|"
    r"has|having|going|get|gets|reach|reaches|con|de|por|los|las|se|ni|son|sean|es|sea|esta|este|estan|esten|"
    r"tienen?|tengan?|val[eg]an?|valen|cuestan?|cuesten?|suman?|sumen?|amount|amounts|importe|arr|valor)\s+){0,3}"
)
_DENIED = re.compile(
    rf"(?:\b(?:not|no|never|nunca|nor|ni|without|sin|tampoco|neither|cannot)|n't)\s+{_BETWEEN_DENIAL}$"
)
_OPPOSITE = {
    Operator.MORE_THAN: Operator.AT_MOST, Operator.AT_MOST: Operator.MORE_THAN,
    Operator.LESS_THAN: Operator.AT_LEAST, Operator.AT_LEAST: Operator.LESS_THAN,
}  # fmt: skip
_LEAST_MONEY = 1_000
_REACH = 60
"""Characters before a comparison in which it may be denied."""
_Parts = tuple[str, str | None, str | None]
"""A number, its scale, its currency."""
_AFTERWARDS = re.compile(
    rf"{_sized('one')}\s*(?:(?:%|percent\b|per cent\b|por ciento\b)\s*)?"
    r"(?:(?P<up>\+|(?:or|o|and|y)\s+(?:more|above|over|mas|superior(?:es)?|up|upwards)|plus\b)|"
    r"(?P<down>(?:or|o)\s+(?:less|below|under|fewer|menos|inferior(?:es)?)))(?!\w)"
    # `under 10k or over 50k`: the second comparison is one of its own
    r"(?!\s*(?:than\s+|de\s+(?:los\s+)?|que\s+|a\s+)?[^\w\s]?\d)"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """One comparison with its place. `currency` as written; `money`: a scale or a currency says that it is money.

    A denial before the comparison belongs to its place only where it stands right before it, as a word of its own.
    """

    operator: Operator
    value: Decimal
    currency: str | None
    start: int
    end: int
    money: bool
    denied: bool = False
    """Read as the opposite of what was denied."""
    percent: bool = False
    """Written with its percent sign."""

    @property
    def may_be_money(self) -> bool:
        """Whether it can be what an account pays: it says so, or is large; `health below 50` is something else."""
        return self.money or abs(self.value) >= _LEAST_MONEY


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
        ends = _ends(low, high)
        for operator, value in zip((Operator.AT_LEAST, Operator.AT_MOST), sorted(ends), strict=True):
            yield Amount(operator, value, currency, _start(match), match.end(), bool(scale or currency))


def _start(match: re.Match[str]) -> int:
    """Where its words begin: a space before a number is none of them."""
    return match.end() - len(match.group().lstrip())


def _afterwards(text: str) -> Iterator[Amount]:
    for match in _AFTERWARDS.finditer(text):
        number, scale, currency = _parts(match, "one")
        operator = Operator.AT_LEAST if match["up"] else Operator.AT_MOST
        percent = "%" in match.group() or "ent" in match.group()
        money = bool(scale or currency)
        yield Amount(
            operator, _worth(number, scale), currency, _start(match), match.end(), money=money, percent=percent
        )


def _compared(text: str) -> Iterator[Amount]:
    for match in _COMPARED.finditer(text):
        operator, start = _denied(text, Operator(str(match.lastgroup)), match.start())
        denied = operator.value != match.lastgroup
        one = _ONE.match(text, match.end())
        if one is not None:
            number, scale, currency = _parts(one, "one")
            value = _worth(number, scale) * (-1 if one["sign"] else 1)
            yield Amount(operator, value, currency, start, one.end(), bool(scale or currency), denied)
        elif share := _SHARE.match(text, match.end()):
            value = _PERCENT_OF[str(share.lastgroup)]
            yield Amount(operator, value, None, start, share.end(), money=False, denied=denied, percent=True)
        elif spelled := _SPELLED.match(text, match.end()):
            yield Amount(
                operator, Decimal(_NUMERALS[spelled["one"]]), None, start, spelled.end(), money=False, denied=denied
            )


def _denied(text: str, operator: Operator, start: int) -> tuple[Operator, int]:
    """The opposite comparison where it is denied, and where it begins."""
    denial = _DENIED.search(text, max(0, start - _REACH), start)
    if denial is None or operator not in _OPPOSITE:
        return operator, start
    apart = len(denial.group().split()) == 1 and "'" not in denial.group()
    return _OPPOSITE[operator], denial.start() if apart else start


def _ends(low: _Parts, high: _Parts) -> tuple[Decimal, Decimal]:
    """The ends of a range. One scale is of both only if the ends then stay in order: `500 and 2k` are no thousands."""
    first, last = _worth(low[0], low[1]), _worth(high[0], high[1])
    if high[1] and not low[1] and _worth(low[0], high[1]) <= last:
        first = _worth(low[0], high[1])
    elif low[1] and not high[1] and last < first <= _worth(high[0], low[1]):
        last = _worth(high[0], low[1])
    return first, last


def _parts(match: re.Match[str], name: str) -> _Parts:
    written = match[f"after_{name}"] or match[f"before_{name}"]
    number, scale = match[name], match[f"scale_{name}"]
    known = _SHARES.get(number) or _NUMERALS.get(number)
    number = str(known) if known is not None else number
    if match[f"half_{name}"] and number.isdigit():
        number = f"{number}.5"
    return number, scale, _CURRENCIES.get(written) if written else None


def _worth(number: str, scale: str | None) -> Decimal:
    """`50.000` and `50,000` are fifty thousand; with a scale a single separator is the decimal one."""
    grouped = re.fullmatch(r"(\d{1,3}(?:[.,]\d{3})+)(?:[.,](\d{1,2}))?", number)
    if grouped and not scale:
        digits = re.sub(r"[.,]", "", grouped[1])
        return Decimal(f"{digits}.{grouped[2]}" if grouped[2] else digits)
    return Decimal(
        number.replace(",", ".") if number.count(",") + number.count(".") < 2 else re.sub(r"[.,]", "", number)
    ) * (_SCALES[scale] if scale else 1)
