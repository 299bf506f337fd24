"""Takes disguises off a text, so that what hides in it can be read.

Invariant: only used to look; nobody is shown, and nothing is stored of, what comes out of it. Each step is linear in
the length of the text.
"""

import re
import unicodedata

_BREAKS = re.compile(r"\s+")
_INVISIBLE = re.compile(
    "[\u0300-\u036f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]+"
)
"""Accents after decomposition, and characters that format without showing."""
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]+")
_LOOKS_LIKE = str.maketrans(
    "авекмнорстухіјѕԁԛԝһӏαβεζηικμνορτυχϲϳ\u0131\u2024\u2018\u2019\u02bc",
    "abekmhopctyxijsdqwhlaBeznikmvoptuxcji.'''".lower(),
)
"""Cyrillic and Greek letters that are drawn like Latin ones."""
_LEET = str.maketrans("4310570@$", "aeiostoas")
_LEET_WORD = re.compile(r"(?<!\S)(?=[^\s\d]{0,20}\d)(?=\S{0,20}[a-z])[a-z0134570@$][a-z0134570@$,.;:]{1,30}(?!\S)")
_FEWEST_LEET = 3
_SPACED = re.compile(r"(?<!\S)(?:[^\W_][ ._*-]{1,3}){5,400}[^\W_](?!\w)")
_WORD_GAP = re.compile(r"[ ]{2,3}|[._*-]{2,3}")
_TURNED = re.compile("\u202e([^\u202c\u202e\n]{4,2000})")
_TAGS = re.compile("(?:\U0001f3f4[\U000e0020-\U000e007f]{1,10})|([\U000e0020-\U000e007f]{4,4000})")
"""A flag of a region, which is spelt with tag characters, or a message in them."""
_TAG_BASE = 0xE0000


def normalised(text: str) -> str:
    """Lower case Latin without accents, invisible characters or runs of spaces, so that disguises fall away."""
    text = _CONTROL.sub("", text)
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKD", text)).lower().translate(_LOOKS_LIKE)
    return _BREAKS.sub(" ", text).lower()


def respelt(text: str) -> str | None:
    """`text` normalised, its spaced letters joined and its digits read as letters; None if it has neither."""
    joined, spaced = _SPACED.subn(lambda match: _joined(match.group()), text)
    plain = normalised(joined)
    words = _LEET_WORD.findall(plain)
    if len(words) >= _FEWEST_LEET:
        return _LEET_WORD.sub(lambda match: match.group().translate(_LEET), plain)
    return plain if spaced else None


def _joined(letters: str) -> str:
    return _WORD_GAP.sub("\n", letters).translate({ord(mark): None for mark in " ._*-"}).replace("\n", " ")


def turned_back(text: str) -> list[tuple[int, int, str]]:
    """Stretches that are written backwards behind a right-to-left override: start, end, as they are seen."""
    return [(match.start(), match.end(), match.group(1)[::-1]) for match in _TURNED.finditer(text)]


def in_tag_characters(text: str) -> list[tuple[int, int, str]]:
    """Messages in Unicode tag characters, which no screen shows: start, end, in plain letters."""
    return [
        (match.start(), match.end(), "".join(chr(ord(char) - _TAG_BASE) for char in match.group(1)))
        for match in _TAGS.finditer(text)
        if match.group(1)
    ]
