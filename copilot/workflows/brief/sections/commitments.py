"""Commitments made by either side, and whether they were kept.

Invariant: a promise is called missed only when somebody says so; a date that passed without a trace is reported
as exactly that.
"""

from copilot.workflows.brief.context import BriefContext, Line
from copilot.workflows.reading.types import Commitment, CommitmentStatus, Side

_SHOWN = 12
_ORDER = {
    CommitmentStatus.MISSED: 0,
    CommitmentStatus.NO_EVIDENCE: 1,
    CommitmentStatus.OPEN: 2,
    CommitmentStatus.KEPT: 3,
}


def write(context: BriefContext) -> list[Line]:
    """What is pending first, then what was kept; ours before theirs."""
    found = sorted(
        context.reading.commitments,
        key=lambda item: (_ORDER[item.status], item.by is not Side.US, -item.sentence.order),
    )
    if not found:
        return [none(context)]
    return [line_of(context, item) for item in found[:_SHOWN]]


def none(context: BriefContext) -> Line:
    """That the texts hold no commitment, and how many were read."""
    read = context.reading.documents
    count = texts_read(context)
    if not read:
        return context.line(
            es="No hay correos, llamadas ni notas de esta cuenta donde buscar compromisos.",
            en="There are no emails, calls or notes of this account to look for commitments in.",
            cites=[count],
        )
    texts = context.count(read, es=("texto leído", "textos leídos"), en=("text read", "texts read"))
    return context.line(
        es=f"No consta ningún compromiso con fecha o entrega concreta ({texts}).",
        en=f"No commitment to a date or a delivery was found ({texts}).",
        cites=[count],
    )


def texts_read(context: BriefContext) -> str:
    """Cite how many texts were read."""
    return context.book.computed(
        "texts_read",
        text=f"texts_read: {context.reading.documents}",
        inputs=("query:documents",),
        formula=context.say(
            es="correos, llamadas y notas de la cuenta leídos enteros",
            en="emails, calls and notes of the account, read whole",
        ),
    )


def due_cite(context: BriefContext, item: Commitment) -> list[str]:
    """Cite the day that the words of a promise mean."""
    if item.due is None:
        return []
    sentence = context.sentence(item.sentence)
    name = f"due_{item.sentence.passage_id}_{item.sentence.start}"
    return [
        context.book.computed(
            name,
            text=f"{name}: {item.due.day.isoformat()}",
            inputs=(sentence,),
            formula=context.say(
                es=f"«{item.due.words}», contado desde el {context.day(item.sentence.day)}",
                en=f"“{item.due.words}”, counted from {context.day(item.sentence.day)}",
            ),
        )
    ]


def who(context: BriefContext, item: Commitment) -> str:
    """Name of who promised, or the side."""
    if item.who:
        return item.who
    return (
        context.say(es="Nosotros", en="We") if item.by is Side.US else context.say(es="El cliente", en="The customer")
    )


def line_of(context: BriefContext, item: Commitment) -> Line:
    """One commitment: what became of it, who made it, when and for when."""
    cites = [context.sentence(item.sentence), *due_cite(context, item)]
    name, made, quote = who(context, item), context.day(item.sentence.day), context.quote(item.sentence.text)
    due_es = f", para el {context.day(item.due.day)}" if item.due else ""
    due_en = f", for {context.day(item.due.day)}" if item.due else ""
    head_es, head_en = f"{name}, el {made}{due_es}: {quote}", f"{name}, on {made}{due_en}: {quote}"
    match item.status:
        case CommitmentStatus.KEPT if item.proof is not None:
            cites.append(context.sentence(item.proof))
            done = context.day(item.proof.day)
            return context.line(es=f"Cumplido el {done}. {head_es}", en=f"Kept on {done}. {head_en}", cites=cites)
        case CommitmentStatus.MISSED if item.proof is not None:
            cites.append(context.sentence(item.proof))
            said, day = context.quote(item.proof.text), context.day(item.proof.day)
            return context.line(
                es=f"Sin cumplir. {head_es} El {day} se dijo: {said}",
                en=f"Not kept. {head_en} On {day} it was said: {said}",
                cites=cites,
            )
        case CommitmentStatus.NO_EVIDENCE:
            return context.line(
                es=f"Vencido y sin constancia de que se cumpliera. {head_es}",
                en=f"Past due, with no evidence that it was kept. {head_en}",
                cites=cites,
            )
        case _:
            return context.line(es=f"Pendiente. {head_es}", en=f"Open. {head_en}", cites=cites)
