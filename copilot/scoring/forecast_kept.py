"""What of a forecast takes longer than all else of a page, kept: lessons, what was drawn by them, and the name of the
history that they were learnt from.

Invariant: lessons and draws are kept for as long as this process lives, named by digests of everything that they were
made of, so that nobody could tell them from what would be made now. Triggers keep the digests as deals change
(`copilot.store.deal_sums`).
"""

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from copilot.domain.access import Viewer
from copilot.domain.portfolio import Slice
from copilot.scoring.forecast import Won, won_by_currency
from copilot.scoring.forecast_lessons import Lessons, lessons_of
from copilot.store.database import UnitOfWork
from copilot.store.deal_sums import SummedDeals
from copilot.store.deals_history import DealsRepository

K = TypeVar("K")
V = TypeVar("V")
_MOST = 24
_kept: dict[tuple[str, date, date], Lessons] = {}
_drawn: dict[tuple[str, str, date, date], Mapping[str, Won]] = {}


def kept_lessons(*, until: date, uow: UnitOfWork) -> tuple[str, Lessons]:
    """What the history as known today teaches about the days up to `until`, and the name of that history."""
    history = SummedDeals(uow).history()
    named = (history, uow.clock.today(), until)
    found = _kept.get(named)
    if found is None:
        found = lessons_of(DealsRepository(uow).history(), until=until)
        # Somebody may have changed a deal between the two readings.
        if SummedDeals(uow).history() == history:
            _put(_kept, named, found)
    return history, found


def kept_draws(history: str, lessons: Lessons, chosen: Slice, *, viewer: Viewer, uow: UnitOfWork) -> Mapping[str, Won]:
    """What the open deals of a slice that the viewer may see bring in, by lessons out of that history."""
    if lessons.rates is None:
        return {}
    deals = DealsRepository(uow)
    digest = deals.open_digest(chosen, viewer=viewer)
    found = _drawn.get((history, digest, lessons.day, lessons.until))
    if found is None:
        found = won_by_currency(deals.open(chosen, viewer=viewer), lessons)
        # Somebody may have changed a deal between the two readings.
        if deals.open_digest(chosen, viewer=viewer) == digest:
            _put(_drawn, (history, digest, lessons.day, lessons.until), found)
    return found


def _put(kept: dict[K, V], named: K, found: V) -> None:
    while len(kept) >= _MOST:
        kept.pop(next(iter(kept)), None)
    kept[named] = found
