"""Messages to and from a chat model, masked on the way out and restored on the way back.

Invariant: no text of a message leaves unmasked, wherever in the message it stands; what cannot be masked (a picture, a
recording, a file) is refused. Names of tools and identifiers are never touched.
"""

import json
from collections.abc import Callable
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.messages.utils import message_chunk_to_message

from copilot.domain.pseudonyms import ReadFrom, jointly
from copilot.errors import InputError
from copilot.guardrails.pseudonyms.json_text import change_text
from copilot.guardrails.pseudonyms.vault import Vault, ViewerMaySee

Change = Callable[[str], str]
_STRUCTURE = frozenset(
    {"type", "id", "index", "name", "tool_call_id", "tool_use_id", "call_id", "mime_type", "media_type", "role"}
    | {"status", "signature", "cache_control", "encrypted_content", "annotations"}
)
"""Fields of a block of content that hold no text of anybody."""
_OPAQUE = frozenset(
    {"image", "image_url", "input_image", "audio", "input_audio", "video", "file", "input_file", "document", "media"}
)
_REPEATED = frozenset({"tool_calls", "function_call"})
"""Raw copies of what stands in `tool_calls` as well."""
_LONG_NUMBER = 10**6
"""From here on a whole number may be a telephone number or an identity number."""


class MessageMasker:
    """Masks what goes out in one conversation and restores what comes back, for one reader."""

    def __init__(
        self, vault: Vault, *, viewer_may_see: ViewerMaySee, typed: str | None = None, default_source: str | None = None
    ) -> None:
        """`typed` is the source of what the reader writes; `default_source` of answers of tools that name none."""
        self._vault = vault
        self._may_see = viewer_may_see
        self._typed = typed
        self._default_source = default_source

    def mask(self, message: BaseMessage) -> BaseMessage:
        """The message as it may leave. Raises InputError for content that cannot be masked."""
        source = self._source(message)
        trusted = isinstance(message, SystemMessage)

        def change(text: str) -> str:
            return self._vault.mask(text, source=source, trusted=trusted)

        message = message_chunk_to_message(message) if message.type.endswith("Chunk") else message
        update: dict[str, Any] = {"content": changed_content(message.content, change)}
        if isinstance(message, AIMessage):
            update["tool_calls"] = [{**call, "args": changed(call["args"], change)} for call in message.tool_calls]
            update["invalid_tool_calls"] = [
                {**call, "args": changed(call.get("args"), change)} for call in message.invalid_tool_calls
            ]
        if message.additional_kwargs:
            left_out = _REPEATED if update.get("tool_calls") else frozenset()
            kept = {key: item for key, item in message.additional_kwargs.items() if key not in left_out}
            update["additional_kwargs"] = changed(kept, change)
        if isinstance(message, HumanMessage) and message.name:
            update["name"] = change(message.name)
        return message.model_copy(update=update)

    def mask_definition(self, value: Any) -> Any:
        """A tool's or a schema's definition: our own words, in which a name may stand nevertheless."""
        return changed(value, lambda text: self._vault.mask(text, trusted=True), keys=_DESCRIBING)

    def restore(self, message: AIMessage) -> AIMessage:
        """The answer with values in it, for its text and for the arguments of the tools it calls."""
        unknown: set[str] = set()

        def change(text: str) -> str:
            restored = self._vault.restore(text, viewer_may_see=self._may_see)
            unknown.update(restored.unknown)
            return restored.text

        update: dict[str, Any] = {
            "content": changed_content(message.content, lambda text: in_json(text, change), refuse=False),
            "tool_calls": [{**call, "args": changed(call["args"], change)} for call in message.tool_calls],
            "invalid_tool_calls": [
                {**call, "args": changed(call.get("args"), change)} for call in message.invalid_tool_calls
            ],
            "additional_kwargs": changed(message.additional_kwargs, lambda text: in_json(text, change)),
        }
        if unknown:
            update["response_metadata"] = {**message.response_metadata, UNKNOWN: sorted(unknown)}
        return message.model_copy(update=update)

    def restore_value(self, value: Any) -> Any:
        """The same for an answer that was read as JSON."""
        return changed(value, self.restore_text)

    def restore_text(self, text: str) -> str:
        """The same for a piece of text."""
        return self._vault.restore(text, viewer_may_see=self._may_see).text

    def restore_and_report(self, text: str) -> tuple[str, tuple[str, ...]]:
        """The same, with the placeholders that the model made up."""
        restored = self._vault.restore(text, viewer_may_see=self._may_see)
        return restored.text, restored.unknown

    def restore_json_text(self, text: str) -> str:
        """The same for text inside the quotation marks of JSON."""
        return self._vault.restore(text, viewer_may_see=self._may_see, written_as=escaped).text

    def _source(self, message: BaseMessage) -> str | None:
        if isinstance(message, ToolMessage):
            read_from = message.artifact
            return jointly(read_from.sources) if isinstance(read_from, ReadFrom) else self._default_source
        return self._typed if isinstance(message, HumanMessage) else None


UNKNOWN = "unknown_pseudonyms"
"""Where `response_metadata` lists placeholders that the model made up."""
_DESCRIBING = frozenset({"description", "enum", "const", "default", "examples"})


def changed_content(content: Any, change: Change, *, refuse: bool = True) -> Any:
    """The content of a message, a text or a list of blocks, with `change` applied to every text in it."""
    if isinstance(content, str):
        return change(content)
    blocks: list[Any] = []
    for block in content:
        if isinstance(block, str):
            blocks.append(change(block))
            continue
        if block.get("type") in _OPAQUE:
            if refuse:
                raise InputError(
                    "A picture, a recording or a file cannot be sent to a model: personal data in it cannot be masked.",
                    hint="Send its text instead.",
                )
            blocks.append(block)
            continue
        blocks.append({key: item if key in _STRUCTURE else changed(item, change) for key, item in block.items()})
    return blocks


def changed(value: Any, change: Change, *, keys: frozenset[str] | None = None) -> Any:
    """`value` with `change` applied to every text in it; with `keys`, only to what stands under one of these."""
    if isinstance(value, str):
        return change(value) if keys is None else value
    if isinstance(value, dict):
        return {
            # A streamed answer is restored as JSON, names of fields included: they go back masked as well.
            (change(key) if keys is None and isinstance(key, str) else key): changed(
                item, change, keys=None if keys is None or key in keys else keys
            )
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [changed(item, change, keys=keys) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _LONG_NUMBER and keys is None:
        written = change(str(value))
        return value if written == str(value) else written
    return value


def in_json(text: str, change: Change) -> str:
    """`change` applied to the values inside where `text` is one piece of JSON, else to the whole."""
    if text.lstrip()[:1] in {"{", "["}:
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return change(text)
        return change_text(text, change)
    return change(text)


def escaped(value: str) -> str:
    """A value as it is written between the quotation marks of JSON."""
    return json.dumps(value, ensure_ascii=False)[1:-1]
