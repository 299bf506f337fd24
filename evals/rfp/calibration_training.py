"""Fits what `copilot/workflows/rfp/answering/calibration.toml` holds, on questions that no test is made of.

Run: python -m evals.rfp.calibration_training [--write]. Sentences compete for a question, and with them that none
answers: a softmax with a ridge penalty, once by words alone (`sentence`; it also says which sentences are worth an
embedding) and once with the likeness of vectors (`alike`). How far the best chance keeps its word is fitted on the
chances of companies whose texts the weights had not seen (each left out in turn with all its questionnaires), because
whoever installs the product is such a company.
Invariant: no test half is opened; without `--write` nothing is changed.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copilot.workflows.rfp.answering import chances as chances_module
from copilot.workflows.rfp.answering.candidates import MOST_ALIKE
from evals.rfp.calibration import calibration_error, error_by_chance, error_interval
from evals.rfp.training_rows import Row, rows

_FILE = Path(chances_module.__file__).with_name("calibration.toml")
_PENALTY = 10.0
_STEPS = 1500
_PACE = 0.05
_FEW = 3.0
"""Penalty of the regression of answers, which are some hundreds."""
_NEWTON_STEPS = 50
_ANSWERED_FROM = 0.5
"""Chances below are hardly ever answered from; they would bend the curve where it is used."""
_HAND_SET = """
# Set by hand: for each unit that a dimension lacks.
support = -0.8
freshness = -2.0
completeness = -0.8
consistency = -3.0
"""
_BARS = (0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5)
_OF_VECTORS = ("alike", "above_others")
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weights:
    """Of plain values, by name."""

    base: float
    named: dict[str, float]

    def chances(self, matrix: Array, parts: NDArray[np.int_]) -> Array:
        """Of each row among those of its part."""
        each = np.exp(np.clip(matrix @ np.array(list(self.named.values())) + self.base, -30, 30))
        totals = 1 + np.bincount(parts, each)
        found: Array = each / totals[parts]
        return found


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as numbers."""

    matrix: Array
    right: Array
    parts: NDArray[np.int_]
    groups: NDArray[np.str_]
    """The company of each."""
    names: tuple[str, ...]

    def only(self, chosen: NDArray[np.bool_]) -> "Table":
        """Some of the rows."""
        _, parts = np.unique(self.parts[chosen], return_inverse=True)
        return Table(self.matrix[chosen], self.right[chosen], parts, self.groups[chosen], self.names)

    def by_words(self) -> "Table":
        """Without what vectors say."""
        kept = [place for place, item in enumerate(self.names) if item not in _OF_VECTORS]
        names = tuple(self.names[place] for place in kept)
        return Table(self.matrix[:, kept], self.right, self.parts, self.groups, names)


def table(found: Sequence[Row]) -> Table:
    """All rows."""
    names = tuple(found[0].values)
    order = {part: place for place, part in enumerate(dict.fromkeys(row.part for row in found))}
    return Table(
        np.array([[row.values[name] for name in names] for row in found]),
        np.array([row.right for row in found], float),
        np.array([order[row.part] for row in found]),
        np.array([row.group for row in found]),
        names,
    )


def fitted(data: Table) -> Weights:
    """Maximise the chance that a right sentence wins, or that none does where none is right (Adam, full batch)."""
    middle, spread = data.matrix.mean(axis=0), data.matrix.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    design = np.hstack([(data.matrix - middle) / spread, np.ones((len(data.matrix), 1))])
    ridge = np.array([_PENALTY] * data.matrix.shape[1] + [0.0])
    weights, mean, square = (np.zeros(design.shape[1]) for _ in range(3))
    for step in range(1, _STEPS + 1):
        gradient = _gradient(design, weights, data) - ridge * weights
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        weights = weights + _PACE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-9)
    plain = weights[:-1] / spread
    base = float(weights[-1] - plain @ middle)
    return Weights(base, {name: float(value) for name, value in zip(data.names, plain, strict=True)})


def _gradient(design: Array, weights: Array, data: Table) -> Array:
    each = np.exp(np.clip(design @ weights, -30, 30))
    totals = 1 + np.bincount(data.parts, each)
    winning = np.bincount(data.parts, each * data.right)
    has = winning > 0
    share = np.where(has[data.parts], each * data.right / np.maximum(winning, 1e-12)[data.parts], 0.0)
    found: Array = design.T @ (share - each / totals[data.parts])
    return found


def compared(data: Table) -> Table:
    """With `above_others` as it is among the rows that are left of each part."""
    alike, above = (data.names.index(name) for name in _OF_VECTORS)
    matrix = data.matrix.copy()
    middle = np.bincount(data.parts, matrix[:, alike]) / np.bincount(data.parts)
    matrix[:, above] = matrix[:, alike] - middle[data.parts]
    return Table(matrix, data.right, data.parts, data.groups, data.names)


def unseen(data: Table) -> Array:
    """Chances of each row by weights that the texts of its company had no part in."""
    found = np.zeros(len(data.right))
    for group in np.unique(data.groups):
        out = data.groups == group
        held = data.only(out)
        found[out] = fitted(data.only(~out)).chances(held.matrix, held.parts)
    return found


def first_by_words(data: Table) -> NDArray[np.bool_]:
    """Those that would be looked at by their vectors."""
    words = unseen(data.by_words())
    kept = np.zeros(len(words), bool)
    for part in np.unique(data.parts):
        places = np.flatnonzero(data.parts == part)
        kept[places[np.argsort(-words[places])[:MOST_ALIKE]]] = True
    return kept


def alone(data: Table, chances: Array) -> Array:
    """Of each row, the chance that it answers if no other did."""
    each = chances / np.maximum(1e-9, 1 - np.bincount(data.parts, chances)[data.parts])
    found: Array = each / (1 + each)
    return found


def best_of(data: Table, chances: Array) -> NDArray[np.int_]:
    """The best row of each part."""
    order = np.lexsort((-chances, data.parts))
    first = np.unique(data.parts[order], return_index=True)[1]
    found: NDArray[np.int_] = order[first]
    return found


def logistic(odds: Array, right: Array) -> tuple[float, float]:
    """Slope and base, by Newton's method with a ridge on the slope towards 1."""
    design = np.stack([odds, np.ones(len(odds))], axis=1)
    weights = np.array([1.0, 0.0])
    for _ in range(_NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (chance - right) + np.array([_FEW * (weights[0] - 1), 0.0])
        hessian = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag([_FEW, 1e-6])
        weights = weights - np.linalg.solve(hessian, gradient)
    return float(weights[0]), float(weights[1])


def _told(data: Table, winners: NDArray[np.int_], chances: Array) -> str:
    """How often the best sentence is right, of the surest on."""
    lines = []
    for company in ("", *sorted(set(data.groups.tolist()))):
        best = winners[(data.groups[winners] == company) | (not company)]
        ranked = best[np.argsort(-chances[best])]
        shares = [
            f"from {bar:.2f}: {int(data.right[item].sum())}/{len(item)}"
            for bar in _BARS
            if len(item := ranked[chances[ranked] >= bar])
        ]
        lines.append(f"{company or 'all'}: {len(ranked)} parts; {', '.join(shares)}")
    return "\n".join(lines) + "\n"


def _written(words: Weights, alike: Weights, confidence: Sequence[float], *, note: str) -> str:
    def section(name: str, weights: Weights) -> list[str]:
        return [f"[{name}]", f"base = {weights.base:.4f}", *(f"{k} = {v:.4f}" for k, v in weights.named.items()), ""]

    lines = [
        "# Fitted by `python -m evals.rfp.calibration_training --write`.",
        f"# {note}",
        "# [sentence] and [alike]: log odds of a sentence against that none answers, by words alone and with vectors.",
        "# [confidence]: `base` and `relevance` (times the log odds of the best sentence by itself) were fitted;",
        "# `most`: how many of the surest fifth were right.",
        *section("sentence", words),
        *section("alike", alike),
        "[confidence]",
        *(f"{name} = {value:.4f}" for name, value in zip(("relevance", "base", "most"), confidence, strict=True)),
    ]
    return "\n".join(lines) + _HAND_SET


def main() -> int:
    """Fit, print, and write with `--write`."""
    parser = argparse.ArgumentParser(description="Fit the chances and the confidence of questionnaire answers.")
    parser.add_argument("--write", action="store_true", help="replace calibration.toml")
    wanted = parser.parse_args()
    everything = table(rows())
    kept = compared(everything.only(first_by_words(everything)))
    chances = unseen(kept)
    best = best_of(kept, chances)
    chances = alone(kept, chances)
    sys.stdout.write(_told(kept, best, chances))
    best = best[chances[best] >= _ANSWERED_FROM]
    odds = np.log(chances[best] / (1 - chances[best]))
    slope, base = logistic(odds, kept.right[best])
    surest = best[np.argsort(-chances[best])][: max(1, len(best) // 5)]
    most = float(kept.right[surest].mean())
    stated = [float(value) for value in np.minimum(most, 1 / (1 + np.exp(-(slope * odds + base))))]
    right = [bool(value) for value in kept.right[best]]
    low, high = error_interval(stated, right)
    sys.stdout.write(
        f"calibration error {calibration_error(stated, right):.3f} [{low:.3f}, {high:.3f}], n = {len(right)}; "
        f"{error_by_chance(stated):.3f} by chance\n"
    )
    words = everything.by_words()
    count = len(set(everything.parts.tolist()))
    note = f"{len(everything.right)} sentences of {count} questions, {int(everything.right.sum())} of them right."
    text = _written(fitted(words), fitted(kept), (slope, base, most), note=note)
    sys.stdout.write(text)
    if wanted.write:
        _FILE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
