"""What sums over a portfolio need of every account, in one narrow row each.

Invariants: a kept row is of a day; on another day, or once another score was written, what it says of scores is not
read but looked up, account by account. What it says of the account's record is copied by triggers (migration 0027), in
the transaction that changes the record, which leaves the row without a day: whoever computes scores need not wait for
an import. If that import ends without a trace (a preview, a failure), the row has its day again and says what was so
before: who could not write it has noted that, and of noted rows nothing is read either. It sees every account: who
reads it for a person filters by what they may see.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Select,
    SmallInteger,
    String,
    Table,
    and_,
    any_,
    bindparam,
    case,
    cast,
    false,
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

from copilot.domain.folding import fold
from copilot.domain.portfolio import Compared, calendar_days
from copilot.domain.scores import CHURN_DAYS, Band, ScoreKind
from copilot.store.customers import is_customer, is_prospect
from copilot.store.database import UnitOfWork
from copilot.store.people import PeopleRepository
from copilot.store.tables.base import Base
from copilot.store.tables.people import WorkspaceRow
from copilot.store.tables.records import AccountRow
from copilot.store.tables.scores import AccountScoreRow, AccountStandingRow

WEEK = timedelta(days=7)
"""Between the two days that are held against each other."""
STANDING: Table = Base.metadata.tables[AccountStandingRow.__tablename__]
LOOKED_UP = STANDING.alias("looked_up")
_NAMES = tuple(STANDING.c.keys())
_WHATEVER_DAY = ("name_key", "open_expansions")
_COPIED = (*_NAMES[: _NAMES.index("day")], *_WHATEVER_DAY)
_TOLD = tuple(name for name in _NAMES[_NAMES.index("day") + 1 :] if name not in _WHATEVER_DAY)
_CHURN = (ScoreKind.CHURN_30, ScoreKind.CHURN_90, ScoreKind.CHURN_180)
LEAVES: dict[ScoreKind, int] = {kind: place for place, kind in enumerate(_CHURN, start=1)}
"""What the column `leaves` says of who has said that they leave within the days of that kind; 0: they said nothing."""
_OF_SCORE = ("value", "band", "version")
_PLACES = {Band.GOOD.value: 0, Band.WATCH.value: 1, Band.BAD.value: 2}
"""A step is from one to the next."""
_FACT = "scores.standing_held"
_STATE = "standing.state"
_STATEMENTS_KEPT = 32


class _Held(BaseModel):
    """Accounts whose rows an import held when they should have been written on a day."""

    model_config = ConfigDict(frozen=True)

    day: date | None = None
    account_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """What of the kept rows can be read on a day."""

    day: date
    is_whole: bool
    """All of them."""
    held: frozenset[str]
    """Rows of the day that are not read either."""

    def rows(self) -> FromClause:
        """The columns of `account_standing` as of the day, for every account, to select from."""
        return _rows(self)

    @property
    def is_looked_up(self) -> ColumnElement[bool]:
        """Condition on `LOOKED_UP`."""
        other = [LOOKED_UP.c.day < self.day, LOOKED_UP.c.day > self.day]
        return or_(*other, *([_is_one_of(LOOKED_UP, self.held)] if self.held else []))

    @property
    def is_held(self) -> ColumnElement[bool]:
        """Condition on `STANDING`."""
        return and_(STANDING.c.day == self.day, _is_one_of(STANDING, self.held))


class StandingRepository:
    """Of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session
        self._today = uow.clock.today()
        self._people = PeopleRepository(uow)

    def read(self) -> FromClause:
        """The columns of `account_standing` as of today, for every account, to select from."""
        return self.state().rows()

    def state(self) -> State:
        """Asked once in a unit of work: a page that asks several things of the rows asks them of the same ones."""
        found: State | None = self._session.info.get(_STATE)
        if found is None or found.day != self._today:
            found = self._session.info[_STATE] = self._asked()
        return found

    def _asked(self) -> State:
        first, last, note = self._session.execute(_state()).one()
        held = self._of_today(note)
        is_whole = {first, last} <= {self._today, None} and not held
        return State(self._today, is_whole, frozenset(held))

    def has_every_name(self) -> bool:
        """Whether each row has a name to be sorted by."""
        return not self._session.scalar(select(select(STANDING.c.account_id).where(_HAS_NO_NAME).exists()))

    def keep(self, account_ids: Collection[str]) -> None:
        """Write what the scores of these accounts say today; where that was done today, nothing has to be."""
        held = self._of_today(self._people.workspace_fact(_FACT))
        is_due = and_(_is_one_of(STANDING, account_ids), STANDING.c.day != self._today)
        self._write(or_(is_due, _is_one_of(STANDING, held)), doubtful=held, noted=held)
        self._name(account_ids)

    def keep_anew(self, account_ids: Collection[str]) -> None:
        """Of accounts of which a score was written, whatever was kept."""
        held = self._of_today(self._people.workspace_fact(_FACT))
        wanted = held.union(account_ids)
        self._write(_is_one_of(STANDING, wanted), doubtful=wanted, noted=held)

    def _write(self, which: ColumnElement[bool], *, doubtful: set[str], noted: set[str]) -> None:
        self._session.info.pop(_STATE, None)
        # An import that changes a record holds its row for as long as it takes, and leaves it without a day.
        free = select(STANDING.c.account_id).where(which).with_for_update(skip_locked=True).cte("free")
        found = looked_up(self._today, among=free).subquery("found")
        values = {name: found.c[name] for name in _TOLD} | {"day": self._today}
        writing = update(STANDING).where(STANDING.c.account_id == found.c.account_id).values(values)
        held = doubtful.difference(self._session.scalars(writing.returning(STANDING.c.account_id)))
        if held:  # or gone
            held = set(self._session.scalars(select(STANDING.c.account_id).where(_is_one_of(STANDING, held))))
        if held != noted:
            note = _Held(day=self._today, account_ids=tuple(sorted(held)))
            self._people.set_workspace_fact(_FACT, note.model_dump_json())

    def _name(self, account_ids: Collection[str]) -> None:
        """Fold the names that changed; who changes one now holds its row, and it is passed over as well."""
        unnamed = select(STANDING.c.account_id).where(_HAS_NO_NAME, _is_one_of(STANDING, account_ids))
        free = self._session.scalars(unnamed.with_for_update(skip_locked=True)).all()
        if not free:
            return
        names = self._session.execute(select(AccountRow.id, AccountRow.name).where(AccountRow.id.in_(free)))
        folded = [{"named": account_id, "folded": fold(name)} for account_id, name in names]
        naming = update(STANDING).where(STANDING.c.account_id == bindparam("named"))
        self._session.connection().execute(naming.values(name_key=bindparam("folded")), folded)

    def _of_today(self, note: str | None) -> set[str]:
        held = _Held() if note is None else _Held.model_validate_json(note)
        return set(held.account_ids) if held.day == self._today else set()


_HAS_NO_NAME = STANDING.c.name_key.is_(None)


@lru_cache(maxsize=1)
def _state() -> Select[*tuple[Any, ...]]:
    # The two ends of the index; "is another day" would be a look at every row.
    noted = select(WorkspaceRow.value).where(WorkspaceRow.key == _FACT).scalar_subquery()
    return select(func.min(STANDING.c.day), func.max(STANDING.c.day), noted)


@lru_cache(maxsize=_STATEMENTS_KEPT)
def _rows(state: State) -> FromClause:
    if state.is_whole:
        return STANDING
    is_kept = STANDING.c.day == state.day
    if state.held:
        is_kept = and_(is_kept, not_(_is_one_of(STANDING, state.held)))
    kept = select(*(STANDING.c[name] for name in (*_COPIED, *_TOLD))).where(is_kept)
    return union_all(kept, looked_up(state.day).where(state.is_looked_up)).subquery("standing")


def has_revenue(of: FromClause) -> ColumnElement[bool]:
    """As `Customer.has_revenue`."""
    return and_(of.c.arr >= 0, of.c.currency.is_not(None))


def by_record(of: FromClause, day: date) -> dict[str, ColumnElement[Any]]:
    """Where an account stands on the day by its record alone; see the columns of these names."""
    whole, small = func.coalesce, SmallInteger()
    said = [(of.c.churned_on <= day + timedelta(days=CHURN_DAYS[kind]), place) for kind, place in LEAVES.items()]
    place = func.width_bucket(of.c.renewal_date, literal(calendar_days(day), ARRAY(Date)))
    return {
        "is_customer": whole(is_customer(day, of=of.c), false()),
        "is_prospect": whole(is_prospect(day, of=of.c), false()),
        "in_currency": case((has_revenue(of), of.c.currency)),
        "leaves": cast(case((of.c.churned_on.is_(None), 0), *said, else_=len(LEAVES) + 1), small),
        "place": cast(whole(place, -1), small),
    }


def _is_one_of(of: FromClause, account_ids: Collection[str]) -> ColumnElement[bool]:
    return of.c.account_id == any_(literal(sorted(account_ids), ARRAY(String)))


def looked_up(day: date, *, among: FromClause | None = None) -> Select[*tuple[Any, ...]]:
    """The same columns of accounts of `LOOKED_UP`, by one look into the index of scores for each, kind and day.

    `among`: only those of its `account_id`. It stands first, because no planner moves a condition ahead of as many
    joins as these: with one behind them, the scores of every account would be looked up.
    """
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
    joined = LOOKED_UP if among is None else among.join(LOOKED_UP, LOOKED_UP.c.account_id == among.c.account_id)
    for lateral in laterals.values():
        joined = joined.outerjoin(lateral, true())
    columns |= by_record(LOOKED_UP, day)
    copied = (LOOKED_UP.c[name] for name in _COPIED)
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
        .where(score.kind == kind.value, score.account_id == LOOKED_UP.c.account_id, score.day <= day)
        .order_by(score.day.desc())
        .limit(1)
        .correlate(LOOKED_UP)
        .lateral()
    )
