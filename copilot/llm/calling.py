"""Asks the models of a role in order until one answers.

Invariant: every call that leaves has passed the check of its length, its endpoint's circuit breaker and the budgets,
in this order, and is recorded whatever becomes of it.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import tenacity
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import RunnableConfig

from copilot.domain.model_calls import CallEnd, CallOutcome
from copilot.errors import ConfigurationError, CopilotError, ModelOutputError, ModelUnavailable, PromptTooLong
from copilot.llm.breaker import Breaker, Trial
from copilot.llm.client import limit_option
from copilot.llm.endpoints import Endpoint
from copilot.llm.failures import READABLE, Failure, failure_of
from copilot.llm.message_tokens import message_tokens, text_tokens
from copilot.llm.metering import Meter
from copilot.llm.policy import Limits, RoleRules
from copilot.telemetry import get_logger

_log = get_logger(__name__)
_QUIET: RunnableConfig = {"callbacks": []}
"""Whoever listens to the run hears it from the model around this one."""
_SHORTEST_ANSWER = 128
"""Tokens; less room than this is too little to answer in."""
_PATIENCE = 1.5
"""Times the time limit, after which nothing is tried again."""


@dataclass(frozen=True, slots=True)
class Line:
    """A model of the chain: where it is, how to reach it, whether it is left alone."""

    endpoint: Endpoint
    breaker: Breaker
    chat: Callable[[], BaseChatModel]
    """Made at the first question; raises CopilotError when that cannot be done."""


class _Failed(Exception):
    """One attempt failed."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.outcome.value)
        self.failure = failure


@dataclass(slots=True)
class _Call:
    """A call under way."""

    id: str
    line: Line
    trial: Trial
    input_tokens: int
    started: float
    options: dict[str, Any]
    attempts: int = 0
    end: CallEnd | None = None


@dataclass(frozen=True, slots=True)
class Calls:
    """What one caller asks in one role."""

    lines: Sequence[Line]
    meter: Meter
    rules: RoleRules
    limits: Limits
    sleep: Callable[[float], None] = field(default=time.sleep)

    def ask(self, messages: list[BaseMessage], options: dict[str, Any]) -> ChatResult:
        """The first answer. Raises ModelUnavailable or ModelOutputError: that of the model of first choice."""
        result: ChatResult = self._first(lambda line: self._ask(line, messages, options))
        return result

    def stream(self, messages: list[BaseMessage], options: dict[str, Any]) -> Iterator[ChatGenerationChunk]:
        """The answer as it comes. Another model is asked only as long as nothing has come."""
        pieces = self._first(lambda line: _begun(self._stream(line, messages, options)))
        yield from pieces

    def _first(self, ask: Callable[[Line], Any]) -> Any:
        problems: list[CopilotError] = []
        for line in self.lines:
            try:
                return ask(line)
            except (ModelUnavailable, ModelOutputError) as error:
                _log.warning("model.failed", role=self.meter.role.value, model=line.endpoint.model, code=error.code)
                problems.append(error)
            except ConfigurationError as error:
                # Whoever asked can do without a model; `doctor` and `models check` say what is wrong.
                _log.error("model.misconfigured", role=self.meter.role.value, model=line.endpoint.model)
                problems.append(ModelUnavailable(error.message, hint=error.hint))
        raise problems[0]

    def _ask(self, line: Line, messages: list[BaseMessage], options: dict[str, Any]) -> ChatResult:
        chat = line.chat()
        with self._call(line, messages, options) as call:
            result: ChatResult = self._retrying(line)(self._attempt, call, lambda: _result(chat, messages, call))
            message = result.generations[0].message
            if isinstance(message, AIMessage):
                self._answered(call, message)
            return result

    def _stream(
        self, line: Line, messages: list[BaseMessage], options: dict[str, Any]
    ) -> Iterator[ChatGenerationChunk]:
        chat = line.chat()
        with self._call(line, messages, options) as call:
            opened = self._retrying(line)(
                self._attempt, call, lambda: _begun(chat.stream(messages, _QUIET, **call.options))
            )
            whole = AIMessageChunk(content="")
            ended = False
            try:
                for chunk in opened:
                    whole += chunk
                    yield ChatGenerationChunk(message=chunk)
                ended = True
            except READABLE as error:
                raise _Failed(failure_of(error)) from error
            finally:
                self._answered(call, whole, ended=ended)

    @contextmanager
    def _call(self, line: Line, messages: list[BaseMessage], options: dict[str, Any]) -> Iterator[_Call]:
        """Check, set aside, let through; afterwards record. Turns failures into typed errors."""
        endpoint = line.endpoint
        asked = message_tokens(messages, options, model=endpoint.model)
        room = self._room(endpoint, asked)
        if room < self.rules.max_output_tokens:
            options = {**options, **limit_option(endpoint, room)}
        with line.breaker.guarding(endpoint.label) as trial:
            reserved = self.meter.reserve(endpoint, input_tokens=asked, output_tokens=room)
            call = _Call(reserved, line, trial, asked, time.monotonic(), options)
            try:
                yield call
            except _Failed as failed:
                self._failed(call, failed.failure)
                raise failed.failure.error(endpoint.model) from failed
            finally:
                # Without an end the caller was interrupted: what the model had read is charged.
                self.meter.settle(call.id, endpoint, call.end or self._end(call, CallOutcome.ABANDONED, asked, 0))

    def _room(self, endpoint: Endpoint, asked: int) -> int:
        """Tokens left for the answer. Raises PromptTooLong."""
        most = self.rules.max_output_tokens
        if endpoint.context_tokens is None:
            return most
        room = min(most, endpoint.context_tokens - asked)
        if room < min(_SHORTEST_ANSWER, most):
            raise PromptTooLong(
                f"The question needs about {asked} tokens; "
                f"the model {endpoint.model} reads {endpoint.context_tokens} with its answer.",
                hint="Ask about less, or choose a model that reads more.",
            )
        return room

    def _retrying(self, line: Line) -> tenacity.Retrying:
        limits = self.limits
        growing = tenacity.wait_random_exponential(
            multiplier=limits.first_pause_seconds, max=limits.longest_pause_seconds
        )

        def pause(state: tenacity.RetryCallState) -> float:
            asked_for = _failure_in(state).retry_after
            return asked_for if asked_for is not None else growing(state)

        def again(state: tenacity.RetryCallState) -> bool:
            failed = state.outcome.exception() if state.outcome else None
            return (
                isinstance(failed, _Failed)
                and failed.failure.passing
                and (failed.failure.retry_after or 0) <= limits.longest_pause_seconds
            )

        return tenacity.Retrying(
            stop=tenacity.stop_after_attempt(limits.attempts)
            | tenacity.stop_after_delay(line.endpoint.timeout_seconds * _PATIENCE),
            wait=pause,
            retry=again,
            sleep=self.sleep,
            reraise=True,
        )

    def _attempt(self, call: _Call, send: Callable[[], Any]) -> Any:
        call.attempts += 1
        try:
            return send()
        except READABLE as error:
            raise _Failed(failure_of(error)) from error

    def _answered(self, call: _Call, message: AIMessage, *, ended: bool = True) -> None:
        usage = message.usage_metadata
        if usage is not None:
            read, written = usage["input_tokens"], usage["output_tokens"]
            cached = (usage.get("input_token_details") or {}).get("cache_read") or 0
        else:
            read, written, cached = call.input_tokens, text_tokens(message.content), 0
        reason = message.response_metadata.get("finish_reason")
        outcome = {"length": CallOutcome.CUT, "content_filter": CallOutcome.FILTERED}.get(
            str(reason), CallOutcome.ANSWERED if ended else CallOutcome.ABANDONED
        )
        call.trial.ok = True
        call.end = self._end(call, outcome, read, written, cached=cached, reason=_code(reason))
        if call.end.cost_usd is not None:
            message.response_metadata["cost_usd"] = str(call.end.cost_usd)

    def _failed(self, call: _Call, failure: Failure) -> None:
        call.trial.ok = not failure.passing
        read, written = failure.input_tokens, failure.output_tokens
        if call.end is not None:
            # It failed in the middle of its answer.
            read, written = call.end.input_tokens, call.end.output_tokens
        elif failure.outcome in {CallOutcome.TIMED_OUT, CallOutcome.UNREADABLE} and not read:
            # What an endpoint that gave no account took is not known; it has read the question at least.
            read = call.input_tokens
        reason = {CallOutcome.CUT: "length", CallOutcome.FILTERED: "content_filter"}.get(failure.outcome)
        call.end = self._end(call, failure.outcome, read, written, reason=reason)

    def _end(
        self,
        call: _Call,
        outcome: CallOutcome,
        read: int,
        written: int,
        *,
        cached: int = 0,
        reason: str | None = None,
    ) -> CallEnd:
        price = call.line.endpoint.price
        cost: Decimal | None = price.cost(input_tokens=read, output_tokens=written) if price else None
        latency = round((time.monotonic() - call.started) * 1000)
        return CallEnd(outcome, read, written, cost, latency, call.attempts, cached, reason)


def _result(chat: BaseChatModel, messages: list[BaseMessage], call: _Call) -> ChatResult:
    generated = chat.generate([messages], callbacks=_QUIET["callbacks"], **call.options)
    return ChatResult(generations=list(generated.generations[0]), llm_output=generated.llm_output)


def _begun(pieces: Iterator[Any]) -> Iterator[Any]:
    """The same pieces, with the first one here already, so that a failure to begin shows now."""
    first = next(pieces, None)

    def rest() -> Iterator[Any]:
        if first is not None:
            yield first
            yield from pieces

    return rest()


def _failure_in(state: tenacity.RetryCallState) -> Failure:
    failed = state.outcome.exception() if state.outcome else None
    return failed.failure if isinstance(failed, _Failed) else Failure(CallOutcome.UNREADABLE)


_CODES = frozenset({"stop", "length", "content_filter", "tool_calls", "function_call", "end_turn", "eos"})


def _code(reason: object) -> str | None:
    """The finish reason if it is a known one: an endpoint could write anything there."""
    if not reason:
        return None
    return str(reason) if str(reason) in _CODES else "other"
