"""How good probabilities were that rows got while they were held out.

Invariant: nothing is computed from a row that was learnt from; every figure comes with its 95 % interval over rows.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from math import log

import numpy as np
from pydantic import BaseModel, ConfigDict

from copilot.domain.proportions import wilson_interval
from copilot.scoring.shapes import probability
from copilot.scoring.tables import Codes, Floats, Places
from copilot.scoring.training import SEED, Labels

TOP = 0.1
"""Share of the rows that lift looks at."""
_BINS = 10
_DRAWS = 200
_LEAST_CHANCE = 1e-6
_MOST_ODDS = 40.0
"""Beyond any distance between two log odds that are held by `_LEAST_CHANCE`."""


class Measure(StrEnum):
    """What is measured."""

    AUC = "auc"
    """Chance that one who went has a higher score than one who stayed; 0.5 is chance."""
    PR_AUC = "pr_auc"
    """Average precision; the share of those who went is chance."""
    BRIER = "brier"
    """Mean squared difference of probability and outcome."""
    SKILL = "skill"
    """How much smaller that is than for the same probability for everybody: 0 is no better, 1 is perfect."""
    CALIBRATION_ERROR = "calibration_error"
    """Mean distance of predicted and observed share in ten bins of equal size."""
    LIFT = "lift"
    """Share of those who went among the tenth with the highest scores, in multiples of the share among all."""


class Measured(BaseModel):
    """One figure with its interval."""

    model_config = ConfigDict(frozen=True)

    value: float
    low: float
    high: float


class Bin(BaseModel):
    """One point of the reliability curve: rows whose probabilities are next to each other."""

    model_config = ConfigDict(frozen=True)

    rows: int
    predicted: float
    observed: float
    low: float
    high: float


class Quality(BaseModel):
    """All figures over the same rows."""

    model_config = ConfigDict(frozen=True)

    rows: int
    positives: int
    figures: Mapping[Measure, Measured]
    reliability: tuple[Bin, ...]

    def of(self, measure: Measure) -> float:
        """The value of one figure."""
        return self.figures[measure].value


def quality(labels: Labels, told: Floats, *, groups: Codes | None = None, strata: Codes | None = None) -> Quality:
    """Of outcomes, shape (rows,), and probabilities, shape (repeats, rows): figures are means over the repeats.

    Intervals: bootstrap over rows (Efron and Tibshirani 1993, ch. 13), or over the `groups` that rows are of: rows of
    one account say less than as many accounts (Field and Welsh 2007). With `strata`, rows of a different one are not
    compared by area and skill: that a model knows when there was more of an outcome is no merit. Raises ValueError for
    one outcome.
    """
    if labels.all() or not labels.any():
        raise ValueError("both outcomes are needed")
    samples = drawn(labels, groups=groups)
    figures = {}
    for measure, function in _FUNCTIONS.items():
        of_all = _mean(_within(strata, measure) or function, labels, told)
        values = [
            _mean(
                _within(None if strata is None else strata[places], measure) or function,
                labels[places],
                told[:, places],
            )
            for places in samples
        ]
        figures[measure] = _with_interval(measure, of_all, values)
    bins = tuple(_bin(labels[places], told[0][places]) for places in _in_bins(told[0]))
    return Quality(rows=len(labels), positives=int(labels.sum()), figures=figures, reliability=bins)


def _within(strata: Codes | None, measure: Measure) -> Callable[[Labels, Floats], float] | None:
    """The same measure with rows compared within a stratum only; None where there is no such thing."""
    function = _WITHIN.get(measure)
    if strata is None or function is None:
        return None
    parts = [np.flatnonzero(strata == one) for one in np.unique(strata)]
    return lambda labels, told: function(labels, told, parts)


def _area_within(labels: Labels, told: Floats, parts: Sequence[Places]) -> float:
    mixed = [part for part in parts if 0 < labels[part].sum() < part.size]
    pairs = [int(labels[part].sum()) * int((~labels[part]).sum()) for part in mixed]
    return float(np.average([area(labels[part], told[part]) for part in mixed], weights=pairs)) if mixed else 1 / 2


def _skill_within(labels: Labels, told: Floats, parts: Sequence[Places]) -> float:
    """Beside the share of each part, which nobody knows beforehand."""
    usual = sum(part.size * float(np.var(labels[part])) for part in parts) / len(labels)
    return 1.0 - _brier(labels, told) / usual if usual else 0.0


def information(labels: Labels, told: Floats, strata: Codes, *, groups: Codes | None = None) -> Measured:
    """How much smaller the logarithmic loss is than for the share of each stratum, from 0 for no better.

    For rare outcomes it tells a good score from a bad one where the squared error drowns in the few that happen
    (Benedetti 2010, "Scoring rules for forecast verification"). `told` has shape (rows,).
    """
    loss = np.logaddexp(0.0, np.where(labels, -1.0, 1.0) * _log_odds(told))
    values = [_information(labels[places], loss[places], strata[places]) for places in drawn(labels, groups=groups)]
    low, high = np.percentile(values, [2.5, 97.5])
    return Measured(value=_information(labels, loss, strata), low=float(low), high=float(high))


def levelled(labels: Labels, told: Floats, strata: Codes) -> Floats:
    """The probabilities with another level of the log odds in each stratum, where they add up to its outcomes.

    A stratum of one outcome stays. `told` has shape (rows,).
    """
    odds = _log_odds(told)
    found = told.copy()
    for stratum in np.unique(strata):
        part = np.flatnonzero(strata == stratum)
        share = float(labels[part].mean())
        if 0 < share < 1:
            found[part] = probability(odds[part] + _level(odds[part], share))
    return found


def _level(odds: Floats, share: float) -> float:
    """What is to be added to log odds for probabilities of this mean."""
    from scipy.optimize import brentq

    return float(brentq(lambda more: float(probability(odds + more).mean()) - share, -_MOST_ODDS, _MOST_ODDS))


def beside_share(labels: Labels, told: Floats, strata: Codes) -> float:
    """How much smaller the squared error is than for the share of each stratum; `told` has shape (rows,)."""
    return _skill_within(labels, told, [np.flatnonzero(strata == one) for one in np.unique(strata)])


def _information(labels: Labels, loss: Floats, strata: Codes) -> float:
    parts = [labels[strata == one] for one in np.unique(strata)]
    shares = [(part.size, float(part.mean())) for part in parts if 0 < part.sum() < part.size]
    usual = -sum(size * (share * log(share) + (1 - share) * log(1 - share)) for size, share in shares)
    return 1.0 - float(loss.sum()) / usual if usual else 0.0


def _log_odds(told: Floats) -> Floats:
    held = np.clip(told, _LEAST_CHANCE, 1 - _LEAST_CHANCE)
    return np.asarray(np.log(held / (1 - held)), dtype=np.float64)


def _with_interval(measure: Measure, value: float, draws: Sequence[float]) -> Measured:
    if measure is Measure.CALIBRATION_ERROR:
        # Drawing rows again adds distances of its own: only how much they spread says anything of this one.
        half = 1.96 * float(np.std(draws))
        return Measured(value=value, low=max(0.0, value - half), high=value + half)
    low, high = np.percentile(draws, [2.5, 97.5])
    return Measured(value=value, low=float(low), high=float(high))


def drawn(labels: Labels, *, groups: Codes | None = None) -> Sequence[Places]:
    """Rows drawn with replacement (whole groups of them), again and again; both outcomes are among them each time."""
    generator = np.random.default_rng(SEED)
    places_of = _places_of(groups)
    return [_drawn(labels, generator, places_of) for _ in range(_DRAWS)]


def _places_of(groups: Codes | None) -> Sequence[Places] | None:
    if groups is None:
        return None
    order = np.argsort(groups, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)


def _drawn(labels: Labels, generator: np.random.Generator, places_of: Sequence[Places] | None) -> Places:
    """Rows drawn with replacement, at least one of each outcome among them."""
    while True:
        if places_of is None:
            places = generator.integers(0, len(labels), len(labels))
        else:
            places = np.concatenate([places_of[one] for one in generator.integers(0, len(places_of), len(places_of))])
        if 0 < labels[places].sum() < len(places):
            return places


def _mean(function: Callable[[Labels, Floats], float], labels: Labels, told: Floats) -> float:
    return float(np.mean([function(labels, row) for row in told]))


def area(labels: Labels, told: Floats) -> float:
    """Area under the ROC curve, ties counted half."""
    from scipy.stats import rankdata

    ranks, positives = rankdata(told), int(labels.sum())
    # Mann and Whitney 1947: how often a row of one outcome stands above one of the other.
    above = ranks[labels].sum() - positives * (positives + 1) / 2
    return float(above / (positives * (len(labels) - positives)))


def _precision(labels: Labels, told: Floats) -> float:
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(labels, told))


def _brier(labels: Labels, told: Floats) -> float:
    return float(np.mean((told - labels) ** 2))


def _skill(labels: Labels, told: Floats) -> float:
    return 1.0 - _brier(labels, told) / float(np.var(labels))


def _in_bins(told: Floats) -> Sequence[Places]:
    return [places for places in np.array_split(np.argsort(told, kind="stable"), _BINS) if places.size]


def _calibration_error(labels: Labels, told: Floats) -> float:
    distances = [places.size * abs(told[places].mean() - labels[places].mean()) for places in _in_bins(told)]
    return float(sum(distances) / len(labels))


def _lift(labels: Labels, told: Floats) -> float:
    top = np.argsort(-told, kind="stable")[: max(1, round(TOP * len(labels)))]
    return float(labels[top].mean() / labels.mean())


def _bin(labels: Labels, told: Floats) -> Bin:
    low, high = wilson_interval(int(labels.sum()), len(labels))
    return Bin(rows=len(labels), predicted=float(told.mean()), observed=float(labels.mean()), low=low, high=high)


_FUNCTIONS: Mapping[Measure, Callable[[Labels, Floats], float]] = {
    Measure.AUC: area,
    Measure.PR_AUC: _precision,
    Measure.BRIER: _brier,
    Measure.SKILL: _skill,
    Measure.CALIBRATION_ERROR: _calibration_error,
    Measure.LIFT: _lift,
}
_WITHIN: Mapping[Measure, Callable[[Labels, Floats, Sequence[Places]], float]] = {
    Measure.AUC: _area_within,
    Measure.SKILL: _skill_within,
}
