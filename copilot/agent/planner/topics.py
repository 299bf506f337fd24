"""What the events of a timeline must be about, and of which kinds they must be.

Invariant: a topic is made of the user's own words.
"""

import re
from typing import Literal

from copilot.agent.planner.cues import mark
from copilot.agent.planner.reading import Reading

EventKind = Literal["email", "call", "meeting", "note", "ticket", "survey"]
_EVENT_KINDS: tuple[tuple[str, EventKind], ...] = (
    (r"e-?mails?|correos?|mails?|mensajes?", "email"),
    (r"calls?|llamadas?", "call"),
    (r"meetings?|reunion(?:es)?|visits?|visitas?", "meeting"),
    (r"(?<!release )notes?|notas(?! de version)", "note"),
    (r"tickets?|incidencias?", "ticket"),
    (r"surveys?|encuestas?", "survey"),
)


def event_kinds(reading: Reading) -> tuple[EventKind, ...]:
    """Kinds of events that the message names."""
    return tuple(kind for words, kind in _EVENT_KINDS if re.search(rf"\b(?:{words})\b", reading.work))


def topic_of(reading: Reading) -> str:
    """What events must be about, in the user's own words; empty: everything."""
    match = mark("topic").search(reading.work)
    start, end = match.span("topic") if match else (0, 0)
    if match is None:
        matter = mark("its_matter").search(reading.work)
        group = "topic" if matter and matter["topic"] else "owned"
        if matter is None:
            return ""
        start, end = matter.span(group)
    words = mark("topic_end").sub("", reading.shown[start:end]).strip(" .,;:?!¿¡")
    plain = words.lower()
    if (
        not words
        or "ACCT" in words
        or "PERSON" in words
        or plain in {"account", "cuenta", "la cuenta", "the account", "it", "things", "last", "todo"}
    ):
        return ""
    return re.sub(r"^(?:the|el|la|los|las|their|its|su|sus|lo de|all|el tema de|lo del)\s+", "", words)[:80]
