"""The models of a role as one chat model, so that everything that can ask a chat model asks this one.

Invariant: whichever way it is asked, the question goes through `Calls`, and with it through budgets, limits and record.
"""

import json
from collections.abc import Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableLambda
from langchain_core.utils.function_calling import convert_to_openai_function
from langchain_core.utils.json import parse_json_markdown
from pydantic import ConfigDict

from copilot.llm.calling import Calls


class MeteredChatModel(BaseChatModel):
    """Asks through `calls`."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    calls: Calls
    cache: Any = False
    """An answer of the cache would be no call."""

    @property
    def _llm_type(self) -> str:
        return "metered"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - the framework's signature
        **kwargs: Any,
    ) -> ChatResult:
        return self.calls.ask(messages, _options(stop, kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        yield from self.calls.stream(messages, _options(stop, kwargs))

    def with_structured_output(
        self,
        schema: dict[str, Any] | type,
        *,
        include_raw: bool = False,
        method: str = "json_schema",
        **kwargs: Any,  # noqa: ARG002 - the framework's signature
    ) -> Runnable[Any, Any]:
        """Answers of a shape by JSON schema, the one way that small models manage as well."""
        if method != "json_schema":
            raise NotImplementedError("only json_schema")
        wanted = _response_format(schema)

        def ask(question: Any) -> Any:
            return _parsed(self.invoke(question, response_format=wanted), include_raw=include_raw)

        async def ask_later(question: Any) -> Any:
            return _parsed(await self.ainvoke(question, response_format=wanted), include_raw=include_raw)

        return RunnableLambda(ask, ask_later)


def _options(stop: list[str] | None, kwargs: dict[str, Any]) -> dict[str, Any]:
    return kwargs if stop is None else {**kwargs, "stop": stop}


def _response_format(schema: dict[str, Any] | type) -> dict[str, Any]:
    described = convert_to_openai_function(schema, strict=False)
    described["schema"] = described.pop("parameters")
    return {"type": "json_schema", "json_schema": described}


def _parsed(raw: AIMessage, *, include_raw: bool) -> Any:
    problem: ValueError | None = None
    try:
        # Strictly: the end of an answer that was cut off must not be made up.
        parsed = parse_json_markdown(str(raw.content), parser=json.loads)
    except ValueError as error:
        parsed, problem = None, error
    if include_raw:
        return {"raw": raw, "parsed": parsed, "parsing_error": problem}
    if problem is not None:
        raise problem
    return parsed
