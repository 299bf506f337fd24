"""What of a source is quoted outside: the sentences that an answer was made of, and a little around them.

Invariant: the words are the source's own, in its order; where something is left out stands `[…]`.
"""

import re
from collections.abc import Sequence

from copilot.domain.folding import fold
from copilot.workflows.reading.text import sentence_spans

_WORD = re.compile(r"\w{3,}")
_SAID = 0.8
"""Share of a sentence's words that the answer repeats: then it is one that the answer was made of."""
_WHOLE = 300
"""Characters. What is no longer is quoted whole."""
_AROUND = 160
"""Characters of a neighbouring sentence that may come along."""
_LEFT_OUT = "[…]"


def cited_part(text: str, said: Sequence[str]) -> str:
    """The part of a source that these sentences of an answer rest on, on one line."""
    whole = " ".join(text.split())
    if len(whole) <= _WHOLE:
        return whole
    parts = [" ".join(text[start:end].split()) for start, end in sentence_spans(text, 0, len(text))]
    known = {word for each in said for word in _words(each)}
    shares = [_share(part, known) for part in parts]
    best = max(shares, default=0.0)
    cited = {place for place, share in enumerate(shares) if share >= min(_SAID, best) and share > 0}
    if not cited:
        return whole
    around = {other for place in cited for other in (place - 1, place + 1) if _is_short(parts, other)}
    return _joined(parts, sorted(cited | around))


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def _share(part: str, known: set[str]) -> float:
    words = _words(part)
    return sum(word in known for word in words) / len(words) if words else 0.0


def _is_short(parts: Sequence[str], place: int) -> bool:
    return 0 <= place < len(parts) and len(parts[place]) <= _AROUND


def _joined(parts: Sequence[str], places: Sequence[int]) -> str:
    told: list[str] = [] if places[0] == 0 else [_LEFT_OUT]
    for before, place in zip([places[0] - 1, *places], places, strict=False):
        if place != before + 1:
            told.append(_LEFT_OUT)
        told.append(parts[place])
    return " ".join([*told, *([] if places[-1] == len(parts) - 1 else [_LEFT_OUT])])
