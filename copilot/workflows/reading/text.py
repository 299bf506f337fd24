"""Text split into sentences, and the stems of its telling words.

Invariant: a sentence is a span of the text, to the character.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import snowballstemmer

from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.workflows.reading.cues import words

_END = re.compile(r"[.!?…]+[\"'”’»)\]*]*(?=\s|$)")
_LIST_ITEM = re.compile(r"\s*(?:[-*•–]|\d{1,2}[.)]|[a-z]\))\s+")
_LABELLED = re.compile(r"[ \t]*(?:\*\*)?[A-ZÁÉÍÓÚÑ][\w.'’-]*(?: [\w.'’-]+){0,3}(?:\*\*)?:(?:\*\*)?[ \t]+\S")
"""A line that opens with who says it or what it is."""
_WRAPPED_LINE = 55
_WORD = re.compile(r"[^\W\d_]{3,}|\d+")


@lru_cache(maxsize=8_192)
def stems(text: str, language: Language) -> frozenset[str]:
    """Stems of the telling words of a text: no stop words, no dates, no one-letter words."""
    dull = words("stop")
    return frozenset(_stem(word, language) for word in _WORD.findall(flat(text)) if word not in dull)


@lru_cache(maxsize=50_000)
def _stem(word: str, language: Language) -> str:
    stemmed: str = _stemmer(language).stemWord(word)
    return stemmed


@lru_cache(maxsize=2)
def _stemmer(language: Language) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("spanish" if language is Language.ES else "english")


def sentence_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of the sentences of `text[start:end]`: full stops, list items and line ends that close a thought."""
    for line_start, line_end in _lines(text, start, end):
        yield from _in_line(text, line_start, line_end)


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Lines, with hard-wrapped ones joined."""
    line_start = position = start
    while position < end:
        newline = text.find("\n", position, end)
        if newline < 0:
            break
        if _breaks(text, line_start, newline, end):
            yield line_start, newline
            line_start = newline + 1
        position = newline + 1
    if line_start < end:
        yield line_start, end


def _breaks(text: str, start: int, newline: int, end: int) -> bool:
    line = text[text.rfind("\n", start, newline) + 1 or start : newline].rstrip()
    following = text[newline + 1 : min(end, newline + 80)]
    if not line or not following.strip() or following.startswith("\n"):
        return True
    if line.endswith((".", "!", "?", ":", ";", ",")) and len(line) < _WRAPPED_LINE:
        return True
    return (
        len(line) < _WRAPPED_LINE
        or line.endswith(":")
        or bool(_LIST_ITEM.match(following) or _LABELLED.match(following))
    )


def _in_line(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    item = _LIST_ITEM.match(text, start, end)
    begin = item.end() if item else start
    for match in _END.finditer(text, begin, end):
        if _is_abbreviation(text, match.start(), begin) or not _opens_sentence(text, match.end(), end):
            continue
        yield from _trimmed(text, begin, match.end())
        begin = match.end()
    yield from _trimmed(text, begin, end)


def _is_abbreviation(text: str, dot: int, begin: int) -> bool:
    if text[dot] != ".":
        return False
    word = text[max(begin, dot - 8) : dot].rsplit(" ", 1)[-1].rsplit("\n", 1)[-1].lower().lstrip("(«“\"'")
    return word in words("abbreviations") or (len(word) == 1 and word.isalpha())


def _opens_sentence(text: str, position: int, end: int) -> bool:
    following = text[position:end].lstrip()
    return not following or not (following[0].islower() and following[0].isalpha())


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and (text[start].isspace() or text[start] in "*_"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in "*_"):
        end -= 1
    if end - start > 1:
        yield start, end


def clearly_quoted(quoted: str) -> str:
    """A quotation in marks that its own words do not hold: `“el negocio de «Negociación»”`, not `««…»»`."""
    inside = quoted[1:-1]
    if not set(quoted[0] + quoted[-1]) & set(inside):
        return quoted
    free = (marks for marks in ("«»", "“”", '""') if not set(marks) & set(inside))
    marks = next(free, quoted[0] + quoted[-1])
    return f"{marks[0]}{inside}{marks[1]}"
