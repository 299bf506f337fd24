"""Choosing what fits a token budget."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.workflows.chat.spans import Piece, select


def words(text: str) -> int:
    return len(text.split())


def piece(place: int, score: float, *, text: str = "", document: str = "d") -> Piece:
    return Piece(f"{document}-{place}", document, place, text or f"one two three {document}{place}", score)


@given(
    scores=st.lists(st.floats(-5, 5), max_size=30),
    budget=st.integers(1, 60),
    reach=st.sampled_from([0.5, 1.0, 3.0]),
)
def test_never_exceeds_the_budget_nor_repeats(scores: list[float], budget: int, reach: float) -> None:
    pieces = [piece(place, score) for place, score in enumerate(scores)]
    chosen = select(pieces, budget_tokens=budget, count=words, reach=reach)
    assert sum(words(item.text) for item in chosen) <= budget
    assert len({item.key for item in chosen}) == len(chosen)


def test_a_piece_among_good_neighbours_goes_before_a_lone_one() -> None:
    together = [piece(place, score) for place, score in enumerate([0.0, 0.9, 1.0, 0.9, 0.0])]
    alone = [piece(place, score, document="e") for place, score in enumerate([0.0, 0.0, 1.05, 0.0, 0.0])]
    chosen = select([*together, *alone], budget_tokens=12, count=words)
    assert [item.key for item in chosen] == ["d-2", "d-1", "d-3"]


def test_the_same_words_are_taken_once_and_a_long_piece_gives_way() -> None:
    pieces = [
        piece(0, 3.0, text="far too long for what is left of it"),
        piece(1, 2.0, text="Same words"),
        piece(2, 1.0, text="same  words"),
    ]
    assert [item.key for item in select(pieces, budget_tokens=5, count=words, own=1.0)] == ["d-1"]


def test_a_budget_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        select([], budget_tokens=0, count=words)
