"""What a query about figures could not take in: records in other currencies, and records without the figure.

Invariant: counted among what the viewer may see and what meets everything else that was asked.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_
from sqlalchemy.orm import Session

from copilot.domain.figure_queries import MONEY, Condition, Subject
from copilot.domain.figure_results import LeftOut, LeftOutReason, LeftOutRecord
from copilot.store.figure_asked import NAMES, Asked
from copilot.store.figure_conditions import can_be_judged, currency_of, holds, is_on_money
from copilot.store.tables.records import AccountRow

_MOST_EXAMPLES = 3


def judged_by_all(asked: Asked) -> list[ColumnElement[bool]]:
    """The conditions that are not about money."""
    query = asked.query
    own = [holds(asked.table, query.subject, item) for item in query.conditions if not is_on_money(item)]
    return own + [holds(AccountRow, Subject.ACCOUNTS, item) for item in query.of_account if not is_on_money(item)]


def not_judged(session: Session, asked: Asked) -> tuple[LeftOut, ...]:
    """Records that a condition on money could not judge."""
    found: dict[LeftOut, None] = {}
    for table, conditions in ((asked.table, asked.query.conditions), (AccountRow, asked.query.of_account)):
        for condition in conditions:
            if is_on_money(condition):
                found |= dict.fromkeys(_left_out_by(session, asked, table, condition))
    return tuple(found)


def _left_out_by(session: Session, asked: Asked, table: Any, condition: Condition) -> list[LeftOut]:
    empty, currency = getattr(table, condition.field).is_(None), currency_of(table)
    statement = (
        asked.base(empty, currency, func.count())
        .where(*judged_by_all(asked), not_(can_be_judged(table, condition)))
        .group_by(empty, currency)
        .order_by(empty, currency)
    )
    of_account = asked.query.subject is not Subject.ACCOUNTS and table is AccountRow
    empties, found = 0, []
    for is_empty, code, count in session.execute(statement):
        if is_empty:
            empties += count
            continue
        reason = LeftOutReason.OTHER_CURRENCY if code else LeftOutReason.NO_CURRENCY
        found.append(LeftOut(reason, condition.field, count, currency=code, of_account=of_account))
    if empties:
        found.append(LeftOut(LeftOutReason.NO_VALUE, condition.field, empties, of_account=of_account))
    return found


def with_examples(session: Session, asked: Asked, left_out: Iterable[LeftOut]) -> tuple[LeftOut, ...]:
    """The same, each with the first of its records."""
    return tuple(replace(item, examples=_examples(session, asked, item)) for item in left_out)


def _examples(session: Session, asked: Asked, item: LeftOut) -> tuple[LeftOutRecord, ...]:
    table = AccountRow if item.of_account else asked.table
    name = AccountRow.name if item.of_account else getattr(asked.table, NAMES[asked.query.subject])
    value, on_money = getattr(table, item.field), item.field in MONEY
    currency = currency_of(table) if on_money else func.nullif("", "")
    by_condition = any(
        is_on_money(condition) and condition.field == item.field
        for condition in (asked.query.of_account if item.of_account else asked.query.conditions)
    )
    met = judged_by_all(asked) if by_condition else asked.conditions()
    statement = asked.base(table.id, name, AccountRow.name, value, currency).where(*met, _is_such(table, item))
    ordered = statement.distinct().order_by(value.desc().nulls_last(), AccountRow.name, table.id)
    found = session.execute(ordered.limit(_MOST_EXAMPLES))
    return tuple(LeftOutRecord(row[0], row[1] or row[2], row[3], row[4]) for row in found)


def _is_such(table: Any, item: LeftOut) -> ColumnElement[bool]:
    filled: ColumnElement[bool] = getattr(table, item.field).is_not(None)
    match item.reason:
        case LeftOutReason.OTHER_CURRENCY:
            return and_(filled, currency_of(table) == item.currency)
        case LeftOutReason.NO_CURRENCY:
            return and_(filled, currency_of(table).is_(None))
        case LeftOutReason.NO_VALUE:
            return not_(filled)
