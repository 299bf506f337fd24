"""Takes what a call may cost out of the budgets before it is made, and records what it did cost.

Invariant: no call without a reservation; both are transactions of their own, so that undoing the draft does not lose
what was spent.
"""

from dataclasses import dataclass
from typing import assert_never

from copilot.domain.model_calls import Budget, BudgetScope, CallEnd, NewCall, Spending
from copilot.errors import BudgetExceeded, CopilotError
from copilot.llm.endpoints import Endpoint
from copilot.llm.roles import Caller, ModelRole
from copilot.llm.stamps import current_stamp
from copilot.store.database import Database
from copilot.store.model_calls import ModelCallRepository
from copilot.telemetry import get_logger

_log = get_logger(__name__)


class _Full(Exception):
    """Undoes the unit of work of a reservation that does not fit."""

    def __init__(self, scope: BudgetScope) -> None:
        super().__init__(scope.value)
        self.scope = scope


@dataclass(frozen=True, slots=True)
class Meter:
    """Charges the calls of one caller in one role."""

    database: Database
    budgets: dict[BudgetScope, Budget]
    role: ModelRole
    caller: Caller

    def reserve(self, endpoint: Endpoint, *, input_tokens: int, output_tokens: int) -> str:
        """Set aside the most that a call may take. Returns the call's id.

        Raises BudgetExceeded if it does not fit or its price is not known while dollars are limited.
        """
        price = endpoint.price
        if price is None and any(self._budget(scope).usd is not None for scope in BudgetScope):
            raise BudgetExceeded(
                f"The price of the model {endpoint.model} is not known, so the budget cannot be kept.",
                hint="Add it to the file of COPILOT_MODELS.",
            )
        cost = price.cost(input_tokens=input_tokens, output_tokens=output_tokens) if price else Spending().cost_usd
        stamp = current_stamp()
        call = NewCall(
            id=str(self.database.clock.new_id()),
            role=self.role.value,
            model=endpoint.model,
            endpoint=endpoint.label,
            user_id=self.caller.user_id,
            team_id=self.caller.team_id,
            prompt_id=stamp.id if stamp else None,
            prompt_version=stamp.version if stamp else None,
            reserved=Spending(input_tokens + output_tokens, cost),
        )
        try:
            with self.database.unit_of_work_aside() as uow:
                _undo_if_full(ModelCallRepository(uow).reserve(call, budgets=self.budgets))
        except _Full as error:
            _log.warning("model.budget_exceeded", role=self.role.value, scope=error.scope.value, model=endpoint.model)
            raise _used_up(error.scope) from None
        return call.id

    def settle(self, call_id: str, endpoint: Endpoint, end: CallEnd) -> None:
        """Record how the call ended. A record that fails must not cost the caller the answer."""
        _log.info(
            "model.called",
            role=self.role.value,
            model=endpoint.model,
            endpoint=endpoint.label,
            outcome=end.outcome.value,
            input_tokens=end.input_tokens,
            output_tokens=end.output_tokens,
            latency_ms=end.latency_ms,
            attempts=end.attempts,
        )
        try:
            with self.database.unit_of_work_aside() as uow:
                ModelCallRepository(uow).settle(call_id, end)
        except CopilotError as error:
            # What was set aside stays spent, and housekeeping marks the call as lost.
            _log.error("model.record_failed", call=call_id, code=error.code)

    def _budget(self, scope: BudgetScope) -> Budget:
        return self.budgets.get(scope, Budget())


def _undo_if_full(scope: BudgetScope | None) -> None:
    if scope is not None:
        raise _Full(scope)


def _used_up(scope: BudgetScope) -> BudgetExceeded:
    match scope:
        case BudgetScope.USER:
            return BudgetExceeded(
                "Your budget for models is used up for today.",
                hint="It is renewed at midnight UTC; an administrator can raise it.",
            )
        case BudgetScope.TEAM:
            return BudgetExceeded(
                "Your team's budget for models is used up for today.",
                hint="It is renewed at midnight UTC; an administrator can raise it.",
            )
        case BudgetScope.WORKSPACE:
            return BudgetExceeded(
                "The workspace's budget for models is used up for today.",
                hint="It is renewed at midnight UTC; an administrator can raise it.",
            )
        case _:
            assert_never(scope)
