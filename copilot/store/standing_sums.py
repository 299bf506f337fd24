"""How many accounts stand alike and what they pay, without a look at each of them.

Invariants: triggers write down what every statement adds to the sums and takes from them, in its transaction (migration
0031), so for each day they are those of the rows of `account_standing` that have it, whoever changed them; a row each
time, so that nobody waits for anybody. Rows that are not read (`copilot.store.standing`) are taken out of them, and
looked up. Sums are everybody's: for who may not see every account, and for one owner, rows are added up as ever.
"""

from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Numeric,
    Select,
    String,
    Table,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from copilot.domain.access import Viewer
from copilot.domain.portfolio import NONE, Compared
from copilot.domain.scores import CHURN_DAYS
from copilot.store.database import UnitOfWork
from copilot.store.kept_sums import fold
from copilot.store.standing import STANDING, State, by_record, looked_up
from copilot.store.tables.base import Base
from copilot.store.tables.scores import StandingSumRow
from copilot.store.visibility import id_is_visible, sees_every_account

_SUMS: Table = Base.metadata.tables[StandingSumRow.__tablename__]
_STATEMENTS_KEPT = 128
_DAYS = tuple(CHURN_DAYS.values())


class About(StrEnum):
    """What tells those apart who are counted together."""

    PARTS = "parts"
    """What a portfolio can be narrowed to: of all accounts, by their records alone."""
    HEALTH = "health"
    """Of customers, as the others: their health, its move, and what is told of their leaving."""
    GROWTH = "growth"
    CALENDAR = "calendar"


DIMENSIONS: dict[About, tuple[str, ...]] = {
    About.PARTS: ("segment", "is_customer", "owner", "is_prospect", "is_unclear"),
    About.HEALTH: (
        *("segment", "is_customer", "health_band", "currency", "in_currency", "compared", "way", "leaves"),
        *("told_30", "told_90", "told_180"),
    ),
    About.GROWTH: ("segment", "is_customer", "health_band", "in_currency", "expansion_band", "is_ranked", "has_open"),
    About.CALENDAR: ("segment", "is_customer", "health_band", "in_currency", "leaves", "place"),
}


@lru_cache(maxsize=_STATEMENTS_KEPT)
def summed(about: About, state: State, *, viewer: Viewer, owner: str | None = None) -> FromClause:
    """The columns of `DIMENSIONS`, with `accounts` and their `revenue`, to be added up by who selects from it.

    `revenue` is one of `in_currency`. `owner`: only theirs, as in `Slice`.
    """
    everything = sees_every_account(viewer) and owner is None
    parts = _of_everybody(about, state) if everything else [_each(about, state, viewer=viewer, owner=owner)]
    return parts[0].subquery("sums") if len(parts) == 1 else union_all(*parts).subquery("sums")


def _of_everybody(about: About, state: State) -> list[Select[*tuple[Any, ...]]]:
    sums = [_SUMS.c[name] for name in (*DIMENSIONS[about], "accounts", "revenue")]
    parts = [select(*sums).where(_SUMS.c.about == about.value, _SUMS.c.day == state.day)]
    if state.is_whole or about is About.PARTS:
        # Whose record changed after the look at the days must be somewhere; held rows say of records what they say now.
        of_other_days = or_(STANDING.c.day < state.day, STANDING.c.day > state.day)
        return [*parts, _row(about, STANDING, _of_record(state)).where(of_other_days)]
    if state.held:
        parts.append(_row(about, STANDING, _of_scores(STANDING), times=-1).where(state.is_held))
    others = looked_up(state.day).where(state.is_looked_up).subquery("others")
    return [*parts, _row(about, others, _of_scores(others))]


def _each(about: About, state: State, *, viewer: Viewer, owner: str | None) -> Select[*tuple[Any, ...]]:
    of = STANDING if about is About.PARTS else state.rows()
    told = _of_record(state) if about is About.PARTS else _of_scores(of)
    owned = () if owner is None else (owned_by(owner, of),)
    return _row(about, of, told).where(id_is_visible(viewer, of.c.account_id), *owned)


def owned_by(owner: str, of: FromClause) -> ColumnElement[bool]:
    """Condition on rows of `account_standing`; `owner` as in `Slice`."""
    nobody = or_(of.c.owner.is_(None), of.c.owner == "")
    return nobody if owner == NONE else of.c.owner == owner.lower()


_Told = dict[str, ColumnElement[Any]]


def _of_scores(of: FromClause) -> _Told:
    return {
        # An account may come between the look at the days and this: a row of which nothing is told yet.
        "compared": func.coalesce(of.c.compared, Compared.NO.value),
        "way": func.sign(func.coalesce(of.c.steps, 0)),
        **{f"told_{days}": of.c[f"churn_{days}"].is_not(None) for days in _DAYS},
        "is_ranked": of.c.expansion.is_not(None),
    }


def _of_record(state: State) -> _Told:
    """As if nothing were told of any score."""
    return {
        **by_record(STANDING, state.day),
        "health_band": cast(null(), String),
        "compared": literal(Compared.NO.value),
        "way": literal(0),
        **{f"told_{days}": false() for days in _DAYS},
        "expansion_band": cast(null(), String),
        "is_ranked": false(),
    }


def _row(about: About, of: FromClause, told: _Told, *, times: int = 1) -> Select[*tuple[Any, ...]]:
    """Each row of the table as a sum of one."""
    told = {"is_unclear": of.c.lifecycle.is_(None), "has_open": of.c.open_expansions > 0} | told
    columns = {name: told[name] if name in told else of.c[name] for name in DIMENSIONS[about]}
    nothing, currency = literal(0, Numeric()), columns.get("in_currency")
    revenue = nothing if currency is None else case((currency.is_not(None), times * of.c.arr), else_=nothing)
    labelled = (column.label(name) for name, column in columns.items())
    return select(*labelled, literal(times).label("accounts"), revenue.label("revenue"))


class StandingSums:
    """Of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def fold(self) -> None:
        """Put what was written down row by row into one row each; what there is none of any more is not named then."""
        fold(_SUMS, sums=("accounts", "revenue"), uow=self._uow)
