"""Shows where the words of a search occur in a passage, what a sentence rests on, and what the checks saw in it.

Invariant: the pieces put together are the text, whatever the query.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Indel

from api.web.document_view import Piece
from copilot.domain.figures import Figure, extract_figures, says_the_same
from copilot.domain.language import Language
from copilot.guardrails.grounding.source_text import is_content
from copilot.guardrails.grounding.words import Word, words_of
from copilot.store.accounts import fold

_WORD = re.compile(r"\w+")
_SHORTEST = 3
_STEM = 5
"""Words that share this many first letters are taken for forms of one word."""
_LONGEST_SHOWN = 600
_SHORTEST_RUN = 3
"""Words in a row that say the same by more than chance."""
_LONGEST_SOURCE = 20_000


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence, read once for all the sources it cites."""

    figures: tuple[Figure, ...]
    words: tuple[Word, ...]
    content: frozenset[str]
    """Stems of the words that say something."""


@lru_cache(maxsize=256)
def _said(sentence: str, language: Language | None) -> _Said:
    words = words_of(sentence)
    content = frozenset(word.stem for word in words if is_content(word))
    return _Said(extract_figures(sentence, language=language), words, content)


def highlighted(text: str, query: str) -> list[Piece]:
    """`text`, shortened around the first word found, with the words of `query` marked."""
    stems = {_stem(word) for word in _WORD.findall(fold(query)) if len(word) >= _SHORTEST}
    found = [match for match in _WORD.finditer(text) if _stem(fold(match.group())) in stems]
    begin, end = _window(text, found[0].start() if found else 0)
    pieces: list[Piece] = [Piece("… ")] if begin else []
    position = begin
    for match in found:
        if match.start() < position or match.end() > end:
            continue
        pieces += [Piece(text[position : match.start()]), Piece(match.group(), marked=True)]
        position = match.end()
    pieces.append(Piece(text[position:end]))
    return pieces + ([Piece(" …")] if end < len(text) else [])


def marked_spans(text: str, spans: Iterable[tuple[int, int]]) -> list[Piece]:
    """`text` with the characters of any span marked; spans may overlap or reach beyond the text."""
    pieces: list[Piece] = []
    position = 0
    for start, end in sorted(spans):
        begin, stop = max(start, position), min(end, len(text))
        if begin < stop:
            pieces += [Piece(text[position:begin]), Piece(text[begin:stop], marked=True)]
            position = stop
    return [piece for piece in (*pieces, Piece(text[position:])) if piece.text]


@lru_cache(maxsize=8_192)
def carries(sentence: str, source: str, *, language: Language | None = None) -> bool:
    """Whether `carried_spans` finds anything; what is quickest to see is looked at first.

    Kept, as the spans are: whoever reviews a draft sees its page again after every remark, vote and edit.
    """
    said, words = _said(sentence, language), words_of(source[:_LONGEST_SOURCE])
    return (
        any(word.stem in said.content and is_content(word) for word in words)
        or bool(_same_figures(said, source[:_LONGEST_SOURCE]))
        or bool(_runs(said.words, words))
    )


@lru_cache(maxsize=8_192)
def carried_spans(sentence: str, source: str, *, language: Language | None = None) -> tuple[tuple[int, int], ...]:
    """Which characters of `source` a sentence rests on: figures of the same value, and words said in a row.

    Where neither is there, the words of content that both have; nothing where they have none in common.
    """
    source = source[:_LONGEST_SOURCE]
    said, words = _said(sentence, language), words_of(source)
    spans = _same_figures(said, source) + _runs(said.words, words)
    if not spans:
        spans = [(word.start, word.end) for word in words if word.stem in said.content and is_content(word)]
    return tuple(_merged(spans))


def _same_figures(said: _Said, source: str) -> list[tuple[int, int]]:
    if not said.figures:
        return []
    return [
        (figure.start, figure.end)
        for figure in extract_figures(source, language=None)
        if any(says_the_same(own, figure) for own in said.figures)
    ]


def quoted(sentence: str, source: str, *, language: Language | None = None) -> list[Piece]:
    """`source` with what the sentence rests on marked, shortened around it where it is long."""
    spans = carried_spans(sentence, source, language=language)
    begin, end = _window(source, spans[0][0] if spans else 0)
    inside = [(start - begin, stop - begin) for start, stop in spans if start >= begin and stop <= end]
    pieces = [Piece("… ")] if begin else []
    return [*pieces, *marked_spans(source[begin:end], inside)] + ([Piece(" …")] if end < len(source) else [])


def _runs(own: tuple[Word, ...], other: tuple[Word, ...]) -> list[tuple[int, int]]:
    """Places in the source of words that stand in the same order in the sentence."""
    steps = Indel.opcodes([word.folded for word in own], [word.folded for word in other])
    return [
        (other[step.dest_start].start, other[step.dest_end - 1].end)
        for step in steps
        if step.tag == "equal" and sum(word.is_word for word in other[step.dest_start : step.dest_end]) >= _SHORTEST_RUN
    ]


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _stem(word: str) -> str:
    return unicodedata.normalize("NFC", word)[:_STEM]


def _window(text: str, first: int) -> tuple[int, int]:
    if len(text) <= _LONGEST_SHOWN:
        return 0, len(text)
    begin = max(0, first - _LONGEST_SHOWN // 3)
    if begin:
        space = text.find(" ", begin)
        begin = space + 1 if 0 <= space < first else begin
    end = min(len(text), begin + _LONGEST_SHOWN)
    return begin, end
