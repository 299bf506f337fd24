"""How many tokens a question takes.

Invariant: counted high rather than low: budgets and context lengths are checked against it before anything is sent.
"""

import json
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from copilot.llm.tokens import count_tokens

_PER_MESSAGE = 6
_OTHER_VOCABULARY = 1.2
"""Models other than OpenAI's cut words up differently: up to a fifth more pieces."""


def message_tokens(messages: Sequence[BaseMessage], options: dict[str, Any], *, model: str) -> int:
    """Tokens of `messages` and of the shape or tools sent along."""
    counted = sum(_PER_MESSAGE + text_tokens(message.content) for message in messages)
    along = {key: value for key, value in options.items() if key in {"response_format", "tools"}}
    if along:
        counted += count_tokens(json.dumps(along, ensure_ascii=False, default=str))
    return counted if model.startswith(("gpt-", "o1", "o3", "o4")) else round(counted * _OTHER_VOCABULARY)


def text_tokens(content: str | list[Any]) -> int:
    """Tokens of the content of one message."""
    return count_tokens(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, default=str))
