"""Whatever the shape of a message, the planner reads little of it, and nothing that means something is lost."""

import pytest

from copilot.agent.planner.legible import LONGEST_READ, legible


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("over   50\n000  €", "over 50000 €"),
        ("más de 1 250 000 €", "más de 1250000 €"),
        ("top 5 deals over 50k", "top 5 deals over 50k"),
        ("closing 2026 100 deals", "closing 2026 100 deals"),
        ("pipeline 12345", "pipeline 12345"),
    ],
    ids=["spaces", "millions", "top", "year", "plain"],
)
def test_spaces_become_single_and_grouped_thousands_one_number(message: str, expected: str) -> None:
    assert legible(message) == expected


@pytest.mark.parametrize(
    "shape", ["over" + " " * 3_000 + "x", "over " + "1" * 3_000, "1 " * 2_000], ids=["a", "b", "c"]
)
def test_what_keeps_patterns_busy_is_left_out(shape: str) -> None:
    assert len(legible(shape)) < 20


def test_no_more_than_the_longest_message_is_read() -> None:
    assert len(legible("word " * 5_000)) <= LONGEST_READ
