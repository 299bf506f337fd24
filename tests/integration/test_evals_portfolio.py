"""Portfolios in a database: each day's import holds what was known then, and others' exports are read like any."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from copilot.clock import FixedClock
from copilot.domain.signals import Signal
from copilot.store.database import Database
from copilot.store.signals import SignalsRepository, SignalTable
from copilot.store.tables.records import AccountRow, ContactRow, InvoiceRow, TicketRow, UsagePointRow
from evals.scoring.invented_accounts import TRAINED, WEEK, day, invent
from evals.scoring.invented_store import Filling
from evals.scoring.invented_texts import read_texts
from evals.scoring.portfolio_life import morning
from evals.scoring.portfolio_outside import measured


def signals(database: Database, week: int) -> SignalTable:
    with database.unit_of_work() as uow:
        return SignalsRepository(uow).of_day(day(week * WEEK))


def test_an_import_knows_nothing_of_what_comes_later(database: Database, clock: FixedClock) -> None:
    portfolio = invent(seed=7, customers=30)
    filling = Filling(portfolio, texts=read_texts(is_held_out=False))
    clock.instant = morning(TRAINED)
    filling.import_until(database, TRAINED * WEEK)
    today = day(TRAINED * WEEK)
    with database.unit_of_work() as uow:
        assert max(uow.session.scalars(select(UsagePointRow.period_start))) == today - timedelta(days=WEEK)
        for column in (ContactRow.left_on, InvoiceRow.paid_on, AccountRow.churned_on):
            assert max(value for value in uow.session.scalars(select(column)) if value) <= today
        closed = [value.date() for value in uow.session.scalars(select(TicketRow.closed_at)) if value]
        assert max(closed) <= today
    before = signals(database, TRAINED)
    clock.instant = morning(TRAINED + 12)
    assert filling.import_until(database, (TRAINED + 12) * WEEK) > 0
    again = signals(database, TRAINED)
    # Whoever had left by then, and only now is said to have, is no customer of that day any more.
    both = set(before.account_ids) & set(again.account_ids)
    assert len(both) > 15
    for account in both:
        now, then = again.of(account), before.of(account)
        for signal in (Signal.USAGE_CHANGE, Signal.TICKETS_OPEN, Signal.INVOICES_OVERDUE, Signal.STAKEHOLDERS_LEFT):
            assert now.get(signal) == then.get(signal)


@pytest.mark.slow
def test_exports_of_somebody_else_are_imported_day_by_day_and_held_against_their_truth(tmp_path: Path) -> None:
    rows = [f"A{number},Firma {number},customer,2024-01-0{number},es" for number in range(1, 6)]
    for name, rest in (("2026-01-05", rows), ("2026-02-02", rows[:1]), ("2026-03-02", rows[:1])):
        folder = tmp_path / "imports" / name
        folder.mkdir(parents=True)
        lines = ["source_id,name,lifecycle,customer_since,language", *rest]
        (folder / "accounts.csv").write_text("\n".join(lines) + "\n", "utf-8")
    truth = "account,left_on,cause,since\nA1,2026-04-20,use,2026-01-20\nA2,,,\nZ9,2026-04-20,use,\n"
    (tmp_path / "truth.csv").write_text(truth, "utf-8")
    figures = {(one.name, one.language): one for one in measured(tmp_path)}
    # Of five customers nothing can be learnt: nobody is alerted, and that is what the figure says.
    assert figures["scoring.portfolio.lead_time", "-"].value == 0
    assert figures["scoring.portfolio.lead_time", "es"].n == 1
    assert measured(tmp_path / "imports") == []
