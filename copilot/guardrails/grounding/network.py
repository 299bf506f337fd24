"""The network that scores words, and how a sentence's score follows from its words'.

Invariant: weights are data, made by `python -m evals.guardrails.grounding --train`; equal inputs give equal scores.
"""

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np

from copilot.guardrails.grounding.states import Array

MODEL_FILE = Path(__file__).with_name("model.npz")
CLIP = 4.0
"""Standard deviations. What lies further out is an odd text, not a stronger sign."""


@dataclass(frozen=True)
class Network:
    """A few networks of one hidden layer that vote; the first axis is the network."""

    context_mean: Array
    directions: Array
    centre: Array
    spread: Array
    hidden: Array
    hidden_bias: Array
    output: Array
    output_bias: Array
    shape: Array
    """Weights of what `shape_of` says of a sentence."""
    threshold: float

    def words(self, features: Array, context: Array) -> Array:
        """`[networks, words]`: log odds that the word is not supported."""
        inputs = np.hstack([features, (context - self.context_mean) @ self.directions])
        scaled = np.clip((inputs - self.centre) / self.spread, -CLIP, CLIP)
        hidden = np.maximum(np.einsum("wi,nih->nwh", scaled, self.hidden) + self.hidden_bias[:, None, :], 0)
        scores: Array = np.einsum("nwh,nh->nw", hidden, self.output) + self.output_bias[:, None]
        return scores

    def sentence(self, words: Array) -> float:
        """The score of a sentence, from those of its words."""
        return float(shape_of(words) @ self.shape)

    def save(self, path: Path) -> None:
        """Write the weights, the large ones in half precision."""
        arrays = {item.name: np.asarray(getattr(self, item.name), np.float32) for item in fields(self)}
        for name in ("directions", "hidden"):
            arrays[name] = arrays[name].astype(np.float16)
        with path.open("wb") as stream:
            np.savez_compressed(stream, allow_pickle=False, **arrays)


def shape_of(words: Array) -> Array:
    """Of the scores `[networks, words]` of a sentence: its worst word's, for one is enough, and its median word's.

    Neither grows with the length of the sentence by much, so that no weight of length has to carry over.
    """
    mean = words.mean(axis=0)
    return np.array([mean.max(), np.median(mean)], np.float32)


@cache
def network() -> Network:
    """The model that comes with the product."""
    with np.load(MODEL_FILE, allow_pickle=False) as stored:
        arrays = {name: stored[name].astype(np.float32) for name in stored.files}
    return Network(**arrays | {"threshold": float(arrays["threshold"])})
