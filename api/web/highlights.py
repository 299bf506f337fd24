"""Shows where the words of a search occur in a passage, and what the checks saw in a sentence.

Invariant: the pieces put together are the text, whatever the query.
"""

import re
import unicodedata
from collections.abc import Iterable

from api.web.document_view import Piece
from copilot.store.accounts import fold

_WORD = re.compile(r"\w+")
_SHORTEST = 3
_STEM = 5
"""Words that share this many first letters are taken for forms of one word."""
_LONGEST_SHOWN = 600


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
