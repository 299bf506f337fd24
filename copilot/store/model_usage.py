"""What models were used for by everybody: by day, by prompt, and what is spent of today's budgets.

Invariant: counts and codes only, as in the record of calls; who may read everybody's is decided by the caller.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Float, cast, func, select

from copilot.domain.model_calls import BudgetScope, CallOutcome, Spending
from copilot.store.database import UnitOfWork
from copilot.store.tables.models import ModelCallRow, ModelSpendingRow
from copilot.store.tables.people import TeamRow, UserRow


@dataclass(frozen=True, slots=True)
class DayOfCalls:
    """The calls of one day (UTC), role and model."""

    day: date
    role: str
    model: str
    endpoint: str
    calls: int
    answered: int
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal
    unpriced: int
    """Calls that ended and whose cost is not known, because the price of the model is not."""
    median_ms: float | None
    """Of the calls that were answered."""
    slow_ms: float | None
    """Nineteen of twenty were faster."""


@dataclass(frozen=True, slots=True)
class PromptUse:
    """The calls made with one version of one prompt."""

    prompt_id: str
    version: int
    calls: int
    answered: int
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal
    median_ms: float | None
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class SpentToday:
    """What one person, one team or the workspace spent today, or set aside for calls that run."""

    scope: BudgetScope
    subject: str
    name: str | None
    """None: the workspace, or somebody who is not known here."""
    spent: Spending


class ModelUsage:
    """Reads within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session
        self._clock = uow.clock

    def days(self, *, days: int) -> tuple[DayOfCalls, ...]:
        """The calls of the last so many days, the newest day first."""
        day: Any = cast(func.timezone("UTC", ModelCallRow.called_at), Date)
        keys = (day, ModelCallRow.role, ModelCallRow.model, ModelCallRow.endpoint)
        first = self._clock.now().date() - timedelta(days=days - 1)
        rows = self._session.execute(
            select(day.label("day"), *keys[1:], *_sums(), _percentile(0.95).label("slow_ms"))
            .where(day >= first)
            .group_by(*keys)
            .order_by(day.desc(), *keys[1:])
        )
        return tuple(DayOfCalls(**row._asdict()) for row in rows)

    def by_prompt(self) -> tuple[PromptUse, ...]:
        """The calls that are on record, by prompt and version."""
        keys = (ModelCallRow.prompt_id, ModelCallRow.prompt_version)
        sums = [column for column in _sums() if column.name != "unpriced"]
        rows = self._session.execute(
            select(
                keys[0].label("prompt_id"),
                keys[1].label("version"),
                *sums,
                func.min(ModelCallRow.called_at).label("first"),
                func.max(ModelCallRow.called_at).label("last"),
            )
            .where(keys[0].is_not(None), keys[1].is_not(None))
            .group_by(*keys)
            .order_by(*keys)
        )
        return tuple(PromptUse(**row._asdict()) for row in rows)

    def spent_today(self) -> tuple[SpentToday, ...]:
        """Everybody's spending of today (UTC): the workspace first, then teams and people, the most first."""
        rows = self._session.execute(
            select(ModelSpendingRow, UserRow.name, TeamRow.name)
            .outerjoin(UserRow, UserRow.id == ModelSpendingRow.subject)
            .outerjoin(TeamRow, TeamRow.id == ModelSpendingRow.subject)
            .where(ModelSpendingRow.day == self._clock.now().date())
            .order_by(ModelSpendingRow.tokens.desc(), ModelSpendingRow.subject)
        )
        found = [_spent(row, user, team) for row, user, team in rows]
        order: Sequence[BudgetScope] = (BudgetScope.WORKSPACE, BudgetScope.TEAM, BudgetScope.USER)
        return tuple(sorted(found, key=lambda each: order.index(each.scope)))


def _spent(row: ModelSpendingRow, user: str | None, team: str | None) -> SpentToday:
    scope = BudgetScope(row.scope)
    name = {BudgetScope.USER: user, BudgetScope.TEAM: team, BudgetScope.WORKSPACE: None}[scope]
    return SpentToday(scope, row.subject, name, Spending(row.tokens, row.cost_usd))


def _sums() -> list[Any]:
    answered = ModelCallRow.outcome == CallOutcome.ANSWERED.value
    ended = ModelCallRow.outcome.not_in([CallOutcome.RUNNING.value, CallOutcome.LOST.value])
    return [
        func.count().label("calls"),
        func.count().filter(answered).label("answered"),
        func.sum(ModelCallRow.input_tokens).label("input_tokens"),
        func.sum(ModelCallRow.output_tokens).label("output_tokens"),
        func.coalesce(func.sum(ModelCallRow.cost_usd), 0).label("cost_usd"),
        func.count().filter(ended, ModelCallRow.cost_usd.is_(None)).label("unpriced"),
        _percentile(0.5).label("median_ms"),
    ]


def _percentile(share: float) -> Any:
    """Of the time that answered calls took."""
    latency = cast(ModelCallRow.latency_ms, Float)
    return func.percentile_cont(share).within_group(latency).filter(ModelCallRow.outcome == CallOutcome.ANSWERED.value)
