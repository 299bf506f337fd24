"""What sums over a portfolio need of every account, in one narrow row each.

Invariants: a kept row is of a day; on another day, or once another score was written, what it says of scores is not
read but looked up, account by account. What it says of the account's record is copied by triggers (migration 0027), in
the transaction that changes the record, which leaves the row without a day: whoever computes scores need not wait for
an import. If that import ends without a trace (a preview, a failure), the row has its day again and says what was so
before: who could not write it has noted that, and of noted rows nothing is read either. It sees every account: who
reads it for a person filters by what they may see.
"""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    String,
    Table,
    and_,
    any_,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import LateralFromClause

from copilot.domain.portfolio import Compared
from copilot.domain.scores import Band, ScoreKind
from copilot.store.database import UnitOfWork
from copilot.store.people import PeopleRepository
from copilot.store.tables.base import Base
from copilot.store.tables.people import WorkspaceRow
from copilot.store.tables.scores import AccountScoreRow, AccountStandingRow

WEEK = timedelta(days=7)
"""Between the two days that are held against each other."""
_STANDING: Table = Base.metadata.tables[AccountStandingRow.__tablename__]
_LOOKED_UP = _STANDING.alias("looked_up")
_NAMES = tuple(_STANDING.c.keys())
_COPIED, _TOLD = _NAMES[: _NAMES.index("day")], _NAMES[_NAMES.index("day") + 1 :]
_CHURN = (ScoreKind.CHURN_30, ScoreKind.CHURN_90, ScoreKind.CHURN_180)
_OF_SCORE = ("value", "band", "version")
_PLACES = {Band.GOOD.value: 0, Band.WATCH.value: 1, Band.BAD.value: 2}
"""A step is from one to the next."""
_FACT = "scores.standing_held"


class _Held(BaseModel):
    """Accounts whose rows an import held when they should have been written on a day."""

    model_config = ConfigDict(frozen=True)

    day: date | None = None
    account_ids: tuple[str, ...] = ()


class StandingRepository:
    """Of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session
        self._today = uow.clock.today()
        self._people = PeopleRepository(uow)

    def read(self) -> FromClause:
        """The columns of `account_standing` as of today, for every account, to select from."""
        # The two ends of the index; "is another day" would be a look at every row.
        noted = select(WorkspaceRow.value).where(WorkspaceRow.key == _FACT).scalar_subquery()
        first, last, note = self._session.execute(
            select(func.min(_STANDING.c.day), func.max(_STANDING.c.day), noted)
        ).one()
        held = self._of_today(note)
        if {first, last} <= {self._today, None} and not held:
            return _STANDING
        is_kept, is_not = _STANDING.c.day == self._today, [_LOOKED_UP.c.day < self._today]
        is_not.append(_LOOKED_UP.c.day > self._today)
        if held:
            is_kept = and_(is_kept, not_(_is_one_of(_STANDING, held)))
            is_not.append(_is_one_of(_LOOKED_UP, held))
        kept = select(*(_STANDING.c[name] for name in (*_COPIED, *_TOLD))).where(is_kept)
        return union_all(kept, _looked_up(self._today).where(or_(*is_not))).subquery("standing")

    def keep(self, account_ids: Collection[str]) -> None:
        """Write what the scores of these accounts say today; where that was done today, nothing has to be."""
        held = self._of_today(self._people.workspace_fact(_FACT))
        is_due = and_(_is_one_of(_STANDING, account_ids), _STANDING.c.day != self._today)
        self._write(or_(is_due, _is_one_of(_STANDING, held)), doubtful=held, noted=held)

    def keep_anew(self, account_ids: Collection[str]) -> None:
        """Of accounts of which a score was written, whatever was kept."""
        held = self._of_today(self._people.workspace_fact(_FACT))
        wanted = held.union(account_ids)
        self._write(_is_one_of(_STANDING, wanted), doubtful=wanted, noted=held)

    def _write(self, which: ColumnElement[bool], *, doubtful: set[str], noted: set[str]) -> None:
        # An import that changes a record holds its row for as long as it takes, and leaves it without a day.
        free = select(_STANDING.c.account_id).where(which).with_for_update(skip_locked=True).cte("free")
        found = _looked_up(self._today).where(_LOOKED_UP.c.account_id.in_(select(free.c.account_id))).subquery("found")
        values = {name: found.c[name] for name in _TOLD} | {"day": self._today}
        writing = update(_STANDING).where(_STANDING.c.account_id == found.c.account_id).values(values)
        held = doubtful.difference(self._session.scalars(writing.returning(_STANDING.c.account_id)))
        if held:  # or gone
            held = set(self._session.scalars(select(_STANDING.c.account_id).where(_is_one_of(_STANDING, held))))
        if held != noted:
            note = _Held(day=self._today, account_ids=tuple(sorted(held)))
            self._people.set_workspace_fact(_FACT, note.model_dump_json())

    def _of_today(self, note: str | None) -> set[str]:
        held = _Held() if note is None else _Held.model_validate_json(note)
        return set(held.account_ids) if held.day == self._today else set()


def _is_one_of(of: FromClause, account_ids: Collection[str]) -> ColumnElement[bool]:
    return of.c.account_id == any_(literal(sorted(account_ids), ARRAY(String)))


def _looked_up(day: date) -> Select[*tuple[Any, ...]]:
    """The same columns, by one look into the index of scores for each account, kind and day."""
    laterals = {(kind, on): _score_on(kind, on) for kind in (ScoreKind.HEALTH, *_CHURN) for on in (day, day - WEEK)}
    laterals[ScoreKind.EXPANSION, day] = expansion = _score_on(ScoreKind.EXPANSION, day)
    columns = _health(laterals[ScoreKind.HEALTH, day], laterals[ScoreKind.HEALTH, day - WEEK])
    columns |= {"expansion": expansion.c.value, "expansion_band": _band(expansion)}
    for kind in _CHURN:
        before = laterals[kind, day - WEEK]
        columns |= {
            kind.value: laterals[kind, day].c.value,
            f"{kind.value}_before": before.c.value,
            f"{kind.value}_before_by": before.c.version,
        }
    joined: FromClause = _LOOKED_UP
    for lateral in laterals.values():
        joined = joined.outerjoin(lateral, true())
    copied = (_LOOKED_UP.c[name] for name in _COPIED)
    return select(*copied, *(columns[name].label(name) for name in _TOLD)).select_from(joined)


def _health(now: LateralFromClause, before: LateralFromClause) -> dict[str, ColumnElement[Any]]:
    is_known = and_(now.c.value.is_not(None), before.c.value.is_not(None))
    is_same = and_(is_known, now.c.version == before.c.version)
    steps = _place(now.c.band) - _place(before.c.band)
    return {
        "health": now.c.value,
        "health_band": _band(now),
        "compared": case(
            (is_same, Compared.YES.value), (is_known, Compared.OTHER_SCORECARD.value), else_=Compared.NO.value
        ),
        # Of a score without a band it is not said that it rose or fell by one.
        "steps": case((and_(is_same, steps.is_not(None)), steps), else_=0),
        "change": case((is_same, now.c.value - before.c.value)),
    }


def _band(score: LateralFromClause) -> ColumnElement[Any]:
    return case((score.c.value.is_not(None), score.c.band))


def _place(band: ColumnElement[Any]) -> ColumnElement[Any]:
    return case(_PLACES, value=band)


def _score_on(kind: ScoreKind, day: date) -> LateralFromClause:
    score = AccountScoreRow
    return (
        select(*(getattr(score, name) for name in _OF_SCORE))
        .where(score.kind == kind.value, score.account_id == _LOOKED_UP.c.account_id, score.day <= day)
        .order_by(score.day.desc())
        .limit(1)
        .correlate(_LOOKED_UP)
        .lateral()
    )
