"""Who buys more is learnt from the records, put in use, and scores the customers of today."""

from datetime import timedelta

import numpy as np
from sqlalchemy import insert

from copilot.domain.scores import Missing, ScoreKind
from copilot.domain.signals import Signal
from copilot.scoring.backtest import TrainingOptions
from copilot.scoring.quality import Measure
from copilot.scoring.registry import Put, train_and_keep
from copilot.scoring.report import Report
from copilot.store.database import Database
from copilot.store.scores import ScoreRepository
from copilot.store.tables.records import OpportunityRow
from tests.score_worlds import service
from tests.scoring_builders import TODAY, Portfolio, add_portfolio

ACCOUNTS = 300


def add_expansions(database: Database) -> set[str]:
    """Deals that a third of the accounts open often; half are won. Returns the accounts with one open today."""
    generator = np.random.default_rng(1)
    rows: list[dict[str, object]] = []
    for number in range(ACCOUNTS):
        day = TODAY - timedelta(days=700)
        while True:
            day += timedelta(days=1 + int(generator.exponential(150 if number % 3 == 0 else 900)))
            if day >= TODAY:
                break
            closes, won = day + timedelta(days=int(generator.integers(30, 100))), generator.random() < 0.5
            key = f"o{len(rows)}"
            rows.append(
                {
                    "id": key, "source_id": key, "source_system": "test", "as_of": TODAY, "content_hash": "x",
                    "account_id": f"a{number:05d}", "account_source_id": f"a{number:05d}", "name": "Más asientos",
                    "kind": "expansion", "status": "open" if closes > TODAY else "won" if won else "lost",
                    "created_on": day, "close_date": closes,
                }
            )  # fmt: skip
    with database.unit_of_work() as uow:
        uow.session.execute(insert(OpportunityRow), rows)
    return {str(row["account_id"]) for row in rows if row["status"] == "open"}


def test_who_buys_more_is_learnt_and_scored(database: Database) -> None:
    add_portfolio(database, Portfolio(accounts=ACCOUNTS, weeks=60, monthly_churn=0.01))
    with_open = add_expansions(database)
    with database.unit_of_work() as uow:
        trained = train_and_keep(uow, ScoreKind.EXPANSION, options=TrainingOptions(months=24))
        leads = train_and_keep(uow, ScoreKind.LEAD, options=TrainingOptions(months=24))
    assert (trained.put, leads.put) == (Put.IN_USE, Put.REFUSED)
    report = Report.model_validate(trained.model.report)
    assert report.quality is not None
    assert 0.65 < report.quality.of(Measure.AUC) < 0.9
    service().recompute(database)
    ids = [f"a{number:05d}" for number in range(ACCOUNTS)]
    with database.unit_of_work() as uow:
        found = ScoreRepository(uow).latest(ScoreKind.EXPANSION, account_ids=ids, on=TODAY)
    told = {name: one for name, one in found.items() if one.value is not None}
    assert {one.missing for one in found.values()} <= {None, Missing.FEW_SIGNALS}
    means = [
        float(np.mean([one.value for name, one in told.items() if (name in with_open) is is_open and one.value]))
        for is_open in (True, False)
    ]
    # Half of what is open is won, whoever opened it; without one, a new one has to be opened first.
    assert means[0] > 1.5 * means[1]
    raising = [
        part.effect
        for name in with_open & set(told)
        for part in told[name].parts
        if part.signal is Signal.EXPANSION_OPEN
    ]
    assert raising
    assert all(effect > 0 for effect in raising)
