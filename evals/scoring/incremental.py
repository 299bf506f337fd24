"""Time to score again the hundredth of the accounts whose records changed, against the time for all of them.

Run: python -m evals.scoring.incremental [--accounts N] [--turns N] [--record]. Invariant: both are the product's own
recompute with the same scorecard and models, in turn, in one process; the records are changed through the product's
record repository, as an import does it.
"""

import argparse
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day

import numpy as np

from copilot import telemetry
from copilot.bootstrap import Application
from copilot.clock import FixedClock
from copilot.domain.identity import stable_id
from copilot.domain.records import Ticket
from copilot.domain.scores import CHURN_DAYS, ScoreModel
from copilot.domain.signals import Signal
from copilot.scoring.shapes import AdditiveModel, Curve
from copilot.store.database import Database
from copilot.store.records import RecordEntry, RecordRepository
from copilot.store.scores import ScoreRepository
from evals.brief import large_company
from evals.figures import Figure, Goal, today
from evals.retrieval.collection import source_file_row
from evals.scoring.portfolio_life import analyse, installation
from evals.statistics import bootstrap_interval
from evals.suite import finish
from knowledge import demo_company

COMMAND = "python -m evals.scoring.incremental --record"
SHARE = 0.01
_FILE = "bench-changes"
_SYSTEM = "bench"
_MODEL_KNOTS = (0.0, 1.0, 5.0, 30.0)


def main() -> int:
    """Measure, print, and record with `--record`."""
    parser = argparse.ArgumentParser(description="Time to score what changed, against the time to score everything.")
    parser.add_argument("--record", action="store_true", help="write the figures to evals/figures.json")
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--turns", type=int, default=3)
    wanted = parser.parse_args()
    telemetry.configure("warning")
    figures = list(measured(accounts=wanted.accounts, turns=wanted.turns))
    return finish(figures, own_data=not wanted.record, published="a run with `--record`")


def measured(*, accounts: int, turns: int) -> Iterator[Figure]:
    """The ratio of the two times, and how many accounts are scored in a second."""
    clock = FixedClock(datetime.combine(large_company.TODAY, time_of_day(9), tzinfo=UTC))
    with installation(clock) as application:
        database = application.database
        size = large_company.Size(accounts=accounts, passages=2 * accounts)
        large_company.fill(database, size=size, texts=large_company.sample_texts(demo_company.FOLDER / "accounts"))
        with database.unit_of_work() as uow:
            uow.session.add(source_file_row(_FILE, clock.now()))
            for kind in CHURN_DAYS:
                ScoreRepository(uow).keep(_model(kind.value, clock=clock))
        application.scores.recompute(database)
        analyse(database)
        pairs = [_turn(application, clock, accounts=accounts, turn=turn) for turn in range(turns)]
    ratios = [part / whole for whole, part in pairs]
    yield Figure(
        name="scoring.incremental.ratio", language="-", value=float(np.median(ratios)), unit="x", n=turns,
        interval=bootstrap_interval(ratios, statistic=lambda sample: float(np.median(sample))),
        interval_method="bootstrap over timed pairs, 2,000 draws, seed 7", goal=Goal(comparison="<=", threshold=0.05),
        command=COMMAND, measured_on=today(),
        note=f"recompute after {round(SHARE * accounts)} of {accounts} accounts changed, against all of a new day",
    )  # fmt: skip
    yield Figure(
        name="scoring.incremental.accounts_per_second", language="-", unit="/s", n=turns, command=COMMAND,
        value=accounts / float(np.median([whole for whole, _ in pairs])), measured_on=today(),
        note="all scores of customers from the records: signals, snapshot, health, three models, alerts; this machine",
    )  # fmt: skip


def _turn(application: Application, clock: FixedClock, *, accounts: int, turn: int) -> tuple[float, float]:
    """Seconds for all accounts on a new day, and for those that changed on it."""
    clock.advance(timedelta(days=1))
    whole = _seconds(application, least=accounts)
    changed = np.random.default_rng(turn).permutation(accounts)[: round(SHARE * accounts)] + 1
    _change(application.database, [int(number) for number in changed], turn=turn)
    return whole, _seconds(application, least=len(changed), most=len(changed))


def _seconds(application: Application, *, least: int, most: int | None = None) -> float:
    begin = time.perf_counter()
    done = application.scores.recompute(application.database)
    seconds = time.perf_counter() - begin
    if done.accounts < least or (most is not None and done.accounts > most):
        raise ValueError(f"{done.accounts} accounts were scored instead of {least}")
    return seconds


def _change(database: Database, numbers: list[int], *, turn: int) -> None:
    """A new ticket each."""
    with database.unit_of_work() as uow:
        entries = []
        for number in numbers:
            record = Ticket(
                source_system=_SYSTEM, source_id=f"changed-{turn}-{number}", as_of=uow.clock.today(),
                subject="One more", account_source_id=str(number), opened_at=uow.clock.now(),
            )  # fmt: skip
            account = stable_id("account", _SYSTEM, str(number))
            entries.append(RecordEntry(record.id, record, account, str(turn), _FILE))
        RecordRepository(uow).upsert("ticket", entries)


def _model(kind: str, *, clock: FixedClock) -> ScoreModel:
    """One that reads every signal, as one that was learnt does."""
    shapes = tuple(Curve(name=signal.value, knots=_MODEL_KNOTS, effects=(-0.1, 0.0, 0.1, 0.2)) for signal in Signal)
    return ScoreModel.model_validate({
        "id": f"bench-{kind}", "kind": kind, "trained_at": clock.now(), "trained_on": clock.today(), "refusal": None,
        "model": AdditiveModel(base=-3.0, shapes=shapes).model_dump(mode="json"), "report": {},
    })  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
