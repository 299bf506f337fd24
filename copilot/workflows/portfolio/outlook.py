"""The forecast of the viewer's open deals beside what their owners say themselves.

Invariant: everything comes from `copilot.scoring.forecast`, which refuses where there is too little to learn from; the
sum of the owners' own is shown either way, and is not called a forecast.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from copilot.domain.access import Viewer
from copilot.domain.portfolio import OpenDeal, Slice
from copilot.scoring.forecast import Forecast, told
from copilot.scoring.forecast_kept import kept_draws, kept_lessons
from copilot.store.database import UnitOfWork
from copilot.store.deals_history import DealsRepository
from copilot.store.portfolio import PortfolioRepository

MOST_SHOWN = 50


class Until(StrEnum):
    """How far a forecast looks ahead."""

    QUARTER = "quarter"
    """To the end of this quarter."""
    NEXT_QUARTER = "next_quarter"
    HALF_YEAR = "half_year"
    """182 days."""


@dataclass(frozen=True, slots=True)
class Outlooks:
    """`overdue` open deals should have been closed by now; they are in the sums like any other."""

    forecast: Forecast
    deals: tuple[OpenDeal, ...]
    """Those that their owners expect by the day, the nearest close first; at most `MOST_SHOWN`."""
    more: int
    due: int
    overdue: int
    without_day: int
    """Open deals without a day of closing."""
    without_probability: int
    """Of those due: their owner does not say how likely, and they are in no sum of the owners' own."""


def sales_forecast(chosen: Slice, *, until: Until | date, viewer: Viewer, uow: UnitOfWork) -> Outlooks:
    """Of the deals of the slice's accounts, customers or not: the band of health is not looked at."""
    today = uow.clock.today()
    last = last_day(until, today=today) if isinstance(until, Until) else until
    chosen = replace(chosen, band=None)
    history, lessons = kept_lessons(until=last, uow=uow)
    sums = DealsRepository(uow).open_sums(chosen, viewer=viewer, day=today, until=last)
    won = kept_draws(history, lessons, chosen, viewer=viewer, uow=uow)
    due = PortfolioRepository(uow).next_deals(chosen, viewer=viewer, until=last, most=MOST_SHOWN)
    return Outlooks(
        forecast=told(sums.by_currency, sums.left_out, won, lessons),
        deals=tuple(due),
        more=max(0, sums.due - MOST_SHOWN),
        due=sums.due,
        overdue=sums.overdue,
        without_day=sums.without_day,
        without_probability=sums.without_probability,
    )


def last_day(until: Until, *, today: date) -> date:
    """The day that is meant."""
    if until is Until.HALF_YEAR:
        return today + timedelta(days=182)
    quarters = 1 if until is Until.QUARTER else 2
    months = today.year * 12 + (today.month - 1) // 3 * 3 + 3 * quarters
    return date(months // 12, months % 12 + 1, 1) - timedelta(days=1)
