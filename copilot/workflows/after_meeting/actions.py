"""Who is to do what after a meeting: promises spoken aloud, and tasks as notes write them down.

Invariant: an action is one sentence (or one row of a table) of the text; who does it and for when are read in it, and
left open where it does not say. A question, a condition and a refusal are no action.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from copilot.domain.documents import Block, BlockKind
from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.workflows.after_meeting.context import TalkContext
from copilot.workflows.after_meeting.written import action, written
from copilot.workflows.reading.cues import words
from copilot.workflows.reading.due_dates import find_due
from copilot.workflows.reading.names import words as name_words
from copilot.workflows.reading.promises import find_promise
from copilot.workflows.reading.tasks import opens_task
from copilot.workflows.reading.types import Commitment, Sentence, Side

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
_NAME = r"(?P<name>[A-ZÁÉÍÓÚÑ][\wáéíóúñ]+)(?:\s[A-ZÁÉÍÓÚÑ][\wáéíóúñ]+){0,2}"
_SUBJECT = re.compile(rf"^{_NAME}\s+(?:va a|will|is going to)\b")
_OFFERED = re.compile(rf"^{_NAME}\s+(?:can|can also|puede|te puede|os puede|les puede)\s+(?P<act>\S.*)", re.S)
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
    for sentence in context.sentences:
        if sentence.order not in in_rows and not _cannot_be(sentence):
            noted = list(written(sentence, context, spoken=_said)) if context.is_noted else []
            said = None if noted else _said(sentence, context)
            found += noted or ([said] if said else [])
    return tuple(sorted(found, key=lambda item: (item.by is not Side.US, item.sentence.order)))


def _cannot_be(sentence: Sentence) -> bool:
    return len(sentence.text) > _LONGEST or sentence.text.rstrip('»”") ').endswith("?") or "¿" in sentence.text


def _said(sentence: Sentence, context: TalkContext) -> Commitment | None:
    """What somebody says they will do."""
    promise = find_promise(sentence, context.cast)
    if promise is not None:
        return replace(action(sentence, by=promise.by, who=promise.who), due=promise.due, **_subject(sentence, context))
    offered = _offered(sentence, context)
    if offered is not None:
        return offered
    plain = flat(sentence.text)
    if sentence.side is Side.UNKNOWN or not _SPOKEN.search(plain) or _NOT_SPOKEN.search(plain):
        return None
    return replace(action(sentence, by=sentence.side, who=sentence.speaker), **_subject(sentence, context))


def _offered(sentence: Sentence, context: TalkContext) -> Commitment | None:
    """`Tom can send it next week`: somebody of one's own side, an act and a day."""
    match = _OFFERED.match(sentence.text)
    known = context.cast.mentioned(match["name"]) if match else None
    if match is None or known is None or known[1] is Side.UNKNOWN:
        return None
    found = action(sentence, by=known[1], who=known[0])
    doubted = _NOT_SPOKEN.search(flat(sentence.text))
    return found if found.due and not doubted and opens_task(match["act"], language=sentence.language) else None


def _subject(sentence: Sentence, context: TalkContext) -> dict[str, Any]:
    """Who does it, where a known person opens the sentence: `Lucía va a mandar…`."""
    named = _SUBJECT.match(sentence.text)
    known = context.cast.mentioned(named["name"]) if named else None
    return {"who": known[0], "by": known[1]} if known and known[1] is not Side.UNKNOWN else {}


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
    return action(whole, by=side, who=known[0] if known else None, when=day)
