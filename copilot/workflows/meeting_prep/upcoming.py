"""The next meeting with an account, as far as records and texts speak of one.

Invariant: a meeting is named only with the record or the sentence that speaks of it, and its day only if that names
the day; what was called off or only wished for is none.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from copilot.domain.folding import flat
from copilot.domain.records import Activity, ActivityKind, Contact
from copilot.workflows.brief.context import BriefContext
from copilot.workflows.reading.due_dates import named_days
from copilot.workflows.reading.names import mentions_person
from copilot.workflows.reading.types import Sentence

_SPOKEN_OF = timedelta(days=150)
_AHEAD = timedelta(days=120)
_MEETING = re.compile(
    r"\b(?:reunion(?:es)?|reunimos|reunirnos|nos vemos|vernos|visita|videollamada|llamada|taller|(?<!de )sesion|"
    r"demostracion|demo|revision trimestral|meeting|meet|see you|call|visit|workshop|session|review|qbr|kick-?off|"
    r"steering|walk-?through|vamos|iremos|pasaremos por|(?:we|i)(?: wi|')ll (?:come|be with you|drop))\b"
)
_NONE = re.compile(
    r"\b(?:cancel\w*|anul\w*|aplaz\w*|pospu\w*|suspend\w*|postpon\w*|called off|resched\w*|"
    r"propon\w*|propus\w*|propos\w*|suggest\w*|antes del?|no later than|"
    r"si (?:os|les|le|te) (?:va|viene|parece)|podriamos|could we|would you|what about|shall we)\b"
)
_THEIRS = re.compile(
    r"\b(?:owners|board|consejo|directorio|comite|committee|gerencia|junta)\b|\b(?:budget|safety|staff) meeting\b"
    r"|\breunion (?:de presupuestos?|de seguridad|interna)\b"
)
"""Where the customer meets among themselves."""
_WEEK = re.compile(r"(?:la )?semana|(?:the )?week")


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting ahead: its day, and what speaks of it."""

    day: date
    sentence: Sentence | None = None
    activity: Activity | None = None


def next_meeting(context: BriefContext, *, contacts: Sequence[Contact] = ()) -> Meeting | None:
    """The nearest meeting ahead; with `contacts`, the nearest that one of them is spoken of for, if any is."""
    found = sorted([*_logged(context), *_spoken_of(context)], key=lambda item: (item.day, _age(item)))
    with_them = [item for item in found if any(_names(item, contact) for contact in contacts)]
    return next(iter(with_them or found), None)


def _logged(context: BriefContext) -> Iterator[Meeting]:
    for activity in context.facts.activities:
        day = activity.occurred_at.date()
        if (
            activity.kind in {ActivityKind.MEETING, ActivityKind.CALL}
            and context.today <= day <= context.today + _AHEAD
        ):
            yield Meeting(day=day, activity=activity)


def _spoken_of(context: BriefContext) -> Iterator[Meeting]:
    for sentence in context.reading.sentences:
        if context.today - sentence.day <= _SPOKEN_OF:
            found = meeting_in(sentence, after=context.today)
            if found is not None:
                yield found


def meeting_in(sentence: Sentence, *, after: date) -> Meeting | None:
    """The meeting on a day from `after` on that the sentence speaks of."""
    day = day_of_meeting(sentence.text, said_on=sentence.day, after=after)
    return None if day is None else Meeting(day=day, sentence=sentence)


def speaks_of_meeting(text: str) -> bool:
    """Whether any meeting may be spoken of: cheap, for texts that are long."""
    return _MEETING.search(flat(text)) is not None


def day_of_meeting(text: str, *, said_on: date, after: date) -> date | None:
    """The day from `after` on that a sentence names for a meeting."""
    plain = flat(text)
    if not _MEETING.search(plain) or _NONE.search(plain) or _THEIRS.search(plain):
        return None
    for named in named_days(text, said_on=said_on):
        if named.exact and not _WEEK.match(flat(named.words)) and after <= named.day <= after + _AHEAD:
            return named.day
    return None


def _age(meeting: Meeting) -> int:
    """The latest word on a day comes first, a record before any text."""
    return -meeting.sentence.order if meeting.sentence else -1_000_000


def _names(meeting: Meeting, contact: Contact) -> bool:
    if meeting.activity is not None:
        spoken = (meeting.activity.subject or "", meeting.activity.body or "", *meeting.activity.participants)
        return any(mentions_person(text, contact.name) for text in spoken)
    assert meeting.sentence is not None  # noqa: S101 - a meeting has one or the other
    said = meeting.sentence
    return mentions_person(said.text, contact.name) or contact.name in {said.speaker, said.addressee}
