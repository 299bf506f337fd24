"""The record of model calls and the budgets they are taken from.

Invariant: what may be spent is set aside before a call by one conditional statement per budget, so that calls at the
same moment cannot together exceed it; what a call really took replaces what was set aside.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, CursorResult, Date, and_, cast, delete, func, select, true, update
from sqlalchemy.dialects.postgresql import insert

from copilot.domain.model_calls import (
    WORKSPACE_SUBJECT,
    Budget,
    BudgetScope,
    CallEnd,
    CallOutcome,
    CallTotals,
    Fitness,
    ModelCall,
    ModelVerdict,
    NewCall,
    Spending,
)
from copilot.store.database import UnitOfWork
from copilot.store.tables.models import ModelCallRow, ModelCheckRow, ModelSpendingRow

_LONGEST_CALL = timedelta(hours=2)
Subjects = dict[BudgetScope, str]


def subjects_of(user_id: str, team_id: str | None) -> Subjects:
    """Whose budgets a call of this person is taken from, in the order in which they are charged."""
    team = {BudgetScope.TEAM: team_id} if team_id is not None else {}
    return {BudgetScope.USER: user_id, **team, BudgetScope.WORKSPACE: WORKSPACE_SUBJECT}


class ModelCallRepository:
    """Works within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session
        self._clock = uow.clock

    def reserve(self, call: NewCall, *, budgets: dict[BudgetScope, Budget]) -> BudgetScope | None:
        """Set aside what `call` may take and record that it runs. Returns the budget it does not fit into, if any.

        The caller must then undo the unit of work.
        """
        now = self._clock.now()
        for scope, subject in subjects_of(call.user_id, call.team_id).items():
            if not self._charge(now.date(), scope, subject, call.reserved, budgets.get(scope, Budget())):
                return scope
        self._session.add(
            ModelCallRow(
                id=call.id,
                called_at=now,
                role=call.role,
                model=call.model,
                endpoint=call.endpoint,
                outcome=CallOutcome.RUNNING.value,
                user_id=call.user_id,
                team_id=call.team_id,
                prompt_id=call.prompt_id,
                prompt_version=call.prompt_version,
                reserved_tokens=call.reserved.tokens,
                reserved_usd=call.reserved.cost_usd,
            )
        )
        return None

    def settle(self, call_id: str, end: CallEnd) -> None:
        """Record what became of a call and put what it really took in the place of what was set aside."""
        row = self._session.get_one(ModelCallRow, call_id, with_for_update=True)
        if row.outcome != CallOutcome.RUNNING:
            return
        tokens = end.input_tokens + end.output_tokens - row.reserved_tokens
        cost = (end.cost_usd or Decimal(0)) - row.reserved_usd
        for scope, subject in subjects_of(row.user_id, row.team_id).items():
            self._session.execute(
                update(ModelSpendingRow)
                .where(
                    ModelSpendingRow.day == row.called_at.date(),
                    ModelSpendingRow.scope == scope.value,
                    ModelSpendingRow.subject == subject,
                )
                .values(tokens=ModelSpendingRow.tokens + tokens, cost_usd=ModelSpendingRow.cost_usd + cost)
            )
        row.outcome, row.finish_reason = end.outcome.value, end.finish_reason
        row.input_tokens, row.output_tokens, row.cached_tokens = end.input_tokens, end.output_tokens, end.cached_tokens
        row.cost_usd, row.latency_ms, row.attempts = end.cost_usd, end.latency_ms, end.attempts

    def spent(self, user_id: str, *, team_id: str | None) -> dict[BudgetScope, Spending]:
        """What is spent and set aside today by this person, their team and everybody."""
        day, found = self._clock.now().date(), {}
        for scope, subject in subjects_of(user_id, team_id).items():
            row = self._session.get(ModelSpendingRow, (day, scope.value, subject))
            found[scope] = Spending(row.tokens, row.cost_usd) if row else Spending()
        return found

    def recent(self, *, limit: int, user_id: str | None = None) -> tuple[ModelCall, ...]:
        """The newest calls first; of one user, or of all."""
        rows = self._session.scalars(
            select(ModelCallRow)
            .where(_of(user_id))
            .order_by(ModelCallRow.called_at.desc(), ModelCallRow.id)
            .limit(limit)
        )
        return tuple(_call(row) for row in rows)

    def totals(self, *, days: int, user_id: str | None = None) -> tuple[CallTotals, ...]:
        """By day, role and model; the newest day first; of one user, or of all."""
        day = cast(func.timezone("UTC", ModelCallRow.called_at), Date)
        since = self._clock.now() - timedelta(days=days)
        rows = self._session.execute(
            select(
                day.label("day"),
                ModelCallRow.role,
                ModelCallRow.model,
                func.count().label("calls"),
                func.count().filter(ModelCallRow.outcome == CallOutcome.ANSWERED.value).label("answered"),
                func.sum(ModelCallRow.input_tokens).label("input_tokens"),
                func.sum(ModelCallRow.output_tokens).label("output_tokens"),
                func.coalesce(func.sum(ModelCallRow.cost_usd), 0).label("cost"),
            )
            .where(ModelCallRow.called_at >= since, _of(user_id))
            .group_by(day, ModelCallRow.role, ModelCallRow.model)
            .order_by(day.desc(), ModelCallRow.role, ModelCallRow.model)
        )
        return tuple(
            CallTotals(
                day=row.day,
                role=row.role,
                model=row.model,
                calls=row.calls,
                answered=row.answered,
                input_tokens=int(row.input_tokens),
                output_tokens=int(row.output_tokens),
                cost_usd=Decimal(row.cost),
            )
            for row in rows
        )

    def note_lost(self) -> int:
        """Mark calls that can no longer be running; what was set aside for them stays spent. Returns how many."""
        result = self._session.execute(
            update(ModelCallRow)
            .where(
                ModelCallRow.outcome == CallOutcome.RUNNING.value,
                ModelCallRow.called_at < self._clock.now() - _LONGEST_CALL,
            )
            .values(outcome=CallOutcome.LOST.value)
        )
        return result.rowcount if isinstance(result, CursorResult) else 0

    def forget(self, *, before: datetime) -> int:
        """Delete calls and daily sums of before then. Returns how many calls."""
        self._session.execute(delete(ModelSpendingRow).where(ModelSpendingRow.day < before.date()))
        result = self._session.execute(delete(ModelCallRow).where(ModelCallRow.called_at < before))
        return result.rowcount if isinstance(result, CursorResult) else 0

    def verdict(self, model: str, *, endpoint: str) -> ModelVerdict | None:
        """What the newest check found; None: never checked."""
        row = self._session.get(ModelCheckRow, (model, endpoint))
        return _verdict(row) if row else None

    def verdicts(self) -> tuple[ModelVerdict, ...]:
        """Of every model that was checked."""
        rows = self._session.scalars(select(ModelCheckRow).order_by(ModelCheckRow.model, ModelCheckRow.endpoint))
        return tuple(_verdict(row) for row in rows)

    def keep_verdict(self, verdict: ModelVerdict) -> None:
        """Keep the newest check of a model."""
        self._session.merge(
            ModelCheckRow(
                model=verdict.model,
                endpoint=verdict.endpoint,
                fitness=verdict.fitness.value,
                planned_right=verdict.planned_right,
                planned_right_offline=verdict.planned_right_offline,
                planned_of=verdict.planned_of,
                checked_at=verdict.checked_at,
                judged_right=verdict.judged_right,
                judged_of=verdict.judged_of,
            )
        )

    def _charge(self, day: date, scope: BudgetScope, subject: str, amount: Spending, budget: Budget) -> bool:
        """Add `amount` to what is spent unless that would exceed `budget`."""
        if not _fits(amount, budget):
            return False
        row = insert(ModelSpendingRow).values(
            day=day, scope=scope.value, subject=subject, tokens=amount.tokens, cost_usd=amount.cost_usd
        )
        tokens = ModelSpendingRow.tokens + row.excluded.tokens
        cost = ModelSpendingRow.cost_usd + row.excluded.cost_usd
        within = and_(
            tokens <= budget.tokens if budget.tokens is not None else true(),
            cost <= budget.usd if budget.usd is not None else true(),
        )
        charged = row.on_conflict_do_update(
            index_elements=["day", "scope", "subject"], set_={"tokens": tokens, "cost_usd": cost}, where=within
        )
        return self._session.execute(charged.returning(ModelSpendingRow.tokens)).first() is not None


def _fits(amount: Spending, budget: Budget) -> bool:
    return (budget.tokens is None or amount.tokens <= budget.tokens) and (
        budget.usd is None or amount.cost_usd <= budget.usd
    )


def _of(user_id: str | None) -> ColumnElement[bool]:
    return true() if user_id is None else ModelCallRow.user_id == user_id


def _call(row: ModelCallRow) -> ModelCall:
    return ModelCall(
        id=row.id,
        called_at=row.called_at,
        role=row.role,
        model=row.model,
        endpoint=row.endpoint,
        outcome=CallOutcome(row.outcome),
        user_id=row.user_id,
        team_id=row.team_id,
        prompt_id=row.prompt_id,
        prompt_version=row.prompt_version,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cached_tokens=row.cached_tokens,
        cost_usd=row.cost_usd,
        latency_ms=row.latency_ms,
        attempts=row.attempts,
        finish_reason=row.finish_reason,
    )


def _verdict(row: ModelCheckRow) -> ModelVerdict:
    return ModelVerdict(
        model=row.model,
        endpoint=row.endpoint,
        fitness=Fitness(row.fitness),
        planned_right=row.planned_right,
        planned_right_offline=row.planned_right_offline,
        planned_of=row.planned_of,
        checked_at=row.checked_at,
        judged_right=row.judged_right,
        judged_of=row.judged_of,
    )
