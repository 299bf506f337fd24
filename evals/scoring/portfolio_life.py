"""An invented portfolio lived through: imported day by day, learnt from once, scored every fortnight.

Invariant: the product is asked on each day with nothing but what had been imported by then, through its own composition
root; nothing is chosen by what comes later.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from copilot import bootstrap
from copilot.bootstrap import Application
from copilot.clock import FixedClock
from copilot.domain.language import Language
from copilot.domain.scores import CHURN_DAYS, AccountScore, Missing, ScoreKind, ScoreModel
from copilot.domain.signals import SIGNALS
from copilot.scoring.backtest import Learnable, customers_past
from copilot.scoring.past import rows_of
from copilot.scoring.registry import train_and_keep
from copilot.settings import Settings
from copilot.store import embedded
from copilot.store.database import Database
from copilot.store.scores import ScoreRepository
from copilot.store.signals import SignalsRepository, SignalTable
from copilot.workflows.scores.explaining import Explanations
from evals.retrieval.collection import READER
from evals.scoring.invented_accounts import TRAINED, WEEK, WEEKS, Portfolio, day, invent
from evals.scoring.invented_store import Filling, account_id
from evals.scoring.invented_texts import read_texts

EVERY = 2
"""Weeks between two scorings."""
SHOWN = ScoreKind.CHURN_90
"""The score that alerts and explanations are measured on."""
LEAST_DAYS = 30
"""So early an alert has to come."""
_YEAR, _MONTH = 52, 4
"""Weeks of the history that were imported as they came, and between two of these imports."""
_LOOK_BACK = 5
"""Of so many days of scoring one on which scores of every kind are added up, and whose signals are read again later."""
_KINDS = (ScoreKind.HEALTH, *CHURN_DAYS)
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Explained:
    """What a person is told: the signals that raise the score, in their order."""

    names: tuple[str, ...]
    cited: int
    """For how many of them there is evidence to open."""


@dataclass(frozen=True, slots=True)
class Scoring:
    """What the product said on one day; places of customers as keys."""

    week: int
    customers: tuple[int, ...]
    """Whom the product took for customers on the day."""
    scores: Mapping[int, AccountScore]
    """Of the kind `SHOWN`; only those that have one."""
    explained: Mapping[int, Explained]
    """Of those for whom it was the last day that was early enough."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Rows that were learnt from, and what truth says of them."""

    rows: int
    true: int
    """Rows of those who really left within the window."""
    missed: int
    """Of these, labelled as staying."""
    missed_without_delay: int
    """How many more there would be if rows were used as soon as their window is over."""


@dataclass(frozen=True, slots=True)
class Lived:
    """A portfolio, and what the product made of it."""

    portfolio: Portfolio
    filling: Filling
    models: Mapping[ScoreKind, ScoreModel]
    scorings: tuple[Scoring, ...]
    most_apart: float
    """Largest distance of a score from its base and parts, over every score of every kind and day."""
    scores_added_up: int
    moved: int
    """Signals of a past day that are other numbers once later records are there."""
    compared: int
    labelled: Labelled


@contextmanager
def installation(clock: FixedClock) -> Iterator[Application]:
    """An empty one of its own."""
    with TemporaryDirectory(prefix="sales-copilot-eval-") as name:
        folder = Path(name)
        addresses = embedded.start(folder)
        database = Database(addresses.application_url, owner_url=addresses.owner_url, clock=clock)
        try:
            database.migrate()
            yield bootstrap.assemble(Settings.model_validate({"COPILOT_DATA_DIR": folder}), database=database)
        finally:
            database.dispose()
            embedded.stop(folder)


def live(*, seed: int, customers: int, is_held_out: bool) -> Lived:
    """Invent a portfolio and live through it in an installation of its own."""
    portfolio = invent(seed=seed, customers=customers)
    filling = Filling(portfolio, texts=read_texts(is_held_out=is_held_out))
    clock = FixedClock(morning(TRAINED))
    with installation(clock) as application:
        database = application.database
        import_history(database, filling)
        analyse(database)
        application.scores.recompute(database)
        models, past = train(database)
        labelled = _labelled(past, portfolio)
        scorings: list[Scoring] = []
        seen, apart, added = {}, 0.0, 0
        for week in range(TRAINED, WEEKS, EVERY):
            clock.instant = morning(week)
            filling.import_until(database, week * WEEK)
            application.scores.recompute(database)
            looks_back = len(scorings) % _LOOK_BACK == 0
            read = _read(database, portfolio, week, kinds=_KINDS if looks_back else (SHOWN,))
            told = _explained(application, portfolio, week, among=read.shown)
            scorings.append(Scoring(week, read.customers, read.shown, told))
            apart, added = max(apart, read.apart), added + read.added_up
            if looks_back:
                seen[week] = signals_of(database, week)
        moved, compared = _moved(database, seen)
    return Lived(portfolio, filling, models, tuple(scorings), apart, added, moved, compared, labelled)


def import_history(database: Database, filling: Filling) -> None:
    """Two years at once, as of an old CRM, and then what every month adds: so it is seen when departures were recorded.

    Nothing is asked before the last import, so the clock may stand still.
    """
    for week in range(TRAINED - _YEAR, TRAINED + 1, _MONTH):
        filling.import_until(database, week * WEEK)


def morning(week: int) -> datetime:
    """Of the first day of a week."""
    return datetime.combine(day(week * WEEK), time(9), tzinfo=UTC)


def analyse(database: Database) -> None:
    """A database that has been there for a while knows its tables."""
    with database.unit_of_work() as uow:
        uow.session.connection().exec_driver_sql("analyze")


def train(database: Database) -> tuple[Mapping[ScoreKind, ScoreModel], Learnable]:
    """Learn the churn scores from the records of the day and put them into use."""
    with database.unit_of_work() as uow:
        found = customers_past(uow)
        models = {kind: train_and_keep(uow, kind, found=found).model for kind in CHURN_DAYS}
        return models, found


def _labelled(found: Learnable, portfolio: Portfolio) -> Labelled:
    horizon = CHURN_DAYS[SHOWN]
    rows = rows_of(found.past, horizon=horizon, delay=found.delay)
    if rows is None:
        return Labelled(0, 0, 0, 0)
    truth = _true_days(found, portfolio)
    left = truth[rows.accounts]
    true = (left > rows.days) & (left <= rows.days + horizon)
    last = day(TRAINED * WEEK).toordinal() - horizon
    early = [moment for moment in found.past.tables if rows.days.max() < moment.toordinal() <= last]
    more = 0
    for moment in early:
        places = found.past.tables[moment][0]
        now = moment.toordinal()
        really = (truth[places] > now) & (truth[places] <= now + horizon)
        more += int((really & ~found.courses.within(moment, days=horizon)[places]).sum())
    return Labelled(len(left), int(true.sum()), int((true & ~rows.labels).sum()), more)


def _true_days(found: Learnable, portfolio: Portfolio) -> NDArray[np.float64]:
    """Ordinal of the day on which each account of the courses really left; infinite for never."""
    left = {
        account_id(portfolio, place): float(day(int(at)).toordinal())
        for place, at in enumerate(portfolio.left_on)
        if at >= 0
    }
    return np.array([left.get(course.account_id, np.inf) for course in found.courses.all])


def _explained(
    application: Application, portfolio: Portfolio, week: int, *, among: Mapping[int, AccountScore]
) -> Mapping[int, Explained]:
    """Explanations of those who leave too soon after the next scoring. Truth only chooses whom to ask about."""
    first, next_time = week * WEEK + LEAST_DAYS, (week + EVERY) * WEEK + LEAST_DAYS
    last = week + EVERY >= WEEKS
    asked = [
        place for place in among if portfolio.left_on[place] >= first and (last or portfolio.left_on[place] < next_time)
    ]
    return {
        place: explain(application, account_id(portfolio, place), portfolio.profiles[place].language) for place in asked
    }


def explain(application: Application, account: str, language: str) -> Explained:
    """As the account's page tells it."""
    with application.database.unit_of_work() as uow:
        explanations = Explanations(application.scores)
        story = explanations.explain(account, viewer=READER, language=Language(language), uow=uow, compare=False)
    signs = next(one.bad for one in story.scores if one.kind is SHOWN)
    return Explained(tuple(sign.name for sign in signs), sum(sign.evidence is not None for sign in signs))


@dataclass(frozen=True, slots=True)
class _Read:
    """The scores of a day."""

    customers: tuple[int, ...]
    shown: Mapping[int, AccountScore]
    apart: float
    """How far the furthest is from its parts."""
    added_up: int


def _read(database: Database, portfolio: Portfolio, week: int, *, kinds: Sequence[ScoreKind]) -> _Read:
    places = {account_id(portfolio, place): place for place in range(portfolio.size)}
    apart, added, by_kind = 0.0, 0, {}
    with database.unit_of_work() as uow:
        repository = ScoreRepository(uow)
        for kind in kinds:
            found = repository.latest(kind, account_ids=places, on=day(week * WEEK))
            by_kind[kind] = {places[one]: score for one, score in found.items()}
            scored = [score for score in found.values() if score.value is not None]
            added += len(scored)
            apart = max([apart, *map(distance, scored)])
    here = by_kind[SHOWN]
    return _Read(
        customers=tuple(place for place, score in here.items() if score.missing is not Missing.NOT_A_CUSTOMER),
        shown={place: score for place, score in here.items() if score.value is not None},
        apart=apart,
        added_up=added,
    )


def distance(score: AccountScore) -> float:
    """Of a score's value from its base and parts."""
    total = score.base + sum(part.effect for part in score.parts)
    told = total if score.kind is ScoreKind.HEALTH else float(1 / (1 + np.exp(-total)))
    return abs(told - (score.value or 0.0))


def signals_of(database: Database, week: int) -> SignalTable:
    """Signals of the first day of a week, as they are told now."""
    with database.unit_of_work() as uow:
        return SignalsRepository(uow).of_day(day(week * WEEK))


def _moved(database: Database, seen: Mapping[int, SignalTable]) -> tuple[int, int]:
    """Of the dated signals that were told on those days, how many are told otherwise now, and how many there are."""
    moved = compared = 0
    for week, before in seen.items():
        now = signals_of(database, week)
        places = {one: place for place, one in enumerate(now.account_ids)}
        both = [(place, places[one]) for place, one in enumerate(before.account_ids) if one in places]
        then, later = (np.array(side, dtype=np.intp) for side in zip(*both, strict=True))
        for signal, kind in SIGNALS.items():
            if kind.dated:
                old, new = before.values[signal][then], now.values[signal][later]
                moved += int((~((old == new) | (np.isnan(old) & np.isnan(new)))).sum())
                compared += len(then)
    return moved, compared
