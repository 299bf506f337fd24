"""Who is to do what after a meeting: promises spoken aloud, and tasks as notes write them down.

Invariant: an action is one sentence (or one row of a table) of the text; who does it and for when are read in it, and
left open where it does not say. A question, a condition and a refusal are no action.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from copilot.domain.documents import Block, BlockKind, DocumentKind
from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.workflows.after_meeting.context import TalkContext
from copilot.workflows.reading.cues import words
from copilot.workflows.reading.due_dates import find_due
from copilot.workflows.reading.names import words as name_words
from copilot.workflows.reading.promises import find_promise
from copilot.workflows.reading.types import Commitment, CommitmentStatus, Sentence, Side

_LONGEST = 330
_ES = "|".join(sorted({*words("act_es"), "marc", "junt", "persegu", "prob"} - {"ped"}))
_EN = "|".join(sorted({*words("act_en"), "ask", "load", "try", "test", "hold off", "pick", "talk"} - {"go", "come"}))
_SPOKEN = re.compile(
    rf"(?<!me )\b(?:(?:te|os|le|les|lo|la|los|las|yo)|(?:te|os|se) (?:lo|la|los|las)) (?:{_ES})(?:o|io|amos|imos)\b"
    r"|\b(?:te|os|se) (?:lo|la|los|las) (?:hago|hacemos)\b"
    rf"|\b(?:{_ES})(?:are|ere|ire|aremos|eremos|iremos)\b"
    rf"|\b(?:voy|vamos|va|van) a (?:{_ES})\w*"
    r"|\b(?:le|les) digo a\b|\bva un correo\b|\bse (?:publica|entrega|envia)(?:ra)? (?:el|antes)\b"
    rf"|\b(?:i|we)(?:'ll| will| shall) (?:also |then |personally )?(?:{_EN})\b"
    rf"|\b(?:i|we)(?:'m|'re| am| are) going to (?:{_EN})\b"
    r"|\byou(?:'ll| will) (?:have|get|receive) (?:the|it|a|an|my|our|them)\b"
)
_NOT_SPOKEN = re.compile(
    r"^(?:y |pero |and |but |so )?(?:si(?!,)|if|when|cuando|en cuanto|until|hasta que|unless|salvo que|as soon as)\b"
    r"|\b(?:if (?:you|we|they|it|that)|si (?:no|me|os|les|sobra|el|la))\b"
    r"|\bno (?:te|os|le|les|se|lo|la|los|las|voy|vamos|va|van)\b|\b(?:won't|will not|never|nunca|i'd|we'd)\b"
    r"|\b(?:quizas?|tal vez|a lo mejor|maybe|perhaps|might|hope|prefiero|lo que)\b"
    r"|\bdejo hablar\b|\bcon una pregunta\b|\byou(?:'ll| will) have (?:to|heard|seen)\b"
    r"|\bi'll (?:have|get|do) (?:to|back)\b"
    r"|\bque paso\b|\bllamo por\b|\b(?:mes|semana|ano) pasad[oa]\b|\bayer\b|\btry to be\b"
    r"|\b(?:dijo|dijeron|dijiste|said|told)\b"
)
_TASK = re.compile(
    r"^(?:[-*•] ?)?(?:to ?do\b|todo:|action(?: items?)?:|actions?:|next steps?:|pendiente\b|tareas?:|por hacer\b|"
    r"accion(?:es)?:|proximos? pasos?:|queda pendiente\b)"
)
_DUTY = re.compile(r"\b(?:tengo que|tenemos que|hay que|needs? doing|(?:i|we) (?:need|have) to)\b")
_NO_DUTY = re.compile(r"\b(?:no (?:hay|tengo|tenemos) que|don't|didn't|had to|si |if )\b")
_NAME = r"(?P<name>[A-ZÁÉÍÓÚÑ][\wáéíóúñ]+)(?:\s[A-ZÁÉÍÓÚÑ][\wáéíóúñ]+){0,2}"
_SUBJECT = re.compile(rf"^{_NAME}\s+(?:va a|will|is going to)\b")
_DEADLINE = re.compile(r"\b(?:by|before|antes de|antes del|para el|hasta el)\b|\(")
_ASSIGNED = re.compile(
    rf"^(?:[^:]{{0,40}}:\s*)?{_NAME}(?:'s \w+)?\s*(?P<link>:|[-–—]|\bto\b|\bwill\b)\s*(?P<act>\S.*)", re.S
)
_ACT = re.compile(
    rf"^(?:to )?(?:{_EN}|send|write|call)\b|^(?:{_ES})(?:ar|er|ir)(?:le|les|lo|la|los|las)?\b"
    rf"|^(?:{_ES})(?:are|ere|ire|ara|era|ira)\b"
)
_COLUMNS = {
    "who": frozenset({"who", "owner", "quien", "responsable", "name", "nombre"}),
    "what": frozenset({"what", "task", "action", "que", "tarea", "accion"}),
    "when": frozenset({"when", "due", "by", "deadline", "cuando", "fecha", "plazo", "para cuando"}),
}


def actions(context: TalkContext) -> tuple[Commitment, ...]:
    """In reading order, ours first; one per sentence."""
    rows = list(_rows(context))
    in_rows = {order for _, orders in rows for order in orders}
    found = [item for item, _ in rows]
    found += [
        item
        for sentence in context.sentences
        if sentence.order not in in_rows and (item := _of(sentence, context)) is not None
    ]
    return tuple(sorted(found, key=lambda item: (item.by is not Side.US, item.sentence.order)))


def _of(sentence: Sentence, context: TalkContext) -> Commitment | None:
    if len(sentence.text) > _LONGEST or sentence.text.rstrip('»”") ').endswith("?") or "¿" in sentence.text:
        return None
    if context.document.kind is DocumentKind.NOTE:
        written = _written(sentence, context)
        if written is not None:
            return written
    promise = find_promise(sentence, context.cast)
    if promise is not None:
        return replace(
            _action(sentence, by=promise.by, who=promise.who), due=promise.due, **_subject(sentence, context)
        )
    plain = flat(sentence.text)
    if sentence.side is Side.UNKNOWN or not _SPOKEN.search(plain) or _NOT_SPOKEN.search(plain):
        return None
    return replace(_action(sentence, by=sentence.side, who=sentence.speaker), **_subject(sentence, context))


def _subject(sentence: Sentence, context: TalkContext) -> dict[str, Any]:
    """Who does it, where a known person opens the sentence: `Lucía va a mandar…`."""
    named = _SUBJECT.match(sentence.text)
    known = context.cast.mentioned(named["name"]) if named else None
    return {"who": known[0], "by": known[1]} if known and known[1] is not Side.UNKNOWN else {}


def _written(sentence: Sentence, context: TalkContext) -> Commitment | None:
    """A task as notes put it: `To do: …`, `Tom to write to her`, `Lucía: enviar la oferta`, `hay que cerrarlo`."""
    plain = flat(sentence.text)
    assigned = _ASSIGNED.match(sentence.text.lstrip("-*• "))
    known = context.cast.mentioned(assigned["name"]) if assigned else None
    if assigned and known and known[1] is not Side.UNKNOWN and _ACT.match(flat(assigned["act"])):
        return _action(sentence, by=known[1], who=known[0])
    if _TASK.match(plain) or (_DUTY.search(plain) and not _NO_DUTY.search(plain)):
        return _action(sentence, by=sentence.side, who=None, when=sentence.text if _DEADLINE.search(plain) else "")
    return None


def _action(sentence: Sentence, *, by: Side, who: str | None, when: str | None = None) -> Commitment:
    due = find_due(sentence.text if when is None else when, said_on=sentence.day)
    return Commitment(by=by, who=who, sentence=sentence, due=due, status=CommitmentStatus.OPEN)


def _rows(context: TalkContext) -> Iterator[tuple[Commitment, frozenset[int]]]:
    """Rows of a table that has a column for who or when beside one for what, with the sentences they are made of."""
    for block in context.document.blocks:
        if block.kind is BlockKind.TABLE:
            inside = [item for item in context.sentences if block.start <= item.start and item.end <= block.end]
            cells = _cells(context.document.text, block)
            if inside and "what" in cells and len(cells) > 1:
                yield _row(inside, cells, context), frozenset(item.order for item in inside)


def _cells(text: str, block: Block) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text[block.start : block.end].splitlines():
        label, _, value = line.partition(":")
        for column, names in _COLUMNS.items():
            if flat(label).strip("¿? *") in names and value.strip():
                found[column] = value.strip()
    return found


def _row(inside: list[Sentence], cells: dict[str, str], context: TalkContext) -> Commitment:
    first, last = inside[0], inside[-1]
    whole = replace(first, end=last.end, text=context.document.text[first.start : last.end])
    known = context.cast.mentioned(cells["who"]) if name_words(cells.get("who", "")) else None
    side = known[1] if known else first.side
    when = cells.get("when", "")
    # A month alone is a day of its own in a column of days; in running text it needs a word before it.
    day = when if find_due(when, said_on=first.day) else f"{'en' if first.language is Language.ES else 'in'} {when}"
    return _action(whole, by=side, who=known[0] if known else None, when=day)
