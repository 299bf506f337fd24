"""A chat model that answers from a script, for tests and demonstrations without a network.

Invariant: it never contacts anything; asking more often than the script has answers is an error.
"""

from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable, RunnableLambda
from langchain_core.utils.json import parse_json_markdown
from pydantic import PrivateAttr


class ScriptedChatModel(BaseChatModel):
    """Answers with `answers` in order. An answer that is an exception is raised."""

    answers: list[Any]
    model_name: str = "scripted"
    _asked: list[list[BaseMessage]] = PrivateAttr(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    @property
    def asked(self) -> Sequence[list[BaseMessage]]:
        """The messages of every question so far."""
        return tuple(self._asked)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002 - the framework's signature
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> ChatResult:
        self._asked.append(list(messages))
        if len(self._asked) > len(self.answers):
            raise AssertionError("the script has no more answers")
        answer = self.answers[len(self._asked) - 1]
        if isinstance(answer, Exception):
            raise answer
        text = str(answer)
        usage = {
            "input_tokens": sum(len(str(message.content)) for message in messages) // 4,
            "output_tokens": len(text) // 4,
            "total_tokens": 0,
        }
        message = AIMessage(content=text, usage_metadata=usage, response_metadata={"model_name": self.model_name})
        return ChatResult(generations=[ChatGeneration(message=message)])

    def with_structured_output(
        self,
        schema: Any,  # noqa: ARG002 - checked by the caller
        *,
        include_raw: bool = False,
        **kwargs: Any,  # noqa: ARG002
    ) -> Runnable[Any, Any]:
        """Parse the scripted text as JSON, as the real client does."""

        def ask(messages: Any) -> Any:
            raw = self.invoke(messages)
            try:
                parsed = parse_json_markdown(str(raw.content))
            except ValueError:
                parsed = None
            return {"raw": raw, "parsed": parsed, "parsing_error": None} if include_raw else parsed

        return RunnableLambda(ask)
