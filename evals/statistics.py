"""Uncertainty of figures."""

from collections.abc import Callable, Sequence

import numpy as np

from copilot.domain.proportions import wilson_interval

__all__ = ["bootstrap_interval", "rule_of_three", "wilson_interval"]


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


def rule_of_three(cases: int) -> float:
    """Upper end of the 95 % interval of a rate that was never seen in `cases` independent cases: 3/n.

    Hanley and Lippman-Hand 1983, JAMA 249(13). Raises ValueError when there are none.
    """
    if cases < 1:
        raise ValueError("no cases: a bound needs at least one")
    return min(1.0, 3 / cases)
