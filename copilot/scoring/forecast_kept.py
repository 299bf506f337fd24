"""What of a forecast takes longer than all else of a page, kept: lessons, what was drawn by them, and the name of the
history that they were learnt from.

Invariants: lessons and draws are kept for as long as this process lives, named by digests of everything that they were
made of, so that nobody could tell them from what would be made now. The digest of the history is kept in the database
from one computing of scores to the next; of another day, or while an account is due, it is computed.
"""

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from copilot.domain.access import Viewer
from copilot.domain.portfolio import Slice
from copilot.scoring.forecast import Won, won_by_currency
from copilot.scoring.forecast_lessons import Lessons, lessons_of
from copilot.store.database import UnitOfWork
from copilot.store.deals_history import DealsRepository
from copilot.store.people import PeopleRepository
from copilot.store.score_due import ScoreDueRepository

K = TypeVar("K")
V = TypeVar("V")
_FACT = "scores.deals"
_MOST = 24
_kept: dict[tuple[str, date, date], Lessons] = {}
_drawn: dict[tuple[str, str, date, date], Mapping[str, Won]] = {}


class _Digest(BaseModel):
    model_config = ConfigDict(frozen=True)

    day: date | None = None
    """None: it does not hold any more."""
    of_accounts: str = ""


def kept_lessons(*, until: date, uow: UnitOfWork) -> tuple[str, Lessons]:
    """What the history as known today teaches about the days up to `until`, and the name of that history."""
    deals, day = DealsRepository(uow), uow.clock.today()
    history = deals.history_digest(of_accounts=_known_digest(uow))
    named = (history, day, until)
    found = _kept.get(named)
    if found is None:
        found = lessons_of(deals.history(), until=until)
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


def keep_digest(uow: UnitOfWork) -> None:
    """Compute it for those who ask later; nothing is due, and nobody else computes."""
    _write(_Digest(day=uow.clock.today(), of_accounts=DealsRepository(uow).accounts_digest()), uow)


def forget_digest(uow: UnitOfWork) -> None:
    """Records changed; in the transaction that takes away the notes which say so."""
    _write(_Digest(), uow)


def _known_digest(uow: UnitOfWork) -> str | None:
    # In this order: who scores what is due takes the notes away together with the digest.
    if ScoreDueRepository(uow).is_anything():
        return None
    found = PeopleRepository(uow).workspace_fact(_FACT)
    kept = _Digest() if found is None else _Digest.model_validate_json(found)
    return kept.of_accounts if kept.day == uow.clock.today() else None


def _write(digest: _Digest, uow: UnitOfWork) -> None:
    PeopleRepository(uow).set_workspace_fact(_FACT, digest.model_dump_json())


def _put(kept: dict[K, V], named: K, found: V) -> None:
    while len(kept) >= _MOST:
        kept.pop(next(iter(kept)), None)
    kept[named] = found
