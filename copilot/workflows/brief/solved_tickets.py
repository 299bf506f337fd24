"""Tickets that are open in the records while a text says that the matter is solved.

Invariant: the text is shown and the ticket is not closed; a person decides.
"""

import re

from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.domain.records import Ticket, TicketStatus
from copilot.workflows.brief.context import BriefContext, Line
from copilot.workflows.reading.cues import cue
from copilot.workflows.reading.text import stems
from copilot.workflows.reading.types import Sentence, Side

_LOOK_BACK = 3
_SHARED_WORDS = 2
_SHOWN = 3
_DOUBT = re.compile(r"\b(?:si|if|unless|until|hasta|cuando|when)\b|\b(?:no|not)\s+(?:\w+\s+)?$")


def lines(context: BriefContext) -> list[Line]:
    """One line per open ticket that a later text of ours calls solved."""
    found = []
    for ticket in context.facts.tickets:
        said = None if ticket.status is TicketStatus.CLOSED else _called_solved(context, ticket)
        if said is not None:
            found.append(_line(context, ticket, said))
    return found[:_SHOWN]


def _called_solved(context: BriefContext, ticket: Ticket) -> Sentence | None:
    sentences = context.reading.sentences
    for position in range(len(sentences) - 1, -1, -1):
        sentence = sentences[position]
        if sentence.day < ticket.opened_at.date() or sentence.side is not Side.US:
            continue
        if _says_solved(sentence):
            nearby = sentences[max(0, position - _LOOK_BACK) : position + 1]
            told = {word for item in nearby if item.document_id == sentence.document_id for word in _words(item)}
            if len(told & _subject(ticket, sentence.language)) >= _SHARED_WORDS:
                return sentence
    return None


def _says_solved(sentence: Sentence) -> bool:
    """`It was fixed`; not `if it is not fixed`."""
    plain = flat(sentence.text)
    match = cue("outcomes", "solved").search(plain)
    if match is None or sentence.text.endswith("?"):
        return False
    return _DOUBT.search(plain[: match.start()]) is None


def _words(sentence: Sentence) -> frozenset[str]:
    return stems(sentence.text, sentence.language)


def _subject(ticket: Ticket, language: Language) -> frozenset[str]:
    return stems(ticket.subject, language)


def _line(context: BriefContext, ticket: Ticket, said: Sentence) -> Line:
    subject, since = context.quote(ticket.subject), context.day(ticket.opened_at.date())
    day, quote = context.day(said.day), context.quote(said.text)
    return context.line(
        es=f"El ticket {subject}, del {since}, sigue abierto, pero el {day} se dijo: {quote}",
        en=f"The ticket {subject}, of {since}, is still open, but on {day} it was said: {quote}",
        cites=[*(context.record(ticket, name) for name in ("subject", "status", "opened_at")), context.sentence(said)],
    )
