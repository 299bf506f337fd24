"""Writing down where a few accounts stand looks up the scores of these, however many there are."""

from sqlalchemy import text

from copilot.domain.scores import ScoreKind
from copilot.store.database import Database, UnitOfWork
from copilot.store.standing import StandingRepository
from tests.portfolio_builders import customer, scores

CUSTOMERS, DUE = 120, 4
LOOKS = 9
"""Into the scores of an account: five kinds today, four of them a week ago."""


def looks(uow: UnitOfWork) -> int:
    """Into the table of scores, by this transaction so far."""
    counted = (
        "select coalesce(seq_tup_read, 0) + idx_scan from pg_stat_xact_user_tables where relname = 'account_scores'"
    )
    return int(uow.session.execute(text(counted)).scalar_one())


def test_only_scores_of_those_who_are_due_are_looked_up(database: Database) -> None:
    with database.unit_of_work() as uow:
        ids = [customer(uow, f"Cliente {number}") for number in range(CUSTOMERS)]
        for account_id in ids:
            scores(uow, account_id, {ScoreKind.HEALTH: 55.0, ScoreKind.CHURN_90: 0.2})
    with database.unit_of_work() as uow:
        uow.session.execute(text("update accounts set arr = 4000"))  # which leaves their rows without a day
    with database.unit_of_work() as uow:
        before = looks(uow)
        StandingRepository(uow).keep(ids[:DUE])
        assert 0 < looks(uow) - before <= DUE * LOOKS
        kept = uow.session.execute(
            text("select account_id from account_standing where day = :day and health = 55"),
            {"day": uow.clock.today()},
        )
        assert set(kept.scalars()) == set(ids[:DUE])
