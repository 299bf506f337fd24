"""Carries out queries about figures, as one viewer.

Invariant 3: every statement looks only at records of `visible_accounts(viewer)`. Invariant 2: counts, sums and means
are those of the database, money per currency. How many statements a query is depends on what it asks, and on the
currencies and reasons for which it leaves records out, not on how much it matches; only computed figures of accounts
are read account by account, for those that are listed: `MOST_ROWS` at most.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import and_, func, select

from copilot.domain.access import Viewer
from copilot.domain.figure_queries import MONEY, Condition, FigureQuery, Measure, Subject
from copilot.domain.figure_results import FigureResult, FigureRow
from copilot.store.database import UnitOfWork
from copilot.store.figure_asked import NAMES, RECORD_TYPES, Asked
from copilot.store.figure_conditions import TABLES, currency_of, holds, is_on_money, linked
from copilot.store.figure_left_out import judged_by_all, not_judged, with_examples
from copilot.store.figure_metrics import read_metrics
from copilot.store.figure_order import in_order
from copilot.store.figure_sums import largest_first, over_everything, read_figures
from copilot.store.tables.records import AccountRow
from copilot.store.visibility import visible_accounts

_MOST_BESIDE_A_SUM = 10
_MOST_BESIDE_A_COUNT = 5


class FigureQueries:
    """Reads for one viewer at a time."""

    def __init__(self, uow: UnitOfWork, *, home_currency: str = "EUR") -> None:
        """`home_currency` is what a condition on money without a currency means where there are several."""
        self._session = uow.session
        self._home_currency = home_currency

    def run(self, query: FigureQuery, *, viewer: Viewer, today: date) -> FigureResult:
        """Everything the query asks for. What the viewer may not see is as if it did not exist."""
        found = self.figures(query, viewer=viewer, today=today)
        asked = Asked(found.query, viewer, today)
        rows = self._rows(asked, found.listed) if found.listed else ()
        return replace(found, rows=rows, left_out=with_examples(self._session, asked, found.left_out))

    def figures(self, query: FigureQuery, *, viewer: Viewer, today: date) -> FigureResult:
        """The same without the records: all that the evidence of the query says."""
        asked = Asked(self._with_currencies(query, viewer, today), viewer, today)
        figures = read_figures(self._session, asked)
        whole = over_everything(figures)
        groups = largest_first(figures, measure=asked.query.measure) if figures.grouped else ()
        return FigureResult(
            query=asked.query,
            total=figures.total,
            listed=_listed(asked.query, total=figures.total),
            totals=whole,
            groups=groups[: query.limit],
            more_groups=max(0, len(groups) - query.limit),
            left_out=(*not_judged(self._session, asked), *figures.left_out),
            names=self._names(asked),
        )

    def _with_currencies(self, query: FigureQuery, viewer: Viewer, today: date) -> FigureQuery:
        """The query with a currency in every condition on money.

        Where none is given: the workspace's if some record in it meets the condition, else that of most of the
        records: who sells in dollars does not mean euros. Records in other currencies are counted and named apart.
        """
        asked = Asked(query, viewer, today)
        own = self._currency(asked, query.conditions, asked.table)
        of_account = self._currency(asked, query.of_account, AccountRow)
        related = tuple(
            item.model_copy(update={"conditions": _in_currency(item.conditions, self._home_currency)})
            for item in query.related
        )
        return query.model_copy(
            update={
                "conditions": _in_currency(query.conditions, own),
                "of_account": _in_currency(query.of_account, of_account),
                "related": related,
            }
        )

    def _currency(self, asked: Asked, conditions: Sequence[Condition], table: Any) -> str:
        if not any(is_on_money(item) and item.currency is None for item in conditions):
            return self._home_currency
        others = judged_by_all(asked)
        currency = currency_of(table)
        found = asked.base(currency).where(*others, currency.is_not(None)).group_by(currency)
        most = self._session.scalars(found.order_by(func.count().desc(), currency)).all()
        if not most or self._home_currency not in most or most[0] == self._home_currency:
            return str(most[0]) if most else self._home_currency
        subject = Subject.ACCOUNTS if table is AccountRow else asked.query.subject
        met = asked.base(func.count()).where(
            *others,
            currency == self._home_currency,
            *(holds(table, subject, item) for item in conditions if is_on_money(item)),
        )
        return self._home_currency if self._session.scalar(met) else str(most[0])

    def _rows(self, asked: Asked, listed: int) -> tuple[FigureRow, ...]:
        query = asked.query
        fields = [name for name in query.show if hasattr(asked.table, name)]
        if query.field is not None and query.field not in fields:
            fields.insert(0, query.field)
        if MONEY & set(fields) and "currency" not in fields:
            fields.append("currency")
        columns = [getattr(asked.table, name).label(f"field_{name}") for name in fields]
        name = getattr(asked.table, NAMES[query.subject])
        head = (asked.table.id, AccountRow.id, AccountRow.name, name, asked.table.as_of)
        statement = in_order(asked.matching(*head, *columns), asked).limit(listed)
        found = self._session.execute(statement).all()
        account_ids = [row[1] for row in found]
        metrics = read_metrics(
            self._session, account_ids, _metrics_of(query), viewer=asked.viewer, today=asked.today
        )  # fmt: skip
        related = [self._related(asked, index, account_ids) for index in range(len(query.related))]
        return tuple(
            FigureRow(
                record_id=row[0],
                record_type=RECORD_TYPES[query.subject],
                account_id=row[1],
                account_name=row[2],
                name=row[3] or "",
                as_of=row[4],
                values=dict(zip(fields, row[len(head) :], strict=True)),
                metrics=metrics.get(row[1], {}),
                related=tuple(counts.get(row[1], 0) for counts in related),
            )
            for row in found
        )

    def _related(self, asked: Asked, index: int, account_ids: Sequence[str]) -> dict[str, int]:
        """How many linked records each of the accounts has."""
        related = asked.query.related[index]
        table, counts = linked(related, AccountRow.id)
        allowed = visible_accounts(asked.viewer)
        statement = (
            select(AccountRow.id, func.count())
            .join(table, and_(counts))
            .where(AccountRow.id.in_(set(account_ids)), AccountRow.id.in_(allowed))
            .group_by(AccountRow.id)
        )
        return {row[0]: row[1] for row in self._session.execute(statement)}

    def _names(self, asked: Asked) -> dict[str, str]:
        if not asked.query.account_ids:
            return {}
        statement = select(AccountRow.id, AccountRow.name).where(
            AccountRow.id.in_(asked.query.account_ids), AccountRow.id.in_(visible_accounts(asked.viewer))
        )
        return {row[0]: row[1] for row in self._session.execute(statement)}


def _listed(query: FigureQuery, *, total: int) -> int:
    """How many records are shown: of a list as many as asked for, beside a sum the largest, beside others a few."""
    if query.measure is Measure.LIST:
        return min(total, query.limit)
    if query.group_by is not None:
        return 0
    if query.measure is Measure.SUM:
        return min(total, query.limit, _MOST_BESIDE_A_SUM)
    return total if total <= min(query.limit, _MOST_BESIDE_A_COUNT) else 0


def _metrics_of(query: FigureQuery) -> list[str]:
    """Computed figures that the rows show."""
    named = (*query.metrics, *query.show, *filter(None, [query.order_by]))
    return [name for name in dict.fromkeys(named) if not hasattr(TABLES[query.subject], name)]


def _in_currency(conditions: Sequence[Condition], currency: str) -> tuple[Condition, ...]:
    return tuple(
        item.model_copy(update={"currency": currency}) if is_on_money(item) and item.currency is None else item
        for item in conditions
    )
