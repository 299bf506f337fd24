"""Which models have which roles, what they are asked for, and what is left of the budgets. For administrators.

Invariant: an endpoint is named by host and port, a key is never shown; what comes from the environment is read only.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.administrators import AdminDep
from api.deps import ApplicationDep, UnitOfWorkDep
from api.schemas.common import PROBLEMS
from copilot.bootstrap import Application
from copilot.domain.model_calls import Budget, BudgetScope, Fitness, ModelVerdict
from copilot.llm.roles import ModelRole
from copilot.store.database import UnitOfWork
from copilot.store.model_calls import ModelCallRepository
from copilot.store.model_usage import DayOfCalls, ModelUsage

router = APIRouter(prefix="/api/v1/admin/models", tags=["administration"], responses=PROBLEMS)
MOST_DAYS = 90
Days = Annotated[int, Query(ge=1, le=MOST_DAYS, description="Days to look back, today included.")]


class Check(BaseModel):
    """What the newest `models check` of a model found."""

    model: str
    endpoint: str
    fitness: Fitness
    planned_right: int
    planned_right_offline: int
    planned_of: int
    judged_right: int
    judged_of: int
    """Pairs of a question and a source; none of a check by an older version."""
    may_judge: bool
    checked_at: datetime

    @classmethod
    def of(cls, verdict: ModelVerdict) -> "Check":
        return cls(
            model=verdict.model,
            endpoint=verdict.endpoint,
            fitness=verdict.fitness,
            planned_right=verdict.planned_right,
            planned_right_offline=verdict.planned_right_offline,
            planned_of=verdict.planned_of,
            judged_right=verdict.judged_right,
            judged_of=verdict.judged_of,
            may_judge=verdict.may_judge,
            checked_at=verdict.checked_at,
        )


class ModelInRole(BaseModel):
    """One model of a role's chain, in the order in which they are tried."""

    model: str
    endpoint: str
    has_key: bool
    allowed: bool
    """Whether the newest check lets it have the role: a planner and a judge need one, a writer must not have failed."""
    resting: bool
    """Whether the process that answers leaves it alone at the moment, because it failed too often."""
    price_known: bool
    check: Check | None


class Role(BaseModel):
    """A role and its models; none: rules do the work."""

    role: ModelRole
    models: list[ModelInRole]
    max_output_tokens: int
    temperature: float


class BudgetUse(BaseModel):
    """What one person, one team or the workspace spent today (UTC); no limit: null."""

    scope: BudgetScope
    subject: str
    name: str | None
    tokens: int
    cost_usd: Decimal
    token_limit: int | None
    usd_limit: Decimal | None

    @property
    def share(self) -> float | None:
        """Of the limit that is nearest; None without one."""
        shares = [
            float(spent) / float(limit) if limit else 1.0
            for spent, limit in ((self.tokens, self.token_limit), (self.cost_usd, self.usd_limit))
            if limit is not None
        ]
        return max(shares, default=None)


class ModelsView(BaseModel):
    """Everything about models."""

    roles: list[Role]
    checks: list[Check]
    """Of every model that was ever checked, configured or not."""
    days: list[DayOfCalls]
    budgets: list[BudgetUse]
    limits: dict[BudgetScope, Budget]


def roles_of(application: Application, *, uow: UnitOfWork) -> list[Role]:
    """Each role with its chain."""
    return [_role(role, application=application, uow=uow) for role in ModelRole]


def _role(role: ModelRole, *, application: Application, uow: UnitOfWork) -> Role:
    models, calls = application.models, ModelCallRepository(uow)
    found = []
    for endpoint in models.chain(role):
        verdict = calls.verdict(endpoint.model, endpoint=endpoint.identity)
        found.append(
            ModelInRole(
                model=endpoint.model,
                endpoint=endpoint.label,
                has_key=endpoint.api_key is not None,
                allowed=models.may_take(endpoint, role),
                resting=models.is_resting(endpoint),
                price_known=endpoint.price is not None,
                check=Check.of(verdict) if verdict else None,
            )
        )
    rules = models.policy.roles[role]
    return Role(role=role, models=found, max_output_tokens=rules.max_output_tokens, temperature=rules.temperature)


def budgets_of(application: Application, *, uow: UnitOfWork) -> list[BudgetUse]:
    """Who spent what today, and the limits; the workspace is there even before it spent anything."""
    limits = application.models.policy.budgets
    spent = ModelUsage(uow).spent_today()
    found = [
        BudgetUse(
            scope=each.scope,
            subject=each.subject,
            name=each.name,
            tokens=each.spent.tokens,
            cost_usd=each.spent.cost_usd,
            token_limit=limits.get(each.scope, Budget()).tokens,
            usd_limit=limits.get(each.scope, Budget()).usd,
        )
        for each in spent
    ]
    if any(each.scope is BudgetScope.WORKSPACE for each in found):
        return found
    whole = limits.get(BudgetScope.WORKSPACE, Budget())
    nothing = BudgetUse(
        scope=BudgetScope.WORKSPACE,
        subject="workspace",
        name=None,
        tokens=0,
        cost_usd=Decimal(0),
        token_limit=whole.tokens,
        usd_limit=whole.usd,
    )
    return [nothing, *found]


@router.get("")
def show_models(_viewer: AdminDep, uow: UnitOfWorkDep, application: ApplicationDep, days: Days = 14) -> ModelsView:
    """Roles, checks, calls by day, budgets."""
    return ModelsView(
        roles=roles_of(application, uow=uow),
        checks=[Check.of(verdict) for verdict in ModelCallRepository(uow).verdicts()],
        days=list(ModelUsage(uow).days(days=days)),
        budgets=budgets_of(application, uow=uow),
        limits=application.models.policy.budgets,
    )
