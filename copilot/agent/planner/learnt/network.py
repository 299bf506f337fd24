"""The network that hears tags in a message, and its weights.

Invariant: weights are data, made by `python -m evals.chat.reader_training`; equal messages give equal scores.
"""

from dataclasses import dataclass, fields
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from copilot.agent.planner.learnt.tags import INTENTS, MEASURES, SUBJECTS
from copilot.guardrails.grounding.states import Array

WEIGHTS_FILE = Path(__file__).with_name("weights.npz")
EDGES = tuple(int(edge) for edge in np.cumsum((0, len(INTENTS), len(SUBJECTS), len(MEASURES))))
"""Where the intents, the subjects, the measures and then the marks begin among the outputs."""


@dataclass(frozen=True)
class Network:
    """Detectors over words, of which the strongest and the mean count, then one hidden layer; `[in, out]` each."""

    words: Array
    words_bias: Array
    inner: Array
    """Of the strongest, the means and the signals."""
    inner_bias: Array
    output: Array
    output_bias: Array

    def scores(self, meaning: Array, signals: Array) -> Array:
        """A score for each tag, of one message."""
        found = np.maximum(meaning @ self.words + self.words_bias, 0)
        seen = np.concatenate([found.max(axis=0), found.mean(axis=0), signals])
        inner = np.maximum(seen @ self.inner + self.inner_bias, 0)
        scores: Array = inner @ self.output + self.output_bias
        return scores

    def shares(self, meaning: Array, signals: Array) -> Array:
        """A share for each tag: intents, subjects and measures add up to 1 each, marks stand alone."""
        scores = self.scores(meaning, signals)
        chosen = [softmax(scores[start:end]) for start, end in pairwise(EDGES)]
        shares: Array = np.concatenate([*chosen, 1 / (1 + np.exp(-np.clip(scores[EDGES[-1] :], -50, 50)))])
        return shares

    def save(self, path: Path) -> None:
        """Write the weights in half precision."""
        arrays = {item.name: np.asarray(getattr(self, item.name), np.float16) for item in fields(self)}
        with path.open("wb") as stream:
            np.savez_compressed(stream, allow_pickle=False, **arrays)


def softmax(scores: Array) -> Array:
    """Shares that add up to 1."""
    raised = np.exp(scores - scores.max())
    shares: Array = raised / raised.sum()
    return shares


@cache
def network() -> Network:
    """The one that is installed."""
    with np.load(WEIGHTS_FILE, allow_pickle=False) as stored:
        return Network(**{item.name: stored[item.name].astype(np.float32) for item in fields(Network)})
