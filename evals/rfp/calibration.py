"""How far stated confidences are from what came true.

Expected calibration error: the answers are ranked by confidence and cut into ten bins of equal size; in each, the
share that is right is held against the mean confidence; the error is the mean of these distances, weighted by size
(Naeini, Cooper and Hauskrecht 2015, AAAI; equal-mass bins: Nguyen and O'Connor 2015, EMNLP). With few answers a
bin, even a perfectly calibrated system has an error far from nought (Roelofs et al. 2022, AISTATS): `error_by_chance`
says how far. Invariant: answers of equal confidence keep the order they came in: the same run gives the same bins.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evals.statistics import bootstrap_interval, wilson_interval

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Some answers of like confidence."""

    lowest: float
    highest: float
    confidence: float
    """Mean."""
    hits: int
    cases: int

    @property
    def share(self) -> float:
        """Of right ones."""
        return self.hits / self.cases


def bins(confidences: Sequence[float], right: Sequence[bool], *, count: int = BINS) -> list[Bin]:
    """Bins of equal size (they differ by one at most), lowest confidence first; fewer where there are fewer answers."""
    order = sorted(range(len(confidences)), key=lambda index: confidences[index])
    parts = np.array_split(np.array(order, dtype=int), min(count, len(order))) if order else []
    made = []
    for part in parts:
        values = [confidences[index] for index in part]
        hits = sum(right[index] for index in part)
        made.append(Bin(min(values), max(values), sum(values) / len(values), hits, len(values)))
    return made


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """From 0 to 1. Raises ValueError without answers."""
    if not confidences:
        raise ValueError("no answers: their confidence has no error")
    return sum(item.cases * abs(item.share - item.confidence) for item in bins(confidences, right)) / len(confidences)


def error_interval(confidences: Sequence[float], right: Sequence[bool]) -> tuple[float, float]:
    """95 % bootstrap interval over answers."""

    def of_sample(sample: np.ndarray) -> float:
        chosen = [int(index) for index in sample]
        return calibration_error([confidences[index] for index in chosen], [right[index] for index in chosen])

    return bootstrap_interval(list(range(len(confidences))), statistic=of_sample)


def error_by_chance(confidences: Sequence[float], *, draws: int = 2000, seed: int = 7) -> float:
    """Mean error of a system with these confidences that keeps what it says: what the number of answers alone costs."""
    generator = np.random.default_rng(seed)
    chances = np.asarray(confidences, dtype=float)
    drawn = generator.random((draws, chances.size)) < chances
    return float(np.mean([calibration_error(confidences, [bool(value) for value in row]) for row in drawn]))


def curve(confidences: Sequence[float], right: Sequence[bool]) -> list[str]:
    """Rows of the reliability curve as a Markdown table."""
    rows = ["| confidence | mean | answers | right | share right | 95 % interval |", "|---|---|---|---|---|---|"]
    for item in bins(confidences, right):
        low, high = wilson_interval(item.hits, item.cases)
        rows.append(
            f"| {item.lowest:.3f} – {item.highest:.3f} | {item.confidence:.3f} | {item.cases} | {item.hits} "
            f"| {item.share:.3f} | {low:.3f} – {high:.3f} |"
        )
    return rows
