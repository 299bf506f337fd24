"""Where in a text it is worth looking: around digits, and after or before words that say what a number is.

Invariant: every look around a place is bounded, so a recogniser that asks at each candidate stays linear.
"""

import re
from collections.abc import Iterator

_CLUSTER = re.compile(r"[0-9](?:[^0-9]{0,8}[0-9]){0,400}")
"""Digits with at most eight other characters between them."""
_PAIR = re.compile(r"[0-9][0-9]")
_NO_DIGITS = re.compile(r"[^0-9]+")
_LEAD = 10
_TAIL = 64
"""The longest identifier that starts inside a cluster ends within so many characters of its end."""
CUE_REACH = 64

_NUMBERING = r"(?:n[.º°ro]{1,3}|num\.?|núm\.?|numero|número|number|no\.?|id|code|código|of|de|is|es|[:#=\-/]| ){0,6}"
_BUSINESS_NUMBER = re.compile(
    r"\b(?:pedidos?|orders?|facturas?|invoices?|ref|refs|referencia|reference|sku|tickets?|casos?|cases?|parte?|"
    r"piezas?|art[ií]culos?|items?|modelos?|models?|series?|serial|s/n|albar[aá]n|expediente|lotes?|batch|lot|tracking|"
    r"seguimiento|env[ií]o|contratos?|contracts?|presupuestos?|quotes?|oferta|po|licencia|license|licence|build|commit|"
    r"incidencia|incident|bug|issue|rfp|transacci[oó]n|transaction|asiento|producto|product|material|ean|isbn|gtin|"
    r"versi[oó]n|version|nhc|episodio|(?:n\.?º ?)?col(?:egiad[oa])?|p[oó]liza|policy|clientes?|customer|account|socio|"
    r"afiliado|member|registro|matr[ií]cula|identificador|opportunity|oportunidad|deal|"
    r"lead)\b[.:]?" + _NUMBERING + r"$",
    re.IGNORECASE,
)
_ANY_WORD = re.compile(r"[^\W\d_][^0-9]{0,30}$")
"""In rows of numbers there is none, which is quickly seen."""
_GLUED_BEFORE = re.compile(r"[^\W_][-/_.#]$")


def digit_windows(text: str, *, minimum: int) -> Iterator[tuple[int, int, int]]:
    """`(start, end, limit)` of stretches with at least `minimum` digits, two of them side by side.

    What starts in `start:end` is to be matched in `start:limit`.
    """
    length = len(text)
    for match in _CLUSTER.finditer(text):
        start, end = match.span()
        if end - start < minimum or _PAIR.search(text, start, end) is None:
            continue
        if len(digits_of(match.group())) >= minimum:
            yield max(0, start - _LEAD), end, min(length, end + _TAIL)


def digits_of(text: str) -> str:
    """The digits of `text`, without what parts them."""
    return _NO_DIGITS.sub("", text)


def candidates(pattern: re.Pattern[str], text: str, *, minimum: int) -> Iterator[re.Match[str]]:
    """Matches of a pattern that has at least `minimum` digits and at most 64 characters, without reading the rest."""
    for start, end, limit in digit_windows(text, minimum=minimum):
        for match in pattern.finditer(text, start, limit):
            if match.start() >= end:
                break
            yield match


def cue(words: str, *, gap: int = 28) -> re.Pattern[str]:
    """A pattern for `cued`: one of `words` (a regular expression), then up to `gap` characters and no digit."""
    return re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])[^0-9]{{0,{gap}}}$", re.IGNORECASE)


def cued(text: str, start: int, words: re.Pattern[str]) -> bool:
    """Whether words made by `cue` stand shortly before `start`."""
    before = text[max(0, start - CUE_REACH) : start]
    return _ANY_WORD.search(before) is not None and words.search(before) is not None


def is_business_number(text: str, start: int) -> bool:
    """Whether the words right before say that a number is an order, an invoice, a part or the like."""
    before = text[max(0, start - CUE_REACH) : start]
    return _GLUED_BEFORE.search(before) is not None or _BUSINESS_NUMBER.search(before) is not None
