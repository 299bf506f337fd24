"""What a query about figures could not take in: records in other currencies, and records without the figure.

Invariant: counted among what the viewer may see and what meets everything else that was asked. Linked records that a
condition on money cannot judge are told wherever they could decide whether their account belongs to what was found.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, not_
from sqlalchemy.orm import Session, aliased

from copilot.domain.figure_queries import METRICS, MONEY, Condition, Subject
from copilot.domain.figure_results import LeftOut, LeftOutReason, LeftOutRecord
from copilot.store.figure_asked import NAMES, Asked
from copilot.store.figure_conditions import TABLES, can_be_judged, currency_of, holds, is_on_money
from copilot.store.figure_metric_order import metric_expression
from copilot.store.figure_possible import with_linked
from copilot.store.tables.records import AccountRow

_MOST_EXAMPLES = 3
_DAY_OF_LEAVING = "churned_on"


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
    for place, related in enumerate(asked.query.related):
        for condition in filter(is_on_money, related.conditions):
            found |= dict.fromkeys(_linked_left_out_by(session, asked, place, condition))
    found |= dict.fromkeys(_gone_without_a_day(session, asked))
    for condition in asked.query.computed:
        found |= dict.fromkeys(_not_computed(session, asked, condition))
    return tuple(found)


def _gone_without_a_day(session: Session, asked: Asked) -> list[LeftOut]:
    """Accounts that left, where the day is asked for and was not kept: no condition on it can find them."""
    query = asked.query
    if not any(item.field == _DAY_OF_LEAVING for item in query.conditions):
        return []
    others = tuple(item for item in query.conditions if item.field != _DAY_OF_LEAVING)
    rest = replace(asked, query=query.model_copy(update={"conditions": others}))
    count = session.scalar(rest.matching(func.count()).where(AccountRow.churned_on.is_(None))) or 0
    return [LeftOut(LeftOutReason.NO_VALUE, _DAY_OF_LEAVING, count)] if count else []


def _not_computed(session: Session, asked: Asked, condition: Condition) -> list[LeftOut]:
    """Records that meet everything else, and whose account's figure is not known."""
    others = tuple(item for item in asked.query.computed if item.field != condition.field)
    rest = replace(asked, query=asked.query.model_copy(update={"computed": others}))
    unknown = metric_expression(condition.field, asked.today).is_(None)
    count = session.scalar(rest.matching(func.count()).where(unknown)) or 0
    of_account = asked.query.subject is not Subject.ACCOUNTS
    return [LeftOut(LeftOutReason.NO_VALUE, condition.field, count, of_account=of_account)] if count else []


def _left_out_by(session: Session, asked: Asked, table: Any, condition: Condition) -> list[LeftOut]:
    empty, currency = getattr(table, condition.field).is_(None), currency_of(table)
    statement = (
        asked.base(empty, currency, func.count())
        .where(*judged_by_all(asked), not_(can_be_judged(table, condition)))
        .group_by(empty, currency)
        .order_by(empty, currency)
    )
    of_account = asked.query.subject is not Subject.ACCOUNTS and table is AccountRow
    kind = LeftOut(LeftOutReason.NO_VALUE, condition.field, 0, of_account=of_account)
    return _by_reason(session, statement, kind)


def _linked_left_out_by(session: Session, asked: Asked, place: int, condition: Condition) -> list[LeftOut]:
    """Each linked record once, however many records of its account the query is about."""
    table = aliased(TABLES[asked.query.related[place].subject])
    empty, currency = getattr(table, condition.field).is_(None), currency_of(table)
    statement = (
        with_linked(asked, place, table, empty, currency, func.count(table.id.distinct()))
        .where(not_(can_be_judged(table, condition)))
        .group_by(empty, currency)
        .order_by(empty, currency)
    )
    return _by_reason(session, statement, LeftOut(LeftOutReason.NO_VALUE, condition.field, 0, place=place))


def _by_reason(session: Session, statement: Select[Any], kind: LeftOut) -> list[LeftOut]:
    """`kind` for each reason. The statement tells whether the field is empty, the currency, and of how many."""
    empties, found = 0, []
    for is_empty, code, count in session.execute(statement):
        if is_empty:
            empties += count
            continue
        reason = LeftOutReason.OTHER_CURRENCY if code else LeftOutReason.NO_CURRENCY
        found.append(replace(kind, reason=reason, count=count, currency=code))
    if empties:
        found.append(replace(kind, count=empties))
    return found


def with_examples(session: Session, asked: Asked, left_out: Iterable[LeftOut]) -> tuple[LeftOut, ...]:
    """The same, each with the first of its records."""
    return tuple(replace(item, examples=_examples(session, asked, item)) for item in left_out)


def _examples(session: Session, asked: Asked, item: LeftOut) -> tuple[LeftOutRecord, ...]:
    if item.field in METRICS:
        return ()
    if item.place is not None:
        return _linked_examples(session, asked, item, item.place)
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
    return _largest(session, statement, table, value)


def _linked_examples(session: Session, asked: Asked, item: LeftOut, place: int) -> tuple[LeftOutRecord, ...]:
    subject = asked.query.related[place].subject
    table = aliased(TABLES[subject])
    value, name = getattr(table, item.field), getattr(table, NAMES[subject])
    statement = with_linked(asked, place, table, table.id, name, AccountRow.name, value, currency_of(table))
    return _largest(session, statement.where(_is_such(table, item)), table, value)


def _largest(session: Session, statement: Select[Any], table: Any, value: Any) -> tuple[LeftOutRecord, ...]:
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
