"""A chat model for tests that answers what a function says, in pieces where it is streamed, and keeps what it got."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from pydantic import PrivateAttr


class RecordingModel(BaseChatModel):
    """Everything that reached it is in `wire`, as text."""

    answer: Callable[[list[BaseMessage]], AIMessage]
    piece: int = 3
    """Characters of a streamed piece."""
    _wire: list[str] = PrivateAttr(default_factory=list)

    @property
    def wire(self) -> str:
        """All text that arrived, messages and definitions of tools."""
        return "\n".join(self._wire)

    @property
    def _llm_type(self) -> str:
        return "recording"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:
        """As real models do it: the definitions travel with every question."""
        return self.bind(tools=list(tools), **kwargs)

    def _generate(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        del stop, run_manager
        return ChatResult(generations=[ChatGeneration(message=self._answered(messages, kwargs))])

    def _stream(
        self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        del stop, run_manager
        answer = self._answered(messages, kwargs)
        for start in range(0, len(str(answer.content)), self.piece):
            text = str(answer.content)[start : start + self.piece]
            yield ChatGenerationChunk(message=AIMessageChunk(content=text))
        for index, call in enumerate(answer.tool_calls):
            first = tool_call_chunk(name=call["name"], id=call["id"], args="", index=index)
            yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=[first]))
            arguments = json.dumps(call["args"], ensure_ascii=False)
            for start in range(0, len(arguments), self.piece):
                part = tool_call_chunk(args=arguments[start : start + self.piece], index=index)
                yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=[part]))

    def _answered(self, messages: list[BaseMessage], kwargs: dict[str, Any]) -> AIMessage:
        self._wire.append(json.dumps([message.model_dump() for message in messages], ensure_ascii=False, default=str))
        self._wire.append(repr(kwargs))
        return self.answer(messages)
