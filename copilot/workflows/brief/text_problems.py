"""What the texts give away about the data: contradictions, deals put off, doubts, manipulation.

Invariant: both sides of a contradiction are shown with their sources and none is preferred; instructions aimed at an
assistant are shown here and followed nowhere.
"""

from datetime import timedelta

from copilot.domain.document_messages import localise
from copilot.domain.evidence import Origin
from copilot.domain.records import Opportunity
from copilot.workflows.brief import solved_tickets
from copilot.workflows.brief.context import BriefContext, Line
from copilot.workflows.brief.contradictions import Contradiction, contradictions
from copilot.workflows.brief.sections.opportunities import put_off
from copilot.workflows.reading.types import Sentence, Topic

_DISCREPANCY_DAYS = 120
_DISCREPANCIES_SHOWN = 4
_LOOK_BACK = 3
_TERSE = 80


def lines(context: BriefContext) -> list[Line]:
    """Contradictions first, manipulation last."""
    return [
        *_contradictions(context),
        *_put_off(context),
        *_discrepancies(context),
        *solved_tickets.lines(context),
        *_instructions(context),
        *_hidden(context),
    ]


def _contradictions(context: BriefContext) -> list[Line]:
    found: list[Line] = []
    for item in contradictions(context):
        field, sentence = contested(context, item), item.claim.sentence
        who = sentence.speaker or sentence.title
        day, quote = context.day(sentence.day), context.quote(sentence.text)
        if item.in_texts:
            found.append(
                context.line(
                    es=f"Los textos no coinciden en {field}: {item.recorded} o {item.claimed} ({day}): {quote}",
                    en=f"The texts disagree on {field}: {item.recorded} or {item.claimed} ({day}): {quote}",
                    cites=item.cites,
                )
            )
            continue
        found.append(
            context.line(
                es=f"Contradicción en {field}: {item.recorded} en el CRM; {who} da {item.claimed} ({day}): {quote}",
                en=f"Contradiction on {field}: {item.recorded} in the CRM; {who} gives {item.claimed} ({day}): {quote}",
                cites=item.cites,
            )
        )
    return found


def contested(context: BriefContext, item: Contradiction) -> str:
    """`la fecha de renovación`, or `el importe de «Renovación 2027»`."""
    field = context.field_name(item.field)
    if not isinstance(item.record, Opportunity):
        return field
    return context.say(
        es=f"{field} de {context.named(item.record.name)}", en=f"{field} of {context.named(item.record.name)}"
    )


def _discrepancies(context: BriefContext) -> list[Line]:
    """Sentences in which somebody points out themselves that two sources differ."""
    shown = {item.claim.sentence.order for item in contradictions(context)}
    since = context.today - timedelta(days=_DISCREPANCY_DAYS)
    found: list[Line] = []
    for item in context.reading.about(Topic.DISCREPANCY):
        sentence = item.sentence
        if sentence.order in shown or sentence.day < since:
            continue
        who = sentence.speaker or sentence.title
        before = _just_before(context, sentence)
        told = f"{before[-1].text} {sentence.text}" if before and len(sentence.text) < _TERSE else sentence.text
        day, quote = context.day(sentence.day), context.quote(told)
        found.append(
            context.line(
                es=f"{who} avisa el {day} de datos que no cuadran: {quote}",
                en=f"{who} points out on {day} that data do not agree: {quote}",
                cites=[context.sentence(sentence), *(context.sentence(item) for item in before)],
            )
        )
    return found[:_DISCREPANCIES_SHOWN]


def _just_before(context: BriefContext, sentence: Sentence) -> list[Sentence]:
    """The sentences that a short remark (`the difference is …`) refers to."""
    first = sentence.order - _LOOK_BACK
    nearby = [item for item in context.reading.sentences if first <= item.order < sentence.order]
    return [item for item in nearby if item.document_id == sentence.document_id]


def _put_off(context: BriefContext) -> list[Line]:
    """Open in the CRM, put off in the texts."""
    found: list[Line] = []
    for item in context.facts.open_opportunities:
        said = put_off(context, item)
        if said is None or item.close_date is None:
            continue
        name, closing = context.named(item.name), context.day(item.close_date)
        day, quote = context.day(said.sentence.day), context.quote(said.sentence.text)
        found.append(
            context.line(
                es=f"El CRM da {name} por abierta con cierre el {closing}, pero el {day} se dijo: {quote}",
                en=f"The CRM has {name} open, closing on {closing}, but on {day} it was said: {quote}",
                cites=[
                    context.record(item, "name"),
                    context.record(item, "close_date"),
                    context.record(item, "status"),
                    context.sentence(said.sentence),
                ],
            )
        )
    return found


def _instructions(context: BriefContext) -> list[Line]:
    found: list[Line] = []
    for item in context.reading.about(Topic.INSTRUCTION):
        sentence = item.sentence
        day, title = context.day(sentence.day), context.named(sentence.title)
        written = sentence.origin is not Origin.INTERNAL
        found.append(
            context.line(
                es=f"El texto {title}, del {day}, contiene instrucciones dirigidas a un asistente"
                f"{' y lo escribió alguien de fuera' if written else ''}: no se han seguido ni se usan. Revíselo.",
                en=f"The text {title}, of {day}, contains instructions aimed at an assistant"
                f"{' and was written by an outsider' if written else ''}: they were not followed or used. Check it.",
                cites=[context.sentence(sentence)],
            )
        )
    return found


def _hidden(context: BriefContext) -> list[Line]:
    """Texts with words that no person sees: left out when they were read, and worth a look."""
    found: list[Line] = []
    for item in context.reading.notices:
        name = f"hidden_text.{item.document_id}"
        cite = context.book.computed(
            name,
            text=f"{name}: {item.text}",
            inputs=("query:documents",),
            formula=context.say(es="aviso de la lectura del texto", en="notice from reading the text"),
        )
        day, title = context.day(item.day), context.named(item.title)
        told = localise(item.text, language=context.language)
        found.append(
            context.line(
                es=f"El texto {title}, del {day}, escondía palabras que no se ven al leerlo. {told}",
                en=f"The text {title}, of {day}, hid words that nobody sees when reading it. {told}",
                cites=[cite, *_first_sentence(context, item.document_id)],
            )
        )
    return found


def _first_sentence(context: BriefContext, document_id: str) -> list[str]:
    """Where to open the text."""
    found = next((item for item in context.reading.sentences if item.document_id == document_id), None)
    return [] if found is None else [context.sentence(found)]
