"""Evidence in a token budget."""

from datetime import date

import pytest

from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.retrieval.packing import pack, render


def _words(text: str) -> int:
    return len(text.split())


def _passage(number: int, text: str, *, document: str = "d", start: int = 0) -> Evidence:
    return Evidence(
        id=f"passage:{number}",
        kind=EvidenceKind.PASSAGE,
        text=text,
        label="Source",
        as_of=date(2026, 1, 2),
        document_id=document,
        start=start,
        end=start + len(text),
    )


def test_order_is_kept_and_count_is_of_the_text() -> None:
    items = [_passage(1, "one two", start=0), _passage(2, "three", start=100)]
    packed = pack(items, budget_tokens=100, counter=_words)
    assert packed.evidence == tuple(items)
    assert packed.text == f"{render(items[0])}\n\n{render(items[1])}"
    assert packed.tokens == _words(packed.text)


def test_budget_is_never_exceeded_and_the_rest_is_named() -> None:
    items = [_passage(n, "word " * n * 10, start=n * 1000) for n in range(1, 8)]
    packed = pack(items, budget_tokens=60, counter=_words)
    assert packed.tokens <= 60
    assert set(packed.evidence) | set(packed.left_out) == set(items)
    assert packed.left_out


def test_a_smaller_piece_may_follow_one_that_did_not_fit() -> None:
    items = [_passage(1, "big " * 100, start=0), _passage(2, "small", start=1000)]
    packed = pack(items, budget_tokens=20, counter=_words)
    assert [item.id for item in packed.evidence] == ["passage:2"]
    assert [item.id for item in packed.left_out] == ["passage:1"]


def test_repetitions_are_dropped_and_named() -> None:
    whole = _passage(1, "the whole sentence here", start=10)
    inner = _passage(2, "whole", start=14)
    twin = _passage(3, "The whole  sentence HERE", document="other", start=0)
    packed = pack([whole, inner, twin, whole], budget_tokens=100, counter=_words)
    assert packed.evidence == (whole,)
    assert packed.duplicates == (inner, twin, whole)


def test_same_words_in_two_records_of_one_account_are_one() -> None:
    first = Evidence(id="metric:a:1", kind=EvidenceKind.METRIC, text="x: 1", label="M", as_of=date(2026, 1, 2))
    second = first.model_copy(update={"id": "metric:b:1"})
    assert pack([first, second], budget_tokens=50, counter=_words).evidence == (first,)


def test_budget_must_be_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        pack([], budget_tokens=0)
