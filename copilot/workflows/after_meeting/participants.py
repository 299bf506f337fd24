"""Who took part in a meeting, as its text tells.

Invariant: somebody is named with the sentence or line that names them. Notes that list who was there are believed; of
those without a list, whoever is noted to have said something took part, and whoever only has a task is named as such.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from copilot.workflows.after_meeting.context import TalkContext
from copilot.workflows.after_meeting.minutes import Mark, Person, same
from copilot.workflows.reading.tasks import opens_task
from copilot.workflows.reading.types import Sentence


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody, and the sentence that names them."""

    person: Person
    sentence: Sentence
    is_only_named: bool = False
    """The notes give them a task and say nothing of whether they were there."""


def participants(context: TalkContext) -> tuple[Participant, ...]:
    """Everybody once, in the order of the text; whoever is only named comes last."""
    found = _noted(context) if context.is_noted else _spoken(context)
    kept: list[Participant] = []
    for item in sorted(found, key=lambda each: each.is_only_named):
        if not any(same(item.person, other.person) for other in kept):
            kept.append(item)
    return tuple(kept)


def _spoken(context: TalkContext) -> Iterator[Participant]:
    for item in context.sentences:
        if item.speaker:
            yield Participant(Person(item.speaker, item.side), item)


def _noted(context: TalkContext) -> Iterator[Participant]:
    minutes = context.minutes
    for sentence in context.everything:
        line = context.line_of(sentence)
        if line is not None and line.mark is Mark.PEOPLE:
            yield from (Participant(person, sentence) for person in minutes.present(line))
    first = next(iter(context.everything), None)
    if first is not None:
        yield from (Participant(person, first) for person in minutes.met())
    for sentence in context.sentences:
        line = context.line_of(sentence)
        if line is not None and line.person is not None and not line.person.is_group:
            act = sentence.text[max(sentence.start, line.said_from) - sentence.start :]
            is_task = line.mark is Mark.TASK or opens_task(act, language=sentence.language)
            yield Participant(line.person, sentence, is_only_named=is_task)
