"""The revenue that leaves with customers who leave: its mean, and an interval that holds it.

Each customer leaves with a probability and takes all they pay; nobody leaves because another does. The loss is then a
sum of independent two-valued amounts, a Poisson binomial distribution with weights. Its distribution is computed and
not drawn, so the same customers give the same interval: amounts are put on a grid of equal steps (each between two of
its places in proportion, which keeps the mean exact), a few customers at a time are added one after the other, and the
groups are joined by the Fourier transform (W. Biscarri, S. D. Zhao and R. J. Brunner, "A simple and fast method for
computing the Poisson binomial distribution function", Computational Statistics and Data Analysis 122, 2018; directly:
Y. Hong, "On computing the distribution function for the Poisson binomial distribution", same journal 59, 2013). Of a
few customers every combination is looked at instead: there a reader would see the grid.

Invariant: the interval is wide enough: what is outside of it has at most the probability that is stated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
LEVEL = 0.90
_FEWEST_PLACES, _MOST_PLACES = 2**14, 2**22
_PLACES_EACH = 8
"""Of the grid, for each customer: with fewer the rounding would widen the interval visibly."""
_FEW = 12
_AT_ONCE = 32
_SHORT = 256
_DUST = 1e-12
"""What rounding makes of a probability of zero."""


@dataclass(frozen=True, slots=True)
class Loss:
    """In the unit of the amounts: the mean, and an interval of `LEVEL` with at most half the rest on each side."""

    expected: float
    low: float
    high: float


def loss(amounts: Sequence[float], probabilities: Sequence[float]) -> Loss:
    """What is lost when customers who pay `amounts` (0 or more) leave, each with its probability."""
    pays, leaves = np.asarray(amounts, dtype=np.float64), np.asarray(probabilities, dtype=np.float64)
    counts = (pays > 0) & (leaves > 0)
    pays, leaves = pays[counts], leaves[counts]
    if not len(pays):
        return Loss(0.0, 0.0, 0.0)
    if len(pays) <= _FEW:
        lost, chances = _combinations(pays, leaves)
    else:
        step = pays.sum() / _places(len(pays))
        chances = _distribution(pays / step, leaves)
        lost = np.minimum(np.arange(len(chances)) * step, pays.sum())
    below = np.cumsum(chances)
    outside = (1 - LEVEL) / 2
    low = int(np.searchsorted(below, outside + _DUST))
    high = int(np.searchsorted(below, 1 - outside - _DUST))
    return Loss(float(pays @ leaves), float(lost[low]), float(lost[min(high, len(below) - 1)]))


def unpacked(pairs: bytes) -> Floats:
    """Amounts and probabilities as the database packs them, two big-endian doubles each; shape (customers, 2)."""
    return np.frombuffer(pairs, dtype=">f8").astype(np.float64).reshape(-1, 2)


@lru_cache(maxsize=32)
def loss_of(pairs: bytes) -> Loss:
    """The same of packed pairs. Kept: it is what the pairs say, whoever looks, and thousands take a while."""
    return loss(*unpacked(pairs).T)


def _combinations(pays: Floats, leaves: Floats) -> tuple[Floats, Floats]:
    """Every loss there can be, in order, with its probability."""
    lost, chances = np.zeros(1), np.ones(1)
    for amount, probability in zip(pays.tolist(), leaves.tolist(), strict=True):
        lost = np.concatenate([lost, lost + amount])
        chances = np.concatenate([chances * (1 - probability), chances * probability])
    order = np.argsort(lost, kind="stable")
    return lost[order], chances[order]


def _places(customers: int) -> int:
    wanted = max(_FEWEST_PLACES, customers * _PLACES_EACH)
    return min(_MOST_PLACES, 1 << (wanted - 1).bit_length())


def _distribution(places: Floats, leaves: Floats) -> Floats:
    """Probability of each place on the grid; the small ones first, so that groups are of about one length."""
    order = np.argsort(places, kind="stable")
    groups = [
        _one_by_one(places[order[start : start + _AT_ONCE]], leaves[order[start : start + _AT_ONCE]])
        for start in range(0, len(order), _AT_ONCE)
    ]
    while len(groups) > 1:
        joined = [_joined(first, second) for first, second in zip(groups[::2], groups[1::2], strict=False)]
        groups = joined + groups[2 * len(joined) :]
    return groups[0]


def _one_by_one(places: Floats, leaves: Floats) -> Floats:
    found = np.ones(1)
    for place, probability in zip(places.tolist(), leaves.tolist(), strict=True):
        # A place within rounding of a whole one is that one: otherwise a lone customer would pay one step more.
        whole = int(place + 1e-9)
        part = max(0.0, place - whole)
        longer = np.zeros(len(found) + whole + (part > 0))
        longer[: len(found)] = found * (1 - probability)
        longer[whole : whole + len(found)] += found * (probability * (1 - part))
        if part > 0:
            longer[whole + 1 :] += found * (probability * part)
        found = longer
    return found


def _joined(first: Floats, second: Floats) -> Floats:
    length = len(first) + len(second) - 1
    if min(len(first), len(second)) <= _SHORT:
        return np.convolve(first, second)
    size = 1 << (length - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(first, size) * np.fft.rfft(second, size), size)[:length]
    return np.maximum(product, 0.0)
