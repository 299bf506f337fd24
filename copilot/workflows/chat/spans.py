"""Chooses, from ranked passages, what fits a token budget and is most likely to hold the answer.

Invariant: pure; what is chosen never exceeds the budget, nothing is cut, and nothing is chosen twice. What answers a
question seldom stands alone: a piece counts for as much as its neighbours say about the same thing.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from copilot.domain.evidence import Evidence
from copilot.domain.facts import passage_evidence_id
from copilot.llm.tokens import count_tokens
from copilot.workflows.chat.answering import Judged, Verdict
from copilot.workflows.chat.told import Told

SENTENCE_REACH = 1.0
"""Standard deviation, in sentences, of how far a sentence lends its weight to its neighbours."""
PASSAGE_REACH, PASSAGE_OWN = 3.0, 0.1
"""The same in passages: in a meeting the talk on one thing goes on for some minutes."""
_OWN = 0.5
"""Share of a piece's own score in what it counts for; the rest is its neighbourhood's."""
_FAR = 3.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence or a passage with its score; `place` counts pieces of one document in reading order."""

    key: str
    document: str
    place: int
    text: str
    score: float


def select(
    pieces: Sequence[Piece],
    *,
    budget_tokens: int,
    count: Callable[[str], int] = count_tokens,
    reach: float = SENTENCE_REACH,
    own: float = _OWN,
) -> tuple[Piece, ...]:
    """Pieces that fit, the most telling first. Raises ValueError if the budget is not positive."""
    if budget_tokens <= 0:
        raise ValueError("the token budget must be positive")
    worth = _worth(pieces, reach=reach, own=own)
    chosen: list[Piece] = []
    said: set[str] = set()
    left = budget_tokens
    for piece in sorted(pieces, key=lambda item: (-worth[item.key], item.document, item.place)):
        words = " ".join(piece.text.casefold().split())
        if words in said or (needed := count(piece.text)) > left:
            continue
        said.add(words)
        left -= needed
        chosen.append(piece)
    return tuple(chosen)


def _worth(pieces: Sequence[Piece], *, reach: float, own: float) -> dict[str, float]:
    """Each piece's score mixed with the mean of its neighbours', the nearer the heavier."""
    places = {(item.document, item.place): item.score for item in pieces}
    low = min(places.values(), default=0.0)
    kernel = {step: math.exp(-0.5 * (step / reach) ** 2) for step in _steps(reach)}
    worth = {}
    for item in pieces:
        # A neighbour that was not found counts as the worst that was: it is about something else.
        around = sum(weight * places.get((item.document, item.place + step), low) for step, weight in kernel.items())
        worth[item.key] = own * item.score + (1 - own) * around / sum(kernel.values())
    return worth


def _steps(reach: float) -> range:
    most = max(1, round(_FAR * reach))
    return range(-most, most + 1)


def spans_of_told(verdict: Verdict, sentences: Sequence[Told], *, budget_tokens: int) -> tuple[Evidence, ...]:
    """Stretches of the passages found, for a model to read, the most telling first."""
    scores = {item.told.order: item for item in verdict.ranked}
    pieces = [
        Piece(str(item.order), item.passage_id, item.order, item.text, scores[item.order].score)
        for item in sentences
        if item.order in scores
    ]
    chosen = {int(piece.key) for piece in select(pieces, budget_tokens=budget_tokens)}
    stretches = list(_stretches([item for item in sentences if item.order in chosen]))
    return tuple(_evidence(item) for item in sorted(stretches, key=lambda item: -_best(item, scores)))


def _stretches(chosen: Sequence[Told]) -> Iterator[list[Told]]:
    """Sentences of one passage that follow each other."""
    current: list[Told] = []
    for item in chosen:
        if current and (item.passage_id != current[-1].passage_id or item.order != current[-1].order + 1):
            yield current
            current = []
        current.append(item)
    if current:
        yield current


def _best(stretch: Sequence[Told], scores: dict[int, Judged]) -> float:
    return max(scores[item.order].score for item in stretch)


def _evidence(stretch: Sequence[Told]) -> Evidence:
    """The characters from the first sentence to the last, as they stand in the passage."""
    first, last = stretch[0].evidence, stretch[-1].evidence
    within = stretch[0].within
    if len(stretch) == 1 or first.start is None or last.end is None or within.start is None:
        return first
    text = within.text[first.start - within.start : last.end - within.start]
    span_id = passage_evidence_id(stretch[0].passage_id, span=(first.start, last.end))
    return first.model_copy(update={"id": span_id, "text": text, "end": last.end})
