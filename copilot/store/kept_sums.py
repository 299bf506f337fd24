"""Sums that triggers keep as what changed: a row for each statement, which now and then become one row each.

Invariant: the sum over all rows of a key is the same before and after; readers wait for nobody.
"""

from collections.abc import Collection

from sqlalchemy import Table, delete, func, insert, or_, select

from copilot.store.database import UnitOfWork


def fold(table: Table, *, sums: Collection[str], uow: UnitOfWork) -> None:
    """Add up the columns `sums` of rows that agree in all others but `id`; what comes to nothing is not named then."""
    keys = [column.name for column in table.columns if column.name not in {"id", *sums}]
    gone = delete(table).returning(*(table.c[name] for name in (*keys, *sums))).cte("gone")
    added = [func.sum(gone.c[name]) for name in sums]
    groups = [gone.c[name] for name in keys]
    folded = select(*groups, *added).group_by(*groups).having(or_(*(one != 0 for one in added)))
    uow.session.execute(insert(table).from_select([*keys, *sums], folded))
