"""What the probes make of models that can and cannot do what is asked."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

from copilot.errors import ModelUnavailable
from copilot.llm.probes import (
    Tally,
    probe,
    probe_context,
    probe_languages,
    probe_streaming,
    probe_structure,
)
from copilot.llm.scripted import ScriptedChatModel
from copilot.llm.structured import StructuredModel

SPANISH = "Sirve para que los equipos se revisen cada año y no fallen cuando más falta hacen."
ENGLISH = "It makes sure that the machines are looked after every year and do not fail when they are needed."
GONE = ModelUnavailable("The model is gone.")


class Streaming(ScriptedChatModel):
    """Answers word by word."""

    def _stream(
        self,
        messages: list[Any],
        *args: Any,  # noqa: ARG002 - the framework's signature
        **kwargs: Any,  # noqa: ARG002
    ) -> Iterator[ChatGenerationChunk]:
        for word in str(self._generate(messages).generations[0].message.content).split(" "):
            yield ChatGenerationChunk(message=AIMessageChunk(content=f"{word} "))


def model(*answers: Any, streams: bool = False) -> StructuredModel:
    chat = (Streaming if streams else ScriptedChatModel)(answers=list(answers))
    return StructuredModel(chat, name="scripted")


def order(count: int, urgency: str) -> str:
    return json.dumps({"items": [{"name": "pump", "count": count}], "urgency": urgency})


def test_a_shape_is_right_when_its_content_is() -> None:
    assert probe_structure(model(order(3, "high"), order(12, "low"), order(7, "high"))) == Tally(3, 3)
    assert probe_structure(model(order(3, "high"), order(99, "low"), order(7, "low"))) == Tally(1, 3)
    nonsense = model(order(3, "high"), *["no"] * 4)
    assert probe_structure(nonsense) == Tally(1, 3, "model_output")


@pytest.mark.parametrize(
    ("answers", "right"),
    [
        ([SPANISH] * 3 + [ENGLISH] * 3, 6),
        ([ENGLISH] * 6, 3),
        ([""] * 6, 0),
    ],
    ids=["both", "always English", "silent"],
)
def test_a_language_is_right_when_it_is_that_of_the_question(answers: list[str], right: int) -> None:
    assert probe_languages(model(*answers)) == Tally(right, 6)


def test_an_answer_in_one_piece_is_no_stream() -> None:
    assert not probe_streaming(model("one two three")).works
    found = probe_streaming(model("one two three", streams=True))
    assert found.works
    assert found.pieces == 3
    assert probe_streaming(model(GONE)).problem == "model_unavailable"


@pytest.mark.parametrize(
    ("answers", "read", "tried", "ended"),
    [
        (["blue-heron-42", "BLUE HERON 42."], 2000, 2000, "bound"),
        (["BLUE-HERON-42", "I do not know."], 1000, 2000, "forgot"),
        (["BLUE-HERON-42", GONE], 1000, 2000, "model_unavailable"),
        ([GONE], 0, 1000, "model_unavailable"),
    ],
)
def test_the_context_is_as_long_as_what_is_remembered(answers: list[Any], read: int, tried: int, ended: str) -> None:
    found = probe_context(model(*answers), longest=2000, patience_seconds=60)
    assert (found.read, found.tried, found.ended) == (read, tried, ended)


def test_a_slow_model_is_asked_no_longer_question() -> None:
    found = probe_context(model("BLUE-HERON-42"), longest=128_000, patience_seconds=0)
    assert (found.read, found.ended) == (1000, "time")


def test_all_probes_run_in_order() -> None:
    told: list[str] = []
    orders = [order(3, "high"), order(12, "low"), order(7, "high")]
    asked = model(*orders, *[SPANISH] * 3, *[ENGLISH] * 3, "one two", "BLUE-HERON-42")
    found = probe(asked, longest_context=1000, patience_seconds=60, tell=told.append)
    assert told == ["structured", "languages", "streaming", "context"]
    assert (found.structured, found.languages, found.context.read) == (Tally(3, 3), Tally(6, 6), 1000)
