"""Who is a customer, and who is a prospect: the one condition that every figure about customers goes by.

Invariant: nobody writes this condition again. A customer of a day is one who had come and had not gone; of whom the
records do not say the day they left, it is not known that they were one.
"""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, literal_column, or_
from sqlalchemy.dialects import postgresql

from copilot.domain.records import Lifecycle
from copilot.store.tables.records import AccountRow

# Written out, so that a statement which is text needs no parameters for them.
_WRITTEN: dict[Lifecycle, ColumnElement[str]] = {one: literal_column(f"'{one.value}'") for one in Lifecycle}


def is_customer(day: date | SQLColumnExpression[Any], *, of: Any = AccountRow) -> ColumnElement[bool]:
    """Condition on `accounts`: a customer on the day, also one who has said that they leave later.

    `of` has the same columns, where it is not that table itself.
    """
    leaves_later = of.churned_on > day
    stays = and_(of.lifecycle == _WRITTEN[Lifecycle.CUSTOMER], or_(of.churned_on.is_(None), leaves_later))
    going = and_(of.lifecycle == _WRITTEN[Lifecycle.CHURNED], leaves_later)
    has_come = or_(of.customer_since.is_(None), of.customer_since <= day)
    return and_(or_(stays, going), has_come)


def was_ever_customer() -> ColumnElement[bool]:
    """Condition on `accounts`: a customer, now or before."""
    return AccountRow.lifecycle.in_([_WRITTEN[Lifecycle.CUSTOMER], _WRITTEN[Lifecycle.CHURNED]])


def is_prospect(day: date | SQLColumnExpression[Any], *, of: Any = AccountRow) -> ColumnElement[bool]:
    """Condition on `accounts`: no customer yet on the day; `of` as in `is_customer`."""
    return or_(of.lifecycle == _WRITTEN[Lifecycle.PROSPECT], of.customer_since > day)


def as_sql(condition: ColumnElement[bool]) -> str:
    """A condition with `literal_column(":day")` for its day, to be put into a statement that is written out."""
    return "(" + str(condition.compile(dialect=postgresql.dialect(paramstyle="named"))) + ")"  # type: ignore[no-untyped-call]
