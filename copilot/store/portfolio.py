"""Customers that a person may see, read whole: those that are shown. Sums over all of them: `portfolio_sums`.

Invariant 3: everything is filtered by `account_is_visible(viewer)`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    any_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.selectable import LateralFromClause

from copilot.domain.access import Viewer
from copilot.domain.alerts import AlertState
from copilot.domain.portfolio import NONE, Customer, Facets, OpenDeal, Reading, Slice
from copilot.domain.scores import Band, Missing, ScoreKind
from copilot.store.account_metrics import last_week_over
from copilot.store.customers import is_customer, was_ever_customer
from copilot.store.database import UnitOfWork
from copilot.store.kept_statements import Kept, any_of, ask, kept_for_viewers
from copilot.store.standing import State
from copilot.store.standing_sums import About, summed
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import AccountRow, OpportunityRow, UsagePointRow
from copilot.store.tables.scores import AccountScoreRow, AccountStandingRow, AlertRow
from copilot.store.visibility import account_is_visible

_OWNER = func.lower(AccountRow.owner_email)
_COLUMNS = (
    AccountRow.id,
    AccountRow.name,
    AccountRow.owner_email,
    UserRow.name,
    AccountRow.segment,
    AccountRow.arr,
    AccountRow.currency,
    AccountRow.renewal_date,
    AccountRow.churned_on,
    AccountRow.customer_since,
)
# Looked up, not constructed: there are as many as customers times scores.
_BANDS: Mapping[str | None, Band | None] = {None: None} | {band.value: band for band in Band}
_MISSING: Mapping[str | None, Missing | None] = {None: None} | {reason.value: reason for reason in Missing}
_STATEMENTS_KEPT = 128
_OF_SCORE = ("value", "band", "missing", "version")


Course = dict[str, list[tuple[date, float]]]
"""Of each account days with what was measured on them, oldest first."""


@dataclass(frozen=True, slots=True)
class Courses:
    """Of some accounts."""

    scores: Course
    """Days on which a score changed, with the score from then on."""
    use: Course
    """Active people in each week that is over, by the day that it began on."""
    with_alerts: frozenset[str]


class PortfolioRepository:
    """Reads for one viewer at a time."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow, self._session = uow, uow.session

    def customers(
        self,
        account_ids: Collection[str],
        *,
        viewer: Viewer,
        today: date,
        kinds: Sequence[ScoreKind] = (),
        before: date | None = None,
    ) -> list[Customer]:
        """Those of these that are customers today, by name, with their scores of those kinds today and, if given, on
        the day `before`."""
        if not account_ids:
            return []
        statement = _customers(today, tuple(kinds), before)
        [rows] = ask(self._uow, statement(viewer).asked(viewer, account_ids=_each_once(account_ids)))
        return [_customer(row, kinds=kinds, with_before=before is not None) for row in rows]

    def came_and_left(
        self, chosen: Slice, *, viewer: Viewer, since: date, today: date
    ) -> tuple[list[Customer], list[Customer]]:
        """Who became a customer after `since`, and who left after it."""
        came = and_(AccountRow.customer_since > since, AccountRow.customer_since <= today, was_ever_customer())
        left = and_(AccountRow.churned_on > since, AccountRow.churned_on <= today)
        statement = _of_accounts(*_COLUMNS, came.label("came"), left.label("left"))
        standing = AccountStandingRow
        moved = select(standing.account_id).where(or_(standing.customer_since > since, standing.churned_on > since))
        statement = statement.where(
            AccountRow.id.in_(moved), or_(came, left), *in_slice(chosen), account_is_visible(viewer)
        )
        rows = self._session.execute(statement.order_by(AccountRow.name, AccountRow.id)).all()
        found = [(_customer(row, kinds=(), with_before=False), row.came, row.left) for row in rows]
        return [one for one, is_new, _ in found if is_new], [one for one, _, is_gone in found if is_gone]

    def series(self, kind: ScoreKind, *, account_ids: Iterable[str], viewer: Viewer, since: date) -> Course:
        """The scores of each of these accounts since a day, oldest first: days on which they changed."""
        since_then = {"kind": kind.value, "since": since}
        [rows] = ask(self._uow, _series(viewer).asked(viewer, account_ids=_each_once(account_ids), **since_then))
        return _courses(rows)

    def with_alerts(self, account_ids: Iterable[str], *, viewer: Viewer) -> frozenset[str]:
        """Those of these accounts of which an alert is open or snoozed."""
        [rows] = ask(self._uow, _alerted(viewer).asked(viewer, account_ids=_each_once(account_ids)))
        return frozenset(row.account_id for row in rows)

    def courses(
        self, kind: ScoreKind, *, account_ids: Iterable[str], viewer: Viewer, today: date, weeks: int
    ) -> Courses:
        """What became of each of these accounts in the last weeks, asked at once."""
        ids, last = _each_once(account_ids), last_week_over(today)
        length = timedelta(weeks=weeks)
        scores, use, alerted = ask(
            self._uow,
            _series(viewer).asked(viewer, account_ids=ids, kind=kind.value, since=today - length),
            _weekly_use(viewer).asked(viewer, account_ids=ids, after=last - length, until=last),
            _alerted(viewer).asked(viewer, account_ids=ids),
        )
        return Courses(_courses(scores), _courses(use), frozenset(row.account_id for row in alerted))

    def open_deals(self, account_ids: Collection[str], *, viewer: Viewer, kind: str) -> list[OpenDeal]:
        """Open opportunities of a kind, the nearest close first; those without a day last."""
        deal = OpportunityRow
        return (
            self._deals(one_of(deal.account_id, account_ids), deal.kind == kind, viewer=viewer) if account_ids else []
        )

    def next_deals(self, chosen: Slice, *, viewer: Viewer, until: date, most: int) -> list[OpenDeal]:
        """The first open opportunities that their owners expect by a day; the band of health is not looked at."""
        return self._deals(*in_slice(chosen), OpportunityRow.close_date <= until, viewer=viewer, most=most)

    def _deals(self, *which: ColumnElement[bool], viewer: Viewer, most: int | None = None) -> list[OpenDeal]:
        deal = OpportunityRow
        statement = (
            select(
                deal.id,
                AccountRow.id,
                AccountRow.name,
                deal.name,
                deal.kind,
                deal.stage,
                deal.amount,
                deal.currency,
                deal.probability,
                deal.close_date,
                # Exports often name the owner of the account only.
                func.coalesce(func.nullif(deal.owner_name, ""), UserRow.name, AccountRow.owner_email),
            )
            .join(AccountRow, AccountRow.id == deal.account_id)
            .join(UserRow, UserRow.email == _OWNER, isouter=True)
            .where(deal.status == literal_column("'open'"), *which, account_is_visible(viewer))
            # As the index has them, which it has by its condition: those without a day come last.
            .order_by(deal.close_date, deal.name, deal.id)
            .limit(most)
        )
        return [OpenDeal(*row) for row in self._session.execute(statement)]

    def facets(self, *, viewer: Viewer, leads: bool = False) -> Facets:
        """What the portfolio, or the leads, can be narrowed to."""
        [rows] = ask(self._uow, _parts(self._uow.clock.today(), leads=leads)(viewer).asked(viewer))
        of_customers = [row for row in rows if row[3]]
        names = {email: name or email for email, name, *_ in of_customers if email}
        return Facets(
            owners=dict(sorted(names.items(), key=lambda item: (item[1].casefold(), item[0]))),
            segments=tuple(sorted({row[2] for row in of_customers if row[2]}, key=str.casefold)),
            without_owner=any(not row[0] for row in of_customers),
            without_segment=any(not row[2] for row in of_customers),
            customers=sum(row[3] for row in rows),
            unclear=sum(row[4] for row in rows),
        )


@lru_cache(maxsize=_STATEMENTS_KEPT)
def _parts(day: date, *, leads: bool) -> Callable[[Viewer], Kept]:
    # Records alone say it, so it does not matter which rows could be read as to scores.
    state = State(day, is_whole=True, held=frozenset())

    def parts(viewer: Viewer) -> Select[*tuple[Any, ...]]:
        of = summed(About.PARTS, state, viewer=viewer)
        counted, unclear = (
            cast(func.coalesce(func.sum(of.c.accounts).filter(which), 0), BigInteger)
            for which in (of.c.is_prospect if leads else of.c.is_customer, of.c.is_unclear)
        )
        summing = select(of.c.owner, of.c.segment, counted.label("counted"), unclear.label("unclear"))
        groups = summing.group_by(of.c.owner, of.c.segment).having(or_(counted > 0, unclear > 0)).subquery()
        # Names are looked up for the owners that there are, not for every account.
        statement = select(groups.c.owner, UserRow.name, groups.c.segment, groups.c.counted, groups.c.unclear)
        return statement.join(UserRow, UserRow.email == groups.c.owner, isouter=True)

    return kept_for_viewers(parts)


@lru_cache(maxsize=_STATEMENTS_KEPT)
def _customers(today: date, kinds: tuple[ScoreKind, ...], before: date | None) -> Callable[[Viewer], Kept]:
    """With the parameter `account_ids`."""
    days = [(kind, today) for kind in kinds] + [(kind, before) for kind in kinds if before is not None]
    laterals = [_score_on(kind, day, number) for number, (kind, day) in enumerate(days)]
    statement = _of_accounts(*_COLUMNS, *(lateral.c[name] for lateral in laterals for name in _OF_SCORE))
    for lateral in laterals:
        statement = statement.join(lateral, true(), isouter=True)
    statement = statement.where(AccountRow.id == any_of("account_ids"), is_customer(today))
    statement = statement.order_by(AccountRow.name, AccountRow.id)
    return kept_for_viewers(lambda viewer: statement.where(account_is_visible(viewer)))


@kept_for_viewers
def _series(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """With the parameters `account_ids`, `kind` and `since`."""
    score = AccountScoreRow
    return (
        select(score.account_id, score.day, score.value)
        .join(AccountRow, AccountRow.id == score.account_id)
        .where(
            score.account_id == any_of("account_ids"),
            score.kind == bindparam("kind", ""),
            score.day >= bindparam("since", date.min),
            score.value.is_not(None),
            account_is_visible(viewer),
        )
        .order_by(score.account_id, score.day)
    )


@kept_for_viewers
def _weekly_use(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """With the parameters `account_ids`, `after` and `until`."""
    point = UsagePointRow
    return (
        select(point.account_id, point.period_start.label("day"), point.value)
        .join(AccountRow, AccountRow.id == point.account_id)
        .where(
            point.account_id == any_of("account_ids"),
            point.metric == "active_users",
            point.period_start > bindparam("after", date.min),
            point.period_start <= bindparam("until", date.min),
            account_is_visible(viewer),
        )
        .order_by(point.account_id, point.period_start)
    )


@kept_for_viewers
def _alerted(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """With the parameter `account_ids`."""
    standing = [AlertState.OPEN.value, AlertState.SNOOZED.value]
    return (
        select(AlertRow.account_id)
        .join(AccountRow, AccountRow.id == AlertRow.account_id)
        .where(AlertRow.account_id == any_of("account_ids"), AlertRow.state.in_(standing), account_is_visible(viewer))
    )


def _courses(rows: Iterable[Any]) -> Course:
    found: Course = {}
    for account_id, day, value in rows:
        found.setdefault(account_id, []).append((day, float(value)))
    return found


def _each_once(account_ids: Iterable[str]) -> list[str]:
    return sorted(set(account_ids))


def one_of(column: InstrumentedAttribute[Any], account_ids: Iterable[str]) -> ColumnElement[bool]:
    """As one parameter: with `IN` the statement would be another one for each number of ids, and planned each time."""
    return column == any_(literal(_each_once(account_ids), ARRAY(String)))


def _of_accounts(*columns: Any) -> Select[*tuple[Any, ...]]:
    """The owner's name is that of a user, where there is one."""
    return select(*columns).select_from(AccountRow).join(UserRow, UserRow.email == _OWNER, isouter=True)


def in_slice(chosen: Slice) -> list[ColumnElement[bool]]:
    """Conditions on `accounts`: owner and segment."""
    conditions: list[ColumnElement[bool]] = []
    if chosen.owner is not None:
        nobody = or_(AccountRow.owner_email.is_(None), AccountRow.owner_email == "")
        theirs = _OWNER.in_([chosen.owner.lower()])
        conditions.append(nobody if chosen.owner == NONE else theirs)
    if chosen.segment is not None:
        none = or_(AccountRow.segment.is_(None), AccountRow.segment == "")
        conditions.append(none if chosen.segment == NONE else AccountRow.segment == chosen.segment)
    return conditions


def _score_on(kind: ScoreKind, day: date, number: int) -> LateralFromClause:
    """The latest score up to the day: one lookup in the index for each account, however long its history."""
    score = AccountScoreRow
    return (
        select(*(getattr(score, name) for name in _OF_SCORE))
        .where(score.kind == kind.value, score.account_id == AccountRow.id, score.day <= day)
        .order_by(score.day.desc())
        .limit(1)
        .correlate(AccountRow)
        .lateral(f"score_{number}")
    )


def _customer(row: Any, *, kinds: Sequence[ScoreKind], with_before: bool) -> Customer:
    head = len(_COLUMNS)
    now = _readings(row, kinds, start=head)
    before = _readings(row, kinds, start=head + len(kinds) * len(_OF_SCORE)) if with_before else {}
    values: tuple[Any, ...] = (*row[:head], now, before)
    return Customer(*values)


def _readings(row: Any, kinds: Sequence[ScoreKind], *, start: int) -> Mapping[ScoreKind, Reading]:
    found = {}
    for kind in kinds:
        value, band, missing, version = row[start : start + len(_OF_SCORE)]
        if version is not None:
            found[kind] = Reading(value, _BANDS[band], _MISSING[missing], version)
        start += len(_OF_SCORE)
    return found
