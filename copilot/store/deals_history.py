"""Deals for the forecast: the open ones, and what became of all the others.

Invariants: the open deals that a person gets are those of accounts they may see. What is learnt from (how often and
how fast deals are won) is everybody's, like every model's history, and no single deal of it is shown.
Exports say only in which stage a deal is now, so stages are kept from day to day.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Numeric,
    Row,
    Select,
    Subquery,
    Text,
    and_,
    cast,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert

from copilot.domain.access import Viewer
from copilot.domain.deals import Deal, DealsHistory, DealSums, LeftOut, OpenSums, StageSince
from copilot.domain.portfolio import Slice
from copilot.domain.records import OpportunityKind, OpportunityStatus
from copilot.store.database import UnitOfWork
from copilot.store.deal_sums import DEAL_SUMS, About
from copilot.store.portfolio import in_slice
from copilot.store.tables.records import AccountRow, OpportunityRow
from copilot.store.tables.scores import DealStageRow
from copilot.store.visibility import id_is_visible, sees_every_account

_COLUMNS = (
    OpportunityRow.id,
    OpportunityRow.account_id,
    OpportunityRow.owner_name,
    OpportunityRow.kind,
    OpportunityRow.status,
    OpportunityRow.stage,
    OpportunityRow.amount,
    OpportunityRow.currency,
    OpportunityRow.probability,
    OpportunityRow.created_on,
    OpportunityRow.close_date,
)
# What is drawn for deals that are open: two sums of hashes of 64 bits, for what order rows come in does not matter.
_OPEN = ("id", "kind", "stage", "amount", "currency", "created_on")
_ADDED = ("deals", "amount", "stated")
# Written out: the index of open deals is one by this condition.
_IS_OPEN = OpportunityRow.status == literal_column(f"'{OpportunityStatus.OPEN.value}'")
_ALL = Slice()
_STATEMENTS_KEPT = 128
_AT_ONCE = 5_000
_DAYS_BACK = 1_096


class DealsRepository:
    """Of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def open(self, chosen: Slice = _ALL, *, viewer: Viewer) -> tuple[Deal, ...]:
        """Open deals of the accounts of a slice that the viewer may see; the band of health is not looked at."""
        return self._read(_of_open(select(*_COLUMNS), chosen, viewer=viewer))

    def open_sums(self, chosen: Slice, *, viewer: Viewer, day: date, until: date) -> OpenSums:
        """The same added up, as known on `day`."""
        rows = self._session.execute(_open_sums(chosen, viewer=viewer, day=day, until=until)).all()
        left_out = Counter[LeftOut]()
        for row in rows:
            if (reason := _left_out(row)) is not None:
                left_out[reason] += row.deals
        return OpenSums(
            by_currency=tuple(
                DealSums(row.currency, row.deals, row.amount, Decimal(row.stated) / 100, row.stated_deals)
                for row in sorted((row for row in rows if _left_out(row) is None), key=lambda row: row.currency)
            ),
            left_out=left_out,
            due=sum(row.due for row in rows),
            overdue=sum(row.overdue for row in rows),
            without_day=sum(row.without_day for row in rows),
            without_probability=sum(row.without_probability for row in rows),
        )

    def open_digest(self, chosen: Slice, *, viewer: Viewer) -> str:
        """Names what is drawn from `open`: other deals, another digest."""
        if _is_everything(chosen, viewer):
            of = DEAL_SUMS.c
            sums = select(func.sum(of.deals), func.sum(of.hash_0), func.sum(of.hash_1))
            counted = sums.where(of.about == About.OPEN.value)
        else:
            row = cast(func.row(*(getattr(OpportunityRow, name) for name in _OPEN)), Text)
            hashes = (func.sum(cast(func.hashtextextended(row, seed), Numeric)) for seed in (0, 1))
            counted = _of_open(select(func.count(), *hashes), chosen, viewer=viewer)
        return " ".join(str(part) for part in self._session.execute(counted).one())

    def history(self) -> DealsHistory:
        """Everybody's deals and stages as known today, but for what closed long ago: to learn from, never to show."""
        today = self._uow.clock.today()
        recent = or_(OpportunityRow.status == OpportunityStatus.OPEN.value, OpportunityRow.close_date >= self._since)
        stages = self._session.execute(
            select(DealStageRow.opportunity_id, DealStageRow.since, DealStageRow.stage)
            .join(OpportunityRow, OpportunityRow.id == DealStageRow.opportunity_id)
            .where(recent)
            .order_by(DealStageRow.since)
        )
        return DealsHistory(
            day=today,
            deals=self._read(select(*_COLUMNS).where(recent)),
            stages=tuple(StageSince(deal_id, since, stage) for deal_id, since, stage in stages),
        )

    @property
    def _since(self) -> date:
        return self._uow.clock.today() - timedelta(days=_DAYS_BACK)

    def keep_stages(self, account_ids: Sequence[str]) -> int:
        """Write down today's stage of every open deal of these accounts whose stage is another one than the last kept.

        Returns how many were. For accounts whose records changed: a look at all deals would grow with the history.
        """
        return self._keep_stages(OpportunityRow.account_id.in_(account_ids))

    def keep_stray_stages(self) -> int:
        """The same of the few deals that belong to no account here."""
        return self._keep_stages(OpportunityRow.account_id.is_(None))

    def _keep_stages(self, of_deals: ColumnElement[bool]) -> int:
        last = (
            select(DealStageRow.stage)
            .where(DealStageRow.opportunity_id == OpportunityRow.id)
            .order_by(DealStageRow.since.desc())
            .limit(1)
            .lateral()
        )
        query = (
            select(OpportunityRow.id, OpportunityRow.stage)
            .join(last, true(), isouter=True)
            .where(
                of_deals,
                OpportunityRow.status == OpportunityStatus.OPEN.value,
                OpportunityRow.stage.is_not(None),
                OpportunityRow.stage.is_distinct_from(last.c.stage),
            )
            .order_by(OpportunityRow.id)
        )
        changed = self._session.execute(query).all()
        for start in range(0, len(changed), _AT_ONCE):
            self._keep(changed[start : start + _AT_ONCE], day=self._uow.clock.today())
        return len(changed)

    def _keep(self, changed: Sequence[Row[str, str | None]], *, day: date) -> None:
        statement = insert(DealStageRow)
        again = statement.on_conflict_do_update(
            index_elements=["opportunity_id", "since"], set_={"stage": statement.excluded.stage}
        )
        rows = [{"opportunity_id": deal_id, "since": day, "stage": stage} for deal_id, stage in changed]
        self._session.execute(again, rows)

    def _read(self, query: Select[*tuple[Any, ...]]) -> tuple[Deal, ...]:
        return tuple(_deal(row) for row in self._session.execute(query.order_by(OpportunityRow.id)))


def _of_open(query: Select[*tuple[Any, ...]], chosen: Slice, *, viewer: Viewer) -> Select[*tuple[Any, ...]]:
    conditions = in_slice(chosen)
    if conditions:
        query = query.join(AccountRow, AccountRow.id == OpportunityRow.account_id).where(*conditions)
    return query.where(_IS_OPEN, id_is_visible(viewer, OpportunityRow.account_id))


def _is_everything(chosen: Slice, viewer: Viewer) -> bool:
    """Whether every open deal is looked at that is of an account; the band of health never is."""
    return sees_every_account(viewer) and chosen.owner is None and chosen.segment is None


@lru_cache(maxsize=_STATEMENTS_KEPT)
def _open_sums(chosen: Slice, *, viewer: Viewer, day: date, until: date) -> Select[*tuple[Any, ...]]:
    """Written once: it follows from who asks for what."""
    of = (_everything(day) if _is_everything(chosen, viewer) else _each(chosen, viewer=viewer, day=day)).c
    is_due = of.close_date <= until
    is_stated = and_(is_due, of.has_probability)

    def deals(*which: ColumnElement[bool]) -> ColumnElement[int]:
        counted = func.sum(of.deals).filter(*which) if which else func.sum(of.deals)
        return cast(func.coalesce(counted, 0), BigInteger)

    columns = (
        of.currency,
        of.has_start,
        of.has_amount,
        deals().label("deals"),
        func.sum(of.amount).label("amount"),
        func.coalesce(func.sum(of.stated).filter(is_stated), 0).label("stated"),
        deals(is_stated).label("stated_deals"),
        deals(is_due).label("due"),
        deals(is_due, of.close_date < day).label("overdue"),
        deals(of.close_date.is_(None)).label("without_day"),
        deals(is_due, of.has_probability.is_(False)).label("without_probability"),
    )
    return select(*columns).group_by(of.currency, of.has_start, of.has_amount).having(func.sum(of.deals) > 0)


def _everything(day: date) -> Subquery:
    """Sums of all open deals; those that begin after the day are taken out, and added as deals without a start."""
    of, deal = DEAL_SUMS.c, OpportunityRow
    kept = select(
        of.currency, of.close_date, of.has_start, of.has_amount, of.has_probability, *(of[name] for name in _ADDED)
    )
    coming = [
        select(*_as_sum(times=times, has_start=has_start)).where(
            _IS_OPEN, deal.account_id.is_not(None), deal.created_on > day
        )
        for times, has_start in ((-1, true()), (1, false()))
    ]
    return union_all(kept.where(of.about == About.OPEN.value), *coming).subquery("open_deals")


def _each(chosen: Slice, *, viewer: Viewer, day: date) -> Subquery:
    has_start = func.coalesce(OpportunityRow.created_on <= day, false())
    return _of_open(select(*_as_sum(times=1, has_start=has_start)), chosen, viewer=viewer).subquery("open_deals")


def _as_sum(*, times: int, has_start: ColumnElement[bool]) -> tuple[ColumnElement[Any], ...]:
    """Each deal as a sum of one."""
    deal, nothing = OpportunityRow, literal(0, Numeric())
    return (
        deal.currency.label("currency"),
        deal.close_date.label("close_date"),
        has_start.label("has_start"),
        deal.amount.is_not(None).label("has_amount"),
        deal.probability.is_not(None).label("has_probability"),
        literal(times).label("deals"),
        func.coalesce(times * deal.amount, nothing).label("amount"),
        func.coalesce(times * deal.amount * deal.probability, nothing).label("stated"),
    )


def _left_out(row: Row[*tuple[Any, ...]]) -> LeftOut | None:
    if not row.has_amount:
        return LeftOut.NO_AMOUNT
    if row.currency is None:
        return LeftOut.NO_CURRENCY
    return None if row.has_start else LeftOut.NO_START


def _deal(row: Row[*tuple[Any, ...]]) -> Deal:
    return Deal(
        id=row.id,
        account_id=row.account_id,
        owner=row.owner_name,
        kind=OpportunityKind(row.kind) if row.kind else None,
        status=OpportunityStatus(row.status),
        stage=row.stage,
        amount=row.amount,
        currency=row.currency,
        probability=row.probability,
        created_on=row.created_on,
        closes_on=row.close_date,
    )
