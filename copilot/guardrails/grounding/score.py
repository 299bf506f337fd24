"""The learned score: how much the wording of a sentence departs from its sources."""

from collections.abc import Sequence
from dataclasses import dataclass

from copilot.guardrails.grounding.sources import Sources


@dataclass(frozen=True, slots=True)
class Weakness:
    """0 to 1, and the words that weigh most."""

    value: float
    start: int
    end: int


def weakness(text: str, sources: Sources) -> Weakness | None:
    """For one sentence."""
    return weaknesses([(text, sources)])[0]


def weaknesses(pairs: Sequence[tuple[str, Sources]]) -> list[Weakness | None]:
    """For many sentences at once."""
    return [None for _ in pairs]


def is_weak(score: Weakness) -> bool:
    """Whether it is worth a person's look."""
    return score.value >= 1
