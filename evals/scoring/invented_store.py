"""Writes invented customers into a database, one day of import after the other.

Invariant: after the import of a day the database holds what the CRM said on that day and nothing of what comes later;
identifiers are those that an import gives. Documents go through the product's cutter and repository.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from copilot.domain.documents import Block, BlockKind, DocumentKind, ParsedDocument
from copilot.domain.evidence import Origin
from copilot.domain.identity import stable_id
from copilot.store.database import Database, UnitOfWork
from copilot.store.documents import DocumentRepository
from copilot.store.tables.records import SourceFileRow
from evals.scoring.invented_accounts import WEEK, WEEKS, Portfolio, day
from evals.scoring.invented_lives import NOTHING, account_values, usage
from evals.scoring.invented_records import Trace, traces
from evals.scoring.invented_texts import Texts
from knowledge.chunking import cut

SYSTEM = "invented"
TYPES = {
    "accounts": "account",
    "contacts": "contact",
    "opportunities": "opportunity",
    "activities": "activity",
    "tickets": "ticket",
    "usage_points": "usage_point",
    "surveys": "survey",
    "invoices": "invoice",
}
_EMAIL = "message/rfc822"
Row = Mapping[str, Any]


def account_id(portfolio: Portfolio, place: int) -> str:
    """Identifier of a customer in the database."""
    return stable_id("account", SYSTEM, portfolio.profiles[place].source_id)


class Filling:
    """A portfolio on its way into a database."""

    def __init__(self, portfolio: Portfolio, *, texts: Texts) -> None:
        self.portfolio = portfolio
        self.usage = usage(portfolio, np.random.default_rng([portfolio.seed, 1]))
        everything = list(traces(portfolio, texts, np.random.default_rng([portfolio.seed, 2])))
        self._new = sorted(everything, key=lambda trace: trace.since)
        self._changing = sorted(
            (trace for trace in everything if trace.changed is not None), key=lambda trace: trace.changed or 0
        )
        self._ids = [account_id(portfolio, place) for place in range(portfolio.size)]
        self._accounts: dict[int, Row] = {}
        self._until = -1

    def import_until(self, database: Database, until: int) -> int:
        """Import what was written up to and on a day (counted from the portfolio's start). Returns how many rows."""
        since, self._until = self._until, until
        with database.unit_of_work() as uow:
            count = self._import_accounts(uow, until)
            new = _between(self._new, since, until, key=lambda trace: trace.since)
            by_table: dict[str, list[Row]] = defaultdict(list)
            for trace in new:
                if trace.table != "documents":
                    by_table[trace.table].append(self._row(trace, until))
            for table, rows in by_table.items():
                _copy(uow, table, rows)
            _copy(uow, "usage_points", list(self._points(since, until)))
            changed = _between(self._changing, since, until, key=lambda trace: trace.changed or 0)
            count += _update(
                uow, [(trace.table, self._key(trace), trace.later) for trace in changed if trace.since <= since]
            )
            for trace in new:
                if trace.table == "documents":
                    self._file(uow, trace)
        return count + len(new)

    def _import_accounts(self, uow: UnitOfWork, until: int) -> int:
        new, changed = [], []
        for place in range(self.portfolio.size):
            now, before = account_values(self.portfolio, place, on=until), self._accounts.get(place)
            if now is None or now == before:
                continue
            self._accounts[place] = now
            source_id = self.portfolio.profiles[place].source_id
            if before is None:
                recorded = None if now["churned_on"] is None else day(until)
                new.append({**_source("accounts", source_id, until), **now, "churn_recorded_on": recorded})
            else:
                later = {name: value for name, value in now.items() if value != before[name]}
                if "churned_on" in later:
                    later["churn_recorded_on"] = day(until)
                changed.append(("accounts", self._ids[place], later))
        _copy(uow, "accounts", new)
        return len(new) + _update(uow, changed)

    def _row(self, trace: Trace, until: int) -> Row:
        values = (
            {**trace.values, **trace.later} if trace.changed is not None and trace.changed <= until else trace.values
        )
        return {**_source(trace.table, trace.key, until), **self._of_account(trace.place), **values}

    def _of_account(self, place: int) -> Row:
        return {"account_source_id": self.portfolio.profiles[place].source_id, "account_id": self._ids[place]}

    def _key(self, trace: Trace) -> str:
        return stable_id(TYPES[trace.table], SYSTEM, trace.key)

    def _points(self, since: int, until: int) -> Iterable[Row]:
        """Weeks that are over."""
        for week in range(max(0, (since + 1) // WEEK), min(WEEKS, until // WEEK)):
            for metric, series in self.usage.items():
                for place in np.flatnonzero(series[:, week] != NOTHING):
                    yield {
                        **_source("usage_points", f"{metric}-{place}-{week}", until),
                        **self._of_account(int(place)),
                        "metric": metric,
                        "period_start": day(week * WEEK),
                        "value": int(series[place, week]),
                    }

    def _file(self, uow: UnitOfWork, trace: Trace) -> None:
        key, text = f"{SYSTEM}-{trace.key}", str(trace.values["text"])
        uow.session.add(
            SourceFileRow(
                id=key, root=SYSTEM, path=f"{trace.key}.eml", sha256=key, media_type=_EMAIL, size_bytes=len(text),
                imported_at=uow.clock.now(),
            )
        )  # fmt: skip
        uow.flush()
        parsed = ParsedDocument(
            title="Email", kind=DocumentKind.EMAIL, text=text,
            blocks=(Block(kind=BlockKind.BODY, start=0, end=len(text)),), media_type=_EMAIL,
            language=trace.values["language"], origin=Origin.CUSTOMER, authored_at=trace.values["authored_at"],
            author=trace.values["author"], direction="inbound",
        )  # fmt: skip
        DocumentRepository(uow).replace(parsed, cut(parsed), source_file_id=key, account_id=self._ids[trace.place])


def _source(table: str, source_id: str, until: int) -> Row:
    return {
        "id": stable_id(TYPES[table], SYSTEM, source_id),
        "source_system": SYSTEM,
        "source_id": source_id,
        "as_of": day(until),
        "content_hash": "invented",
    }


def _between(ordered: Sequence[Trace], since: int, until: int, *, key: Any) -> Sequence[Trace]:
    """Those after `since` and up to `until`."""
    return ordered[bisect_right(ordered, since, key=key) : bisect_right(ordered, until, key=key)]


def _copy(uow: UnitOfWork, table: str, rows: Sequence[Row]) -> None:
    if not rows:
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = ", ".join(f'"{name}"' for name in names)
    with (
        uow.driver_connection().cursor() as cursor,
        cursor.copy(f'copy "{table}" ({columns}) from stdin') as copy,
    ):
        for row in rows:
            copy.write_row([row.get(name) for name in names])


def _update(uow: UnitOfWork, changes: Sequence[tuple[str, str, Row]]) -> int:
    """Table, identifier and what it says now."""
    statements: dict[str, list[list[Any]]] = defaultdict(list)
    for table, key, later in changes:
        columns = ", ".join(f'"{name}" = %s' for name in later)
        statement = f'update "{table}" set {columns} where id = %s'  # noqa: S608 - names of our own
        statements[statement].append([*later.values(), key])
    with uow.driver_connection().cursor() as cursor:
        for statement, values in statements.items():
            cursor.executemany(statement, values)
    return len(changes)
