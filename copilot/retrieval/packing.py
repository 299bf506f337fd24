"""Packs evidence into a token budget for a model.

Invariant: the packed text never exceeds the budget, the count is that of the very text handed over, each piece
is whole (evidence is never cut, as a citation must open what the model read), and what was left out is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from copilot.domain.evidence import Evidence
from copilot.llm.tokens import TokenCounter, token_counter

_SEPARATOR = "\n\n"


@dataclass(frozen=True, slots=True)
class PackedContext:
    """What goes to the model, in the order given (best first)."""

    evidence: tuple[Evidence, ...]
    text: str
    tokens: int
    """Of `text`, by the counter used."""
    duplicates: tuple[Evidence, ...]
    """Left out because they say what another piece says."""
    left_out: tuple[Evidence, ...]
    """Left out for lack of room."""


def pack(evidence: Sequence[Evidence], *, budget_tokens: int, counter: TokenCounter | None = None) -> PackedContext:
    """Take pieces in order while they fit; a piece that does not fit is skipped, later smaller ones may still fit.

    Raises ValueError if the budget is not positive.
    """
    if budget_tokens <= 0:
        raise ValueError("the token budget must be positive")
    count = counter or token_counter()
    distinct, duplicates = _without_duplicates(evidence)
    chosen: list[Evidence] = []
    left_out: list[Evidence] = []
    text = ""
    tokens = 0
    for item in distinct:
        longer = f"{text}{_SEPARATOR}{render(item)}" if text else render(item)
        # Tokens may merge across the seam, so the whole text is counted, not a sum; but a sum that is far too
        # large saves counting.
        needed = count(longer) if count(render(item)) <= budget_tokens else budget_tokens + 1
        if needed <= budget_tokens:
            text, tokens = longer, needed
            chosen.append(item)
        else:
            left_out.append(item)
    return PackedContext(tuple(chosen), text, tokens, tuple(duplicates), tuple(left_out))


def render(evidence: Evidence) -> str:
    """One piece as the model sees it: its id, where it is from, who wrote it, then its text."""
    return f"[{evidence.id}] {evidence.label} ({evidence.as_of.isoformat()}, {evidence.origin.value})\n{evidence.text}"


def _without_duplicates(evidence: Sequence[Evidence]) -> tuple[list[Evidence], list[Evidence]]:
    """Drop repetitions: the same id, the same words, or a stretch inside another stretch of the same document."""
    kept: list[Evidence] = []
    dropped: list[Evidence] = []
    for item in evidence:
        (dropped if any(_repeats(item, other) for other in kept) else kept).append(item)
    return kept, dropped


def _repeats(item: Evidence, other: Evidence) -> bool:
    if item.id == other.id:
        return True
    if item.kind is not other.kind or item.account_id != other.account_id:
        return False
    if item.document_id is not None and item.document_id == other.document_id:
        return _inside(item, other)
    return _words(item.text) == _words(other.text)


def _inside(item: Evidence, other: Evidence) -> bool:
    if item.start is None or item.end is None or other.start is None or other.end is None:
        return False
    return other.start <= item.start and item.end <= other.end


def _words(text: str) -> list[str]:
    return text.casefold().split()
