"""What moved since a week ago: health and its bands, and who came and left.

Invariant: a move is one of the same measure. Where the scorecard changed in between, the customer is counted apart, and
so is one that had no score on one of the days.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from copilot.domain.access import Viewer
from copilot.domain.portfolio import Compared, Customer, Tally, tally
from copilot.domain.scores import Band, ScoreKind
from copilot.store.database import UnitOfWork
from copilot.store.portfolio import PortfolioRepository
from copilot.workflows.portfolio.book import WEEK, Book

_MOST_SHOWN = 8
_SERIES = WEEK * 13
_STILL = 0.5
"""Points of health: less is not shown as a move."""
_GOOD_TO_BAD = {Band.GOOD: 0, Band.WATCH: 1, Band.BAD: 2}


@dataclass(frozen=True, slots=True)
class Move:
    """A customer whose health is another one. `change` is in points; more is better."""

    customer: Customer
    before: float
    now: float
    before_band: Band | None
    now_band: Band | None
    series: tuple[tuple[date, float], ...] = ()
    """Days of the last quarter on which the health changed."""

    @property
    def change(self) -> float:
        return self.now - self.before

    @property
    def steps(self) -> int:
        """Bands it fell by; negative: rose."""
        if self.before_band is None or self.now_band is None:
            return 0
        return _GOOD_TO_BAD[self.now_band] - _GOOD_TO_BAD[self.before_band]

    @property
    def has_fallen(self) -> bool:
        """By what can be seen, or into a worse band by however little: who is counted there is named."""
        return self.steps > 0 or self.change <= -_STILL

    @property
    def has_risen(self) -> bool:
        """See `has_fallen`."""
        return self.steps < 0 or self.change >= _STILL


@dataclass(frozen=True, slots=True)
class Movement:
    """Between `since` and today."""

    since: date
    worse: Tally
    """In a worse band."""
    better: Tally
    steady: Tally
    """In the same band."""
    other_scorecard: int
    """Scored by another scorecard then: not compared."""
    not_comparable: int
    """Without a score on one of the two days."""
    fell: tuple[Move, ...]
    """The largest moves down, those into a worse band first."""
    rose: tuple[Move, ...]
    came: tuple[Customer, ...] | None
    """None: of a band of health nobody comes or goes, for that is of the two days."""
    left: tuple[Customer, ...] | None


def movement(book: Book, *, viewer: Viewer, uow: UnitOfWork) -> Movement:
    """Of the customers of the book."""
    since, repository = book.day - WEEK, PortfolioRepository(uow)
    came, left = repository.came_and_left(book.chosen, viewer=viewer, since=since, today=book.day)
    fell, rose = _moves(book, viewer=viewer, uow=uow)
    shown = [one.customer.account_id for one in (*fell, *rose)]
    series = repository.series(ScoreKind.HEALTH, account_ids=shown, viewer=viewer, since=book.day - _SERIES)
    of = book.standings
    compared = [one for one in of if one.compared is Compared.YES]
    return Movement(
        since=since,
        worse=tally(one.heap for one in compared if one.steps > 0),
        better=tally(one.heap for one in compared if one.steps < 0),
        steady=tally(one.heap for one in compared if one.steps == 0),
        other_scorecard=sum(one.heap.customers for one in of if one.compared is Compared.OTHER_SCORECARD),
        not_comparable=sum(one.heap.customers for one in of if one.compared is Compared.NO),
        fell=tuple(_with_series(one, series) for one in fell),
        rose=tuple(_with_series(one, series) for one in rose),
        came=tuple(came) if book.chosen.band is None else None,
        left=tuple(left) if book.chosen.band is None else None,
    )


def _moves(book: Book, *, viewer: Viewer, uow: UnitOfWork) -> tuple[list[Move], list[Move]]:
    """The largest down, and the largest up; of those at the same place the first by name."""
    fell = book.sums.fell(still=_STILL, most=_MOST_SHOWN)
    rose = book.sums.rose(still=_STILL, most=_MOST_SHOWN)
    customers = PortfolioRepository(uow).customers(
        [*fell, *rose], viewer=viewer, today=book.day, kinds=(ScoreKind.HEALTH,), before=book.day - WEEK
    )
    moves = [move for move in map(_move, customers) if move is not None]
    down = sorted((one for one in moves if one.has_fallen), key=lambda one: (-one.steps, one.change))
    up = sorted((one for one in moves if one.has_risen), key=lambda one: (one.steps, -one.change))
    return down[:_MOST_SHOWN], up[:_MOST_SHOWN]


def _move(one: Customer) -> Move | None:
    before, now = one.before.get(ScoreKind.HEALTH), one.now.get(ScoreKind.HEALTH)
    if before is None or now is None or before.value is None or now.value is None or before.version != now.version:
        return None
    return Move(one, before.value, now.value, before.band, now.band)


def _with_series(one: Move, series: Mapping[str, list[tuple[date, float]]]) -> Move:
    found = series.get(one.customer.account_id, [])
    return Move(one.customer, one.before, one.now, one.before_band, one.now_band, tuple(found))
