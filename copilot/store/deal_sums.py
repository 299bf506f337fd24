"""Open deals added up, and a name for all deals there are, without a look at each of them.

Invariants: triggers write down what every statement adds to the sums and takes from them, in its transaction (migration
0031), so they are those of the deals, whoever changed them; a row each time, so that nobody waits for anybody. Sums are
everybody's: for who may not see every account deals are added up as ever (`copilot.store.deals_history`).
"""

from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, Table, func, or_, select

from copilot.store.database import UnitOfWork
from copilot.store.kept_sums import fold
from copilot.store.tables.base import Base
from copilot.store.tables.scores import DealSumRow

DEAL_SUMS: Table = Base.metadata.tables[DealSumRow.__tablename__]
_SUMS = ("deals", "amount", "stated", "hash_0", "hash_1")


class About(StrEnum):
    """What a sum is of."""

    OPEN = "open"
    """Open deals of accounts, by kind, currency, day of closing, and what is known of them."""
    HISTORY = "history"
    """All deals, and of each what a forecast learns from: hashes only."""
    STAGES = "stages"
    """The stages that deals were in: hashes only."""


@lru_cache(maxsize=1)
def _history() -> Select[*tuple[Any, ...]]:
    of = DEAL_SUMS.c
    sums = [func.sum(of[name]) for name in ("deals", "hash_0", "hash_1")]
    query = select(of.about, *sums).where(of.about.in_([About.HISTORY.value, About.STAGES.value]))
    return query.group_by(of.about).having(or_(*(one != 0 for one in sums))).order_by(of.about)


class SummedDeals:
    """Of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def history(self) -> str:
        """Names what every deal and its stages teach: where one of them changes, it is another name."""
        return " ".join(str(part) for row in self._uow.session.execute(_history()) for part in row)

    def fold(self) -> None:
        """Put what was written down row by row into one row each; what there is none of any more is not named then."""
        fold(DEAL_SUMS, sums=_SUMS, uow=self._uow)
