"""Reads what a text carries in base64, hexadecimal, percent signs, character references or rot13.

Invariant: bounded work. Only runs of a plausible length are decoded, a fixed number of each kind, once; what is not
readable text afterwards is dropped.
"""

import base64
import binascii
import codecs
import html
import re
from collections.abc import Callable, Iterator
from itertools import islice
from urllib.parse import unquote

MOST_RUNS = 20
"""Of each encoding in one text."""
_LONGEST_RUN = 8_000
_SHOWN = 0.9
_WORDS = 0.6
"""Shares of the characters of a readable text."""
_FEWEST_LETTERS = 8
_BASE64 = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{16,8000}(?:\r?\n[A-Za-z0-9+/_-]{16,400}){0,60}={0,2}")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:\\x|0x)?(?:[0-9A-Fa-f]{2}[ :]?(?:\\x)?){12,4000}(?![0-9A-Za-z])")
_PERCENT = re.compile(r"(?:[\w.~-]{0,20}%[0-9A-Fa-f]{2}){6,1300}[\w.~-]{0,20}")
_REFERENCES = re.compile(r"(?:&#[xX]?[0-9A-Fa-f]{2,6};[ \w]{0,3}){6,1300}")
_ESCAPES = re.compile(r"(?:\\u[0-9A-Fa-f]{4}[ \w]{0,3}){6,1300}")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})")
_ROT13_WORD = re.compile(
    r"\b(?:vtaber|qvfertneq|vtaben|sbetrg|byivqn|byivqr|vafgehpgvbaf?|vafgehppvbarf|cerivbhf|nagrevberf|nffvfgnag|"
    r"nfvfgragr|erivrj|nccebir|nccebirq|ncehron|fhzznel|erfhzra|erfcbafr|erfchrfgn|rai[ví]n|fraq|nñnqr|cevpr|nppbhag|"
    r"phragn|cebzcg|znex|znepn|jevgr|rfpevor|pbagnpg|pbagenpg|pbagengb|guvf|lbhe|qry|cnen)\b",
    re.IGNORECASE,
)
_FEWEST_ROT13 = 2
_SENTENCE_ENDS = "\n.!?|<>"


def decoded(text: str) -> Iterator[tuple[int, int, str]]:
    """Stretches that are encoded: start, end, what they say."""
    for pattern, decode in _DECODERS:
        for match in islice(pattern.finditer(text), MOST_RUNS):
            plain = decode(match.group()[:_LONGEST_RUN])
            if plain is not None and _is_readable(plain):
                yield match.start(), match.end(), plain
    yield from _rot13(text)


def _base64(run: str) -> str | None:
    packed = re.sub(r"\s", "", run).translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4)).decode("utf-8")
    except (binascii.Error, ValueError):
        return None


def _hexadecimal(run: str) -> str | None:
    digits = re.sub(r"\\x|0x|[ :]", "", run)
    try:
        return bytes.fromhex(digits[: len(digits) // 2 * 2]).decode("utf-8")
    except ValueError:
        return None


def _escaped(run: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), run)


_DECODERS: tuple[tuple[re.Pattern[str], Callable[[str], str | None]], ...] = (
    (_BASE64, _base64),
    (_HEX, _hexadecimal),
    (_PERCENT, unquote),
    (_REFERENCES, html.unescape),
    (_ESCAPES, _escaped),
)


def _rot13(text: str) -> Iterator[tuple[int, int, str]]:
    """Sentences with words that are words only after turning the alphabet by half."""
    done = 0
    for match in islice(_ROT13_WORD.finditer(text), MOST_RUNS):
        if match.start() < done:
            continue
        window = max(0, match.start() - 400)
        start = max((text.rfind(mark, window, match.start()) for mark in _SENTENCE_ENDS), default=-1) + 1
        ends = [text.find(mark, match.end(), match.end() + 400) for mark in _SENTENCE_ENDS]
        done = min((end for end in ends if end >= 0), default=min(len(text), match.end() + 400))
        sentence = text[max(start, window) : done]
        if len(_ROT13_WORD.findall(sentence)) >= _FEWEST_ROT13:
            yield max(start, window), done, codecs.encode(sentence, "rot13")


def _is_readable(text: str) -> bool:
    shown = sum(char.isprintable() or char.isspace() for char in text)
    words = sum(char.isalpha() or char.isspace() for char in text)
    return words >= _FEWEST_LETTERS and shown >= _SHOWN * len(text) and words >= _WORDS * len(text)
