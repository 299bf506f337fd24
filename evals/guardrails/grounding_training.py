"""Trains the learned score of grounding: a small network over the words of a sentence.

Invariant: everything that is fitted (scaling, projection, weights, threshold) is fitted on the examples given here and
on nothing else; the same examples and seeds give the same model.

A sentence is wrong when one of its words is: the score of a sentence is the soft maximum over its words, and the
network learns from the label of the sentence and, more lightly, from which words of a wrong one were changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from sklearn.linear_model import LogisticRegression

from copilot.guardrails.grounding.network import CLIP, Network
from copilot.guardrails.grounding.states import Array
from evals.guardrails.grounding_data import Example

COMPONENTS = 24
_PROJECTED_FROM = 7
"""Every seventh word is enough to find the directions in which contexts differ."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Hyperparameters; the ones not varied were fixed beforehand."""

    hidden: int = 24
    changed_words: float = 0.1
    """Weight of the loss on words beside that on sentences."""
    decay: float = 1e-3
    dropout: float = 0.2
    steps: int = 100
    rate: float = 0.01
    seeds: tuple[int, ...] = (0,)


@dataclass(slots=True)
class _Batch:
    """All words of all sentences of several files in one array."""

    inputs: Array
    starts: np.ndarray
    changed: Array
    word_weights: Array
    wrong: Array
    sentence_weights: Array
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
        scale=np.stack([item["scale"] for item in layers]),
        length=0.0,
        threshold=0.0,
    )


def scores(network: Network, examples: Sequence[Example]) -> Array:
    """The score of every sentence: the higher, the less it is supported."""
    return np.array([network.sentence(network.words(item.features, unit(item.context))) for item in examples])


def unit(context: Array) -> Array:
    """Rows of length 1 again, after they were stored with half the precision."""
    wide = context.astype(np.float32)
    scaled: Array = wide / np.maximum(np.linalg.norm(wide, axis=1, keepdims=True), 1e-6)
    return scaled


def balanced_accuracy(wrong: np.ndarray, flagged: np.ndarray) -> float:
    """Mean of the shares found of either label."""
    return float((flagged[wrong].mean() + (~flagged[~wrong]).mean()) / 2)


def length_weight(files: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> float:
    """What a logistic model over `(wrong, score, log length)` gives to length for each unit of the score."""
    rows = np.concatenate([np.stack([score, length], axis=1) for _, score, length in files])
    wrong = np.concatenate([item[0] for item in files])
    weights = np.concatenate([np.where(item[0], 0.5 / item[0].sum(), 0.5 / (~item[0]).sum()) for item in files])
    centre, spread = rows.mean(axis=0), rows.std(axis=0)
    fitted = LogisticRegression().fit((rows - centre) / spread, wrong, sample_weight=weights / weights.mean())
    slopes = fitted.coef_[0] / spread
    return float(slopes[1] / slopes[0])


def best_threshold(files: Sequence[tuple[np.ndarray, np.ndarray]]) -> float:
    """The threshold with the highest mean balanced accuracy over `(wrong, score)` of several files."""
    candidates = np.quantile(np.concatenate([score for _, score in files]), np.linspace(0.1, 0.9, 81))
    reached = [np.mean([balanced_accuracy(wrong, score > value) for wrong, score in files]) for value in candidates]
    smooth = np.convolve(np.pad(reached, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    return float(candidates[int(np.argmax(smooth))])


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
    )


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
    sentence = 1 / (1 + np.exp(-(weights["scale"][0] * soft + weights["scale"][1])))
    off = batch.sentence_weights * (sentence - batch.wrong)
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
