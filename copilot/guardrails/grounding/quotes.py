"""Quotations that the cited sources do not contain word for word.

Invariant: what stands between quotation marks is somebody else's; a changed word in it is a false statement about
them, however small. Cuts marked with dots are allowed.
"""

import re
from collections.abc import Iterator

from copilot.guardrails.grounding.sources import Sources, unmarked
from copilot.guardrails.grounding.words import quotations, sentences

_CUT = re.compile(r"…|\.\.\.|\[…\]|\(…\)")
_EDGES = " \t\n.,;:!?¿¡'\"«»“”‘’()[]-–—"
_SHORTEST = 2
"""Words. A single one in quotation marks is a term, unless a capital makes it a name."""


def altered_quotations(text: str, sources: Sources) -> Iterator[tuple[int, int]]:
    """Spans of quotations of which a part is in no source."""
    for start, end in quotations(text):
        if any(not _is_quoted(part, sources) for part in _CUT.split(text[start:end])):
            yield start, end


def _is_quoted(part: str, sources: Sources) -> bool:
    wanted = _plain(part)
    term = len(wanted.split()) < _SHORTEST and not part.strip()[:1].isupper()
    if term or _found(wanted, sources):
        return True
    pieces = [_plain(sentence) for sentence in sentences(part)]
    return len(pieces) > 1 and all(not piece or _found(piece, sources) for piece in pieces)


def _found(wanted: str, sources: Sources) -> bool:
    return any(wanted in text for text in sources.folded)


def _plain(text: str) -> str:
    return unmarked(text).strip(_EDGES)
