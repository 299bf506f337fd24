"""A small invented portfolio in the database: customers whose use goes down before they leave, and others."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import exp, log
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert

from copilot.store.database import Database
from copilot.store.tables.records import AccountRow, TicketRow, UsagePointRow

TODAY = date(2026, 11, 16)
_FALL_WEEKS = 14
_QUIET_DAYS = 130
"""Before the first leaves, so that there is use to compare with."""
_SEGMENTS = ("small", "large")


@dataclass(frozen=True, slots=True)
class Portfolio:
    """What is invented."""

    accounts: int = 320
    weeks: int = 100
    monthly_churn: float = 0.05
    known_share: float = 1.0
    """Of those that left, whose day is on record."""
    late_days: int = 0
    """Departures of the last so many days are not on record yet."""
    telling: bool = True
    """Whether use falls before leaving."""
    season: bool = False
    """Whether everybody's use is a third lower in summer."""
    seed: int = 5


def add_portfolio(database: Database, told: Portfolio) -> int:
    """Write it. Returns how many left."""
    generator = np.random.default_rng(told.seed)
    start = TODAY - timedelta(weeks=told.weeks)
    accounts: list[dict[str, object]] = []
    points: list[dict[str, object]] = []
    tickets: list[dict[str, object]] = []
    gone = 0
    for number in range(told.accounts):
        account_id = f"a{number:05d}"
        left = _left_on(generator, start, told)
        gone += left is not None
        on_record = left is not None and (TODAY - left).days >= told.late_days
        known = on_record and generator.random() < told.known_share
        accounts.append(
            {
                **plain(account_id),
                "name": f"Inventada {number}",
                "search_key": f"inventada {number}",
                "lifecycle": "churned" if on_record else "customer",
                "customer_since": start - timedelta(days=int(generator.integers(0, 900))),
                "churned_on": left if known else None,
                "segment": _SEGMENTS[number % 2],
                "country": "ES" if generator.random() < 0.5 else "PT",
            }
        )
        shown = left if told.telling and generator.random() < 0.85 else None
        points += _points(account_id, start, generator, told, until=left, falls_before=shown)
        tickets += _tickets(account_id, start, generator, until=left, falls_before=shown)
    with database.unit_of_work() as uow:
        uow.session.execute(insert(AccountRow), accounts)
        uow.session.execute(insert(UsagePointRow), points)
        uow.session.execute(insert(TicketRow), tickets)
    return gone


def _left_on(generator: np.random.Generator, start: date, told: Portfolio) -> date | None:
    days = generator.exponential(30 / told.monthly_churn)
    left = start + timedelta(days=int(_QUIET_DAYS + days)) if days < told.weeks * 7 else None
    return left if left is not None and left < TODAY else None


def _noise(generator: np.random.Generator, weeks: int) -> NDArray[np.float64]:
    """Logarithm of what comes and goes: some of it within weeks, some over half a year."""
    knots = np.arange(0, weeks + 26, 26)
    slow = np.interp(np.arange(weeks), knots, generator.normal(scale=0.35, size=len(knots)))
    return slow + generator.normal(scale=0.1, size=weeks)


def _points(
    account_id: str,
    start: date,
    generator: np.random.Generator,
    told: Portfolio,
    *,
    until: date | None,
    falls_before: date | None,
) -> list[dict[str, object]]:
    size, noise = generator.lognormal(3, 0.6), _noise(generator, told.weeks)
    found = []
    for week in range(told.weeks):
        day = start + timedelta(weeks=week)
        if until is not None and day >= until:
            break
        left = (falls_before - day).days / 7 if falls_before else _FALL_WEEKS
        fall = 1.0 if left >= _FALL_WEEKS else 0.35 + 0.65 * left / _FALL_WEEKS
        season = 0.67 if told.season and day.month in {6, 7, 8} else 1.0
        value = max(1.0, size * fall * season * exp(noise[week]))
        row = plain(f"{account_id}-u{week}") | {"account_id": account_id, "account_source_id": account_id}
        found.append(row | {"metric": "active_users", "period_start": day, "value": round(value, 2)})
    return found


def _tickets(
    account_id: str, start: date, generator: np.random.Generator, *, until: date | None, falls_before: date | None
) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    day = start
    while True:
        near = falls_before is not None and (falls_before - day).days < 90
        day += timedelta(days=1 + int(-log(generator.random()) * (25 if near else 80)))
        if day >= (until or TODAY):
            return found
        row = plain(f"{account_id}-t{day:%y%m%d}") | {"account_id": account_id, "account_source_id": account_id}
        opened = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        closed = opened + timedelta(days=int(generator.integers(1, 20)))
        is_closed = closed.date() < TODAY
        found.append(
            row
            | {
                "subject": "Consulta",
                "priority": "p3",
                "status": "closed" if is_closed else "open",
                "opened_at": opened,
                "closed_at": closed if is_closed else None,
            }
        )


def plain(record_id: str) -> dict[str, Any]:
    """Columns that every record has."""
    return {
        "id": record_id,
        "source_system": "invented",
        "source_id": record_id,
        "as_of": TODAY,
        "content_hash": record_id,
    }
