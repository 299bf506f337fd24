"""Signals of accounts that were computed when they were scored, for the days that others are compared on.

Invariant: a kept row is what `SignalsRepository.of_day` would say now, or it is not read: a record that changed since
takes with it every row of its account from the record's own day on, other statements take all, and so does a kind of
record that nobody had by the day when the row was made. Like the signals themselves this sees every account: whoever
reads it for a person names accounts that the person may see.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from itertools import groupby
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, literal_column, select, text, true
from sqlalchemy.dialects.postgresql import aggregate_order_by

from copilot.domain.access import Viewer
from copilot.domain.signals import Signal
from copilot.store import signals_sql
from copilot.store.customers import as_sql, is_customer
from copilot.store.database import UnitOfWork
from copilot.store.kept_statements import Asked, Kept, ask, kept, kept_for_viewers
from copilot.store.score_peers import first_customers
from copilot.store.signals import Population, SignalsRepository, SignalTable
from copilot.store.tables.scores import AccountSignalsRow, ScoresDueRow

_NOT_CHANGED = """
not exists (select from scores_due due where due.account_id = kept.account_id and due.since <= kept.day)
"""
_WANTED = "unnest(cast(:account_ids as text[]), cast(:days as date[])) wanted(account_id, day)"
_AS_RECORDED = "unnest(cast(:recorded_days as date[]), cast(:recorded as text[])) known(day, recorded)"

_READ = f"""
select kept.day, kept.account_id, kept.values, kept.segment, kept.industry, kept.country, kept.arr, kept.currency
from {_WANTED} join account_signals kept using (account_id, day) join {_AS_RECORDED} using (day)
where kept.reader = :reader and kept.recorded = known.recorded and {_NOT_CHANGED}
order by kept.day, kept.account_id
"""  # noqa: S608 - all parts are constants

_KEEP = """
insert into account_signals
  (account_id, day, values, segment, industry, country, arr, currency, reader, recorded)
select new.account_id, :day, cast(new.values as float8[]), new.segment, new.industry, new.country, new.arr,
  new.currency, :reader, :recorded
from unnest(
  cast(:account_ids as text[]), cast(:values as text[]), cast(:segment as text[]), cast(:industry as text[]),
  cast(:country as text[]), cast(:arr as float8[]), cast(:currency as text[])
) new(account_id, values, segment, industry, country, arr, currency)
join accounts on accounts.id = new.account_id
on conflict (account_id, day) do update set
  values = excluded.values, segment = excluded.segment, industry = excluded.industry, country = excluded.country,
  arr = excluded.arr, currency = excluded.currency, reader = excluded.reader, recorded = excluded.recorded
"""

_MISSING = f"""
select wanted.day, wanted.account_id
from {_WANTED} join {_AS_RECORDED} using (day) join accounts on accounts.id = wanted.account_id
where {as_sql(is_customer(literal_column("wanted.day")))} and not exists (
  select from account_signals kept
  where kept.account_id = wanted.account_id and kept.day = wanted.day and kept.reader = :reader
    and kept.recorded = known.recorded
)
order by wanted.day, wanted.account_id
"""  # noqa: S608 - all parts are constants

_DROP = f"""
delete from account_signals kept
where kept.account_id = any(:dropped)
  and not exists (select from {_WANTED} where wanted.account_id = kept.account_id and wanted.day = kept.day)
"""  # noqa: S608 - all parts are constants

_LEFT = "select id, churned_on from accounts where id = any(:account_ids) and churned_on between :since and :until"

OnDay = tuple[str, date]
"""An account's id, and a day."""


class KeptSignals:
    """Of one unit of work."""

    def __init__(self, uow: UnitOfWork, *, first: Mapping[str, datetime | None] | None = None) -> None:
        """`first`: as of `SignalsRepository`."""
        self._uow = uow
        self._session = uow.session
        self._signals = SignalsRepository(uow, first=first)
        self._recorded_by: dict[date, str] = {}

    def read(self, wanted: Collection[OnDay]) -> dict[date, SignalTable]:
        """What is kept of these, by day; what is not, or holds no more, is left out. Two statements."""
        if not wanted:
            return {}
        found = self._session.execute(text(_READ), _arrays(wanted) | self._by(wanted))
        return {day: _table(day, list(rows)) for day, rows in groupby(found, key=lambda row: row[0])}

    def of_rows(self, day: date, rows: Sequence[Any]) -> SignalTable | None:
        """What is kept of the account of `own_asked`, from its answer; None: nothing, or it holds no more."""
        found = [row for row in rows if row.recorded == self._recorded(day)]
        return _table(day, [row[:-1] for row in found]) if found else None

    def of_customers(self, day: date, *, but: str, viewer: Viewer, most: int, enough: int) -> SignalTable | None:
        """The first customers that the viewer may see, of whom nobody has said that they leave, as far as they are
        kept; of their attributes the segment alone. None: fewer than `enough` are kept, and there are others.

        In one answer, packed: a page needs hundreds to find the middle of.
        """
        values = {"day": day, "account_id": but, "most": most, "reader": reader(), "recorded": self._recorded(day)}
        [[row]] = ask(self._uow, _customers(viewer).asked(viewer, **values))
        known = len(row.account_ids or ())
        return None if known < min(enough, row.there) else _unpacked(day, row)

    def of_day(self, day: date, account_ids: Sequence[str], *, enough: int) -> SignalTable:
        """Those of the accounts that are kept; with fewer than `enough`, the first of the others are computed.

        The accounts have to be customers of the day.
        """
        kept = self.read([(account_id, day) for account_id in account_ids]).get(day)
        known = set(kept.account_ids) if kept is not None else set()
        lacking = [account_id for account_id in account_ids if account_id not in known][: max(enough - len(known), 0)]
        if kept is not None and not lacking:
            return kept
        live = self._signals.of_day(day, population=Population.CUSTOMERS, account_ids=lacking)
        return live if kept is None else _together(kept, live)

    def keep(self, table: SignalTable) -> None:
        """Put the rows of a table in the place of those that were kept of its accounts on its day."""
        if not table.account_ids:
            return
        matrix = np.stack([table.values[signal] for signal in Signal], axis=1)
        parameters = {
            "day": table.day,
            "account_ids": list(table.account_ids),
            "values": ["{" + ",".join(map(repr, row)) + "}" for row in matrix.tolist()],
            **{name: list(words) for name, words in table.attributes.items()},
            "arr": [None if np.isnan(arr) else arr for arr in table.arr.tolist()],
            "currency": list(table.currency),
            "reader": reader(),
            "recorded": self._recorded(table.day),
        }
        self._session.execute(text(_KEEP), parameters)

    def missing(self, wanted: Collection[OnDay]) -> dict[date, list[str]]:
        """Those of these that were customers on the day and of which nothing is kept that still holds."""
        if not wanted:
            return {}
        found = self._session.execute(text(_MISSING), _arrays(wanted) | self._by(wanted))
        return {day: [row[1] for row in rows] for day, rows in groupby(found, key=lambda row: row[0])}

    def drop(self, account_ids: Sequence[str], *, but: Collection[OnDay]) -> None:
        """Forget what is kept of these accounts on other days."""
        self._session.execute(text(_DROP), _arrays(but) | {"dropped": list(account_ids)})

    def left(self, account_ids: Sequence[str], *, since: date, until: date) -> dict[str, date]:
        """The day on which each of these accounts left, of those that left in that time."""
        parameters = {"account_ids": list(account_ids), "since": since, "until": until}
        return {row[0]: row[1] for row in self._session.execute(text(_LEFT), parameters)}

    def _by(self, wanted: Collection[OnDay]) -> dict[str, Any]:
        """What rows have to be computed by to hold."""
        days = sorted({day for _, day in wanted})
        return {"reader": reader(), "recorded_days": days, "recorded": [self._recorded(day) for day in days]}

    def _recorded(self, day: date) -> str:
        if day not in self._recorded_by:
            self._recorded_by[day] = recorded_by(day, signals=self._signals)
        return self._recorded_by[day]


def own_asked(account_id: str, *, day: date) -> Asked:
    """What is kept of one account; see `KeptSignals.of_rows`."""
    return _own().asked(account_id=account_id, day=day, reader=reader())


@cache
def _own() -> Kept:
    row = AccountSignalsRow
    columns = (row.day, row.account_id, row.values, row.segment, row.industry, row.country, row.arr, row.currency)
    return kept(select(*columns, row.recorded).where(row.account_id == bindparam("account_id", ""), _has_not_changed()))


@kept_for_viewers
def _customers(viewer: Viewer) -> Select[Any]:
    there = first_customers(viewer, day=bindparam("day", date.min), but=bindparam("account_id", "")).cte("there")
    row = AccountSignalsRow
    columns = (row.account_id, row.segment, row.values)
    holds = (row.recorded == bindparam("recorded", ""), _has_not_changed())
    # Lateral and with an offset, so that each is looked up by its key: they are a few of all that are kept.
    each = select(*columns).where(row.account_id == there.c.id, *holds).correlate(there).offset(0).lateral("each")
    held = select(*each.c).select_from(there.join(each, true())).cte("held")
    by = held.c.account_id
    nothing_between: Any = aggregate_order_by(literal_column("''::bytea"), by)
    return select(
        select(func.count()).select_from(there).scalar_subquery().label("there"),
        func.array_agg(aggregate_order_by(held.c.account_id, by)).label("account_ids"),
        func.array_agg(aggregate_order_by(held.c.segment, by)).label("segments"),
        func.string_agg(func.array_send(held.c["values"]), nothing_between).label("packed"),
    )


def _has_not_changed() -> ColumnElement[bool]:
    row, due = AccountSignalsRow, ScoresDueRow
    changed = exists().where(due.account_id == row.account_id, due.since <= row.day)
    return and_(row.day == bindparam("day", date.min), row.reader == bindparam("reader", ""), ~changed)


def _unpacked(day: date, row: Any) -> SignalTable:
    names = list(Signal)
    # An array as the server sends it: five whole numbers, then each value behind its length. None is null.
    shape = np.dtype([("head", ">i4", 5), ("cells", [("length", ">i4"), ("value", ">f8")], len(names))])
    matrix = np.frombuffer(row.packed or b"", dtype=shape)["cells"]["value"].astype(np.float64)
    account_ids = tuple(row.account_ids or ())
    return SignalTable(
        day=day,
        account_ids=account_ids,
        values={signal: matrix[:, place].copy() for place, signal in enumerate(names)},
        attributes={"segment": tuple(row.segments or ())},
        arr=np.full(len(account_ids), np.nan),
        currency=(None,) * len(account_ids),
    )


def recorded_by(day: date, *, signals: SignalsRepository) -> str:
    """Names the kinds of which anything was recorded by the day."""
    return ",".join(sorted(kind for kind, is_there in signals.recorded(day).items() if is_there))


def _arrays(wanted: Iterable[OnDay]) -> dict[str, Any]:
    pairs = list(wanted)
    return {"account_ids": [account_id for account_id, _ in pairs], "days": [day for _, day in pairs]}


@cache
def reader() -> str:
    """Names what signals are computed by, the statements and the order of the signals: other ones, other rows."""
    statements = [statement.sql for statement in signals_sql.STATEMENTS]
    content = [list(Signal), signals_sql.ATTRIBUTES, signals_sql.SNAPSHOTS, signals_sql.FIRST_RECORDED, *statements]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def _table(day: date, rows: Sequence[Any]) -> SignalTable:
    _, account_ids, values, segment, industry, country, arr, currency = zip(*rows, strict=True)
    matrix = np.array(values, dtype=np.float64)
    return SignalTable(
        day=day,
        account_ids=account_ids,
        values={signal: matrix[:, place].copy() for place, signal in enumerate(Signal)},
        attributes={"segment": segment, "industry": industry, "country": country},
        arr=np.array(arr, dtype=np.float64),
        currency=currency,
    )


def _together(one: SignalTable, other: SignalTable) -> SignalTable:
    """Of one day; in the order of the account ids."""
    ids = one.account_ids + other.account_ids
    order = sorted(range(len(ids)), key=ids.__getitem__)

    def of(first: tuple[str | None, ...], second: tuple[str | None, ...]) -> tuple[str | None, ...]:
        both = first + second
        return tuple(both[place] for place in order)

    return SignalTable(
        day=one.day,
        account_ids=tuple(ids[place] for place in order),
        values={signal: np.concatenate([column, other.values[signal]])[order] for signal, column in one.values.items()},
        attributes={name: of(words, other.attributes[name]) for name, words in one.attributes.items()},
        arr=np.concatenate([one.arr, other.arr])[order],
        currency=of(one.currency, other.currency),
    )
