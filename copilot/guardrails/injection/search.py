"""Everything in a text that tries to instruct its reader, with its place and how it hides.

Invariant: a pure function of the text; places are characters of the text as it was given.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from copilot.guardrails.injection.disguise import in_tag_characters, turned_back
from copilot.guardrails.injection.encodings import decoded
from copilot.guardrails.injection.markup import hidden_in_markup
from copilot.guardrails.injection.rules import instruction_in
from copilot.guardrails.injection.tasks import TaskModel
from copilot.guardrails.injection.units import Unit, units_of
from copilot.guardrails.injection.words import COMMANDS, folded_words

MOST_CHARACTERS = 500_000
"""Of one text. What is longer is reported, as its end is not looked at."""
_QUOTE_LENGTH = 120
_START = 3
"""Words of a sentence at least, of which the first is looked at."""


class Way(StrEnum):
    """How an instruction comes."""

    PLAIN = "plain"
    """In words that speak to an assistant."""
    HIDDEN = "hidden"
    """Where a person who looks at the text does not see it."""
    ENCODED = "encoded"
    """In a form that a person cannot read."""
    TASK = "task"
    """A task for an assistant in the middle of a text about something else."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One instruction."""

    way: Way
    quote: str
    span: tuple[int, int] | None = None
    """None: it shows only in the text as a whole."""
    score: float = 1.0


def suspicions(text: str, *, tasks: TaskModel | None) -> Iterator[Suspicion]:
    """What is found, each stretch once; with a model also tasks that nothing else gives away."""
    text = text[:MOST_CHARACTERS]
    taken: list[tuple[int, int]] = []
    for found in _concealed(text):
        taken.append(found.span or (0, 0))
        yield found
    units = units_of(text)
    plain = _plain(text, units, taken)
    if plain is not None:
        taken.append(plain.span or (0, 0))
        yield plain
    if tasks is not None:
        for unit, score in tasks.tasks_in(units):
            if not any(start <= unit.start < end or unit.start <= start < unit.end for start, end in taken):
                yield Suspicion(Way.TASK, _quotable(unit.text), (unit.start, unit.end), score)


def _plain(text: str, units: tuple[Unit, ...], taken: list[tuple[int, int]]) -> Suspicion | None:
    quote = instruction_in(text)
    if quote is None:
        return None
    for unit in units:
        if instruction_in(unit.text) is not None:
            inside = any(start <= unit.start < end for start, end in taken)
            return None if inside else Suspicion(Way.PLAIN, _quotable(unit.text), (unit.start, unit.end))
    return Suspicion(Way.PLAIN, quote)


def _concealed(text: str) -> Iterator[Suspicion]:
    """Instructions that are hidden or encoded. Hidden words that instruct nobody are ordinary in mail."""
    hidden = chain(hidden_in_markup(text), in_tag_characters(text))
    encoded = chain(decoded(text), turned_back(text))
    for way, stretches in ((Way.HIDDEN, hidden), (Way.ENCODED, encoded)):
        for start, end, words in stretches:
            if (quote := commanded(words)) is not None:
                yield Suspicion(way, quote, (start, end))


def commanded(words: str) -> str | None:
    """The order in words that somebody took care to hide: a known wording, or a sentence that starts with a command."""
    known = instruction_in(words)
    if known is not None:
        return known
    for unit in units_of(words):
        start = folded_words(unit.text)[:_START]
        if len(start) == _START and start[0] in COMMANDS:
            return _quotable(unit.text)
    return None


def _quotable(text: str) -> str:
    """The start of `text` without characters that do not show or that no database takes."""
    return "".join(char for char in text[:_QUOTE_LENGTH] if char.isprintable())
