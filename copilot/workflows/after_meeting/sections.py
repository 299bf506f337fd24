"""The sections of a meeting's summary, written from rules.

Invariant: what was said is quoted with who said it; a promise keeps its own words and the day they mean; nothing is
concluded that nobody said.
"""

from collections.abc import Callable
from datetime import timedelta

from copilot.domain.drafts import Section, Segment
from copilot.domain.folding import flat
from copilot.workflows.after_meeting.actions import actions
from copilot.workflows.after_meeting.context import TalkContext
from copilot.workflows.after_meeting.participants import Participant, participants
from copilot.workflows.after_meeting.told import decisions, telling
from copilot.workflows.after_meeting.updates import Proposal
from copilot.workflows.brief.context import BriefContext, Line
from copilot.workflows.brief.sections.commitments import due_cite
from copilot.workflows.brief.words import pick
from copilot.workflows.meeting_prep.upcoming import meeting_in
from copilot.workflows.reading.cues import cue
from copilot.workflows.reading.names import same_person
from copilot.workflows.reading.text import clearly_quoted, stems
from copilot.workflows.reading.types import Commitment, Sentence, Side

TITLES = {
    "people": ("Quién participó", "Who took part"),
    "summary": ("De qué se habló", "What was discussed"),
    "decisions": ("Decisiones", "Decisions"),
    "actions": ("Tareas", "Action items"),
    "questions": ("Preguntas sin respuesta", "Questions left open"),
    "next_meeting": ("Próxima reunión", "Next meeting"),
    "updates": ("Cambios propuestos en el CRM", "Proposed CRM updates"),
}
NAMES: dict[str, tuple[str, ...]] = {
    "people": ("asistentes", "participantes", "personas", "attendees", "participants", "people"),
    "summary": ("resumen", "de que se hablo", "summary", "what was discussed"),
    "decisions": ("decisiones", "decisions"),
    "actions": ("tareas", "acciones", "pendientes", "actions", "action items", "to-dos"),
    "questions": ("preguntas", "questions"),
    "next_meeting": ("proxima reunion", "next meeting"),
    "updates": ("cambios", "crm", "updates"),
}
"""How people call the sections."""
_MOST_PEOPLE, _MOST_ACTIONS, _MOST_QUESTIONS = 12, 12, 4
_FEWEST_STEMS = 3
_NEXT = timedelta(days=1)
"""What is named for the day of the meeting is that meeting."""


def write(context: TalkContext, proposals: tuple[Proposal, ...]) -> tuple[Section, ...]:
    """All sections in order; one without a line is left out."""
    writers: dict[str, Callable[[], list[Line]]] = {
        "people": lambda: _people(context),
        "summary": lambda: _summary(context),
        "decisions": lambda: _decisions(context),
        "actions": lambda: _actions(context),
        "questions": lambda: _questions(context),
        "next_meeting": lambda: _next_meeting(context),
        "updates": lambda: _updates(context, proposals),
    }
    written = {key: writer() for key, writer in writers.items()}
    return tuple(_section(context, key, lines) for key, lines in written.items() if lines)


def _section(context: TalkContext, key: str, lines: list[Line]) -> Section:
    segments = tuple(
        Segment(id=f"{key}.{number}", text=line.text, evidence_ids=line.evidence_ids)
        for number, line in enumerate(lines, start=1)
    )
    return Section(key=key, title=pick(TITLES[key], language=context.base.language), segments=segments)


def _none(context: TalkContext, *, es: str, en: str) -> Line:
    """That the text holds nothing of the kind; it rests on how many of its sentences were read."""
    base, read = context.base, len(context.sentences)
    count = base.book.computed(
        "sentences_read",
        text=f"sentences_read: {read}",
        inputs=("query:documents",),
        formula=base.say(es="frases leídas de este texto", en="sentences of this text that were read"),
    )
    return base.line(es=es, en=en, cites=[count])


def _told(context: TalkContext, sentence: Sentence) -> Line:
    base, quote = context.base, clearly_quoted(context.base.quote(sentence.text))
    line = context.line_of(sentence)
    # A note that puts words in somebody's mouth was still written by somebody else.
    speaker = sentence.speaker if line is None or line.person is None else None
    lead = speaker or base.say(es="Quedó escrito", en="It was noted")
    return base.line(es=f"{lead}: {quote}", en=f"{lead}: {quote}", cites=[base.sentence(sentence)])


def _people(context: TalkContext) -> list[Line]:
    """Everybody who said something or is listed, each with what names them."""
    return [_person(context.base, item) for item in participants(context)[:_MOST_PEOPLE]]


def _person(base: BriefContext, item: Participant) -> Line:
    name, said = item.person.name, item.sentence
    contact = next((each for each in base.facts.contacts if same_person(each.name, name)), None)
    cites = [base.sentence(said), *([base.record(contact, "name")] if contact else [])]
    title = ""
    if contact is not None and contact.title:
        cites.append(base.record(contact, "title"))
        title = f", {contact.title}"
    side = Side.CUSTOMER if contact is not None else item.person.side
    shown = f"{name}{_side(base, side)}{title}."
    if item.is_only_named:
        return base.line(es=f"Solo consta con una tarea: {shown}", en=f"Only named with a task: {shown}", cites=cites)
    return base.line(es=shown, en=shown, cites=cites)


def _is_side(name: str) -> bool:
    """Whether a task was noted for one side as a whole: `Nosotros: …`."""
    return any(cue("notes", side).fullmatch(flat(name)) for side in ("us", "customer"))


def _side(base: BriefContext, side: Side) -> str:
    match side:
        case Side.US:
            return base.say(es=" (nosotros)", en=" (us)")
        case Side.CUSTOMER:
            return base.say(es=" (cliente)", en=" (customer)")
        case _:
            return ""


def _summary(context: TalkContext) -> list[Line]:
    elsewhere = {item.sentence.order for item in actions(context)} | {item.order for item in decisions(context)}
    lines = [_told(context, item) for item in telling(context, besides=frozenset(elsewhere))]
    if lines:
        return lines
    return [_none(context, es="No hay nada más que destacar.", en="There is nothing else to point out.")]


def _decisions(context: TalkContext) -> list[Line]:
    lines = [_told(context, item) for item in decisions(context)]
    return lines or [_none(context, es="No consta ninguna decisión.", en="No decision is on record.")]


def _actions(context: TalkContext) -> list[Line]:
    made = actions(context)[:_MOST_ACTIONS]
    lines = [_action(context, item) for item in made]
    return lines or [
        _none(context, es="Nadie se comprometió a nada concreto.", en="Nobody committed to anything definite.")
    ]


def _action(context: TalkContext, item: Commitment) -> Line:
    base, quote = context.base, clearly_quoted(context.base.quote(item.sentence.text))
    if item.who is None:
        due = base.say(es=f" para el {base.day(item.due.day)}", en=f" by {base.day(item.due.day)}") if item.due else ""
        cites = [base.sentence(item.sentence), *due_cite(base, item)]
        return base.line(es=f"Sin responsable{due}: {quote}", en=f"Nobody named{due}: {quote}", cites=cites)
    name = item.who
    due = base.say(es=f", para el {base.day(item.due.day)}", en=f", by {base.day(item.due.day)}") if item.due else ""
    cites = [base.sentence(item.sentence), *due_cite(base, item)]
    shown = f"{name}{'' if _is_side(name) else _side(base, item.by)}{due}: {quote}"
    return base.line(es=shown, en=shown, cites=cites)


def _questions(context: TalkContext) -> list[Line]:
    """What the customer asked after which nobody of ours said anything."""
    spoken = context.sentences
    last_of_ours = max((item.order for item in spoken if item.side is Side.US), default=-1)
    asked = [item for item in spoken if item.side is Side.CUSTOMER and item.order > last_of_ours and _asks(item)]
    lines = [_told(context, item) for item in asked[:_MOST_QUESTIONS]]
    return lines or [_none(context, es="No quedó ninguna pregunta en el aire.", en="No question was left in the air.")]


def _asks(sentence: Sentence) -> bool:
    ends = sentence.text.rstrip('»”") ').endswith("?")
    return ends and len(stems(sentence.text, sentence.language)) >= _FEWEST_STEMS


def _next_meeting(context: TalkContext) -> list[Line]:
    base = context.base
    found = [
        (meeting.day, sentence)
        for sentence in context.sentences
        if (meeting := meeting_in(sentence, after=sentence.day + _NEXT)) is not None
    ]
    if not found:
        return [_none(context, es="No se fijó ninguna.", en="None was set.")]
    day, sentence = found[-1]
    name = f"meeting_{sentence.passage_id}_{sentence.start}"
    cite = base.book.computed(
        name,
        text=f"{name}: {day.isoformat()}",
        inputs=(base.sentence(sentence),),
        formula=base.say(es="el día que nombra la frase", en="the day that the sentence names"),
    )
    quote, when = clearly_quoted(base.quote(sentence.text)), base.day(day)
    return [base.line(es=f"El {when}: {quote}", en=f"On {when}: {quote}", cites=[base.sentence(sentence), cite])]


def _updates(context: TalkContext, proposals: tuple[Proposal, ...]) -> list[Line]:
    if not proposals:
        return [_none(context, es="Nada de lo dicho cambia los registros.", en="Nothing said changes the records.")]
    return [_update(context, item) for item in proposals]


def _update(context: TalkContext, item: Proposal) -> Line:
    base = context.base
    field, target = flat_first(base.field_name(item.field)), base.named(item.target)
    before = item.shown_before or base.say(es="(vacío)", en="(empty)")
    return base.line(
        es=f"{field} de {target}: {before} → {item.shown_after}. {clearly_quoted(base.quote(item.sentence.text))}",
        en=f"{field} of {target}: {before} → {item.shown_after}. {clearly_quoted(base.quote(item.sentence.text))}",
        cites=item.cites,
    )


def flat_first(text: str) -> str:
    """With a capital."""
    return f"{text[:1].upper()}{text[1:]}"
