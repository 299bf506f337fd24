"""Learns from the records which customers buy more and which leads become customers.

Invariants: as for leaving (see `copilot.scoring.backtest`): month ends as rows, the signals of the day, outcomes that
are on record, judged on later months. What cannot be believed is refused, and the rules stay where there are any.
"""

from collections.abc import Callable, Mapping

from copilot.domain.scores import ScoreKind, ScoreModel
from copilot.scoring.backtest import Learnable, TrainingOptions, learnable, train
from copilot.scoring.labels import Course, Courses, Delay, DelaySource
from copilot.store.business_won import BusinessRepository
from copilot.store.courses import CourseRepository
from copilot.store.database import UnitOfWork

WITHIN_DAYS = 180


def _expansions(uow: UnitOfWork) -> Courses:
    """Customers, and the days on which they bought more."""
    today = uow.clock.today()
    won = BusinessRepository(uow).expansions(until=today)
    customers = CourseRepository(uow).customers(until=today)
    # Whoever left nobody knows when was a customer until nobody knows when.
    known = [one for one in customers if not one.is_gone or one.left_on is not None]
    return Courses(tuple(Course(one.account_id, one.since, one.left_on, won.get(one.account_id, ())) for one in known))


def _leads(uow: UnitOfWork) -> Courses:
    """Prospects, and the day on which they became customers."""
    leads = BusinessRepository(uow).leads(until=uow.clock.today())
    happened = [() if one.won_on is None else (one.won_on,) for one in leads]
    return Courses(
        tuple(Course(one.account_id, one.since, one.won_on, days) for one, days in zip(leads, happened, strict=True))
    )


_COURSES: Mapping[ScoreKind, Callable[[UnitOfWork], Courses]] = {
    ScoreKind.EXPANSION: _expansions,
    ScoreKind.LEAD: _leads,
}
GROWTH_KINDS = tuple(_COURSES)


def growth_past(uow: UnitOfWork, kind: ScoreKind, *, options: TrainingOptions) -> Learnable:
    """What there is to learn from. Raises KeyError for a kind that is none of `GROWTH_KINDS`."""
    delay = Delay(options.label_delay_days, DelaySource.SETTING)
    return learnable(uow, _COURSES[kind](uow), delay=delay, options=options)


def train_growth(
    uow: UnitOfWork, kind: ScoreKind, *, options: TrainingOptions | None = None, found: Learnable | None = None
) -> ScoreModel:
    """Learn the score of expansions or of leads, or refuse to; nothing is kept. Raises KeyError for another kind."""
    options = options or TrainingOptions()
    past = found or growth_past(uow, kind, options=options)
    return train(uow, kind, horizon=WITHIN_DAYS, found=past, options=options)
