"""Asks a language model for an answer of a given shape, and is honest about not getting one.

Invariant: what comes back fits the schema and passes the caller's check, or a typed error is raised; a malformed
answer is repaired once, never twice.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from pydantic import BaseModel, ValidationError

from copilot.errors import ModelOutputError
from copilot.llm.failures import READABLE, failure_of
from copilot.llm.stamps import Stamp, stamped
from copilot.telemetry import get_logger

_log = get_logger(__name__)
AnswerT = TypeVar("AnswerT", bound=BaseModel)
_PROBLEMS_SHOWN = 8
_RAW_LENGTH = 20_000


@dataclass(frozen=True, slots=True)
class Answer(Generic[AnswerT]):
    """What the model said, in shape, and what it took."""

    value: AnswerT
    model: str
    input_tokens: int
    output_tokens: int
    repaired: bool
    cost_usd: Decimal | None = None
    """Of all attempts. None: not known."""


class StructuredModel:
    """A chat model that answers with JSON of a pydantic shape."""

    def __init__(self, chat: BaseChatModel, *, name: str) -> None:
        """`name` is the model's own name, kept in the provenance of what it writes."""
        self._chat = chat
        self.name = name

    def through(self, boundary: Callable[[BaseChatModel], BaseChatModel]) -> "StructuredModel":
        """The same model behind a boundary that sees every question and every answer."""
        return StructuredModel(boundary(self._chat), name=self.name)

    def ask(
        self,
        *,
        system: str,
        user: str,
        shape: type[AnswerT],
        check: Callable[[AnswerT], Sequence[str]] = lambda _: (),
        prompt: Stamp | None = None,
    ) -> Answer[AnswerT]:
        """Ask once, and once more with the problems named if the answer is malformed or `check` objects.

        `prompt` is recorded with the call by its id and version.
        Raises ModelUnavailable when the endpoint cannot be used, ModelOutputError when the second answer is no better.
        """
        messages: list[BaseMessage] = [SystemMessage(system), HumanMessage(user)]
        asked = self._chat.with_structured_output(_json_schema(shape), method="json_schema", include_raw=True)
        spent = _Spent()
        for attempt in range(2):
            with stamped(prompt):
                raw, parsed = self._invoke(asked, messages)
            spent.add(raw)
            value, problems = _shaped(parsed, shape, check)
            if value is not None:
                return Answer(value, _model_of(raw, self.name), spent.input, spent.output, attempt > 0, spent.cost)
            _log.warning("model.malformed_answer", attempt=attempt + 1, problems=len(problems))
            messages = [*messages, AIMessage(str(raw.content)[:_RAW_LENGTH]), HumanMessage(_complaint(problems))]
        raise ModelOutputError(
            f"The model {self.name} answered twice with something that cannot be used.",
            hint="Try again, or choose another model with COPILOT_WRITER_MODEL.",
        )

    def tell(self, *, system: str, user: str) -> Iterator[str]:
        """Answer in plain words, in pieces as they come.

        Raises ModelUnavailable or ModelOutputError, also in the middle of an answer.
        """
        try:
            for piece in self._chat.stream([SystemMessage(system), HumanMessage(user)]):
                if isinstance(piece.content, str) and piece.content:
                    yield piece.content
        except READABLE as error:
            raise failure_of(error).error(self.name) from error

    def _invoke(self, asked: Any, messages: list[BaseMessage]) -> tuple[AIMessage, Any]:
        try:
            answer = asked.invoke(messages)
        except READABLE as error:
            raise failure_of(error).error(self.name) from error
        return answer["raw"], answer["parsed"]


class _Spent:
    """Tokens over all attempts."""

    def __init__(self) -> None:
        self.input = self.output = 0
        self.cost: Decimal | None = Decimal(0)

    def add(self, raw: AIMessage) -> None:
        usage = raw.usage_metadata
        if usage is not None:
            self.input += usage["input_tokens"]
            self.output += usage["output_tokens"]
        cost = raw.response_metadata.get("cost_usd")
        self.cost = self.cost + Decimal(cost) if self.cost is not None and cost is not None else None


def _json_schema(shape: type[BaseModel]) -> dict[str, Any]:
    schema = shape.model_json_schema()
    schema.setdefault("title", shape.__name__)
    schema.setdefault("description", shape.__doc__ or shape.__name__)
    return schema


def _shaped(
    parsed: Any, shape: type[AnswerT], check: Callable[[AnswerT], Sequence[str]]
) -> tuple[AnswerT | None, Sequence[str]]:
    if parsed is None:
        return None, ("The answer is not JSON.",)
    try:
        value = shape.model_validate(parsed)
    except ValidationError as error:
        return None, [f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()]
    problems = check(value)
    return (None, problems) if problems else (value, ())


def _complaint(problems: Sequence[str]) -> str:
    listed = "\n".join(f"- {problem}" for problem in problems[:_PROBLEMS_SHOWN])
    return f"That answer cannot be used:\n{listed}\nAnswer again with the whole JSON, corrected, and nothing else."


def _model_of(raw: AIMessage, name: str) -> str:
    return str(raw.response_metadata.get("model_name") or name)
