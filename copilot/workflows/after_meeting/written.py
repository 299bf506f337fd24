"""Tasks as notes write them down: `To do: …`, `Rosa: enviar la oferta`, `Tom to write to her`, a list of next steps.

Invariant: a task is a piece of one line of the notes; who does it and for when stand in that line, and are left open
where it does not say. A person's words that say what is, not what is to be done, are no task.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.workflows.after_meeting.context import TalkContext
from copilot.workflows.after_meeting.minutes import NOTHING, Mark, NoteLine, Person, is_done
from copilot.workflows.reading.cues import cue
from copilot.workflows.reading.due_dates import find_due
from copilot.workflows.reading.tasks import opens_task
from copilot.workflows.reading.types import Commitment, CommitmentStatus, Sentence, Side

Spoken = Callable[[Sentence, TalkContext], Commitment | None]
"""Reads what somebody says they will do."""

_TASK = re.compile(
    r"^(?:[-*•] ?)?(?:to ?do\b|todo:|action(?: items?)?:|actions?:|next steps?:|pendiente\b|tareas?:|por hacer\b|"
    r"accion(?:es)?:|proximos? pasos?:|queda pendiente\b)"
)
_DUTY = re.compile(r"\b(?:tengo que|tenemos que|hay que|needs? doing|(?:i|we) (?:need|have) to)\b")
_NO_DUTY = re.compile(r"\b(?:no (?:hay|tengo|tenemos) que|don't|didn't|had to|si |if )\b")
_DEADLINE = re.compile(r"\b(?:by|before|due|antes de|antes del|para el|hasta el)\b|\(|\s[-–—|]\s")
_ONE = r"[A-ZÁÉÍÓÚÑ][\w-]*(?:['’][A-ZÁÉÍÓÚÑ][\w-]*)?(?:\s[A-ZÁÉÍÓÚÑ][\w-]*){0,2}"
_OPENING = re.compile(
    rf"^@?(?P<one>{_ONE})(?:\s(?:y|e|and|&)\s(?P<other>{_ONE}))?(?:'s \w+)?(?:\s*(?:[-–—→>|,]|:)\s*|\s+)(?P<act>\S.*)$",
    re.S,
)
_INSIDE = (
    re.compile(r"[(\[](?P<people>[^()\[\]\n]{2,60})[)\]]"),
    re.compile(
        rf"(?:\s[-–—|→]+>?\s+|@|\b(?:[Oo]wner|[Rr]esponsable|[Rr]esp\.?|[Aa]signad[oa] a|[Aa]ssigned to|[Aa] cargo de|"
        rf"[Pp]or parte de|[Ll]o (?:hace|lleva|mira|prepara|env[ií]a))\s*:?\s+)(?P<people>{_ONE})"
    ),
    re.compile(rf":\s+(?P<people>{_ONE})\.?$"),
)
_BETWEEN = re.compile(r"[,;/:]|\s[-–—]\s|\s(?:y|and)\s")
_PIECE = re.compile(r"[^;\n]+")
_SHORTEST = 6


def written(sentence: Sentence, context: TalkContext, *, spoken: Spoken) -> Iterator[Commitment]:
    """The tasks that a sentence of notes holds, in its order."""
    line = context.line_of(sentence)
    if line is None or is_done(context.document.text[line.start : line.end]):
        return
    for piece in _pieces(sentence, line):
        found = _task(piece, line, context, leads=sentence.start <= line.begins, spoken=spoken)
        if found is not None:
            yield found


def action(sentence: Sentence, *, by: Side, who: str | None, when: str | None = None) -> Commitment:
    """A task of somebody's, for the day that its words name (or `when`)."""
    due = find_due(sentence.text if when is None else when, said_on=sentence.day)
    return Commitment(by=by, who=who, sentence=sentence, due=due, status=CommitmentStatus.OPEN)


def _pieces(sentence: Sentence, line: NoteLine) -> Iterator[Sentence]:
    """What semicolons set apart, where a line holds more than one task."""
    begins = max(sentence.start, line.begins)
    spans = [match.span() for match in _PIECE.finditer(sentence.text, begins - sentence.start)]
    if len(spans) < 2 or line.mark is not Mark.TASK:
        yield sentence
        return
    for start, end in spans:
        text = sentence.text[start:end]
        first, last = start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip())
        if last - first >= _SHORTEST:
            yield replace(
                sentence, start=sentence.start + first, end=sentence.start + last, text=sentence.text[first:last]
            )


def _task(piece: Sentence, line: NoteLine, context: TalkContext, *, leads: bool, spoken: Spoken) -> Commitment | None:
    begins = max(piece.start, line.begins) - piece.start
    text = piece.text[begins:]
    # What follows a task on its line tells about it, unless it opens like one itself.
    is_task = line.mark is Mark.TASK and (leads or opens_task(text, language=piece.language))
    if NOTHING.match(flat(text)):
        return None
    if line.person is not None:
        act = piece.text[max(piece.start, line.said_from) - piece.start :]
        if is_task or opens_task(act, language=piece.language):
            return _owned(piece, (line.person,))
        return _promised(piece, line.person, line, context, spoken=spoken)
    owners = _opening(text, piece.language, context, is_task=is_task) or _inside(
        text, piece.language, context, is_task=is_task
    )
    if owners:
        return _owned(piece, owners)
    plain = flat(piece.text)
    if is_task or _TASK.match(plain) or (_DUTY.search(plain) and not _NO_DUTY.search(plain)):
        return action(piece, by=piece.side, who=None, when=piece.text if _DEADLINE.search(plain) else "")
    return None


def _owned(piece: Sentence, owners: tuple[Person, ...]) -> Commitment:
    link = " y " if piece.language is Language.ES else " and "
    return action(piece, by=owners[0].side, who=link.join(owner.name for owner in owners))


def _promised(
    piece: Sentence, person: Person, line: NoteLine, context: TalkContext, *, spoken: Spoken
) -> Commitment | None:
    """What the person is noted to have promised in their own words."""
    begins = max(piece.start, line.said_from)
    # A side is needed to read a promise at all; whose it is stays as the notes have it.
    side = Side.CUSTOMER if person.side is Side.UNKNOWN else person.side
    said = replace(piece, start=begins, text=piece.text[begins - piece.start :], side=side, speaker=person.name)
    found = spoken(said, context)
    if found is None:
        return None
    return replace(found, sentence=piece, by=person.side if found.who == person.name else found.by)


def _opening(text: str, language: Language, context: TalkContext, *, is_task: bool) -> tuple[Person, ...]:
    """`Tom to send…`, `Rosa enviará…`, `Rosa y Tom — revisar…`; in a list of tasks a name at the start is enough."""
    lead = cue("notes", "lead_in").match(flat(text))
    match = _OPENING.match(text[lead.end() :] if lead else text)
    if match is None or not (is_task or opens_task(match["act"], language=language)):
        return ()
    named = [context.minutes.person(name) for name in (match["one"], match["other"]) if name]
    return tuple(person for person in named if person is not None)


def _inside(text: str, language: Language, context: TalkContext, *, is_task: bool) -> tuple[Person, ...]:
    """`Enviar el contrato (Rosa, 4/12)`, `Send deck - Tom`, `Enviar contrato: Rosa`."""
    if not is_task and not opens_task(text, language=language):
        return ()
    pieces = (
        piece for pattern in _INSIDE for match in pattern.finditer(text) for piece in _BETWEEN.split(match["people"])
    )
    named = (context.minutes.person(piece) for piece in pieces)
    return tuple(islice((person for person in named if person is not None), 1))
