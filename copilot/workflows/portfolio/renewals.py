"""The calendar of renewals: what comes up when, what it is worth, and how those customers do.

Invariant: every customer is in exactly one place of it: a month, past due, later, or without a day.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from copilot.domain.access import Viewer
from copilot.domain.portfolio import MONTHS, BandChoice, Customer, Heap, Slice, Tally, months_on, tally
from copilot.domain.scores import ScoreKind
from copilot.store.database import UnitOfWork
from copilot.store.portfolio import PortfolioRepository
from copilot.store.portfolio_sums import PortfolioSums, Renewing
from copilot.workflows.portfolio.book import band_choice


@dataclass(frozen=True, slots=True)
class Listed:
    """Which customers of a calendar are read whole, besides those who leave."""

    past: int | None = None
    """At most so many whose day has passed; None: all."""
    ahead: int | None = None
    """At most so many of the next; None: all."""
    month: date | None = None
    """Only of the month that begins on this day, if there is one, and of that all."""


@dataclass(frozen=True, slots=True)
class Month:
    """Renewals of a month from `first`, its first day; of the current month only those still ahead."""

    first: date
    customers: tuple[Customer, ...]
    """Those that are listed, by day, then by name."""
    all: Tally
    by_band: Mapping[BandChoice, Tally]


@dataclass(frozen=True, slots=True)
class Renewals:
    """Twelve months from today's on."""

    day: date
    months: tuple[Month, ...]
    past: tuple[Customer, ...]
    """Still customers, and their day has passed: renewed without a word in the records, or slipping. Those that are
    listed, the oldest first."""
    past_customers: int
    later: Tally
    without_day: Tally
    leaving: tuple[Customer, ...]
    """Have said that they leave: they are not in the months."""
    currencies: tuple[str, ...]
    """Of all that renews in these months, that of the most customers first."""

    def month(self, first: date) -> Month | None:
        """The month that begins on this day."""
        return next((month for month in self.months if month.first == first), None)

    @property
    def customers(self) -> int:
        """How many are in it, at any place."""
        dated = sum(month.all.customers for month in self.months) + self.past_customers
        return dated + self.later.customers + self.without_day.customers + len(self.leaving)

    @property
    def ahead(self) -> int:
        """How many are in the months."""
        return sum(month.all.customers for month in self.months)


_EVERYBODY = Listed()


def renewals(chosen: Slice, *, viewer: Viewer, uow: UnitOfWork, listed: Listed = _EVERYBODY) -> Renewals:
    """The customers of the slice by month."""
    today, sums = uow.clock.today(), PortfolioSums(chosen, viewer=viewer, uow=uow)
    firsts = [months_on(today, number) for number in range(MONTHS + 1)]
    # The place of who renews in the current month is 1, of who should have 0; what is not known is -1.
    found = sums.renewing()
    past, ahead, leaving = _read(sums, firsts, listed, viewer=viewer, uow=uow)
    in_months = [one for one in found if 1 <= one.place <= MONTHS]
    return Renewals(
        day=today,
        months=tuple(
            _month(span, [one for one in in_months if one.place == place], ahead)
            for place, span in enumerate(pairwise(firsts), start=1)
        ),
        past=past,
        past_customers=sum(one.heap.customers for one in found if one.place == 0),
        later=tally(one.heap for one in found if one.place > MONTHS),
        without_day=tally(one.heap for one in found if one.place < 0),
        leaving=leaving,
        currencies=_currencies(in_months),
    )


def _read(
    sums: PortfolioSums, firsts: Sequence[date], listed: Listed, *, viewer: Viewer, uow: UnitOfWork
) -> tuple[tuple[Customer, ...], tuple[Customer, ...], tuple[Customer, ...]]:
    """Of those whose day has passed, of those in the months and of those who leave who is listed; in one statement."""
    today, spans = uow.clock.today(), dict(pairwise(firsts))
    since, before, most = today, firsts[-1], listed.ahead
    if listed.month is not None and listed.month in spans:
        since, before, most = max(today, listed.month), spans[listed.month], None
    past = sums.next_renewals(since=None, before=today, most=listed.past)
    ahead = sums.next_renewals(since=since, before=before, most=most)
    leaving = set(sums.leaving())
    customers = PortfolioRepository(uow).customers(
        [*past, *ahead, *leaving], viewer=viewer, today=today, kinds=(ScoreKind.HEALTH,)
    )
    dated = sorted(
        ((one.renewal_date, one) for one in customers if one.renewal_date and one.account_id not in leaving),
        key=lambda item: (item[0], item[1].name),
    )
    return (
        tuple(one for day, one in dated if day < today)[: listed.past],
        tuple(one for day, one in dated if day >= today)[:most],
        tuple(one for one in customers if one.account_id in leaving),
    )


def _month(span: tuple[date, date], found: Sequence[Renewing], listed: Sequence[Customer]) -> Month:
    first, following = span
    groups: dict[BandChoice, list[Heap]] = {choice: [] for choice in BandChoice}
    for one in found:
        groups[band_choice(one.band)].append(one.heap)
    return Month(
        first,
        tuple(one for one in listed if one.renewal_date and first <= one.renewal_date < following),
        tally(one.heap for one in found),
        {choice: tally(heaps) for choice, heaps in groups.items()},
    )


def _currencies(found: Sequence[Renewing]) -> tuple[str, ...]:
    of_all = Counter[str]()
    for one in found:
        if one.heap.currency:
            of_all[one.heap.currency] += one.heap.customers
    return tuple(sorted(of_all, key=lambda currency: (-of_all[currency], currency)))
