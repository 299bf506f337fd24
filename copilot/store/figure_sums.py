"""Counts, sums and means of a query.

Invariant: one statement; money is grouped by currency and scores by what was asked, whatever else it is grouped by.
Texts that a condition takes for the same (in any case, without accents) are one group, and so is all that is empty.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Numeric, Text, cast, func, null, select
from sqlalchemy.orm import Session

from copilot.domain.facts import EMPTY, canonical_value
from copilot.domain.figure_queries import INSTANTS, MONEY, FigureQuery, Measure, Subject
from copilot.domain.figure_results import FigureGroup, LeftOut, LeftOutReason
from copilot.domain.folding import fold
from copilot.store.account_metrics import round_half_up
from copilot.store.figure_asked import Asked
from copilot.store.figure_conditions import currency_of, utc_day
from copilot.store.tables.records import AccountRow

_MEAN_PLACES = 2
_SHOWN_MONEY = {Subject.ACCOUNTS: "arr", Subject.OPPORTUNITIES: "amount"}
"""What a list adds up, if it shows it."""


@dataclass(frozen=True, slots=True)
class Summed:
    """One row of the statement: a value of what is grouped by, in one unit."""

    value: str | None
    unit: str | None
    count: int
    sample: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Figures:
    """All rows of the statement."""

    rows: tuple[Summed, ...]
    measure: Measure
    field: str | None
    """What was summed; None: only counted."""
    grouped: bool

    @property
    def total(self) -> int:
        """Records that match."""
        return sum(row.count for row in self.rows)

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Records without what is summed or averaged."""
        missing = self.total - sum(row.sample for row in self.rows)
        if self.field is None or not missing:
            return ()
        return (LeftOut(LeftOutReason.NO_VALUE, self.field, missing),)


def summed_field(query: FigureQuery) -> str | None:
    """What is added up: what was asked for, or the money that a list shows."""
    if query.measure is Measure.COUNT:
        return None
    if query.measure is not Measure.LIST:
        return query.field
    field = _SHOWN_MONEY.get(query.subject)
    return field if field in query.show else None


def read_figures(session: Session, asked: Asked) -> Figures:
    """Carry out the statement."""
    query, field = asked.query, summed_field(asked.query)
    amount = cast(null(), Numeric) if field is None else getattr(asked.table, field)
    matching = asked.matching(
        _grouped_by(asked).label("value"), _unit(asked, field).label("unit"), amount.label("amount")
    ).subquery()  # fmt: skip
    each = matching.c
    statement = select(each.value, each.unit, func.count(), func.count(each.amount), func.sum(each.amount))
    rows = session.execute(statement.group_by(each.value, each.unit)).all()
    return Figures(
        rows=_in_one_writing(Summed(_canonical(row[0]), row[1], row[2], row[3], Decimal(row[4] or 0)) for row in rows),
        measure=query.measure,
        field=field,
        grouped=query.group_by is not None and query.measure is not Measure.LIST,
    )


def over_everything(figures: Figures) -> tuple[FigureGroup, ...]:
    """One figure per unit, the one with most records first; nothing for a count."""
    if figures.field is None:
        return ()
    by_unit: dict[str | None, list[Summed]] = defaultdict(list)
    for row in figures.rows:
        by_unit[row.unit].append(row)
    found = [_figure(figures, unit, rows, value=None) for unit, rows in by_unit.items()]
    return tuple(sorted((item for item in found if item.sample), key=lambda item: (-item.sample, item.unit or "")))


def largest_first(figures: Figures, *, measure: Measure) -> tuple[FigureGroup, ...]:
    """One figure per value and unit."""
    if measure is Measure.COUNT:
        found = [FigureGroup(row.value, row.count) for row in figures.rows]
        return tuple(sorted(found, key=lambda item: (-item.count, item.value or "")))
    found = [_figure(figures, row.unit, [row], value=row.value) for row in figures.rows if row.sample]
    return tuple(sorted(found, key=lambda item: (item.unit or "", -(item.number or 0), item.value or "")))


def _figure(figures: Figures, unit: str | None, rows: Iterable[Summed], *, value: str | None) -> FigureGroup:
    kept = list(rows)
    sample, amount = sum(row.sample for row in kept), sum((row.amount for row in kept), Decimal(0))
    number = amount if figures.measure is not Measure.MEAN else None
    if number is None and sample:
        number = round_half_up(amount / sample, places=_MEAN_PLACES)
    on_money = figures.field in MONEY
    return FigureGroup(
        value=value,
        count=sum(row.count for row in kept),
        number=number,
        sample=sample,
        currency=unit if on_money else None,
        scale=None if on_money else unit,
    )


def _unit(asked: Asked, field: str | None) -> Any:
    if field in MONEY:
        return currency_of(asked.table)
    return asked.table.kind if asked.query.subject is Subject.SURVEYS and field == "score" else cast(null(), Text)


def _grouped_by(asked: Asked) -> Any:
    name = asked.query.group_by
    if name is None or asked.query.measure is Measure.LIST:
        return cast(null(), Text)
    of_account = name.startswith("account.")
    field = name.removeprefix("account.")
    column = getattr(AccountRow if of_account else asked.table, field)
    return utc_day(column) if field in INSTANTS else column


def _canonical(value: Any) -> str | None:
    text = canonical_value(value).strip()
    return None if text in {EMPTY, ""} else text


def _in_one_writing(rows: Iterable[Summed]) -> tuple[Summed, ...]:
    """Values that differ only in how they are written as one, in the writing that most records have."""
    given = list(rows)
    writings: dict[str, Counter[str]] = defaultdict(Counter)
    for row in given:
        if row.value is not None:
            writings[fold(row.value)][row.value] += row.count
    usual = {key: min(found, key=lambda text: (-found[text], text)) for key, found in writings.items()}
    merged: dict[tuple[str | None, str | None], Summed] = {}
    for row in given:
        value = None if row.value is None else usual[fold(row.value)]
        known = merged.get((value, row.unit), Summed(value, row.unit, 0, 0, Decimal(0)))
        merged[value, row.unit] = replace(
            known,
            count=known.count + row.count,
            sample=known.sample + row.sample,
            amount=known.amount + row.amount,
        )
    return tuple(merged.values())
