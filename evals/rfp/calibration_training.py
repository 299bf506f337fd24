"""Fits what `copilot/workflows/rfp/answering/calibration.toml` holds, on questions that no test is made of.

Run: python -m evals.rfp.calibration_training [--write]. Sentences compete for a question, and with them that none
answers: a softmax with a ridge penalty, once by words alone (`sentence`; it also says which sentences are worth an
embedding) and once with the likeness of vectors (`alike`). How far the best chance keeps its word is one number,
fitted on the chances of companies whose texts the weights had not seen (each left out in turn with all its
questionnaires), because whoever installs the product is such a company; and on questions of questionnaires alone,
because questions that were written beside a text are easier. What is told of it was fitted without the company too.
Invariant: no test half is opened; without `--write` nothing is changed.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copilot.approvals.rfp_rules import RfpRules
from copilot.workflows.rfp.answering import chances as chances_module
from copilot.workflows.rfp.answering.candidates import MOST_ALIKE
from evals.rfp.calibration import calibration_error, error_by_chance, error_interval
from evals.rfp.training_rows import Row, rows
from evals.statistics import wilson_interval

_FILE = Path(chances_module.__file__).with_name("calibration.toml")
_PENALTY = 10.0
_STEPS = 1500
_PACE = 0.05
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
    of_questionnaire: NDArray[np.bool_]
    names: tuple[str, ...]

    def only(self, chosen: NDArray[np.bool_]) -> "Table":
        """Some of the rows."""
        _, parts = np.unique(self.parts[chosen], return_inverse=True)
        return replace(
            self,
            matrix=self.matrix[chosen],
            right=self.right[chosen],
            parts=parts,
            groups=self.groups[chosen],
            of_questionnaire=self.of_questionnaire[chosen],
        )

    def by_words(self) -> "Table":
        """Without what vectors say."""
        kept = [place for place, item in enumerate(self.names) if item not in _OF_VECTORS]
        names = tuple(self.names[place] for place in kept)
        return replace(self, matrix=self.matrix[:, kept], names=names)


def table(found: Sequence[Row]) -> Table:
    """All rows."""
    names = tuple(found[0].values)
    order = {part: place for place, part in enumerate(dict.fromkeys(row.part for row in found))}
    return Table(
        np.array([[row.values[name] for name in names] for row in found]),
        np.array([row.right for row in found], float),
        np.array([order[row.part] for row in found]),
        np.array([row.group for row in found]),
        np.array([row.of_questionnaire for row in found]),
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
    return replace(data, matrix=matrix)


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


@dataclass(frozen=True, slots=True)
class Answers:
    """The best sentence of each question of a questionnaire, as log odds, and whether it answers."""

    odds: Array
    right: Array
    groups: NDArray[np.str_]

    def only(self, chosen: NDArray[np.bool_]) -> "Answers":
        """Some of them."""
        return Answers(self.odds[chosen], self.right[chosen], self.groups[chosen])

    def shift(self) -> float:
        """What is added to the log odds for the mean chance to be the share that is right (Newton's method)."""
        base = 0.0
        for _ in range(_NEWTON_STEPS):
            chance = _chance(self.odds + base)
            base += float((self.right - chance).sum() / (chance * (1 - chance)).sum())
        return base

    def surest(self) -> tuple[int, int]:
        """How many of the surest fifth are right, and how many they are."""
        first = np.argsort(-self.odds)[: max(1, len(self.odds) // 5)]
        return int(self.right[first].sum()), len(first)


def answers_of(data: Table, chances: Array) -> Answers:
    """Those that may be answered from."""
    best = best_of(data, chances)
    by_itself = alone(data, chances)[best]
    used = data.of_questionnaire[best] & (by_itself >= _ANSWERED_FROM)
    odds = np.log(by_itself[used] / (1 - by_itself[used]))
    return Answers(odds, data.right[best][used], data.groups[best][used])


def stated_unseen(answers: Answers) -> Array:
    """What would be stated of each if its company had no part in the fit at all."""
    found = np.zeros(len(answers.odds))
    for group in np.unique(answers.groups):
        out = answers.groups == group
        found[out] = _chance(answers.odds[out] + answers.only(~out).shift())
    return found


def _chance(odds: Array) -> Array:
    found: Array = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    return found


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


def _kept_word(answers: Answers) -> str:
    """Calibration of what would be answered by the policy that the product comes with."""
    stated = stated_unseen(answers)
    given = stated >= min(RfpRules().answer_from, float(stated.max()))
    chances = [float(value) for value in stated[given]]
    right = [bool(value) for value in answers.right[given]]
    low, high = error_interval(chances, right)
    return (
        f"answered by policy: {sum(right)} right, {len(right) - sum(right)} wrong; stated on average "
        f"{sum(chances) / len(chances):.3f}; calibration error {calibration_error(chances, right):.3f} "
        f"[{low:.3f}, {high:.3f}], {error_by_chance(chances):.3f} by chance\n"
    )


def _written(words: Weights, alike: Weights, confidence: Sequence[float], *, note: str) -> str:
    def section(name: str, weights: Weights) -> list[str]:
        return [f"[{name}]", f"base = {weights.base:.4f}", *(f"{k} = {v:.4f}" for k, v in weights.named.items()), ""]

    lines = [
        "# Fitted by `python -m evals.rfp.calibration_training --write`.",
        f"# {note}",
        "# [sentence] and [alike]: log odds of a sentence against that none answers, by words alone and with vectors.",
        "# [confidence]: `base` is added to the log odds of the best sentence by itself; `shown`: of the surest fifth",
        "# so many can be shown to be right (the lower end of the 95 % Wilson interval).",
        *section("sentence", words),
        *section("alike", alike),
        "[confidence]",
        *(f"{name} = {value:.4f}" for name, value in zip(("base", "shown"), confidence, strict=True)),
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
    sys.stdout.write(_told(kept, best_of(kept, chances), alone(kept, chances)))
    answers = answers_of(kept, chances)
    sys.stdout.write(_kept_word(answers))
    confidence = (answers.shift(), wilson_interval(*answers.surest())[0])
    words = everything.by_words()
    count = len(set(everything.parts.tolist()))
    note = f"{len(everything.right)} sentences of {count} questions, {int(everything.right.sum())} of them right."
    text = _written(fitted(words), fitted(kept), confidence, note=note)
    sys.stdout.write(text)
    if wanted.write:
        _FILE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
