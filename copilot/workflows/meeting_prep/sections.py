"""The sections of a preparation, written from rules.

Invariant: every line rests on a record, a figure or a sentence somebody said; what is not known is said to be unknown,
and nothing is promised in anybody's name.
"""

from collections.abc import Callable
from decimal import Decimal

from copilot.domain.drafts import Section, Segment
from copilot.domain.records import Contact, Lifecycle, Priority
from copilot.workflows.brief.context import BriefContext, Line
from copilot.workflows.brief.contradictions import contradictions
from copilot.workflows.brief.sections import commitments as commitment_lines
from copilot.workflows.brief.sections import next_steps, opportunities
from copilot.workflows.brief.sections.people import person
from copilot.workflows.brief.signals import signals
from copilot.workflows.brief.words import pick
from copilot.workflows.meeting_prep.context import Expected, MeetingContext
from copilot.workflows.reading.text import clearly_quoted
from copilot.workflows.reading.types import Commitment, CommitmentStatus, Side

TITLES = {
    "meeting": ("La reunión", "The meeting"),
    "attendees": ("Quién asiste", "Who attends"),
    "goals": ("Qué conseguir", "What to achieve"),
    "questions": ("Preguntas y objeciones probables", "Likely questions and objections"),
    "commitments": ("Compromisos abiertos", "Open commitments"),
    "landmines": ("Terreno delicado", "Handle with care"),
    "agenda": ("Orden del día propuesto", "Suggested agenda"),
}
NAMES: dict[str, tuple[str, ...]] = {
    "meeting": ("la reunion", "the meeting"),
    "attendees": ("asistentes", "quien asiste", "personas", "attendees", "who attends", "people"),
    "goals": ("objetivos", "metas", "goals", "objectives"),
    "questions": ("preguntas", "objeciones", "questions", "objections"),
    "commitments": ("compromisos", "promesas", "commitments", "promises"),
    "landmines": ("riesgos", "terreno delicado", "risks", "landmines", "handle with care"),
    "agenda": ("agenda", "orden del dia"),
}
"""How people call the sections."""
_MOST = 6
_RENEWAL_DAYS = 180
_PENDING = (CommitmentStatus.MISSED, CommitmentStatus.NO_EVIDENCE, CommitmentStatus.OPEN)
_MINUTES = {"commitments": 10, "questions": 10, "deals": 15, "renewal": 10, "next": 5}


def write(context: MeetingContext) -> tuple[Section, ...]:
    """All sections in order, none empty."""
    return tuple(_section(context, key, writer(context)) for key, writer in _WRITERS.items())


def _section(context: MeetingContext, key: str, lines: list[Line]) -> Section:
    segments = tuple(
        Segment(id=f"{key}.{number}", text=line.text, evidence_ids=line.evidence_ids)
        for number, line in enumerate(lines, start=1)
    )
    return Section(key=key, title=pick(TITLES[key], language=context.base.language), segments=segments)


def _meeting(context: MeetingContext) -> list[Line]:
    base, meeting = context.base, context.meeting
    if meeting is None:
        return [
            base.line(
                es="Ni los registros ni los textos dicen cuándo es la próxima reunión.",
                en="Neither the records nor the texts say when the next meeting is.",
                cites=[commitment_lines.texts_read(base)],
            )
        ]
    when = base.day(meeting.day)
    if meeting.activity is not None:
        activity = meeting.activity
        named = f" {base.named(activity.subject)}" if activity.subject else ""
        cites = [
            base.record(activity, "occurred_at"),
            *([base.record(activity, "subject")] if activity.subject else []),
        ]
        return [base.line(es=f"Es el {when}:{named}.", en=f"It is on {when}:{named}.", cites=cites)]
    assert meeting.sentence is not None  # noqa: S101 - a meeting has one or the other
    said = meeting.sentence
    cites, quote = [base.sentence(said), _named_day(context)], clearly_quoted(base.quote(said.text))
    speaker = said.speaker or base.say(es="quedó escrito", en="it was written")
    return [
        base.line(
            es=f"Es el {when}, según lo que {speaker} dijo el {base.day(said.day)}: {quote}"
            if said.speaker
            else f"Es el {when}; {speaker} el {base.day(said.day)}: {quote}",
            en=f"It is on {when}, going by what {speaker} said on {base.day(said.day)}: {quote}"
            if said.speaker
            else f"It is on {when}; {speaker} on {base.day(said.day)}: {quote}",
            cites=cites,
        )
    ]


def _named_day(context: MeetingContext) -> str:
    """Cite the day that the words of the sentence mean."""
    meeting, base = context.meeting, context.base
    assert meeting is not None and meeting.sentence is not None  # noqa: S101, PT018 - asked for such meetings only
    said = meeting.sentence
    name = f"meeting_{said.passage_id}_{said.start}"
    return base.book.computed(
        name,
        text=f"{name}: {meeting.day.isoformat()}",
        inputs=(base.sentence(said),),
        formula=base.say(
            es=f"el día que nombra la frase, contado desde el {base.day(said.day)}",
            en=f"the day that the sentence names, counted from {base.day(said.day)}",
        ),
    )


def _attendees(context: MeetingContext) -> list[Line]:
    base = context.base
    if context.attendees:
        return [person(base, item) for item in context.attendees[:_MOST]]
    if not context.likely and context.on_record:
        return [_on_record(context), *(person(base, item) for item in context.on_record)]
    if not context.likely:
        return [
            base.line(
                es="No consta quién asiste, y nadie de la cuenta ha dado señales últimamente.",
                en="Nothing says who attends, and nobody of the account was heard from lately.",
                cites=[commitment_lines.texts_read(base)],
            )
        ]
    names = base.format.listed([item.name for item in context.likely])
    first = base.line(
        es=f"No consta quién asiste; por lo que se ha hablado últimamente, probablemente {names}.",
        en=f"Nothing says who attends; going by recent conversations, probably {names}.",
        cites=[base.record(item, "name") for item in context.likely],
    )
    return [first, *(person(base, item) for item in context.likely[:_MOST])]


def _on_record(context: MeetingContext) -> Line:
    base, names = context.base, context.base.format.listed([item.name for item in context.on_record])
    return base.line(
        es=f"No consta quién asiste ni se ha sabido de nadie últimamente; en el CRM constan {names}.",
        en=f"Nothing says who attends, and nobody was heard from lately; the CRM has {names}.",
        cites=[base.record(item, "name") for item in context.on_record],
    )


def _goals(context: MeetingContext) -> list[Line]:
    """What the account needs next, then where the open deals stand with the step that was noted."""
    base = context.base
    lines = list(next_steps.write(base)[:3])
    told = {key for line in lines for key in line.evidence_ids}
    for deal in base.facts.open_opportunities[:2]:
        lines.append(opportunities.stated(base, deal))
        noted = base.record(deal, "next_step") if deal.next_step else None
        if deal.next_step and noted and noted not in told:
            quote, cites = clearly_quoted(base.quote(deal.next_step)), [noted, base.record(deal, "name")]
            lines.append(
                base.line(es=f"Próximo paso anotado: {quote}", en=f"Next step on record: {quote}", cites=cites)
            )
    return lines


def _questions(context: MeetingContext) -> list[Line]:
    base = context.base
    lines: list[Line] = []
    for item in context.expected:
        lines.append(_raised(base, item))
        lines += item.answer or ([_no_answer(base, item)] if item.is_question else [])
    if lines:
        return lines
    return [
        base.line(
            es="En los textos recientes no hay preguntas ni quejas del cliente.",
            en="The recent texts hold no question or complaint of the customer.",
            cites=[commitment_lines.texts_read(base)],
        )
    ]


def _raised(base: BriefContext, item: Expected) -> Line:
    said, day = item.sentence, base.day(item.sentence.day)
    quote = clearly_quoted(base.quote(said.text))
    who = said.speaker or base.say(es="El cliente", en="The customer")
    verb_es, verb_en = ("preguntó", "asked") if item.is_question else ("dijo", "said")
    return base.line(
        es=f"{who} {verb_es} el {day}: {quote}", en=f"{who} {verb_en} on {day}: {quote}", cites=[base.sentence(said)]
    )


def _no_answer(base: BriefContext, item: Expected) -> Line:
    return base.line(
        es="No he encontrado en nuestros documentos nada que lo responda; llévelo preparado.",
        en="I found nothing in our documents that answers it; come prepared.",
        cites=[base.sentence(item.sentence)],
    )


def _commitments(context: MeetingContext) -> list[Line]:
    base = context.base
    order = {status: place for place, status in enumerate(_PENDING)}
    pending = sorted(
        (item for item in base.reading.commitments if item.status in _PENDING),
        key=lambda item: (
            not _is_due_first(context, item), order[item.status], item.by is not Side.US, -item.sentence.order
        ),
    )  # fmt: skip
    if not pending:
        return [
            base.line(
                es="No consta ningún compromiso pendiente.",
                en="No commitment is pending on record.",
                cites=[commitment_lines.texts_read(base)],
            )
        ]
    return [commitment_lines.line_of(base, item) for item in pending[:_MOST]]


def _is_due_first(context: MeetingContext, item: Commitment) -> bool:
    """Whether it is a promise of ours that falls due before the meeting."""
    meeting, due = context.meeting, item.due
    ours_and_open = item.by is Side.US and item.status is CommitmentStatus.OPEN
    return ours_and_open and meeting is not None and due is not None and due.day <= meeting.day


def _grave_tickets(base: BriefContext) -> list[Line]:
    """Open P1 tickets, by name: they will be brought up."""
    grave = [item for item in base.facts.tickets if item.priority is Priority.P1 and item.closed_at is None]
    return [
        base.line(
            es=f"Sigue abierto desde el {base.day(item.opened_at.date())} el P1 {base.named(item.subject)}.",
            en=f"Open since {base.day(item.opened_at.date())}: the P1 {base.named(item.subject)}.",
            cites=[base.record(item, name) for name in ("subject", "priority", "opened_at", "status")],
        )
        for item in sorted(grave, key=lambda item: item.opened_at)[:3]
    ]


def _landmines(context: MeetingContext) -> list[Line]:
    base = context.base
    lines = _grave_tickets(base) + [
        Line(text=f"{item.clause[:1].upper()}{item.clause[1:]}.", evidence_ids=tuple(dict.fromkeys(item.cites)))
        for item in signals(base)
        if item.is_bad and item.key != "disagreement"
    ]
    for found in contradictions(base)[:3]:
        named = base.field_name(found.field)
        lines.append(
            base.line(
                es=f"Los datos no coinciden en {named}: consta {found.recorded}, y se dijo {found.claimed}.",
                en=f"The data disagree on {named}: {found.recorded} is on record, and {found.claimed} was said.",
                cites=found.cites,
            )
        )
    lines += [person(base, item) for item in _not_to_be_written_to(base)]
    if lines:
        return lines[: _MOST + 2]
    cites = [base.metric(name) for name in ("tickets_open_p1", "nps_latest", "active_users_change_pct")]
    return [base.line(es="No se ve nada delicado.", en="Nothing delicate is in sight.", cites=cites)]


def _not_to_be_written_to(base: BriefContext) -> list[Contact]:
    return [item for item in base.facts.contacts if item.do_not_contact]


def _agenda(context: MeetingContext) -> list[Line]:
    """Points that the sections above give, each with a suggested length."""
    base = context.base
    points: list[tuple[str, str, str, tuple[str, ...]]] = []
    pending = [item for item in base.reading.commitments if item.status in _PENDING]
    if pending:
        cites = tuple(base.sentence(item.sentence) for item in pending[:2])
        points.append(("commitments", "Qué fue de lo prometido", "What became of what was promised", cites))
    if context.expected:
        cites = tuple(base.sentence(item.sentence) for item in context.expected[:2])
        points.append(("questions", "Sus preguntas y preocupaciones", "Their questions and concerns", cites))
    for deal in base.facts.open_opportunities[:1]:
        named = base.named(deal.name)
        points.append(("deals", f"Avance de {named}", f"Progress on {named}", (base.record(deal, "name"),)))
    days = base.facts.number("days_to_renewal")
    if days is not None and 0 <= days <= _RENEWAL_DAYS and base.facts.account.lifecycle is Lifecycle.CUSTOMER:
        cites = (base.record(base.facts.account, "renewal_date"),)
        points.append(("renewal", "Renovación", "Renewal", cites))
    points.append(("next", "Próximos pasos y quién los da", "Next steps and who takes them", ()))
    return [_point(base, *point) for point in points]


def _point(base: BriefContext, key: str, es: str, en: str, cites: tuple[str, ...]) -> Line:
    minutes = _MINUTES[key]
    length = base.book.computed(
        f"agenda_{key}",
        text=f"agenda_{key}: {minutes} min",
        inputs=cites,
        formula=base.say(es="duración propuesta, no acordada", en="suggested length, not agreed"),
    )
    shown = base.number(Decimal(minutes))
    return base.line(es=f"{es} ({shown} min).", en=f"{en} ({shown} min).", cites=[*cites, length])


_WRITERS: dict[str, Callable[[MeetingContext], list[Line]]] = {
    "meeting": _meeting,
    "attendees": _attendees,
    "goals": _goals,
    "questions": _questions,
    "commitments": _commitments,
    "landmines": _landmines,
    "agenda": _agenda,
}
