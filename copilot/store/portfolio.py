"""Customers that a person may see, read whole: those that are shown. Sums over all of them: `portfolio_sums`.

Invariant 3: everything is filtered by `account_is_visible(viewer)`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    any_,
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
        days = [(kind, today) for kind in kinds] + [(kind, before) for kind in kinds if before is not None]
        laterals = [_score_on(kind, day, number) for number, (kind, day) in enumerate(days)]
        scores = [lateral.c[name] for lateral in laterals for name in _OF_SCORE]
        statement = _of_accounts(*_COLUMNS, *scores)
        for lateral in laterals:
            statement = statement.join(lateral, true(), isouter=True)
        wanted = one_of(AccountRow.id, account_ids)
        statement = statement.where(wanted, is_customer(today), account_is_visible(viewer))
        rows = self._session.execute(statement.order_by(AccountRow.name, AccountRow.id))
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

    def series(
        self, kind: ScoreKind, *, account_ids: Iterable[str], viewer: Viewer, since: date
    ) -> dict[str, list[tuple[date, float]]]:
        """The scores of each of these accounts since a day, oldest first: days on which they changed."""
        score = AccountScoreRow
        statement = (
            select(score.account_id, score.day, score.value)
            .join(AccountRow, AccountRow.id == score.account_id)
            .where(
                one_of(score.account_id, account_ids),
                score.kind == kind.value,
                score.day >= since,
                score.value.is_not(None),
                account_is_visible(viewer),
            )
            .order_by(score.account_id, score.day)
        )
        found: dict[str, list[tuple[date, float]]] = {}
        for account_id, day, value in self._session.execute(statement):
            if value is not None:
                found.setdefault(account_id, []).append((day, value))
        return found

    def weekly_use(
        self, account_ids: Iterable[str], *, viewer: Viewer, today: date, weeks: int
    ) -> dict[str, list[tuple[date, float]]]:
        """Active people in each of these accounts' last weeks that are over, by the day that a week began on."""
        point, last = UsagePointRow, last_week_over(today)
        statement = (
            select(AccountRow.id, point.period_start, point.value)
            .join(AccountRow, AccountRow.id == point.account_id)
            .where(
                one_of(point.account_id, account_ids),
                point.metric == "active_users",
                point.period_start > last - timedelta(weeks=weeks),
                point.period_start <= last,
                account_is_visible(viewer),
            )
            .order_by(point.account_id, point.period_start)
        )
        found: dict[str, list[tuple[date, float]]] = {}
        for account_id, day, value in self._session.execute(statement):
            found.setdefault(account_id, []).append((day, float(value)))
        return found

    def with_alerts(self, account_ids: Iterable[str], *, viewer: Viewer) -> frozenset[str]:
        """Those of these accounts of which an alert is open or snoozed."""
        standing = [AlertState.OPEN.value, AlertState.SNOOZED.value]
        statement = (
            select(AlertRow.account_id)
            .join(AccountRow, AccountRow.id == AlertRow.account_id)
            .where(one_of(AlertRow.account_id, account_ids), AlertRow.state.in_(standing), account_is_visible(viewer))
        )
        return frozenset(self._session.scalars(statement))

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
        groups = _parts(self._uow.clock.today(), viewer=viewer, leads=leads)
        # Names are looked up for the owners that there are, not for every account.
        statement = select(groups.c.owner, UserRow.name, groups.c.segment, groups.c.counted, groups.c.unclear)
        rows = self._session.execute(statement.join(UserRow, UserRow.email == groups.c.owner, isouter=True)).all()
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
def _parts(day: date, *, viewer: Viewer, leads: bool) -> Subquery:
    # Records alone say it, so it does not matter which rows could be read as to scores.
    of = summed(About.PARTS, State(day, is_whole=True, held=frozenset()), viewer=viewer)
    counted, unclear = (
        cast(func.coalesce(func.sum(of.c.accounts).filter(which), 0), BigInteger)
        for which in (of.c.is_prospect if leads else of.c.is_customer, of.c.is_unclear)
    )
    groups = select(of.c.owner, of.c.segment, counted.label("counted"), unclear.label("unclear"))
    return groups.group_by(of.c.owner, of.c.segment).having(or_(counted > 0, unclear > 0)).subquery()


def one_of(column: InstrumentedAttribute[Any], account_ids: Iterable[str]) -> ColumnElement[bool]:
    """As one parameter: with `IN` the statement would be another one for each number of ids, and planned each time."""
    ids = literal(sorted(set(account_ids)), ARRAY(String))
    return column == any_(ids)


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
