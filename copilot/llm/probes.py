"""What a model can do, found by asking it.

Invariant: every probe is bounded in questions, tokens and time, and says how many it asked and how many were right.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from copilot.domain.language import Language, detect
from copilot.errors import ModelOutputError, ModelUnavailable
from copilot.llm.structured import StructuredModel
from copilot.llm.tokens import count_tokens

CONTEXT_SIZES = (1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000)
_SYSTEM = "You answer briefly, in the language in which you are asked."
_FILLER = "The delivery was counted, weighed and put on its shelf. "
_CODE_WORD = "BLUE-HERON-42"
_QUESTIONS = (
    (Language.ES, "¿Para qué sirve un contrato de mantenimiento? Responde en dos frases."),
    (Language.ES, "Explica en dos frases qué es una renovación de suscripción."),
    (Language.ES, "¿Qué conviene preguntar a un cliente antes de una reunión? Dos frases."),
    (Language.EN, "What is a maintenance contract for? Answer in two sentences."),
    (Language.EN, "Explain in two sentences what a subscription renewal is."),
    (Language.EN, "What is worth asking a customer before a meeting? Two sentences."),
)
_ORDERS = (
    ("Acme orders 3 pumps on 5 May 2026, urgently.", 3, "high"),
    ("Birch would like 12 valves by 30 June 2026, no hurry at all.", 12, "low"),
    ("Cedro pide 7 filtros para el 2 de julio de 2026, es urgente.", 7, "high"),
)


class Urgency(StrEnum):
    LOW = "low"
    HIGH = "high"


class Item(BaseModel):
    """One thing that is ordered."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1)
    count: int


class Order(BaseModel):
    """An order as it stands in a sentence."""

    model_config = ConfigDict(extra="forbid")
    items: list[Item] = Field(min_length=1)
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of how many were right."""

    right: int
    of: int
    problem: str = ""
    """Code of the last error."""


@dataclass(frozen=True, slots=True)
class Streaming:
    """How an answer arrives."""

    pieces: int
    first_seconds: float
    tokens_per_second: float
    problem: str = ""

    @property
    def works(self) -> bool:
        return self.pieces > 1


@dataclass(frozen=True, slots=True)
class ContextLength:
    """What fits into one question."""

    read: int
    """Tokens of the longest question from whose beginning it still quoted."""
    tried: int
    ended: str
    """Why no more were tried: `bound`, `time`, `forgot`, or the code of the error."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """Everything that was found."""

    structured: Tally
    languages: Tally
    streaming: Streaming
    context: ContextLength


def probe(
    model: StructuredModel, *, longest_context: int, patience_seconds: float, tell: Callable[[str], None]
) -> Abilities:
    """Ask everything. `tell` hears the name of each probe as it begins."""
    tell("structured")
    structured = probe_structure(model)
    tell("languages")
    languages = probe_languages(model)
    tell("streaming")
    streaming = probe_streaming(model)
    tell("context")
    context = probe_context(model, longest=longest_context, patience_seconds=patience_seconds)
    return Abilities(structured, languages, streaming, context)


def probe_structure(model: StructuredModel) -> Tally:
    """Answers in the shape asked for, that say what the sentence says."""

    def right(sentence: str, count: int, urgency: str) -> bool:
        answer = model.ask(
            system="You turn an order into JSON: what is ordered, how many, and whether it is urgent.",
            user=sentence,
            shape=Order,
        )
        return answer.value.items[0].count == count and answer.value.urgency.value == urgency

    return _tally([lambda order=order: right(*order) for order in _ORDERS])  # type: ignore[misc]


def probe_languages(model: StructuredModel) -> Tally:
    """Answers in the language of the question."""

    def right(language: Language, question: str) -> bool:
        answer = "".join(model.tell(system=_SYSTEM, user=question))
        other = Language.EN if language is Language.ES else Language.ES
        # Prior to the other one: an answer without words is not in the language asked for.
        return bool(answer.strip()) and detect(answer, prior=other) is language

    return _tally([lambda asked=asked: right(*asked) for asked in _QUESTIONS])  # type: ignore[misc]


def probe_streaming(model: StructuredModel) -> Streaming:
    """When the first piece comes, and how fast the others follow."""
    started = first = time.monotonic()
    text, pieces = "", 0
    try:
        for piece in model.tell(system=_SYSTEM, user="Count from one to forty in words."):
            if not pieces:
                first = time.monotonic()
            pieces += 1
            text += piece
    except (ModelUnavailable, ModelOutputError) as error:
        return Streaming(pieces, 0.0, 0.0, error.code)
    writing = time.monotonic() - first
    speed = count_tokens(text) / writing if writing > 0 else 0.0
    return Streaming(pieces, first - started, speed)


def probe_context(model: StructuredModel, *, longest: int, patience_seconds: float) -> ContextLength:
    """The longest question of which it still knows the beginning; ends at the first that fails or takes too long."""
    read = tried = 0
    for size in (size for size in CONTEXT_SIZES if size <= longest):
        started, tried = time.monotonic(), size
        try:
            answer = "".join(model.tell(system=_SYSTEM, user=_long_question(size)))
        except (ModelUnavailable, ModelOutputError) as error:
            return ContextLength(read, tried, error.code)
        if _plain(_CODE_WORD) not in _plain(answer):
            return ContextLength(read, tried, "forgot")
        read = size
        if time.monotonic() - started > patience_seconds:
            return ContextLength(read, tried, "time")
    return ContextLength(read, tried, "bound")


def _long_question(tokens: int) -> str:
    times = max(1, (tokens - 80) // count_tokens(_FILLER))
    return f"Remember this code word: {_CODE_WORD}.\n{_FILLER * times}\nWhat was the code word? Answer with it alone."


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _tally(questions: Sequence[Callable[[], bool]]) -> Tally:
    results = list(_asked(questions))
    problems = [problem for _, problem in results if problem]
    return Tally(sum(right for right, _ in results), len(results), problems[-1] if problems else "")


def _asked(questions: Sequence[Callable[[], bool]]) -> Iterator[tuple[bool, str]]:
    for question in questions:
        try:
            yield question(), ""
        except (ModelUnavailable, ModelOutputError) as error:
            yield False, error.code
