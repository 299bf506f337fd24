"""Deals for the forecast: the open ones, and what became of all the others.

Invariants: the open deals that a person gets are those of accounts they may see. What is learnt from (how often and
how fast deals are won) is everybody's, like every model's history, and no single deal of it is shown.
Exports say only in which stage a deal is now, so stages are kept from day to day.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select, text, true
from sqlalchemy.dialects.postgresql import insert

from copilot.domain.access import Viewer
from copilot.domain.deals import Deal, DealsHistory, StageSince
from copilot.domain.records import OpportunityKind, OpportunityStatus
from copilot.store.database import UnitOfWork
from copilot.store.tables.records import OpportunityRow
from copilot.store.tables.scores import DealStageRow
from copilot.store.visibility import visible_accounts

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
  from opportunities where status = 'open' or close_date >= :since
) deals, (
  select md5(string_agg(cast(row(opportunity_id, since, stage) as text), ',' order by opportunity_id, since)) as digest
  from deal_stages
) stages
"""
_AT_ONCE = 5_000
_DAYS_BACK = 1_096


class DealsRepository:
    """Of one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def open(self, *, viewer: Viewer, account_ids: Iterable[str] | None = None) -> tuple[Deal, ...]:
        """Open deals of the accounts that the viewer may see, or of some of those."""
        query = select(*_COLUMNS).where(
            OpportunityRow.status == OpportunityStatus.OPEN.value,
            OpportunityRow.account_id.in_(visible_accounts(viewer)),
        )
        if account_ids is not None:
            query = query.where(OpportunityRow.account_id.in_(list(account_ids)))
        return self._read(query)

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

    def history_digest(self) -> str:
        """Names what `history` teaches as known today: another digest means that there may be more to learn."""
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
