"""What a query would find if the amounts that it cannot judge were as it wants them.

Invariant: everything that could belong to the result is among it, whatever those amounts are; nothing else is.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.orm import aliased

from copilot.domain.figure_queries import Condition, Related, Subject
from copilot.store.figure_asked import Asked
from copilot.store.figure_conditions import TABLES, can_be_judged, has_related, holds, is_on_money
from copilot.store.tables.records import AccountRow


def with_linked(asked: Asked, place: int, table: Any, *columns: Any) -> Select[Any]:
    """`columns` of what could be found, beside those rows of `table` that the `related` could count."""
    query, related = asked.query, asked.query.related[place]
    return (
        asked.whatever_is_linked(*columns)
        .join(table, _counted(related, table))
        .where(
            *_all_could_hold(asked.table, query.subject, query.conditions),
            *_all_could_hold(AccountRow, Subject.ACCOUNTS, query.of_account),
            *(_could_have(item) for item in query.related),
        )
    )


def _could_hold(table: Any, subject: Subject, condition: Condition) -> ColumnElement[bool]:
    met = holds(table, subject, condition)
    return or_(met, not_(can_be_judged(table, condition))) if is_on_money(condition) else met


def _all_could_hold(table: Any, subject: Subject, conditions: Iterable[Condition]) -> list[ColumnElement[bool]]:
    return [_could_hold(table, subject, item) for item in conditions]


def _counted(related: Related, table: Any) -> ColumnElement[bool]:
    own = table.id if related.subject is Subject.ACCOUNTS else table.account_id
    return and_(own == AccountRow.id, *_all_could_hold(table, related.subject, related.conditions))


def _could_have(related: Related) -> ColumnElement[bool]:
    """The condition on `accounts`: enough records that could count, and not too many that do."""
    if related.at_least == 0 or not any(map(is_on_money, related.conditions)):
        return has_related(related)
    table = aliased(TABLES[related.subject])
    number = select(func.count()).select_from(table).where(_counted(related, table))
    enough = number.correlate(AccountRow).scalar_subquery() >= related.at_least
    if related.at_most is None:
        return enough
    return and_(enough, has_related(related.model_copy(update={"at_least": 0})))
