"""Probabilities of accounts by the models in use, those of leaving in order: within 30 days is not likelier than
within 90, nor that than within 180.

Invariant: a probability is the logistic function of its base and parts, also where the order had to be made. The models
learn one horizon each, so they may cross. Where they do, the crossing ones are pooled in log odds: each takes the mean
of their bases and, column by column, of their effects. The mean of sums is the sum of means, so nothing is added that
no part accounts for, and the pooled values are the closest to the models' own that are in order (isotonic regression by
pooling; Ayer et al. 1955; min-max form: Robertson, Wright and Dykstra 1988, ch. 1.4). A column's effect is then what
the pooled models make of it on average.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from copilot.domain.scores import CHURN_DAYS, ScoreKind, ScoreModel
from copilot.scoring.scored import Scored
from copilot.scoring.shapes import AdditiveModel
from copilot.scoring.signal_columns import columns_of
from copilot.scoring.tables import Categories, Floats, Table
from copilot.store.signals import SignalTable

LEARNT_KINDS = (*CHURN_DAYS, ScoreKind.EXPANSION)
"""Scores that a model gives to customers; those of leaving in the order of their days."""


@dataclass(frozen=True, slots=True)
class InUse:
    """The latest model of a kind, which may be a refusal."""

    kept: ScoreModel
    model: AdditiveModel | None

    @property
    def usual(self) -> float:
        """Share of the outcome in the history that it was judged on."""
        judged = self.kept.report.get("quality") or {}
        rows, positives = judged.get("rows"), judged.get("positives")
        if isinstance(rows, int | float) and isinstance(positives, int | float) and 0 < positives < rows:
            return float(positives / rows)
        return float(1 / (1 + np.exp(-self.model.base))) if self.model else 0.0


def in_use(kept: ScoreModel) -> InUse:
    """A model as it was kept, ready to score."""
    wanted = kept.refusal is None and kept.model is not None
    return InUse(kept, AdditiveModel.model_validate(kept.model) if wanted else None)


def probabilities(
    models: Mapping[ScoreKind, InUse], table: SignalTable, *, least_known: float
) -> dict[ScoreKind, Scored]:
    """The scores of every kind that there is a model of."""
    if all(held.model is None for held in models.values()):
        return {}
    columns = columns_of(table)
    known = _share_known(columns)
    found = {}
    for kind in LEARNT_KINDS:
        held = models.get(kind)
        if held is not None and held.model is not None:
            base = np.full(columns.rows, held.model.base)
            is_known = known(held.model) >= least_known
            effects = held.model.contributions(columns)
            found[kind] = Scored(kind, held.model.names, base, effects, is_known, held.kept.id)
    leaving = [found[kind] for kind in CHURN_DAYS if kind in found]
    return found | {scored.kind: scored for scored in in_order(leaving)}


class _share_known:  # noqa: N801 - a function that remembers the columns
    def __init__(self, columns: Table) -> None:
        self._columns = columns

    def __call__(self, model: AdditiveModel) -> Floats:
        """Share of the model's signals that are known of each row; words of the account count for nothing."""
        named = [self._columns.named(name) for name in model.names]
        numbers = [~np.isnan(column.values) for column in named if column and not isinstance(column, Categories)]
        return np.mean(numbers, axis=0) if numbers else np.ones(self._columns.rows)


def in_order(leaving: Sequence[Scored]) -> list[Scored]:
    """The same scores, rising from one to the next in every row; see the module docstring.

    An account has all of them or none.
    """
    if not leaving:
        return []
    known = np.logical_and.reduce([scored.known for scored in leaving])
    # All have all columns, in one order, whether they cross or not: a sum's last bit and the order of equal effects
    # would else depend on whether another account's models cross.
    names = tuple(dict.fromkeys(name for scored in leaving for name in scored.names))
    leaving = [replace(scored, known=known, names=names, effects=_spread(scored, names)) for scored in leaving]
    totals = np.stack([scored.total() for scored in leaving], axis=1)
    crossing = np.flatnonzero((np.diff(totals, axis=1) < 0).any(axis=1))
    if not crossing.size:
        return leaving
    effects = np.stack([scored.effects[crossing] for scored in leaving], axis=1)
    bases = np.stack([scored.base[crossing] for scored in leaving], axis=1)
    shares = _pooling(totals[crossing])
    ordered = []
    for place, scored in enumerate(leaving):
        base, every = scored.base.copy(), scored.effects.copy()
        weights = shares[:, place]
        base[crossing] = (weights * bases).sum(axis=1)
        every[crossing] = (weights[:, :, None] * effects).sum(axis=1)
        ordered.append(replace(scored, base=base, effects=every))
    return ordered


def _spread(scored: Scored, names: Sequence[str]) -> Floats:
    """The effects under all names; none where the model does not know a column."""
    spread = np.zeros((len(scored.base), len(names)))
    spread[:, [names.index(name) for name in scored.names]] = scored.effects
    return spread


def _pooling(totals: Floats) -> Floats:
    """For each row and score the shares of the scores that it is the mean of, shape (rows, scores, scores)."""
    rows, count = totals.shape
    shares = np.zeros((rows, count, count))
    for place in range(count):
        best = np.full(rows, -np.inf)
        for first in range(place + 1):
            least, weights = np.full(rows, np.inf), np.zeros((rows, count))
            for last in range(place, count):
                mean = totals[:, first : last + 1].mean(axis=1)
                better = mean < least
                least = np.where(better, mean, least)
                block = np.zeros(count)
                block[first : last + 1] = 1 / (last + 1 - first)
                weights[better] = block
            higher = least > best
            best = np.where(higher, least, best)
            shares[higher, place] = weights[higher]
    return shares
