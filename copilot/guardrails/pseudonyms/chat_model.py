"""The one way through which messages leave for a chat model.

Invariant 7: the model behind it never gets a message, a tool's definition or a tool's answer that was not masked, in
whatever way it is called; its answers and the arguments of its tool calls come back restored for the reader.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextvars import Context, copy_context
from typing import Any, Self

from langchain_core.caches import BaseCache
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableBinding, RunnableConfig, RunnableLambda
from langchain_core.runnables.config import var_child_runnable_config
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_json_schema, convert_to_openai_tool
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from copilot.guardrails.pseudonyms.chunks import ChunkRestorer
from copilot.guardrails.pseudonyms.messages import MessageMasker

_QUIET: RunnableConfig = {"callbacks": []}
"""Whoever listens to the run hears the restored answer; without this they would hear the masked one as well."""
_VALUE_FORMATS = ("format", "pattern", "minLength", "maxLength")
"""A placeholder has not the form of what it stands for: `EMAIL_1` is no address. Checked after restoring."""


class MaskedChatModel(BaseChatModel):
    """A chat model seen through a vault."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    inner: BaseChatModel
    bound: dict[str, Any] = Field(default_factory=dict)
    """What is handed to the model with every question: its tools."""
    masker: MessageMasker
    cache: BaseCache | bool | None = False
    """Answers hold values that one reader may see and another may not: they are never kept for a later question."""

    @model_validator(mode="after")
    def _same_abilities(self) -> Self:
        if self.profile is None:
            self.profile = self.inner.profile
        return self

    @property
    def _llm_type(self) -> str:
        return "masked"

    def bind_tools(
        self, tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool], **kwargs: Any
    ) -> Runnable[Any, AIMessage]:
        """The same model with tools; names that stand in their descriptions are masked as well."""
        bound: Any = self.inner.bind_tools([self._described(tool) for tool in tools], **self._definitions(kwargs))
        options: dict[str, Any] = {}
        while isinstance(bound, RunnableBinding):
            options = {**bound.kwargs, **options}
            bound = bound.bound
        return self.model_copy(update={"inner": bound, "bound": options})

    def with_structured_output(
        self, schema: dict[str, Any] | type, *, include_raw: bool = False, **kwargs: Any
    ) -> Runnable[Any, Any]:
        """Answers of a shape, which is checked once the values are back in."""
        wanted = self.masker.mask_definition(_without_value_formats(convert_to_json_schema(schema)))
        asked: Runnable[Any, Any] = self.inner.with_structured_output(wanted, include_raw=True, **kwargs)

        def finish(answer: dict[str, Any]) -> Any:
            return self._shaped(answer, schema, include_raw=include_raw)

        def ask(messages: Any) -> Any:
            return finish(_unheard().run(asked.invoke, self._masked(messages)))

        async def ask_later(messages: Any) -> Any:
            question = asked.ainvoke(self._masked(messages))
            return finish(await asyncio.get_running_loop().create_task(question, context=_unheard()))

        return RunnableLambda(ask, ask_later)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - the framework's signature
        **kwargs: Any,
    ) -> ChatResult:
        return self._result(self.inner.invoke(self._all_masked(messages), _QUIET, **self._options(stop, kwargs)))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> ChatResult:
        masked = self._all_masked(messages)
        return self._result(await self.inner.ainvoke(masked, _QUIET, **self._options(stop, kwargs)))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        restorer = ChunkRestorer(self.masker)
        for chunk in self.inner.stream(self._all_masked(messages), _QUIET, **self._options(stop, kwargs)):
            yield ChatGenerationChunk(message=restorer.feed(chunk))
        yield ChatGenerationChunk(message=restorer.finish())

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        restorer = ChunkRestorer(self.masker)
        async for chunk in self.inner.astream(self._all_masked(messages), _QUIET, **self._options(stop, kwargs)):
            yield ChatGenerationChunk(message=restorer.feed(chunk))
        yield ChatGenerationChunk(message=restorer.finish())

    def _options(self, stop: list[str] | None, kwargs: dict[str, Any]) -> dict[str, Any]:
        options = {**self.bound, **self._definitions(kwargs)}
        return options if stop is None else {**options, "stop": stop}

    def _definitions(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        definitions = {"tools", "functions", "response_format"} & kwargs.keys()
        return {**kwargs, **{key: self.masker.mask_definition(kwargs[key]) for key in definitions}}

    def _described(self, tool: Any) -> Any:
        definition = convert_to_openai_tool(tool)
        masked = self.masker.mask_definition(definition)
        return tool if masked == definition else masked

    def _masked(self, question: Any) -> list[BaseMessage]:
        return self._all_masked(self._convert_input(question).to_messages())

    def _all_masked(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        return [self.masker.mask(message) for message in messages]

    def _result(self, answer: AIMessage) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self.masker.restore(answer))])

    def _shaped(self, answer: dict[str, Any], schema: Any, *, include_raw: bool) -> Any:
        parsed, error = self.masker.restore_value(answer["parsed"]), answer.get("parsing_error")
        if parsed is not None and isinstance(schema, type) and issubclass(schema, BaseModel):
            try:
                parsed = schema.model_validate(parsed)
            except ValidationError as wrong:
                parsed, error = None, wrong
        if include_raw:
            return {"raw": self.masker.restore(answer["raw"]), "parsed": parsed, "parsing_error": error}
        if error is not None:
            raise error
        return parsed


def _unheard() -> Context:
    """A context in which nobody listens; a sequence of steps would else find the listeners of the run around it."""
    context = copy_context()
    context.run(var_child_runnable_config.set, _QUIET)
    return context


def _without_value_formats(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_value_formats(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    is_text = schema.get("type") == "string"
    return {
        key: _without_value_formats(item)
        for key, item in schema.items()
        if not (is_text and key in _VALUE_FORMATS and not isinstance(item, dict))
    }
