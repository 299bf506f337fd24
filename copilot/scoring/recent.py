"""Whether it happens more often of late than a score has learnt, and in which groups; and the score brought to the
level of these months.

A score learns from outcomes whose whole window and delay have passed, of years in which times were others. What
happened within a month is on record much earlier, and months follow each other, so everything counts once.

Invariants: only what was on record by the day asked for counts; the level is the base of the score and nothing else, so
that the order of the accounts stays as it was judged, and the score the sum of its base and parts. Groups are told and
not moved: a whole group moved up stands before accounts whose signals say more, and whose risk is greater (measured on
the development seeds of `evals.scoring.portfolio`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import log

import numpy as np

from copilot.scoring.in_time import silent_where_unknown
from copilot.scoring.labels import Delay
from copilot.scoring.past import Past, Rows, rows_of, with_table
from copilot.scoring.report import Lately, LatelyGroup
from copilot.scoring.shapes import AdditiveModel, Levels
from copilot.scoring.tables import Categories, Floats, Marks, Table

SPAN_DAYS = 183
MONTH_DAYS = 30
_LEAST = 20
"""To so many it has to have happened before the newest months, and so many rows a group has to have in them."""
_BY_CHANCE = 0.05
"""For all groups of a column together."""
_HELD_BACK = 10.0
"""A level is corrected as if it had happened to so many more, just as expected: few cases move it little."""


@dataclass(frozen=True, slots=True)
class Recent:
    """Rows whose next month is on record."""

    rows: Rows
    horizon: int
    """Days ahead that the score looks."""
    delay: int

    def lately(self, model: AdditiveModel, *, by: float) -> Lately | None:
        """What a day (an ordinal) knows of the newest months; None where it knows too little."""
        known = np.flatnonzero(self.rows.days + MONTH_DAYS + self.delay <= by)
        if not known.size:
            return None
        days = self.rows.days[known]
        happened = self.rows.next_happened[known] - days <= MONTH_DAYS
        is_new = days > days.max() - SPAN_DAYS
        before = int(happened[~is_new].sum())
        if before < _LEAST:
            return None
        table = self.rows.table.at(known)
        # A month has as much of the chance within the horizon as it had in the months that were learnt from: with only
        # those before the newest, what of the newest was learnt from as well would count twice.
        told = 1 - (1 - model.probabilities(table)) ** (MONTH_DAYS / self.horizon)
        learnt = days + self.horizon + self.delay <= by
        learnt = learnt if happened[learnt].any() else ~is_new
        told *= float(happened[learnt].sum()) / float(told[learnt].sum())
        new = np.flatnonzero(is_new)
        groups = list(_groups(model, table.at(new)))
        return _lately(_Seen(happened[new], told[new]), groups, first=days[new].min(), last=days.max())

    def levelled(self, model: AdditiveModel, by: float) -> AdditiveModel:
        """The model brought to the level that the day knows of."""
        found = self.lately(model, by=by)
        return model if found is None else corrected(model, found)


def recent_of(past: Past, *, horizon: int, delay: Delay) -> Recent | None:
    """The rows of the past whose next month is on record by its today; None if there are none."""
    rows = rows_of(past, horizon=MONTH_DAYS, delay=delay)
    if rows is None:
        return None
    return Recent(with_table(rows, silent_where_unknown(rows.table, rows.days)), horizon, delay.days)


def corrected(model: AdditiveModel, found: Lately) -> AdditiveModel:
    """The model at the level of the newest months."""
    return model.model_copy(update={"base": model.base + log(found.factor)})


@dataclass(frozen=True, slots=True)
class _Seen:
    """Rows of the newest months, shape (rows,)."""

    happened: Marks
    told: Floats
    """As often it was expected, by what the score tells of months and by how often it happened in those learnt from."""

    def sums(self, rows: Marks) -> tuple[int, float]:
        """To how many of these it happened, and how many were expected."""
        return int(self.happened[rows].sum()), float(self.told[rows].sum())

    def chance(self, rows: Marks, others: Marks) -> float:
        """That so many of these beside the others, or a number as unlikely, are chance.

        Of two Poisson counts, given their sum, the one is binomial (Przyborowski and Wilenski 1940). So months in which
        more of everybody left say nothing of a group.
        """
        from scipy.stats import binomtest

        (here, expected), (there, expected_there) = self.sums(rows), self.sums(others)
        if not expected or not expected_there or not here + there:
            return 1.0
        return float(binomtest(here, here + there, expected / (expected + expected_there)).pvalue)

    def factor(self, rows: Marks) -> float:
        """How much more often it happened than expected, held back."""
        happened, expected = self.sums(rows)
        return (happened + _HELD_BACK) / (expected + _HELD_BACK)


@dataclass(frozen=True, slots=True)
class _Group:
    """A word that has an effect of its own in the model."""

    column: str
    name: str
    rows: Marks
    among: int
    """So many groups the column has."""


def _groups(model: AdditiveModel, table: Table) -> Iterator[_Group]:
    for shape in model.shapes:
        column = table.named(shape.name)
        if isinstance(shape, Levels) and isinstance(column, Categories):
            places = [at for at in column.frequent(least=_LEAST) if column.levels[at] in shape.effects]
            for at in places:
                yield _Group(shape.name, column.levels[at], column.codes == at, len(places))


def _lately(seen: _Seen, groups: Sequence[_Group], *, first: float, last: float) -> Lately:
    """Of the groups that differ from the others beyond chance the one that moved furthest is set aside, and so on."""
    rest = np.ones(len(seen.told), dtype=np.bool_)
    apart: set[int] = set()
    while len(apart) < len(groups):
        factors = {
            at: seen.factor(rest & group.rows)
            for at, group in enumerate(groups)
            if at not in apart and seen.chance(rest & group.rows, rest & ~group.rows) < _BY_CHANCE / group.among
        }
        if not factors:
            break
        # Of two groups each differs from the other: it is the one that is not where it was.
        furthest = max(factors, key=lambda at: abs(log(factors[at])))
        apart.add(furthest)
        rest &= ~groups[furthest].rows
    told = []
    for at, group in enumerate(groups):
        happened, expected = seen.sums(group.rows)
        told.append(
            LatelyGroup(
                column=group.column,
                name=group.name,
                rows=int(group.rows.sum()),
                happened=happened,
                expected=expected,
                deviates=at in apart,
            )
        )
    everybody = np.ones_like(rest)
    happened, expected = seen.sums(everybody)
    return Lately(
        first_day=date.fromordinal(int(first)),
        last_day=date.fromordinal(int(last) + MONTH_DAYS),
        happened=happened,
        expected=expected,
        factor=seen.factor(everybody),
        groups=tuple(told),
    )
