"""Lessons of the forecast, kept for as long as this process lives: learning them takes longer than all else of a page.

Invariant: what is kept is named by a digest of everything that it was learnt from, so that nobody could tell it from
what would be learnt now.
"""

from datetime import date

from copilot.scoring.forecast_lessons import Lessons, lessons_of
from copilot.store.deals_history import DealsRepository

_MOST = 24
_kept: dict[tuple[str, date, date], Lessons] = {}


def kept_lessons(deals: DealsRepository, *, day: date, until: date) -> Lessons:
    """What the history as known on `day`, today, teaches about the days up to `until`."""
    named = (deals.history_digest(), day, until)
    found = _kept.get(named)
    if found is None:
        found = lessons_of(deals.history(), until=until)
        while len(_kept) >= _MOST:
            _kept.pop(next(iter(_kept)), None)
        _kept[named] = found
    return found
