"""Deals for the forecast: the open ones, and what became of all the others.

Invariants: the open deals that a person gets are those of accounts they may see. What is learnt from (how often and
how fast deals are won) is everybody's, like every model's history, and no single deal of it is shown.
Exports say only in which stage a deal is now, so stages are kept from day to day.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Numeric,
    Row,
    Select,
    Text,
    and_,
    cast,
    false,
    func,
    literal_column,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import insert

from copilot.domain.access import Viewer
from copilot.domain.deals import Deal, DealsHistory, DealSums, LeftOut, OpenSums, StageSince
from copilot.domain.portfolio import Slice
from copilot.domain.records import OpportunityKind, OpportunityStatus
from copilot.store.database import UnitOfWork
from copilot.store.portfolio import in_slice
from copilot.store.tables.records import AccountRow, OpportunityRow
from copilot.store.tables.scores import DealStageRow
from copilot.store.visibility import id_is_visible

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
# What the forecast learns from, and nothing else: an amount or an owner that changed teaches nothing new.
_DIGEST = """
select md5(concat_ws(' ', deals.digest, stages.digest)) from (
  select md5(string_agg(cast(row(id, kind, status, stage, created_on, close_date) as text), ',' order by id)) as digest
  from opportunities where account_id is not null and (status = 'open' or close_date >= :since)
) deals, (
  select md5(string_agg(cast(row(opportunity_id, since, stage) as text), ',' order by opportunity_id, since)) as digest
  from deal_stages
) stages
"""
# The same of those few that belong to no account: nobody notes when they change.
_STRAY_DIGEST = """
select md5(string_agg(
  cast(row(o.id, o.kind, o.status, o.stage, o.created_on, o.close_date, s.since, s.stage) as text), ','
  order by o.id, s.since
))
from opportunities o left join deal_stages s on s.opportunity_id = o.id
where o.account_id is null and (o.status = 'open' or o.close_date >= :since)
"""
# What is drawn for deals that are open: two sums of hashes of 64 bits, for what order rows come in does not matter.
_OPEN = ("id", "kind", "stage", "amount", "currency", "created_on")
_ALL = Slice()
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
        deal = OpportunityRow
        has_start = func.coalesce(deal.created_on <= day, false()).label("has_start")
        has_amount = deal.amount.is_not(None).label("has_amount")
        is_due = deal.close_date <= until
        is_stated = and_(is_due, deal.probability.is_not(None))
        columns = (
            deal.currency,
            has_start,
            has_amount,
            func.count().label("deals"),
            func.sum(deal.amount).label("amount"),
            func.coalesce(func.sum(deal.amount * deal.probability).filter(is_stated), 0).label("stated"),
            func.count().filter(is_stated).label("stated_deals"),
            func.count().filter(is_due).label("due"),
            func.count().filter(is_due, deal.close_date < day).label("overdue"),
            func.count().filter(deal.close_date.is_(None)).label("without_day"),
            func.count().filter(is_due, deal.probability.is_(None)).label("without_probability"),
        )
        query = _of_open(select(*columns), chosen, viewer=viewer).group_by(deal.currency, has_start, has_amount)
        rows = self._session.execute(query).all()
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

    def history_digest(self, *, of_accounts: str | None = None) -> str:
        """Names what `history` teaches as known today: another digest means that there may be more to learn.

        `of_accounts`: the part that `accounts_digest` says, where that is known.
        """
        stray = self._session.scalar(text(_STRAY_DIGEST), {"since": self._since})
        return f"{of_accounts or self.accounts_digest()} {stray}"

    def accounts_digest(self) -> str:
        """The part of accounts' deals: where one of those changes, its account is due to be scored."""
        return str(self._session.scalar(text(_DIGEST), {"since": self._since}))

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
    # Written out: the index of open deals is one by this condition.
    is_open = OpportunityRow.status == literal_column(f"'{OpportunityStatus.OPEN.value}'")
    return query.where(is_open, id_is_visible(viewer, OpportunityRow.account_id))


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
