"""Text that a printed page can show, without the marks of any markup language.

Invariant: a character that the font does not have is replaced by its closest plain one or by a lozenge, never dropped.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

MISSING = "◊"
_ALIKE = {
    "→": "->",
    "←": "<-",
    "▲": "+",
    "▼": "-",
    "№": "No.",
    "\u2011": "-",
    "\u202f": "\u00a0",
    "\u2009": " ",
    "\u2212": "-",
    "ﬁ": "fi",
    "ﬂ": "fl",
}


@dataclass(frozen=True, slots=True)
class Printable:
    """Texts as they are printed. `left_out`: some character had to be replaced by a lozenge."""

    texts: tuple[str, ...]
    left_out: bool


def printable(texts: Iterable[str]) -> Printable:
    """Each text on one line, in characters of the font."""
    found = tuple("".join(_shown(char) for char in " ".join(text.split())) for text in texts)
    return Printable(found, any(MISSING in text for text in found))


@cache
def _shown(char: str) -> str:
    if char in _glyphs() and unicodedata.category(char)[0] != "C":
        return char
    if char in _ALIKE:
        return _ALIKE[char]
    if unicodedata.category(char) in {"Cc", "Cf", "Mn"}:
        # Control, direction and joining marks have no shape of their own.
        return ""
    plain = "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
    return plain if plain and all(part in _glyphs() for part in plain) else MISSING


@cache
def _glyphs() -> frozenset[str]:
    from reportlab.pdfbase.ttfonts import TTFont

    return frozenset(chr(code) for code in TTFont("Vera", "Vera.ttf").face.charToGlyph)
