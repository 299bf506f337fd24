"""Sentences that set a task for an assistant in the middle of a text about something else.

Invariant: a pure function of the text. A cheap look at words comes first; only the few units that it leaves are
compared in meaning with their surroundings. What is learnt is made by `python -m evals.guardrails.injection_training`
and shipped beside this module.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copilot.guardrails.injection.features import BUCKETS, Described, describe, features
from copilot.guardrails.injection.units import Unit
from copilot.guardrails.injection.words import CLASSES_OF
from copilot.llm.embeddings.use import UseEmbedder

WEIGHTS_FILE = Path(__file__).parent / "data" / "tasks.npz"
_AROUND = 150
"""Characters before and after a unit that are its surroundings."""
_MEANING_SCALE = 3.0
"""Brings the parts of a unit vector to the size of the other features."""
SIZE = BUCKETS + UseEmbedder.dimension + 2
"""Features of a unit: words and shape, meaning, distance to its surroundings, whether it has any."""
_ORDERS = frozenset({"task", "alter", "act"})
_MENTIONS = frozenset({"reply", "assistant", "genre"})
_FIRST = 4
"""Words of a sentence among which a command stands."""

Row = dict[int, float]


@dataclass(frozen=True, slots=True)
class TaskModel:
    """Two linear models: one to leave out what is plainly no task, one to decide."""

    quick: NDArray[np.float32]
    """Shape (BUCKETS,): by words alone."""
    quick_threshold: float
    weights: NDArray[np.float32]
    """Shape (SIZE,): with meaning."""
    threshold: float
    """Log-odds from which a unit counts as a task for an assistant."""

    def candidates(self, units: Sequence[Unit]) -> list[tuple[int, Row]]:
        """Index and features by words of the units that are worth a closer look."""
        described = [describe(unit) for unit in units]
        wanted = [index for index, item in enumerate(described) if may_command(item)]
        if not wanted:
            return []
        rows = features(described, wanted)
        return [
            (index, row)
            for index, row in zip(wanted, rows, strict=True)
            if weighed(self.quick, row) >= self.quick_threshold
        ]

    def scores(self, text: str, units: Sequence[Unit]) -> list[tuple[Unit, float]]:
        """The candidates among the units of `text`, with their log-odds."""
        candidates = self.candidates(units)
        full = with_meaning(text, [(units[index], row) for index, row in candidates])
        return [(units[index], weighed(self.weights, row)) for (index, _), row in zip(candidates, full, strict=True)]

    def tasks_in(self, text: str, units: Sequence[Unit]) -> list[tuple[Unit, float]]:
        """Units at or above the threshold, with the probability that each is a task, in the model's own opinion."""
        scored = self.scores(text, units)
        return [(unit, 1 / (1 + math.exp(-min(score, 30.0)))) for unit, score in scored if score >= self.threshold]


@cache
def task_model() -> TaskModel:
    """The shipped model, read once."""
    with np.load(WEIGHTS_FILE, allow_pickle=False) as stored:
        return TaskModel(
            quick=stored["quick"].astype(np.float32),
            quick_threshold=float(stored["quick_threshold"]),
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


def weighed(weights: NDArray[np.float32], row: Row) -> float:
    """The sum of the row's values under the weights."""
    return float(sum(weights[bucket] * value for bucket, value in row.items()))


def with_meaning(text: str, rows: Sequence[tuple[Unit, Row]]) -> list[Row]:
    """The rows, each with the meaning of its unit and its distance to what stands around it."""
    if not rows:
        return []
    around = [_around(text, unit) for unit, _ in rows]
    vectors = _embedder().embed_passages([*(unit.text for unit, _ in rows), *around], ())
    own, others = vectors[: len(rows)], vectors[len(rows) :]
    near = np.einsum("ij,ij->i", own, others)
    found = []
    for (_, row), vector, likeness, words in zip(rows, own, near, around, strict=True):
        full = dict(row)
        full.update(zip(range(BUCKETS, BUCKETS + len(vector)), (vector * _MEANING_SCALE).tolist(), strict=True))
        full[SIZE - 2] = _MEANING_SCALE * (1.0 - float(likeness)) if words else _MEANING_SCALE / 2
        full[SIZE - 1] = float(not words)
        found.append(full)
    return found


def _around(text: str, unit: Unit) -> str:
    return f"{text[max(0, unit.start - _AROUND) : unit.start]} {text[unit.end : unit.end + _AROUND]}".strip()


@cache
def _embedder() -> UseEmbedder:
    """Loaded at first use; several threads share it."""
    return UseEmbedder()
