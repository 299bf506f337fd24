"""Conditions of a query about figures, as conditions of SQL.

Invariant: every value is a parameter; a condition on money holds only for rows in its currency, and which rows it could
not judge can be asked for.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Numeric,
    and_,
    cast,
    exists,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from copilot.domain.figure_queries import INSTANTS, MONEY, Condition, Operator, Related, Subject, Value
from copilot.store.tables import records as tables
from copilot.store.tables.records import AccountRow

TABLES: dict[Subject, Any] = {
    Subject.ACCOUNTS: tables.AccountRow,
    Subject.OPPORTUNITIES: tables.OpportunityRow,
    Subject.TICKETS: tables.TicketRow,
    Subject.SURVEYS: tables.SurveyRow,
    Subject.ACTIVITIES: tables.ActivityRow,
    Subject.CONTACTS: tables.ContactRow,
}
_MARKS = "[\u0300-\u036f]"
_NOT_CLOSED = "open"
"""An open ticket is one that is not closed, as in `copilot.store.account_metrics`."""


def is_on_money(condition: Condition) -> bool:
    """Whether rows in other currencies cannot be judged by it."""
    return condition.field in MONEY and condition.operator not in {Operator.IS_EMPTY, Operator.IS_FILLED}


def holds(table: Any, subject: Subject, condition: Condition) -> ColumnElement[bool]:
    """The condition on the rows of `table` (the subject's, or an alias of it)."""
    column = getattr(table, condition.field)
    if condition.operator is Operator.IS_EMPTY:
        return _is_empty(column)
    if condition.operator is Operator.IS_FILLED:
        return not_(_is_empty(column))
    met = _of_day(column, condition) if condition.field in INSTANTS else _met(column, subject, condition)
    if is_on_money(condition):
        return and_(met, can_be_judged(table, condition))
    return met


def can_be_judged(table: Any, condition: Condition) -> ColumnElement[bool]:
    """For a condition on money: whether the row has an amount, in the currency of the condition."""
    filled: ColumnElement[bool] = getattr(table, condition.field).is_not(None)
    if condition.currency is None:
        return filled
    return and_(filled, func.coalesce(currency_of(table) == condition.currency, literal(value=False)))


def currency_of(table: Any) -> ColumnElement[str | None]:
    """The row's currency, in capitals."""
    return func.nullif(func.upper(func.trim(table.currency)), "")


def all_hold(table: Any, subject: Subject, conditions: Iterable[Condition]) -> list[ColumnElement[bool]]:
    """Each of the conditions."""
    return [holds(table, subject, item) for item in conditions]


def linked(related: Related, account_id: Any) -> tuple[Any, ColumnElement[bool]]:
    """An alias of the linked table, and which of its rows count for the account."""
    table = aliased(TABLES[related.subject])
    own = table.id if related.subject is Subject.ACCOUNTS else table.account_id
    return table, and_(own == account_id, *all_hold(table, related.subject, related.conditions))


def has_related(related: Related) -> ColumnElement[bool]:
    """The condition on `accounts`."""
    table, counts = linked(related, AccountRow.id)
    if related.at_least <= 1 and related.at_most is None:
        found = exists(select(table.id).where(counts).correlate(AccountRow))
        return found if related.at_least else not_(found)
    number = select(func.count()).select_from(table).where(counts).correlate(AccountRow).scalar_subquery()
    if related.at_most is None:
        return number >= related.at_least
    return number.between(related.at_least, related.at_most)


def utc_day(column: Any) -> ColumnElement[date]:
    """The day of an instant in UTC."""
    return cast(func.timezone("UTC", column), Date)


def _is_empty(column: Any) -> ColumnElement[bool]:
    nothing: ColumnElement[bool] = column.is_(None)
    return or_(nothing, func.trim(column) == "") if column.type.python_type is str else nothing


def _parameter(value: Value) -> Any:
    """With a type of its own: that of the column would round it, or be too narrow for it."""
    return literal(value, Numeric()) if isinstance(value, Decimal) else literal(value)


def _met(column: Any, subject: Subject, condition: Condition) -> ColumnElement[bool]:
    match condition.operator:
        case Operator.IS:
            return or_(*(_equals(column, subject, condition.field, value) for value in condition.values))
        case Operator.IS_NOT:
            equal = or_(*(_equals(column, subject, condition.field, value) for value in condition.values))
            return or_(column.is_(None), not_(equal))
        case Operator.CONTAINS:
            return or_(*(func.strpos(folded(column), folded(literal(str(v)))) > 0 for v in condition.values))
        case _:
            met = compared(column, condition.operator, condition.values[0])
            return and_(column.is_not(None), met)


def _of_day(column: Any, condition: Condition) -> ColumnElement[bool]:
    """Of an instant by its day in UTC, as bounds of the instant itself: the planner knows how many rows lie between."""
    days = [_midnight(value) for value in condition.values if isinstance(value, date)]
    match condition.operator:
        case Operator.IS:
            return or_(*(and_(column >= day, column < day + _DAY) for day in days))
        case Operator.IS_NOT:
            return or_(column.is_(None), *[and_(*(or_(column < day, column >= day + _DAY) for day in days))])
        case Operator.AT_LEAST:
            found = column >= days[0]
        case Operator.MORE_THAN:
            found = column >= days[0] + _DAY
        case Operator.AT_MOST:
            found = column < days[0] + _DAY
        case _:
            found = column < days[0]
    return and_(column.is_not(None), found)


_DAY = timedelta(days=1)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def compared(column: Any, operator: Operator, value: Value) -> ColumnElement[bool]:
    """A comparison with an expression, which is not known where the expression is not."""
    wanted = _parameter(value)
    match operator:
        case Operator.AT_LEAST:
            found: ColumnElement[bool] = column >= wanted
        case Operator.MORE_THAN:
            found = column > wanted
        case Operator.AT_MOST:
            found = column <= wanted
        case _:
            found = column < wanted
    return found


def _equals(column: Any, subject: Subject, field: str, value: Value) -> ColumnElement[bool]:
    if subject is Subject.TICKETS and field == "status" and str(value).lower() == _NOT_CLOSED:
        return and_(column != "closed")
    if isinstance(value, date | Decimal | bool):
        return and_(column == _parameter(value))
    if field in _CODES:
        return and_(column == _CODES[field](value.strip()))
    return and_(folded(func.trim(column)) == folded(literal(value)))


_CODES: dict[str, Callable[[str], str]] = {
    **dict.fromkeys(("status", "lifecycle", "stance", "direction"), str.lower),
    "priority": str.upper,
}
"""Fields that hold one of a few codes, written in one way by the import."""


def folded(text: Any) -> ColumnElement[str]:
    """In any case, without accents: done by the database on both sides, so that both sides agree."""
    plain = func.normalize(text, literal_column("NFKD"))
    return func.lower(func.regexp_replace(plain, _MARKS, "", "g"))
