"""Characters that a reader would not see, or would take for others, made visible.

Invariant: no character that is invisible, changes the reading order or only looks like a letter reaches a page
or a terminal as it is; the pieces with the characters the marks stand for put back are the text.
"""

import re
import unicodedata
from dataclasses import dataclass

NAMES: dict[str, tuple[str, str]] = {
    "\u00ad": ("SHY", "soft hyphen"),
    "\u034f": ("CGJ", "joiner that nobody sees"),
    "\u061c": ("ALM", "change of reading direction"),
    "\u180e": ("MVS", "separator that nobody sees"),
    "\u200b": ("ZWSP", "zero width space"),
    "\u200c": ("ZWNJ", "zero width non-joiner"),
    "\u200d": ("ZWJ", "zero width joiner"),
    "\u200e": ("LRM", "left-to-right mark"),
    "\u200f": ("RLM", "right-to-left mark"),
    "\u2028": ("LS", "line separator"),
    "\u2029": ("PS", "paragraph separator"),
    "\u202a": ("LRE", "start of left-to-right text"),
    "\u202b": ("RLE", "start of right-to-left text"),
    "\u202c": ("PDF", "end of a change of direction"),
    "\u202d": ("LRO", "override: left to right"),
    "\u202e": ("RLO", "override: right to left, so that text reads backwards"),
    "\u2060": ("WJ", "word joiner"),
    "\u2066": ("LRI", "start of isolated left-to-right text"),
    "\u2067": ("RLI", "start of isolated right-to-left text"),
    "\u2068": ("FSI", "start of isolated text"),
    "\u2069": ("PDI", "end of isolated text"),
    "\ufeff": ("BOM", "zero width no-break space"),
}
"""Short sign and name of the invisible characters that occur in practice."""
CONTROL = "control character"
TAG = "tag character, which no screen shows"
VARIANT = "variation selector"
BLANK = "blank that is no ordinary space"
UNKNOWN = "character without a picture"
LOOKALIKE = "looks like an ordinary letter and is another character"

_BLANKS = frozenset("\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u200a\u205f\u2800\u3000")
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u17b4\u17b5")
_HARMLESS = frozenset("\t\n\r\u00a0\u2009\u202f")
"""Breaks, and the spaces that numbers are written with."""
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
_SEPARATORS = frozenset("\u2028\u2029")
_VARIANTS = re.compile("[\ufe00-\ufe0f\u180b-\u180d\U000e0100-\U000e01ef]")
_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
_DRAWN_LIKE_LATIN = frozenset("авекмнорстухіјѕԁԛԝһӏгпАВЕКМНОРСТУХІЈЅԌԚԜӀοαβεζηικνορτυχγωϲϳΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")
"""Cyrillic and Greek letters that are drawn like Latin ones; not the mu of `μm`."""
_ORDINARY = re.compile(
    "[\t\n\r\x20-\x7e\xa0-\xac\xae-\u024f\u2009\u2010-\u2027\u202f\u2030-\u205e\u20a0-\u20bf\u2190-\u21ff\u2212]*"
)
"""What most texts are made of: Latin letters, punctuation, currencies, arrows; none of it needs a name anywhere."""
_UNUSUAL_FORMS = re.compile("[\uff01-\uff5e\U0001d400-\U0001d7ff\u24b6-\u24e9\U0001f130-\U0001f189]")


def all_names() -> frozenset[str]:
    """Every name that `pieces` can give a character; the catalogue of the pages translates them."""
    return frozenset(
        {name for _sign, name in NAMES.values()} | {CONTROL, TAG, VARIANT, BLANK, UNKNOWN, LOOKALIKE},
    )


@dataclass(frozen=True, slots=True)
class Unseen:
    """What to show in place of a character."""

    sign: str
    """Short and plain: `ZWSP`, `U+0430`."""
    name: str
    """Message key of its name."""
    letter: str = ""
    """The letter itself, where it is one that looks like another; safe to show."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text as it is, or one character to be shown by its name."""

    text: str
    unseen: Unseen | None = None


def pieces(text: str) -> list[Piece]:
    """The text cut at every character that needs a name. Linear in the length of the text."""
    if _ORDINARY.fullmatch(text):
        return [Piece(text)] if text else []
    likes = _lookalikes(text)
    found: list[Piece] = []
    position = 0
    for place, char in enumerate(text):
        unseen = likes.get(place) or _unseen(text, place, char)
        if unseen is not None:
            found += [Piece(text[position:place]), Piece(char, unseen)]
            position = place + 1
    return [piece for piece in (*found, Piece(text[position:])) if piece.text]


def names_in(text: str) -> dict[tuple[str, str], int]:
    """Sign and name of what is unseen in a text, with how often; for a note beside a field that cannot show it."""
    counted: dict[tuple[str, str], int] = {}
    for piece in pieces(text):
        if piece.unseen is not None:
            key = (piece.unseen.sign, piece.unseen.name)
            counted[key] = counted.get(key, 0) + 1
    return counted


def _unseen(text: str, place: int, char: str) -> Unseen | None:
    if char in _HARMLESS or (char.isprintable() and char not in _BLANKS | _FILLERS and not _VARIANTS.match(char)):
        return None
    if char in NAMES:
        return None if char == "\u200d" and _within_emoji(text, place) else Unseen(*NAMES[char])
    code = f"U+{ord(char):04X}"
    if _VARIANTS.match(char):
        return None if _after_symbol(text, place) else Unseen(code, VARIANT)
    if char in _BLANKS | _FILLERS:
        return Unseen(code, BLANK)
    if 0xE0000 <= ord(char) <= 0xE007F:
        return Unseen(code, TAG)
    category = unicodedata.category(char)
    if category == "Cc":
        return Unseen(code, CONTROL)
    return Unseen(code, UNKNOWN) if category in _UNSEEN_CATEGORIES or char in _SEPARATORS else None


def _after_symbol(text: str, place: int) -> bool:
    """Whether the character before is a picture, which a variation selector colours."""
    before = text[place - 1] if place else ""
    return bool(before) and (unicodedata.category(before) in {"So", "Sm", "Po"} or before.isdigit())


def _within_emoji(text: str, place: int) -> bool:
    around = (text[place - 1] if place else "", text[place + 1] if place + 1 < len(text) else "")
    return all(char and (unicodedata.category(char) in {"So", "Sk"} or _VARIANTS.match(char)) for char in around)


def _lookalikes(text: str) -> dict[int, Unseen]:
    """Letters of another script within a Latin word, whole words drawn like Latin ones, and unusual forms."""
    found: dict[int, Unseen] = {}
    for word in _WORD.finditer(text):
        letters = word.group()
        if letters.isascii():
            continue
        foreign = {place for place, char in enumerate(letters) if char in _DRAWN_LIKE_LATIN}
        latin = any(_is_latin(char) for char in letters)
        # A single Greek letter is a unit or a symbol; a single Cyrillic one among Latin words is neither.
        alone = len(foreign) == len(letters) and (len(letters) > 1 or letters >= "\u0400")
        odd = {place for place, char in enumerate(letters) if _is_odd(char)}
        for place in odd | (foreign if latin or alone else set()):
            char = letters[place]
            found[word.start() + place] = Unseen(f"U+{ord(char):04X}", LOOKALIKE, letter=char)
    return found


def _is_latin(char: str) -> bool:
    return char.isascii() or unicodedata.name(char, "").startswith("LATIN")


def _is_odd(char: str) -> bool:
    foreign_digit = not char.isascii() and unicodedata.category(char) == "Nd"
    return foreign_digit or _UNUSUAL_FORMS.match(char) is not None
