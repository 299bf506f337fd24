"""The days that an account is compared with others on, and what is kept of them when scores are computed.

Invariant: they are few and stay the same for a month, so that a page reads of hundreds of accounts what was computed
once. What is kept of other days goes.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from copilot.store.database import UnitOfWork
from copilot.store.signals import Population, SignalsRepository, SignalTable
from copilot.store.signals_kept import KeptSignals, OnDay

LOOK_BACK = timedelta(days=2 * 365)
"""So long an account that left is one to compare others with."""
_BEFORE_LEAVING = timedelta(days=60)
_HALF_A_YEAR = timedelta(days=182)


def half_a_year_ago(today: date) -> date:
    """Of those who stayed: about half a year ago, the first of the month."""
    return (today - _HALF_A_YEAR).replace(day=1)


def before_leaving(left_on: date) -> date:
    """Of those who left: shortly before; one day for all of a month."""
    return left_on.replace(day=1) - _BEFORE_LEAVING


def keep_compared(table: SignalTable, account_ids: Sequence[str], *, uow: UnitOfWork) -> None:
    """Keep today's signals of the customers in `table`, and those of the earlier days of all these accounts where they
    are not kept yet."""
    kept, signals = KeptSignals(uow), SignalsRepository(uow)
    earlier = _earlier(account_ids, table.day, kept)
    kept.drop(account_ids, but=[*earlier, *((account_id, table.day) for account_id in table.account_ids)])
    kept.keep(table)
    for day, some in kept.missing(earlier).items():
        kept.keep(signals.of_day(day, population=Population.CUSTOMERS, account_ids=some))


def _earlier(account_ids: Sequence[str], today: date, kept: KeptSignals) -> list[OnDay]:
    left = kept.left(account_ids, since=today - LOOK_BACK, until=today)
    then = half_a_year_ago(today)
    stayed = [(account_id, then) for account_id in account_ids if account_id not in left]
    return [*stayed, *((account_id, before_leaving(day)) for account_id, day in left.items())]
