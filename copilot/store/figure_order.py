"""The order in which the records of a query are listed.

Invariant: what has no value comes last, and equal records come in the order of their ids, so that the same query lists
the same records.
"""

from typing import Any

from sqlalchemy import Select, asc, desc, nulls_last

from copilot.domain.figure_queries import Measure, Subject
from copilot.store.figure_asked import Asked
from copilot.store.figure_metric_order import metric_expression
from copilot.store.tables.records import AccountRow

_USUAL = {
    Subject.ACCOUNTS: ("name", False),
    Subject.OPPORTUNITIES: ("close_date", False),
    Subject.TICKETS: ("opened_at", True),
    Subject.SURVEYS: ("answered_on", True),
    Subject.ACTIVITIES: ("occurred_at", True),
    Subject.CONTACTS: ("name", False),
}


def in_order(statement: Select[Any], asked: Asked) -> Select[Any]:
    """The statement, ordered."""
    query = asked.query
    name, descending = query.order_by, query.descending
    if name is None and query.measure in {Measure.SUM, Measure.MEAN}:
        name, descending = query.field, True
    if name is None:
        name, descending = _USUAL[query.subject]
    own = getattr(asked.table, name, None)
    by = metric_expression(name, asked.today) if own is None else own
    return statement.order_by(nulls_last(desc(by) if descending else asc(by)), AccountRow.name, asked.table.id)
