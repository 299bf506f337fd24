"""A process that dies while it computes scores loses nothing and leaves nothing half done."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from copilot.domain.scores import AccountScore, ScoreKind
from copilot.store.database import Database, UnitOfWork
from copilot.store.score_due import ScoreDueRepository
from copilot.store.scores import ScoreRepository
from copilot.store.signals import SignalsRepository, SignalTable
from copilot.store.signals_kept import KeptSignals
from tests.dying_process import dying_process
from tests.score_worlds import TODAY, add_customer, add_ticket, keep_model, service

POINTS = 8
IDS = tuple(f"c{number}" for number in range(5))
KINDS = (ScoreKind.HEALTH, ScoreKind.CHURN_90)


@contextmanager
def runner() -> Iterator[Any]:
    """Computes scores in processes that die where they are told to."""
    with dying_process("tests.score_killed_pass") as run:
        yield lambda database, *, die_at: run({"url": database.url, "die_at": die_at})


def kept(uow: UnitOfWork) -> dict[tuple[str, ScoreKind], AccountScore]:
    """The scores as they are stored."""
    found = [ScoreRepository(uow).latest(kind, account_ids=IDS, on=TODAY) for kind in KINDS]
    return {(score.account_id, score.kind): score for of_kind in found for score in of_kind.values()}


def as_they_should_be(uow: UnitOfWork) -> dict[tuple[str, ScoreKind], AccountScore]:
    """The scores as one pass over everything makes them."""
    made = service().making(uow=uow).scores(SignalsRepository(uow).of_day(TODAY, account_ids=IDS))
    return {(score.account_id, score.kind): score for score in made if score.kind in KINDS}


def kept_signals(uow: UnitOfWork) -> SignalTable:
    """Today's signals as they are stored for those who compare."""
    return KeptSignals(uow).read([(account_id, TODAY) for account_id in IDS])[TODAY]


def as_computed(uow: UnitOfWork) -> SignalTable:
    """Today's signals as the records tell them."""
    return SignalsRepository(uow).of_day(TODAY, account_ids=IDS)


def wait_until_nobody_computes(database: Database) -> None:
    """The server lets go of a turn when it sees that whoever had it is gone: a moment after the death."""
    for _ in range(400):
        with database.unit_of_work() as uow:
            if ScoreDueRepository(uow).take_turn():
                return
        time.sleep(0.05)
    pytest.fail("The turn of a killed process was never given back.")


def test_whoever_comes_next_goes_on_where_a_killed_process_was(database: Database) -> None:
    for place, account_id in enumerate(IDS):
        add_customer(database, account_id, users=[100] * 14 + [100 - 8 * place] * 6, urgent=1)
    told: list[date] = []

    def tell(uow: UnitOfWork, day: date) -> int:
        told.append(day)
        return 1

    with runner() as run:
        keep_model(database, model_id="model-9")
        lines = run(database, die_at=0)["lines"]
        for point in range(1, POINTS + 1):
            # The clock stands: of models of one moment the first by id is in use.
            keep_model(database, base=-2 - point / 10, model_id=f"model-{POINTS - point}")
            add_ticket(database, IDS[point % len(IDS)], number=point)
            assert run(database, die_at=point * lines // (POINTS + 1))["killed"]
            wait_until_nobody_computes(database)
            assert service(at_once=2, after=tell).recompute(database).finished
            assert len(told) == point, "whoever waits for scores hears of them once"
            with database.unit_of_work() as uow:
                assert kept(uow) == as_they_should_be(uow)
                assert all(kept_signals(uow).of(one) == as_computed(uow).of(one) != {} for one in IDS)
                assert not ScoreDueRepository(uow).due(limit=1)
