"""How fast deals are won and lost, by their age, their kind and the time of the quarter.

Invariant: an open deal counts for as long as it was watched and no longer, so neither the deals that are still open nor
those that closed before the records begin make the rates look better than they are.

Winning and losing are competing risks (Kalbfleisch and Prentice 2002, ch. 8) with a rate per day that is constant
within a band of ages. Rates and factors are drawn towards the average by a gamma prior (Gelman et al. 2013, ch. 2.6;
for ratios of observed to expected numbers, Clayton and Kaldor 1987), so that few cases move little.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from copilot.domain.deals import Deal, DealsHistory
from copilot.domain.records import OpportunityKind
from copilot.scoring.tables import Floats

Places = NDArray[np.intp]
KINDS: tuple[OpportunityKind | None, ...] = (None, *OpportunityKind)
LONGEST = 1_096
"""Days: older history says little of today, and deals older than that are treated as that old."""
_WON, _LOST = 0, 1
_STRAY = 0.02
"""Share of the closed deals, the first ones, that may have been entered from long before the records begin."""
_THIRDS = 3
_BANDS = 16
_LEAST_OF_BAND = 20
"""Closed deals."""
_PRIOR_OF_BAND = 1.0
_PRIOR_OF_FACTOR = 20.0
"""Cases that a prior is worth."""
_ROUNDS = 3
_TWO_QUARTERS = 183
"""Days that have to be watched before the time of the quarter can be told from anything else."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Deals as numbers: days are counted from 1 January of year 1, like `date.toordinal`."""

    ids: NDArray[np.object_]
    begin: Places
    end: Places
    """The day it closed, or the day after the last one watched."""
    outcome: Places
    """0 won, 1 lost, -1 open."""
    kind: Places
    since: int
    """Day from which on deals are seen to close: before, the records do not tell."""
    until: int
    """The day after the last one watched."""

    def as_known_on(self, day: int) -> "Watched":
        """The same at the end of an earlier day."""
        there = self.begin <= day
        outcome = np.where(self.end <= day, self.outcome, -1)[there]
        end = np.minimum(self.end, day + 1)[there]
        return Watched(self.ids[there], self.begin[there], end, outcome, self.kind[there], self.since, day + 1)

    @property
    def won(self) -> int:
        """How many."""
        return int((self.outcome == _WON).sum())

    @property
    def lost(self) -> int:
        """How many."""
        return int((self.outcome == _LOST).sum())


def watched(history: DealsHistory) -> Watched:
    """Deals with the days that are needed, over the last `LONGEST` days."""
    today = history.day.toordinal()
    usable = [deal for deal in history.deals if _is_usable(deal, history.day)]
    closes = [deal.closes_on.toordinal() for deal in usable if not deal.is_open and deal.closes_on]
    since = max(int(np.quantile(closes, _STRAY, method="lower")) if closes else today, today - LONGEST)
    begin = np.array([deal.created_on.toordinal() for deal in usable if deal.created_on], dtype=np.intp)
    outcome = np.array([-1 if deal.is_open else _WON if deal.is_won else _LOST for deal in usable], dtype=np.intp)
    end = np.array([_end(deal, today) for deal in usable], dtype=np.intp)
    kind = np.array([KINDS.index(deal.kind) for deal in usable], dtype=np.intp)
    seen = end >= since
    ids = np.array([deal.id for deal in usable], dtype=np.object_)
    return Watched(ids[seen], begin[seen], end[seen], outcome[seen], kind[seen], since, today + 1)


def _is_usable(deal: Deal, day: date) -> bool:
    if deal.created_on is None or deal.created_on > day:
        return False
    return deal.is_open or (deal.closes_on is not None and deal.created_on <= deal.closes_on <= day)


def _end(deal: Deal, today: int) -> int:
    return today + 1 if deal.is_open or deal.closes_on is None else deal.closes_on.toordinal()


@dataclass(frozen=True, slots=True)
class Rates:
    """Per outcome (won, lost), shape (2, ...). Gamma distributions, each by its cases and what they are divided by."""

    edges: Floats
    """Ages, in days, at which a band begins; the first is 0, the last goes on for ever."""
    bands: tuple[Floats, Floats]
    thirds: tuple[Floats, Floats]
    kinds: tuple[Floats, Floats]

    def means(self) -> "Drawn":
        """The rates as they are expected, as one draw."""
        means = [(cases / divided)[None] for cases, divided in (self.bands, self.thirds, self.kinds)]
        return Drawn(self.edges, *means)

    def drawn(self, generator: np.random.Generator, *, draws: int) -> "Drawn":
        """So many sets of rates as they could as well be."""
        sets = [
            generator.gamma(cases, 1 / divided, size=(draws, *cases.shape))
            for cases, divided in (self.bands, self.thirds, self.kinds)
        ]
        return Drawn(self.edges, *sets)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Sets of rates per day: `bands`, shape (draws, 2, bands), and factors on them."""

    edges: Floats
    bands: Floats
    thirds: Floats
    kinds: Floats

    def won_within(self, ages: Places, kinds: Places, *, after: date, days: int) -> Floats:
        """Probability that a deal of this age and kind at the end of `after` is won in so many days.

        Shape (draws, deals).
        """
        alive = np.ones((len(self.bands), len(ages)))
        won = np.zeros_like(alive)
        of_kind = self.kinds[:, :, kinds]
        for step in range(1, days + 1):
            band = _band(self.edges, ages + step)
            third = _third(after + timedelta(days=step))
            rate = self.bands[:, :, band] * of_kind * self.thirds[:, :, third, None]
            both = rate[:, _WON] + rate[:, _LOST]
            leaves = alive * -np.expm1(-both)
            won += leaves * rate[:, _WON] / np.maximum(both, 1e-300)
            alive -= leaves
        return won


def learnt_rates(seen: Watched) -> Rates:
    """Fit by turns: bands given the factors, then each factor given the rest."""
    closed = seen.outcome >= 0
    edges = _edges((seen.end - seen.begin)[closed])
    cells = _cells(seen, edges)
    bands, thirds, kinds = (np.ones((2, size)) for size in cells.exposure.shape)
    enough = seen.until - seen.since >= _TWO_QUARTERS
    counted = (bands, bands)
    of_thirds, of_kinds = (_prior(thirds), _prior(kinds))
    for _ in range(_ROUNDS):
        counted = _banded(cells, thirds, kinds)
        bands = counted[0] / counted[1]
        if enough:
            of_thirds = _relative(cells.cases.sum(axis=(1, 3)), cells.expected(bands, None, kinds).sum(axis=(1, 3)))
            thirds = of_thirds[0] / of_thirds[1]
        of_kinds = _relative(cells.cases.sum(axis=(1, 2)), cells.expected(bands, thirds, None).sum(axis=(1, 2)))
        kinds = of_kinds[0] / of_kinds[1]
    return Rates(edges, counted, of_thirds if enough else _certain(thirds), of_kinds)


@dataclass(frozen=True, slots=True)
class _Cells:
    """Days watched, shape (bands, thirds, kinds), and cases, shape (2, bands, thirds, kinds)."""

    exposure: Floats
    cases: Floats

    def expected(self, bands: Floats | None, thirds: Floats | None, kinds: Floats | None) -> Floats:
        """Cases that these rates and factors would lead to, shape (2, bands, thirds, kinds)."""
        told = np.broadcast_to(self.exposure, self.cases.shape).copy()
        for factor, shape in ((bands, (2, -1, 1, 1)), (thirds, (2, 1, -1, 1)), (kinds, (2, 1, 1, -1))):
            if factor is not None:
                told *= factor.reshape(shape)
        return told


def _edges(ages: Places) -> Floats:
    bands = int(np.clip(len(ages) // _LEAST_OF_BAND, 1, _BANDS))
    inner = np.quantile(ages, np.linspace(0, 1, bands + 1)[1:]) if len(ages) else np.zeros(1)
    # After the oldest deal that ever closed comes a band of its own.
    return np.unique(np.concatenate([[0.0], np.ceil(inner[:-1]), [np.floor(inner[-1]) + 1]]))


def _cells(seen: Watched, edges: Floats) -> _Cells:
    shape = (len(edges), _THIRDS, len(KINDS))
    exposure, cases = np.zeros(shape), np.zeros((2, *shape))
    starts = np.maximum(seen.begin, seen.since)
    thirds = np.array([_third(date.fromordinal(day)) for day in range(seen.since, seen.until + 1)], dtype=np.intp)
    band_of_age = _band(edges, np.arange(LONGEST + 1))
    for kind in np.unique(seen.kind):
        at_risk = _at_risk(seen, starts, seen.kind == kind)
        for third in range(_THIRDS):
            of_ages = at_risk[thirds[: len(at_risk)] == third].sum(axis=0)
            exposure[:, third, kind] = np.bincount(band_of_age, weights=of_ages, minlength=len(edges))
    closed = seen.outcome >= 0
    place = (
        seen.outcome[closed],
        _band(edges, (seen.end - seen.begin)[closed]),
        thirds[(seen.end - seen.since)[closed]],
        seen.kind[closed],
    )
    np.add.at(cases, place, 1.0)
    return _Cells(exposure, cases)


def _at_risk(seen: Watched, starts: Places, chosen: NDArray[np.bool_]) -> Floats:
    """Deals watched on each day at each age, shape (days, ages). A deal counts on the day on which it closes."""
    days = seen.until - seen.since
    begin, start = seen.begin[chosen], starts[chosen]
    stop = np.minimum(seen.end[chosen], seen.until - 1)
    change = np.zeros((days + 1, LONGEST + 1))
    # On a diagonal (a day later it is a day older) a deal comes in once and goes out once.
    np.add.at(change, (start - seen.since, _age(start - begin)), 1.0)
    np.add.at(change, (stop + 1 - seen.since, _age(stop + 1 - begin)), -1.0)
    at_risk = change[:days]
    for day in range(1, days):
        at_risk[day, 1:] += at_risk[day - 1, :-1]
        at_risk[day, -1] += at_risk[day - 1, -1]
    return at_risk


def _age(days: Places) -> Places:
    return np.minimum(days, LONGEST)


def _band(edges: Floats, ages: Places) -> Places:
    return np.searchsorted(edges, ages, side="right") - 1


def _third(day: date) -> int:
    return (day.month - 1) % _THIRDS


def _banded(cells: _Cells, thirds: Floats, kinds: Floats) -> tuple[Floats, Floats]:
    cases = cells.cases.sum(axis=(2, 3))
    divided = cells.expected(None, thirds, kinds).sum(axis=(2, 3))
    average = np.maximum(cases.sum(axis=1), 1.0) / np.maximum(divided.sum(axis=1), 1.0)
    return cases + _PRIOR_OF_BAND, divided + _PRIOR_OF_BAND / average[:, None]


def _relative(cases: Floats, expected: Floats) -> tuple[Floats, Floats]:
    return cases + _PRIOR_OF_FACTOR, expected + _PRIOR_OF_FACTOR


def _prior(factors: Floats) -> tuple[Floats, Floats]:
    return np.full_like(factors, _PRIOR_OF_FACTOR), np.full_like(factors, _PRIOR_OF_FACTOR)


def _certain(factors: Floats) -> tuple[Floats, Floats]:
    """A factor of 1 that no draw moves."""
    return np.full_like(factors, 1e12), np.full_like(factors, 1e12)


def won_within(rates: Drawn, begin: Places, kinds: Places, *, after: date, days: int) -> Floats:
    """`Drawn.won_within` of deals that began on these days, worked out once for all that are alike."""
    ages = _age(after.toordinal() - begin)
    alike, which = np.unique(np.stack([ages, kinds]), axis=1, return_inverse=True)
    return rates.won_within(alike[0], alike[1], after=after, days=days)[:, which.reshape(-1)]


def begin_and_kind(deals: Sequence[Deal]) -> tuple[Places, Places]:
    """Of deals with a day on which they began."""
    begin = np.array([deal.created_on.toordinal() for deal in deals if deal.created_on is not None], dtype=np.intp)
    return begin, np.array([KINDS.index(deal.kind) for deal in deals], dtype=np.intp)
