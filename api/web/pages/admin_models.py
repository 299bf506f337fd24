"""The page of models and budgets.

Invariant: nothing is set here: what decides comes from the environment and from a reviewed file, and the page says
which.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.administrators import AdminDep
from api.deps import ApplicationDep, UnitOfWorkDep
from api.routes.admin_models import Check, budgets_of, roles_of
from api.web.plots import Columns, stacked
from api.web.templating import render
from copilot.store.model_calls import ModelCallRepository
from copilot.store.model_usage import DayOfCalls, ModelUsage

router = APIRouter(prefix="/admin/models", include_in_schema=False)
PERIODS = (7, 14, 30, 90)
_USUAL = 14
_MOST_LABELS = 10
_VARIABLES = {"planner": "COPILOT_PLANNER_MODEL", "writer": "COPILOT_WRITER_MODEL", "judge": "COPILOT_JUDGE_MODEL"}


@router.get("")
def models(
    request: Request,
    _viewer: AdminDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    days: Annotated[str, Query(max_length=5)] = "",
) -> Response:
    """Roles, checks, calls by day, budgets."""
    period = int(days) if days.isascii() and days.isdigit() and int(days) in PERIODS else _USUAL
    found = ModelUsage(uow).days(days=period)
    today = uow.clock.now().date()
    return render(
        request,
        "admin_models.html",
        roles=roles_of(application, uow=uow),
        variables=_VARIABLES,
        checks=[Check.of(verdict) for verdict in ModelCallRepository(uow).verdicts()],
        days=found,
        period=period,
        periods=PERIODS,
        sums=_Sums.of(found),
        token_plot=_plot(found, today=today, days=period, of=lambda one: one.input_tokens + one.output_tokens),
        cost_plot=_plot(found, today=today, days=period, of=lambda one: float(one.cost_usd)),
        budgets=budgets_of(application, uow=uow),
        limits=application.models.policy.budgets,
        own_file=application.settings.models_file is not None,
        breaker=application.models.policy.breaker,
        attempts=application.models.policy.limits.attempts,
    )


class _Sums:
    """The whole period in a few figures."""

    def __init__(self, calls: int, answered: int, tokens: int, cost_usd: Decimal, unpriced: int) -> None:
        self.calls, self.answered, self.tokens = calls, answered, tokens
        self.cost_usd, self.unpriced = cost_usd, unpriced

    @classmethod
    def of(cls, days: Sequence[DayOfCalls]) -> "_Sums":
        return cls(
            calls=sum(one.calls for one in days),
            answered=sum(one.answered for one in days),
            tokens=sum(one.input_tokens + one.output_tokens for one in days),
            cost_usd=sum((one.cost_usd for one in days), Decimal(0)),
            unpriced=sum(one.unpriced for one in days),
        )


def _plot(found: Sequence[DayOfCalls], *, today: date, days: int, of: Callable[[DayOfCalls], float]) -> Columns | None:
    """A column a day; None where there is nothing to see."""
    sums: dict[date, dict[str, float]] = {}
    for one in found:
        of_day = sums.setdefault(one.day, {})
        of_day[one.role] = of_day.get(one.role, 0.0) + of(one)
    if not any(value for of_day in sums.values() for value in of_day.values()):
        return None
    every = -(-days // _MOST_LABELS)
    columns = []
    for back in range(days - 1, -1, -1):
        day = today - timedelta(days=back)
        roles = sums.get(day, {})
        # Every few days has its day of the month below; the table names each.
        columns.append((str(day.day) if back % every == 0 else "", {role: roles[role] for role in sorted(roles)}))
    return stacked(columns)
