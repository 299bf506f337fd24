"""Restoring the chunks of a streamed answer.

Invariant: all chunks together are the restored answer: each text stream inside it is restored by itself, the arguments
of a tool call go out once they are whole, and what was held back goes out with the last chunk.
"""

import json
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.tool import ToolCallChunk, tool_call_chunk

from copilot.guardrails.pseudonyms.messages import UNKNOWN, MessageMasker, changed, in_json
from copilot.guardrails.pseudonyms.streaming import StreamRestorer

_TEXTS = frozenset({"text", "reasoning", "thinking", "refusal", "summary_text"})
_WHOLE = ""
"""Key of the text of chunks whose content is one string."""


class ChunkRestorer:
    """One streamed answer."""

    def __init__(self, masker: MessageMasker) -> None:
        self._masker = masker
        self._texts: dict[tuple[Any, ...], StreamRestorer] = {}
        self._blocks: dict[tuple[Any, ...], dict[str, Any]] = {}
        self._arguments: dict[int, str] = {}
        self._unknown: set[str] = set()

    def feed(self, chunk: AIMessage) -> AIMessageChunk:
        """What of the answer can go out with this chunk."""
        calls = chunk.tool_call_chunks if isinstance(chunk, AIMessageChunk) else _as_chunks(chunk)
        if isinstance(chunk.content, str):
            content: Any = self._text((_WHOLE,), chunk.content)
        else:
            content = [self._block(block) for block in chunk.content]
        return AIMessageChunk(
            content=content,
            id=chunk.id,
            name=chunk.name,
            additional_kwargs=changed(chunk.additional_kwargs, self._masker.restore_text),
            response_metadata=chunk.response_metadata,
            usage_metadata=chunk.usage_metadata,
            tool_call_chunks=[self._call(call) for call in calls],
        )

    def finish(self) -> AIMessageChunk:
        """What was held back."""
        content: Any = ""
        blocks = []
        for key, stream in self._texts.items():
            rest = stream.finish()
            if key == (_WHOLE,):
                content = rest
            elif rest:
                blocks.append({**self._blocks[key], key[-1]: rest})
        if blocks:
            content = [*([content] if content else []), *blocks]
        calls = [
            tool_call_chunk(args=in_json(arguments, self._restored), index=index)
            for index, arguments in self._arguments.items()
        ]
        metadata = {UNKNOWN: sorted(self._unknown)} if self._unknown else {}
        return AIMessageChunk(content=content, tool_call_chunks=calls, response_metadata=metadata)

    def _text(self, key: tuple[Any, ...], piece: str) -> str:
        if key not in self._texts:
            if not piece:
                return ""
            # A structured answer is JSON from its first character on: values are escaped in it.
            is_json = piece.lstrip()[:1] in {"{", "["}
            self._texts[key] = StreamRestorer(self._masker.restore_json_text if is_json else self._restored)
        return self._texts[key].feed(piece)

    def _block(self, block: Any) -> Any:
        if isinstance(block, str):
            return self._text((_WHOLE,), block)
        restored = dict(block)
        for field in _TEXTS & block.keys():
            if isinstance(block[field], str):
                key = (block.get("type"), block.get("index"), field)
                self._blocks[key] = {name: block[name] for name in ("type", "index") if name in block}
                restored[field] = self._text(key, block[field])
        return restored

    def _call(self, call: ToolCallChunk) -> ToolCallChunk:
        index = call.get("index")
        arguments = call.get("args") or ""
        if index is None:
            return tool_call_chunk(
                name=call.get("name"), id=call.get("id"), args=in_json(arguments, self._restored), index=None
            )
        self._arguments[index] = self._arguments.get(index, "") + arguments
        return tool_call_chunk(name=call.get("name"), id=call.get("id"), args="", index=index)

    def _restored(self, text: str) -> str:
        restored, unknown = self._masker.restore_and_report(text)
        self._unknown.update(unknown)
        return restored


def _as_chunks(message: AIMessage) -> list[ToolCallChunk]:
    """A model that cannot stream hands over its answer whole."""
    return [
        tool_call_chunk(name=call["name"], id=call["id"], args=json.dumps(call["args"], ensure_ascii=False), index=None)
        for call in message.tool_calls
    ]
