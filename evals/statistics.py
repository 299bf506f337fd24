"""Uncertainty of figures."""

from collections.abc import Callable, Sequence

import numpy as np


def bootstrap_interval(
    values: Sequence[float],
    *,
    statistic: Callable[[np.ndarray], float] = lambda sample: float(np.mean(sample)),
    draws: int = 2000,
    seed: int = 7,
) -> tuple[float, float]:
    """95 % percentile bootstrap interval over cases (Efron and Tibshirani 1993, ch. 13).

    `values` has shape (cases,). Raises ValueError when there are none.
    """
    data = np.asarray(values, dtype=float)
    if data.size == 0:
        raise ValueError("no cases: an interval needs at least one")
    generator = np.random.default_rng(seed)
    estimates = [statistic(data[generator.integers(0, data.size, data.size)]) for _ in range(draws)]
    low, high = np.percentile(estimates, [2.5, 97.5])
    return float(low), float(high)


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """95 % Wilson score interval of a proportion (Wilson 1927). Raises ValueError without trials."""
    if trials <= 0:
        raise ValueError("no trials: a proportion needs at least one")
    z = 1.959964
    share = successes / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * np.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / (1 + z * z / trials)
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))
