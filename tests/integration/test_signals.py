"""Signals of many accounts agree with the figures of one account, and know what they do not know."""

import math
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from copilot.domain.access import Role
from copilot.domain.signals import SIGNALS, Signal
from copilot.store.database import Database
from copilot.store.figure_metrics import read_metrics
from copilot.store.signals import Population, SignalsRepository
from copilot.store.tables.records import AccountRow, UsagePointRow
from copilot.store.tables.scores import SignalSnapshotRow
from tests.conftest import MakeUser
from tests.signal_worlds import ACCOUNTS, KINDS, TODAY, Records, add_accounts, add_records, head

SAME_NAME = (
    Signal.USAGE_CHANGE,
    Signal.SEAT_UTILISATION,
    Signal.TICKETS_OPEN,
    Signal.TICKETS_OPENED,
    Signal.NPS,
    Signal.CSAT,
    Signal.DAYS_SINCE_INBOUND,
    Signal.DAYS_TO_RENEWAL,
)
"""Every metric of an account that is a signal too, see the first test."""


def _fill(database: Database, *, records: int = 400) -> None:
    """Four accounts with records of the last 500 days; the last account has weekly use only."""
    make = Records(5, until=TODAY)
    with database.unit_of_work() as uow:
        add_accounts(uow.session)
        add_records(
            uow.session,
            (
                make.of(KINDS[number % len(KINDS)], ACCOUNTS[number % 3], TODAY - timedelta(days=number * 37 % 330))
                for number in range(records)
            ),
        )
        uow.session.add_all(
            UsagePointRow(
                **head(f"week_{week}"),
                account_id=ACCOUNTS[3],
                metric="active_users",
                period_start=TODAY - timedelta(days=7 * week),
                value=Decimal(40 + week % 9),
            )
            for week in range(60)
        )


def test_a_signal_named_like_a_metric_is_that_metric(database: Database, make_user: MakeUser) -> None:
    _fill(database)
    admin = make_user(role=Role.ADMIN)
    with database.unit_of_work() as uow:
        table = SignalsRepository(uow).of_day(TODAY)
        metrics = read_metrics(uow.session, ACCOUNTS, [item.value for item in Signal], viewer=admin, today=TODAY)
    assert set().union(*metrics.values()) == {item.value for item in SAME_NAME}
    for account_id, found in metrics.items():
        for name, metric in found.items():
            value = table.of(account_id).get(Signal(name))
            expected = None if metric.number is None else float(metric.number)
            assert value == expected, (account_id, name)
    assert all(Signal.USAGE_CHANGE_YEAR in table.of(account_id) for account_id in ACCOUNTS[3:])


def test_nothing_recorded_is_not_zero(database: Database) -> None:
    with database.unit_of_work() as uow:
        add_accounts(uow.session, ACCOUNTS[:1])
        table = SignalsRepository(uow).of_day(TODAY)
        assert set(table.of(ACCOUNTS[0])) == {Signal.DAYS_TO_RENEWAL, Signal.TENURE_DAYS}
        assert set(table.values) == set(Signal)
        # Where tickets are recorded at all, one that has none has zero; half a year of them is not known yet.
        add_accounts(uow.session, ACCOUNTS[1:2])
        add_records(uow.session, [Records(1).of("ticket", ACCOUNTS[1], TODAY - timedelta(days=100))])
        found = SignalsRepository(uow).of_day(TODAY).of(ACCOUNTS[0])
    assert found[Signal.TICKETS_OPEN] == found[Signal.OLDEST_TICKET_DAYS] == 0
    assert Signal.TICKETS_OPENED_CHANGE not in found


@pytest.mark.parametrize(
    ("columns", "was_customer"),
    [
        pytest.param({"lifecycle": "churned", "churned_on": date(2026, 8, 1)}, True, id="left-later"),
        pytest.param({"lifecycle": "churned", "churned_on": date(2026, 7, 1)}, False, id="left-that-day"),
        pytest.param({"lifecycle": "churned"}, False, id="left-nobody-knows-when"),
        pytest.param({"customer_since": date(2026, 7, 2)}, False, id="joined-later"),
        pytest.param({"customer_since": None}, True, id="joined-nobody-knows-when"),
        pytest.param({"lifecycle": "prospect", "customer_since": None}, False, id="never-joined"),
    ],
)
def test_customers_are_those_of_the_day(database: Database, columns: dict[str, object], *, was_customer: bool) -> None:
    with database.unit_of_work() as uow:
        add_accounts(uow.session, ACCOUNTS[:1], **columns)
        table = SignalsRepository(uow).of_day(date(2026, 7, 1))
        assert bool(table.account_ids) is was_customer
        everybody = SignalsRepository(uow).of_day(date(2026, 7, 1), population=Population.ALL, account_ids=ACCOUNTS)
    assert everybody.account_ids == ACCOUNTS[:1]


def test_what_has_no_date_is_known_of_a_past_day_from_a_snapshot_only(database: Database) -> None:
    _fill(database)
    kept_on, later = TODAY, TODAY + timedelta(days=20)
    with database.unit_of_work() as uow:
        today = SignalsRepository(uow).of_day(kept_on)
        past = SignalsRepository(uow).of_day(TODAY - timedelta(days=40))
        SignalsRepository(uow).keep_snapshot(today)
        SignalsRepository(uow).keep_snapshot(today)
        account = uow.session.get_one(AccountRow, ACCOUNTS[0])
        account.arr, account.segment, account.renewal_date = Decimal(1), "Small", date(2030, 1, 1)
        uow.flush()
        table = SignalsRepository(uow).of_day(later)
        assert uow.session.query(SignalSnapshotRow).count() == len(ACCOUNTS)
    assert np.isnan(past.arr).all()
    assert past.currency == (None,) * 4
    for signal in (item for item, kind in SIGNALS.items() if not kind.dated):
        assert np.isnan(past.values[signal]).all()
    assert (table.arr[0], table.currency[0], table.attributes["segment"][0]) == (84000, "EUR", "Mid")
    assert table.values[Signal.DAYS_TO_RENEWAL][0] == today.values[Signal.DAYS_TO_RENEWAL][0] - 20
    kept, now = (item.values[Signal.SEAT_UTILISATION] for item in (table, today))
    assert np.array_equal(kept, now, equal_nan=True)
    assert not math.isnan(now[3])


def test_a_running_week_counts_on_no_day(database: Database) -> None:
    """Of a past day its number holds what happened after it, and today it is not complete yet."""
    with database.unit_of_work() as uow:
        add_accounts(uow.session, ACCOUNTS[:1])
        for number, back in enumerate((3, 10, 17)):
            uow.session.add(
                UsagePointRow(
                    **head(f"u{number}"),
                    account_id=ACCOUNTS[0],
                    metric="active_users",
                    period_start=TODAY - timedelta(days=back),
                    value=Decimal(9),
                )
            )
        uow.flush()
        days = {
            day: SignalsRepository(uow).of_day(day).of(ACCOUNTS[0])[Signal.DAYS_SINCE_USE]
            for day in (TODAY, TODAY - timedelta(days=1), TODAY - timedelta(days=5))
        }
    assert list(days.values()) == [4, 3, 6]


def test_weeks_of_use_are_the_same_for_today_and_for_a_past_day(database: Database) -> None:
    """A week counts for as long whether the day is read on it or later; else what is learnt is not what scores."""
    with database.unit_of_work() as uow:
        add_accounts(uow.session, ACCOUNTS[:1])
        for number, back in enumerate((31, 34)):
            uow.session.add(
                UsagePointRow(
                    **head(f"w{number}"),
                    account_id=ACCOUNTS[0],
                    metric=f"feature_{number}",
                    period_start=TODAY - timedelta(days=back),
                    value=Decimal(3),
                )
            )
        uow.flush()
        breadth = [
            SignalsRepository(uow).of_day(TODAY - timedelta(days=back)).of(ACCOUNTS[0])[Signal.USAGE_BREADTH]
            for back in (0, 1)
        ]
    assert breadth == [1, 2]
