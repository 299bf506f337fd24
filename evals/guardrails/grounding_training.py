"""Trains the learned score of grounding: a small network over the words of a sentence.

Invariant: everything that is fitted (scaling, projection, weights, threshold) is fitted on the examples given here and
on nothing else; the same examples and seeds give the same model.

A sentence is wrong when one of its words is: the score of a sentence is the soft maximum over its words, and the
network learns from the label of the sentence, from pairs of a wrong and a right sentence about the same document (what
all sentences about a document have in common teaches nothing there) and, lightly, from which words of a wrong one
were changed. How the product weighs the worst word and the median word is fitted afterwards (`combination`), on
sentences of files that the network had not seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from sklearn.linear_model import LogisticRegression

from copilot.guardrails.grounding.network import CLIP, Network, shape_of
from copilot.guardrails.grounding.states import Array
from evals.guardrails.grounding_data import Example

COMPONENTS = 24
_PENALTY = 0.05
"""Of the logistic model over shapes: inverse strength."""
_PROJECTED_FROM = 7
"""Every seventh word is enough to find the directions in which contexts differ."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Hyperparameters; the ones not varied were fixed beforehand."""

    hidden: int = 24
    changed_words: float = 0.1
    """Weight of the loss on words beside that on sentences."""
    pairs: float = 0.5
    """Share of the loss on pairs in that on sentences."""
    decay: float = 1e-3
    dropout: float = 0.2
    steps: int = 100
    rate: float = 0.01
    seeds: tuple[int, ...] = (0, 1, 2)


@dataclass(slots=True)
class _Batch:
    """All words of all sentences of several files in one array."""

    inputs: Array
    starts: np.ndarray
    changed: Array
    word_weights: Array
    wrong: Array
    sentence_weights: Array
    pairs: Sequence[tuple[np.ndarray, np.ndarray]]
    """For each document: its wrong and its right sentences."""
    pair_weights: Sequence[float]
    sentence_of: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        lengths = np.diff(np.append(self.starts, len(self.inputs)))
        self.sentence_of = np.repeat(np.arange(len(self.starts)), lengths)


def train(files: Sequence[Sequence[Example]], settings: Settings) -> Network:
    """A network for each seed; their mean is the score. Every file weighs the same, and so does either label."""
    mean, directions = _projection([example for file in files for example in file])
    raw = [np.hstack([example.features, (unit(example.context) - mean) @ directions]) for f in files for example in f]
    stacked = np.concatenate(raw)
    centre, spread = stacked.mean(axis=0), stacked.std(axis=0) + 1e-3
    batch = _batch(files, np.clip((stacked - centre) / spread, -CLIP, CLIP).astype(np.float32))
    layers = [_fit(batch, settings, seed) for seed in settings.seeds]
    return Network(
        context_mean=mean,
        directions=directions,
        centre=centre.astype(np.float32),
        spread=spread.astype(np.float32),
        hidden=np.stack([item["hidden"] for item in layers]),
        hidden_bias=np.stack([item["hidden_bias"] for item in layers]),
        output=np.stack([item["output"] for item in layers]),
        output_bias=np.array([item["output_bias"] for item in layers], np.float32),
        shape=np.array([1.0, 0.0], np.float32),
        threshold=0.0,
    )


def shapes(network: Network, examples: Sequence[Example]) -> Array:
    """A row for every sentence, as `shape_of` describes it."""
    return np.array([shape_of(network.words(item.features, unit(item.context))) for item in examples])


def unit(context: Array) -> Array:
    """Rows of length 1 again, after they were stored with half the precision."""
    wide = context.astype(np.float32)
    scaled: Array = wide / np.maximum(np.linalg.norm(wide, axis=1, keepdims=True), 1e-6)
    return scaled


def balanced_accuracy(wrong: np.ndarray, flagged: np.ndarray) -> float:
    """Mean of the shares found of either label."""
    return float((flagged[wrong].mean() + (~flagged[~wrong]).mean()) / 2)


def combination(files: Sequence[tuple[np.ndarray, Array]]) -> tuple[Array, float]:
    """Weights of a sentence's shape and threshold, from `(wrong, shapes)` of several files: a logistic model.

    Every file weighs the same and so does either label, so that even odds are the threshold for balanced accuracy. The
    best threshold on scores of a file held out once more, tried as well, was no better.
    """
    rows = np.concatenate([shape for _, shape in files])
    wrong = np.concatenate([item for item, _ in files])
    weights = np.concatenate([np.where(item, 0.5 / item.sum(), 0.5 / (~item).sum()) for item, _ in files])
    centre, spread = rows.mean(axis=0), rows.std(axis=0)
    fitted = LogisticRegression(C=_PENALTY).fit((rows - centre) / spread, wrong, sample_weight=weights / weights.mean())
    slopes = fitted.coef_[0] / spread
    return slopes.astype(np.float32), float(slopes @ centre - fitted.intercept_[0])


def _projection(examples: Sequence[Example]) -> tuple[Array, Array]:
    rows = unit(np.concatenate([example.context for example in examples])[::_PROJECTED_FROM])
    mean = rows.mean(axis=0)
    centred = rows - mean
    values, vectors = np.linalg.eigh(centred.T @ centred / len(rows))
    directions = vectors[:, np.argsort(values)[::-1][:COMPONENTS]]
    return mean.astype(np.float32), directions.astype(np.float32)


def _batch(files: Sequence[Sequence[Example]], inputs: Array) -> _Batch:
    examples = [example for file in files for example in file]
    starts = np.cumsum([0, *(len(example.changed) for example in examples)])[:-1]
    changed = np.concatenate([example.changed * (not example.consistent) for example in examples])
    words, sentences = [], []
    for file in files:
        right = sum(example.consistent for example in file)
        for example in file:
            words.append(np.where(example.changed > 0, 1.0, 0.5) / len(file))
            sentences.append(0.5 / (right if example.consistent else len(file) - right))
    word_weights, sentence_weights = np.concatenate(words), np.array(sentences)
    return _Batch(
        inputs=inputs,
        starts=starts,
        changed=changed.astype(np.float32),
        word_weights=(word_weights / word_weights.sum()).astype(np.float32),
        wrong=np.array([not example.consistent for example in examples], np.float32),
        sentence_weights=(sentence_weights / sentence_weights.sum()).astype(np.float32),
        pairs=[pair for pairs in _pairs(files) for pair in pairs],
        pair_weights=[1 / len(pairs) / len(files) for pairs in _pairs(files) for _ in pairs],
    )


def _pairs(files: Sequence[Sequence[Example]]) -> list[list[tuple[np.ndarray, np.ndarray]]]:
    """For each file and document: where its wrong and its right sentences are among all."""
    found, first = [], 0
    for file in files:
        documents = np.array([example.document for example in file])
        wrong = np.array([not example.consistent for example in file])
        both = [
            (first + np.flatnonzero((documents == item) & wrong), first + np.flatnonzero((documents == item) & ~wrong))
            for item in sorted(set(documents))
        ]
        found.append([(bad, good) for bad, good in both if len(bad) and len(good)])
        first += len(file)
    return found


def _fit(batch: _Batch, settings: Settings, seed: int) -> dict[str, Array]:
    """Adam (Kingma and Ba 2015) on all sentences at once, the rate falling linearly over the second half."""
    generator = np.random.default_rng(seed)
    size = batch.inputs.shape[1]
    weights = {
        "hidden": (generator.normal(size=(size, settings.hidden)) / np.sqrt(size)).astype(np.float32),
        "hidden_bias": np.zeros(settings.hidden, np.float32),
        "output": (generator.normal(size=settings.hidden) / np.sqrt(settings.hidden)).astype(np.float32),
        "output_bias": np.array(-3.0, np.float32),
        "scale": np.array([1.0, 1.0], np.float32),
    }
    first = {name: np.zeros_like(value) for name, value in weights.items()}
    second = {name: np.zeros_like(value) for name, value in weights.items()}
    for step in range(1, settings.steps + 1):
        kept = (generator.random(settings.hidden) > settings.dropout) / (1 - settings.dropout)
        slopes = _slopes(weights, batch, settings, kept.astype(np.float32))
        rate = settings.rate * min(1.0, 2 * (1 - step / (settings.steps + 1)))
        for name, slope in slopes.items():
            first[name] = 0.9 * first[name] + 0.1 * slope
            second[name] = 0.98 * second[name] + 0.02 * slope**2
            move = (first[name] / (1 - 0.9**step)) / (np.sqrt(second[name] / (1 - 0.98**step)) + 1e-8)
            weights[name] = np.asarray(weights[name] - rate * move, np.float32)
    return weights


def _pair_slopes(odds: Array, batch: _Batch) -> Array:
    """Slopes of the loss that asks every wrong sentence to score higher than every right one of its document."""
    slopes = np.zeros_like(odds)
    for (wrong, right), weight in zip(batch.pairs, batch.pair_weights, strict=True):
        each = weight / (1 + np.exp(odds[wrong][:, None] - odds[right][None, :])) / (len(wrong) * len(right))
        slopes[wrong] -= each.sum(axis=1)
        slopes[right] += each.sum(axis=0)
    return slopes


def _slopes(weights: dict[str, Array], batch: _Batch, settings: Settings, kept: Array) -> dict[str, Array]:
    before = batch.inputs @ weights["hidden"] + weights["hidden_bias"]
    active = before > 0
    hidden = before * active * kept
    words = hidden @ weights["output"] + weights["output_bias"]
    slope = settings.changed_words * batch.word_weights * (1 / (1 + np.exp(-words)) - batch.changed)
    highest = np.maximum.reduceat(words, batch.starts)
    shares = np.exp(words - highest[batch.sentence_of])
    totals = np.add.reduceat(shares, batch.starts)
    soft = highest + np.log(totals)
    odds = weights["scale"][0] * soft + weights["scale"][1]
    off = (1 - settings.pairs) * batch.sentence_weights * (1 / (1 + np.exp(-odds)) - batch.wrong)
    off = off + settings.pairs * _pair_slopes(odds, batch)
    attention = shares / totals[batch.sentence_of]
    slope = (slope + (off * weights["scale"][0])[batch.sentence_of] * attention).astype(np.float32)
    back = np.outer(slope, weights["output"] * kept) * active
    return {
        "output": hidden.T @ slope + settings.decay * weights["output"],
        "output_bias": slope.sum(),
        "scale": np.array([(off * soft).sum(), off.sum()], np.float32),
        "hidden": batch.inputs.T @ back + settings.decay * weights["hidden"],
        "hidden_bias": back.sum(axis=0),
    }
