"""How many records each system brought, without counting them.

Invariants: triggers write down what every statement adds and takes away, in its transaction (migration 0030), so the
sums equal a count of the records whoever changed them; a row each time, so that nobody waits for anybody. It sees
every account: for administrators only.
"""

from datetime import date
from typing import NamedTuple

from sqlalchemy import BigInteger, cast, func, select

from copilot.store.database import UnitOfWork
from copilot.store.kept_sums import fold
from copilot.store.tables.base import Base
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
        self._uow = uow

    def read(self) -> tuple[RecordCount, ...]:
        """What there is."""
        sums = func.sum(RecordCountRow.number)
        days = select(*_KEY, sums.label("number")).group_by(*_KEY).having(sums != 0).subquery()
        number = cast(func.sum(days.c.number), BigInteger)
        query = select(days.c.record_type, days.c.system, number, func.max(days.c.as_of))
        key = (days.c.system, days.c.record_type)
        return tuple(RecordCount(*row) for row in self._uow.session.execute(query.group_by(*key).order_by(*key)))

    def fold(self) -> None:
        """Put what was written down row by row into one row each; what there is none of any more is not named then."""
        fold(Base.metadata.tables[RecordCountRow.__tablename__], sums=("number",), uow=self._uow)
