"""Signals of accounts on a day, for many accounts at once.

Invariant: those of `copilot.domain.signals`: what is dated is taken as of the end of the day; what the records hold
without a date is there for today, and for another day from a snapshot kept at most a month before it. This is for
scoring, which sees every account; what a person sees of it goes through `copilot.store.signal_evidence`.
"""

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from copilot.domain.signals import SIGNALS, Signal
from copilot.store import signals_sql
from copilot.store.account_metrics import last_week_over
from copilot.store.database import UnitOfWork
from copilot.store.kept_statements import Asked
from copilot.store.signals_sql import Statement

Floats = NDArray[np.float64]
_ROWS_AT_ONCE = 20_000
_ACCOUNTS_AT_ONCE = 10_000
_ATTRIBUTES = ("segment", "industry", "country")
_RENEWAL_DATE = "renewal_date"


class Population(StrEnum):
    """Whose signals."""

    CUSTOMERS = "customers"
    """Those that were customers on the day."""
    PROSPECTS = "prospects"
    """Those that were not yet."""
    ALL = "all"


_CONDITIONS = {
    Population.CUSTOMERS: signals_sql.CUSTOMERS,
    Population.PROSPECTS: signals_sql.PROSPECTS,
    Population.ALL: signals_sql.EVERYBODY,
}


@dataclass(frozen=True, slots=True)
class SignalTable:
    """One row per account, in the order of `account_ids`; every array has shape (accounts,)."""

    day: date
    account_ids: tuple[str, ...]
    values: Mapping[Signal, Floats]
    """All signals; NaN where one is not known."""
    attributes: Mapping[str, tuple[str | None, ...]]
    """`segment`, `industry`, `country`. The segment of a past day is the snapshot's, where there is one; else these are
    as the records have them now."""
    arr: Floats
    """Annual recurring revenue in `currency`; NaN where it is not known, as for a past day without snapshot."""
    currency: tuple[str | None, ...]

    def of(self, account_id: str) -> dict[Signal, float]:
        """What is known of one account; empty if it is not in the table."""
        if account_id not in self.account_ids:
            return {}
        place = self.account_ids.index(account_id)
        found = {signal: float(column[place]) for signal, column in self.values.items()}
        return {signal: value for signal, value in found.items() if not math.isnan(value)}


class SignalsRepository:
    """Of one unit of work."""

    def __init__(self, uow: UnitOfWork, *, first: Mapping[str, datetime | None] | None = None) -> None:
        """`first`: what `first_recorded_asked` answers, where that was asked already."""
        self._session = uow.session
        self._today = uow.clock.today()
        self._first = first

    def of_day(
        self, day: date, *, population: Population = Population.CUSTOMERS, account_ids: Sequence[str] | None = None
    ) -> SignalTable:
        """Signals of the accounts that were of the population on the day, ordered by account id.

        With `account_ids` only of these; ids that do not exist, or were of another population, are left out. The
        number of statements does not depend on the number of accounts.
        """
        reading = _Reading(self, day, population, account_ids, is_today=day == self._today)
        table = reading.attributes()
        for statement in signals_sql.STATEMENTS:
            reading.fill(statement, table)
        return table if reading.is_today else reading.with_snapshots(table)

    def of_account(self, account_id: str, signals: Collection[Signal], *, day: date) -> dict[Signal, float]:
        """Those of the signals that are known of one account, whatever it is.

        For words about an account, not for learning: what the records hold without a date counts as it is now.
        """
        reading = _Reading(self, day, Population.ALL, [account_id], is_today=True)
        table = reading.attributes()
        for statement in signals_sql.STATEMENTS:
            if not set(statement.signals).isdisjoint(signals):
                reading.fill(statement, table)
        return {signal: value for signal, value in table.of(account_id).items() if signal in signals}

    def keep_snapshot(self, table: SignalTable) -> None:
        """Keep what could not be told later about the table's day, where it is news or the last is a week old."""
        known = [json.dumps(_kept(table, place)) for place in range(len(table.account_ids))]
        for start in range(0, len(known), _ACCOUNTS_AT_ONCE):
            some = slice(start, start + _ACCOUNTS_AT_ONCE)
            parameters = {"day": table.day, "account_ids": list(table.account_ids[some]), "values": known[some]}
            self._session.execute(text(signals_sql.KEEP_SNAPSHOTS), parameters)

    def recorded(self, day: date) -> Mapping[str, bool]:
        """Of which kinds anything was recorded by the day, of any account."""
        if self._first is None:
            self._first = dict(self._session.execute(text(signals_sql.FIRST_RECORDED)).mappings().one())
        return signals_sql.recorded_by(day, self._first)

    def rows(self, sql: str, parameters: Mapping[str, Any], *, few: bool) -> Any:
        """The rows of a statement as the server sends them; few at once, which is one answer and not three."""
        options = {} if few else {"yield_per": _ROWS_AT_ONCE}
        found = self._session.execute(text(sql), parameters, execution_options=options)
        return found.partitions(_ROWS_AT_ONCE)


def first_recorded_asked() -> Asked:
    """When the first record of each kind was, whosever it is; one row."""
    return Asked(signals_sql.FIRST_RECORDED, {})


class _Reading:
    """One table in the making."""

    def __init__(
        self,
        repository: SignalsRepository,
        day: date,
        population: Population,
        account_ids: Sequence[str] | None,
        *,
        is_today: bool,
    ) -> None:
        self._repository = repository
        self._day = day
        self.is_today = is_today
        which = signals_sql.ALL_ACCOUNTS if account_ids is None else signals_sql.SOME_ACCOUNTS
        self._chosen = f"with chosen as materialized ({which.format(population=_CONDITIONS[population])})"
        self._parameters: dict[str, Any] = {
            "day": day,
            "after": signals_sql.end_of(day),
            # A week counts when it is over, for today as for a past day: its number holds what happened till its end.
            "used": last_week_over(day),
            "is_today": self.is_today,
        }
        if account_ids is not None:
            self._parameters["account_ids"] = sorted(set(account_ids))
        self._places: dict[str, int] = {}

    def attributes(self) -> SignalTable:
        """The accounts, and what their own records say; the other signals unknown."""
        rows = [row for part in self._rows(signals_sql.ATTRIBUTES) for row in part]
        rows.sort(key=lambda row: row[0])
        self._places = {row[0]: place for place, row in enumerate(rows)}
        values = {signal: np.full(len(rows), np.nan) for signal in Signal}
        columns = list(zip(*rows, strict=True)) or [()] * 8
        values[Signal.TENURE_DAYS][:] = columns[6]
        values[Signal.DAYS_TO_RENEWAL][:] = columns[7]
        arr = np.asarray(columns[4], dtype=np.float64) if self.is_today else np.full(len(rows), np.nan)
        return SignalTable(
            day=self._day,
            account_ids=tuple(columns[0]),
            values=values,
            attributes=dict(zip(_ATTRIBUTES, map(tuple, columns[1:4]), strict=True)),
            arr=arr,
            currency=tuple(columns[5]) if self.is_today else (None,) * len(rows),
        )

    def fill(self, statement: Statement, table: SignalTable) -> None:
        """Compute one statement's signals into the table."""
        for signal, needed in zip(statement.signals, statement.recorded, strict=False):
            if self._repository.recorded(self._day)[needed]:
                table.values[signal][:] = 0
        for part in self._rows(statement.sql):
            ids, *columns = zip(*part, strict=True)
            places = np.fromiter((self._places[account_id] for account_id in ids), dtype=np.intp, count=len(ids))
            for signal, column in zip(statement.signals, columns, strict=True):
                table.values[signal][places] = np.asarray(column, dtype=np.float64)
        for signal, needed in zip(statement.signals, statement.recorded, strict=False):
            if not self._repository.recorded(self._day)[needed]:
                table.values[signal][:] = np.nan

    def with_snapshots(self, table: SignalTable) -> SignalTable:
        """The table with what was kept about the day, or shortly before it."""
        segment, currency = list(table.attributes["segment"]), list(table.currency)
        for part in self._rows(signals_sql.SNAPSHOTS):
            for account_id, _, kept in part:
                place = self._places[account_id]
                for signal in _UNDATED:
                    table.values[signal][place] = kept.get(signal.value, math.nan)
                if _RENEWAL_DATE in kept:
                    renewal = date.fromisoformat(kept[_RENEWAL_DATE])
                    table.values[Signal.DAYS_TO_RENEWAL][place] = (renewal - self._day).days
                table.arr[place] = kept.get("arr", math.nan)
                segment[place], currency[place] = kept.get("segment"), kept.get("currency")
        return SignalTable(
            day=table.day,
            account_ids=table.account_ids,
            values=table.values,
            attributes={**table.attributes, "segment": tuple(segment)},
            arr=table.arr,
            currency=tuple(currency),
        )

    def _rows(self, sql: str) -> Any:
        wanted = {name: value for name, value in self._parameters.items() if f":{name}" in self._chosen + sql}
        return self._repository.rows(f"{self._chosen}\n{sql}", wanted, few="account_ids" in self._parameters)


_UNDATED = tuple(signal for signal, kind in SIGNALS.items() if not kind.dated and signal is not Signal.DAYS_TO_RENEWAL)


def _kept(table: SignalTable, place: int) -> dict[str, Any]:
    """What a snapshot holds: nothing that passing days alone would change."""
    kept: dict[str, Any] = {
        signal.value: float(table.values[signal][place])
        for signal in _UNDATED
        if not math.isnan(table.values[signal][place])
    }
    days = table.values[Signal.DAYS_TO_RENEWAL][place]
    if not math.isnan(days):
        kept[_RENEWAL_DATE] = (table.day + timedelta(days=int(days))).isoformat()
    if not math.isnan(table.arr[place]):
        kept["arr"] = float(table.arr[place])
    words = {"currency": table.currency[place], "segment": table.attributes["segment"][place]}
    return kept | {name: word for name, word in words.items() if word is not None}
