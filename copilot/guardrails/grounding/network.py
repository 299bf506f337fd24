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
    scale: Array
    length: float
    """What is added for each unit of the logarithm of the sentence's length, so that long ones are not worse by it."""
    threshold: float

    def words(self, features: Array, context: Array) -> Array:
        """`[networks, words]`: log odds that the word is not supported."""
        inputs = np.hstack([features, (context - self.context_mean) @ self.directions])
        scaled = np.clip((inputs - self.centre) / self.spread, -CLIP, CLIP)
        hidden = np.maximum(np.einsum("wi,nih->nwh", scaled, self.hidden) + self.hidden_bias[:, None, :], 0)
        scores: Array = np.einsum("nwh,nh->nw", hidden, self.output) + self.output_bias[:, None]
        return scores

    def sentence(self, words: Array) -> float:
        """The score of a sentence, from those of its words: a soft maximum, so that one wrong word is enough."""
        highest = words.max(axis=1)
        soft = highest + np.log(np.exp(words - highest[:, None]).sum(axis=1))
        return float((self.scale[:, 0] * soft + self.scale[:, 1]).mean() + self.length * np.log(words.shape[1]))

    def save(self, path: Path) -> None:
        """Write the weights, the large ones in half precision."""
        arrays = {item.name: np.asarray(getattr(self, item.name), np.float32) for item in fields(self)}
        for name in ("directions", "hidden"):
            arrays[name] = arrays[name].astype(np.float16)
        with path.open("wb") as stream:
            np.savez_compressed(stream, allow_pickle=False, **arrays)


@cache
def network() -> Network:
    """The model that comes with the product."""
    with np.load(MODEL_FILE, allow_pickle=False) as stored:
        arrays = {name: stored[name].astype(np.float32) for name in stored.files}
    length, threshold = float(arrays.pop("length")), float(arrays.pop("threshold"))
    return Network(**arrays, length=length, threshold=threshold)
