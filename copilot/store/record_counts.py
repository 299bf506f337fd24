"""How many records each system brought, without counting them.

Invariants: triggers write down what every statement adds and takes away, in its transaction (migration 0030), so the
sums equal a count of the records whoever changed them; a row each time, so that nobody waits for anybody. It sees
every account: for administrators only.
"""

from datetime import date
from typing import NamedTuple

from sqlalchemy import BigInteger, cast, delete, func, insert, select, tuple_

from copilot.store.database import UnitOfWork
from copilot.store.tables.records import RecordCountRow

_KEY = (RecordCountRow.record_type, RecordCountRow.system, RecordCountRow.as_of)


class RecordCount(NamedTuple):
    """Records of one type that came from one system."""

    record_type: str
    system: str
    number: int
    newest: date
    """The day of the newest."""


class RecordCounts:
    """Of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def read(self) -> tuple[RecordCount, ...]:
        """What there is."""
        sums = func.sum(RecordCountRow.number)
        days = select(*_KEY, sums.label("number")).group_by(*_KEY).having(sums != 0).subquery()
        number = cast(func.sum(days.c.number), BigInteger)
        query = select(days.c.record_type, days.c.system, number, func.max(days.c.as_of))
        key = (days.c.system, days.c.record_type)
        return tuple(RecordCount(*row) for row in self._session.execute(query.group_by(*key).order_by(*key)))

    def fold(self) -> None:
        """Put what was written down row by row into one row each; what there is none of any more is not named then."""
        several = select(*_KEY).group_by(*_KEY).having(func.count() > 1)
        taken = delete(RecordCountRow).where(tuple_(*_KEY).in_(several)).returning(*_KEY, RecordCountRow.number)
        gone = taken.cte("gone")
        key, sums = (gone.c.record_type, gone.c.system, gone.c.as_of), func.sum(gone.c.number)
        folded = select(*key, sums).group_by(*key).having(sums != 0)
        names = [column.key for column in (*_KEY, RecordCountRow.number)]
        self._session.execute(insert(RecordCountRow).from_select(names, folded))
