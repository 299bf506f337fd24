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

from copilot.guardrails.injection.features import describe, features
from copilot.guardrails.injection.units import Unit

WEIGHTS_FILE = Path(__file__).parent / "data" / "tasks.npz"


@dataclass(frozen=True, slots=True)
class TaskModel:
    """A linear model over the features of units."""

    weights: NDArray[np.float32]
    """One a bucket."""
    threshold: float
    """Score from which a unit counts as a task for an assistant."""

    def scores(self, units: Sequence[Unit]) -> list[float]:
        """Log-odds, one a unit; units are judged beside each other."""
        weights = self.weights
        return [
            float(sum(weights[bucket] * value for bucket, value in row.items()))
            for row in features([describe(unit) for unit in units])
        ]

    def tasks_in(self, units: Sequence[Unit]) -> list[tuple[Unit, float]]:
        """Units at or above the threshold, with the probability that each is a task, in the model's own opinion."""
        scored = zip(units, self.scores(units), strict=True)
        return [(unit, 1 / (1 + math.exp(-min(score, 30.0)))) for unit, score in scored if score >= self.threshold]


@cache
def task_model() -> TaskModel:
    """The shipped model, read once."""
    with np.load(WEIGHTS_FILE, allow_pickle=False) as stored:
        return TaskModel(
            weights=stored["weights"].astype(np.float32),
            threshold=float(stored["threshold"]),
        )
