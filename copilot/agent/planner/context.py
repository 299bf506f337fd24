"""What a turn leaves for the next one.

Invariant: only ids, periods and plans that earlier turns of the same thread made are kept; an answer that was
waited for stops waiting once a plan has steps or refuses.
"""

from datetime import date

from copilot.domain.figure_queries import Condition, FigureQuery, Operator, Subject
from copilot.domain.periods import Period
from copilot.domain.plans import (
    CompareStep,
    Plan,
    PlanningContext,
    QueryStep,
    SearchStep,
    Step,
    TimelineStep,
)


def next_context(plan: Plan, context: PlanningContext) -> PlanningContext:
    """The context after a turn with this plan."""
    kept = {"language": plan.language, "clarification": plan.clarification}
    if not plan.steps:
        return context.model_copy(update=kept)
    account_ids = tuple(dict.fromkeys(account_id for step in plan.steps for account_id in accounts_of(step)))
    period = next((found for step in plan.steps if (found := period_of(step)) is not None), None)
    return context.model_copy(
        update={
            **kept,
            "account_ids": account_ids or context.account_ids,
            "earlier_account_ids": _earlier(account_ids, context),
            "contact_ids": () if account_ids else context.contact_ids,
            "period": period or context.period,
            "steps": plan.steps,
        }
    )


def _earlier(account_ids: tuple[str, ...], context: PlanningContext) -> tuple[str, ...]:
    """Accounts spoken of before the present ones, the latest first."""
    if not account_ids:
        return context.earlier_account_ids
    before = (*context.account_ids, *context.earlier_account_ids)
    return tuple(dict.fromkeys(item for item in before if item not in account_ids))[:3]


def accounts_of(step: Step) -> tuple[str, ...]:
    """Accounts that a step is about."""
    if isinstance(step, QueryStep | CompareStep):
        return step.query.account_ids
    if isinstance(step, SearchStep):
        return step.account_ids
    account_id = getattr(step, "account_id", None)
    return (account_id,) if isinstance(account_id, str) else ()


def period_of(step: Step) -> Period | None:
    """Days that a step is about."""
    if isinstance(step, TimelineStep | SearchStep):
        return step.period
    if isinstance(step, QueryStep):
        return _period_of_query(step.query)
    return None


def records_query(steps: tuple[Step, ...]) -> QueryStep | None:
    """The last query that lists, counts or sums records: a follow-up question may change it."""
    for step in reversed(steps):
        if isinstance(step, QueryStep):
            return None if step.query.subject is Subject.ACCOUNTS and step.query.account_ids else step
    return None


def _period_of_query(query: FigureQuery) -> Period | None:
    conditions = [*query.conditions, *query.of_account, *(item for one in query.related for item in one.conditions)]
    start, end = _bound(conditions, Operator.AT_LEAST), _bound(conditions, Operator.AT_MOST)
    if (start is None and end is None) or (start and end and end < start):
        return None
    return Period(start=start, end=end)


def _bound(conditions: list[Condition], operator: Operator) -> date | None:
    values = [value for item in conditions if item.operator is operator for value in item.values]
    return next((value for value in values if isinstance(value, date)), None)
