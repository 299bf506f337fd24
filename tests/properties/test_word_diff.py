"""Properties of comparing texts: applying the difference gives both sides, whatever the texts."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from copilot.approvals.comparison import Change, Part, word_diff

WORDS = st.lists(st.sampled_from(["el", "cliente", "paga", "84.000", "€", ",", " ", "\n", "no", "\u200b", "ñ"]))
TEXTS = st.one_of(st.text(max_size=200), WORDS.map("".join), WORDS.map(" ".join))


def side(parts: tuple[Part, ...], change: Change) -> str:
    return "".join(part.text for part in parts if part.change in {Change.KEPT, change})


@given(TEXTS, TEXTS)
def test_the_parts_give_both_texts_back(before: str, after: str) -> None:
    parts = word_diff(before, after)
    assert side(parts, Change.REMOVED) == before
    assert side(parts, Change.ADDED) == after


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert all(part.change is Change.KEPT for part in word_diff(text, text))


@given(TEXTS, TEXTS)
def test_no_two_parts_of_one_kind_stand_together(before: str, after: str) -> None:
    parts = word_diff(before, after)
    assert all(part.text for part in parts)
    assert all(left.change is not right.change for left, right in itertools.pairwise(parts))
