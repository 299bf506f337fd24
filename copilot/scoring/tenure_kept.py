"""How long customers stay, kept from one computing of scores to the next: it reads how every account was used, ever.

Invariant: what is kept is of today and of records that nobody changed since. While an account is due, and until all
that was due has been scored, it is computed for whoever asks.
"""

from datetime import date

import numpy as np
from pydantic import BaseModel, ConfigDict

from copilot.scoring.lifetime import Tenure, tenure_of
from copilot.store.courses import CourseRepository
from copilot.store.database import UnitOfWork
from copilot.store.people import PeopleRepository
from copilot.store.score_due import ScoreDueRepository

_FACT = "scores.tenure"


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)

    day: date | None = None
    """None: it does not hold any more."""
    departures: tuple[float, ...] = ()
    years: tuple[float, ...] = ()
    left: int = 0


def tenure_today(uow: UnitOfWork) -> Tenure:
    """As the records tell it now."""
    # In this order: who scores what is due takes the notes away together with what is kept.
    if ScoreDueRepository(uow).is_anything():
        return _computed(uow)
    found = PeopleRepository(uow).workspace_fact(_FACT)
    kept = _Kept() if found is None else _Kept.model_validate_json(found)
    if kept.day != uow.clock.today():
        return _computed(uow)
    return Tenure(np.array(kept.departures), np.array(kept.years), kept.left)


def keep_tenure(uow: UnitOfWork) -> None:
    """Compute it for those who ask later; nothing is due, and nobody else computes."""
    tenure = _computed(uow)
    departures, years = (tuple(numbers.tolist()) for numbers in (tenure.departures, tenure.years))
    _put(_Kept(day=uow.clock.today(), departures=departures, years=years, left=tenure.left), uow)


def forget_tenure(uow: UnitOfWork) -> None:
    """Records changed; in the transaction that takes away the notes which say so."""
    _put(_Kept(), uow)


def _computed(uow: UnitOfWork) -> Tenure:
    today = uow.clock.today()
    return tenure_of(CourseRepository(uow).customers(until=today), day=today)


def _put(kept: _Kept, uow: UnitOfWork) -> None:
    PeopleRepository(uow).set_workspace_fact(_FACT, kept.model_dump_json())
