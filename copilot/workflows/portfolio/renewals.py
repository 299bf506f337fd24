"""The calendar of renewals: what comes up when, what it is worth, and how those customers do.

Invariant: every customer is in exactly one place of it: a month, past due, later, or without a day.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from copilot.domain.portfolio import BandChoice, Customer, Tally, tally
from copilot.domain.scores import ScoreKind
from copilot.workflows.portfolio.book import Book, band_choice

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Month:
    """Renewals of a month from `first`, its first day; of the current month only those still ahead."""

    first: date
    customers: tuple[Customer, ...]
    """By day, then by name."""
    all: Tally
    by_band: Mapping[BandChoice, Tally]


@dataclass(frozen=True, slots=True)
class Renewals:
    """Twelve months from today's on."""

    day: date
    months: tuple[Month, ...]
    past: tuple[Customer, ...]
    """Still customers, and their day has passed: renewed without a word in the records, or slipping. Oldest first."""
    later: Tally
    without_day: Tally
    leaving: tuple[Customer, ...]
    """Have said that they leave: they are not in the months."""

    def month(self, first: date) -> Month | None:
        """The month that begins on this day."""
        return next((month for month in self.months if month.first == first), None)

    @property
    def currencies(self) -> tuple[str, ...]:
        """Of all that renews in these months, that of the most customers first."""
        of_all = Counter(
            one.currency for month in self.months for one in month.customers if one.currency and one.has_revenue
        )
        return tuple(sorted(of_all, key=lambda currency: (-of_all[currency], currency)))


def renewals(book: Book) -> Renewals:
    """Sort the customers of the book into the calendar."""
    firsts = [_months_on(book.day, number) for number in range(MONTHS + 1)]
    staying = [one for one in book.customers if one.churned_on is None]
    dated = sorted(
        ((one.renewal_date, one) for one in staying if one.renewal_date is not None),
        key=lambda item: (item[0], item[1].name),
    )
    ahead = [(day, one) for day, one in dated if day >= book.day]
    return Renewals(
        day=book.day,
        months=tuple(
            _month(first, tuple(one for day, one in ahead if first <= day < following))
            for first, following in pairwise(firsts)
        ),
        past=tuple(one for day, one in dated if day < book.day),
        later=tally(one for day, one in ahead if day >= firsts[-1]),
        without_day=tally(one for one in staying if one.renewal_date is None),
        leaving=tuple(one for one in book.customers if one.churned_on is not None),
    )


def _month(first: date, customers: tuple[Customer, ...]) -> Month:
    groups: dict[BandChoice, list[Customer]] = {choice: [] for choice in BandChoice}
    for one in customers:
        groups[band_choice(one.band(ScoreKind.HEALTH))].append(one)
    return Month(first, customers, tally(customers), {choice: tally(ones) for choice, ones in groups.items()})


def _months_on(day: date, number: int) -> date:
    """First day of the month `number` months after that of the day."""
    months = day.year * 12 + day.month - 1 + number
    return date(months // 12, months % 12 + 1, 1)
