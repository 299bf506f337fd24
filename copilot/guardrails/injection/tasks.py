"""Sentences that set a task for an assistant in the middle of a text about something else.

Invariant: a pure function of the text; what is learnt is one vector of weights, made by
`python -m evals.guardrails.injection_training` and shipped beside this module.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copilot.guardrails.injection.features import Described, describe, features
from copilot.guardrails.injection.units import Unit
from copilot.guardrails.injection.words import CLASSES_OF

WEIGHTS_FILE = Path(__file__).parent / "data" / "tasks.npz"
_ORDERS = frozenset({"task", "alter", "act"})
_MENTIONS = frozenset({"reply", "assistant", "genre"})
_FIRST = 4
"""Words of a sentence among which a command stands."""

Row = dict[int, float]


@dataclass(frozen=True, slots=True)
class TaskModel:
    """A linear model over the features of units."""

    weights: NDArray[np.float32]
    """Shape (BUCKETS,)."""
    threshold: float
    """Log-odds from which a unit counts as a task for an assistant."""

    def scores(self, units: Sequence[Unit]) -> list[tuple[Unit, float]]:
        """The units that may command something, with their log-odds; each is judged beside all others."""
        described = [describe(unit) for unit in units]
        wanted = [index for index, item in enumerate(described) if may_command(item)]
        rows = features(described, wanted) if wanted else []
        return [(units[index], self._weighed(row)) for index, row in zip(wanted, rows, strict=True)]

    def _weighed(self, row: Row) -> float:
        return float(sum(self.weights[bucket] * value for bucket, value in row.items()))

    def tasks_in(self, units: Sequence[Unit]) -> list[tuple[Unit, float]]:
        """Units at or above the threshold, with the probability that each is a task, in the model's own opinion."""
        scored = self.scores(units)
        return [(unit, 1 / (1 + math.exp(-min(score, 30.0)))) for unit, score in scored if score >= self.threshold]


@cache
def task_model() -> TaskModel:
    """The shipped model, read once."""
    with np.load(WEIGHTS_FILE, allow_pickle=False) as stored:
        return TaskModel(
            weights=stored["weights"].astype(np.float32),
            threshold=float(stored["threshold"]),
        )


def may_command(item: Described) -> bool:
    """Whether a unit has any word of a command, of a question, or of what assistants are asked for."""
    if item.unit.is_code:
        return True
    if len(item.words) < 2:
        return False
    classes = [CLASSES_OF.get(word, ()) for word in item.words]
    return (
        any(not _ORDERS.isdisjoint(found) for found in classes[:_FIRST])
        or any("question" in found for found in classes[:2])
        or any(not _MENTIONS.isdisjoint(found) for found in classes)
    )
