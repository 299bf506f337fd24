"""What changed since the last approved brief, or in the last 90 days where there is none.

Invariant: a change is a difference between two evidence snapshots, or a dated record or sentence inside the
window; nothing is called a change because it merely exists.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.records import OpportunityStatus, Priority, TicketStatus
from copilot.workflows.brief.context import BriefContext, Line
from copilot.workflows.brief.sections.commitments import texts_read
from copilot.workflows.brief.sections.commitments import who as who_promised
from copilot.workflows.brief.words import FIELDS, pick
from copilot.workflows.reading.types import CommitmentStatus, Topic

WINDOW_DAYS = 90
_SHOWN = 14
_TEXTS_SHOWN = 8
_TELLING_CHANGE_PCT = 10
_TOPICS = (
    Topic.STAKEHOLDER,
    Topic.DECISION,
    Topic.COMPETITOR,
    Topic.BUDGET,
    Topic.POSTPONED,
    Topic.INCIDENT,
    Topic.RISK,
    Topic.PRAISE,
    Topic.EXPANSION,
)


def write(context: BriefContext) -> list[Line]:
    """Newest first."""
    since = context.previous.day if context.previous else context.today - timedelta(days=WINDOW_DAYS)
    dated = [*_records(context, since), *_promises(context, since), *_texts(context, since)]
    dated.sort(key=lambda item: item[0], reverse=True)
    lines = [*_values(context), *_usage(context), *_once(line for _, line in dated)][:_SHOWN]
    return lines or [_nothing(context, since)]


def _once(lines: Iterable[Line]) -> list[Line]:
    """Without a second line that rests on the same first source."""
    return list({line.evidence_ids[0]: line for line in reversed(list(lines))}.values())[::-1]


def _nothing(context: BriefContext, since: date) -> Line:
    window = context.book.computed(
        "changes_from",
        text=f"changes_from: {since.isoformat()}; changes: 0",
        inputs=("query:account_facts",),
        formula=context.say(es="comparación con lo que había ese día", en="comparison with what was there on that day"),
    )
    when = context.day(since)
    if context.previous:
        es, en = (
            f"Nada ha cambiado desde el último informe, del {when}.",
            f"Nothing has changed since the last brief, of {when}.",
        )
    else:
        es = f"No consta ningún cambio desde el {when}."
        en = f"No change is on record since {when}."
    return context.line(es=es, en=en, cites=[window, texts_read(context)])


def _values(context: BriefContext) -> list[Line]:
    """Fields and metrics whose value differs from what the previous brief cited."""
    if context.previous is None:
        return []
    now, lines = context.book.all(), []
    for before in context.previous.draft.evidence:
        after = now.get(before.id)
        if before.kind is EvidenceKind.RECORD and after is not None and after.text != before.text:
            lines.append(_value(context, before, after))
    return lines


def _value(context: BriefContext, before: Evidence, after: Evidence) -> Line:
    field, _, old = before.text.partition(": ")
    new = after.text.partition(": ")[2]
    label = pick(FIELDS.get(field, (field, field)), language=context.language)
    snapshot = context.book.computed(
        f"before.{after.id.removeprefix('record:').replace(':', '.')}",
        text=f"{field}: {old} -> {new}",
        inputs=(after.id,),
        formula=context.say(
            es=f"valor citado en el informe del {context.day(before.as_of)} y valor actual",
            en=f"value cited in the brief of {context.day(before.as_of)} and value now",
        ),
    )
    return context.line(
        es=f"{after.label}: {label} ha pasado de «{_shown(context, old)}» a «{_shown(context, new)}».",
        en=f"{after.label}: {label} went from “{_shown(context, old)}” to “{_shown(context, new)}”.",
        cites=[after.id, snapshot],
    )


def _shown(context: BriefContext, value: str) -> str:
    try:
        return context.day(date.fromisoformat(value))
    except ValueError:
        return value


def _records(context: BriefContext, since: date) -> list[tuple[date, Line]]:
    return [
        *_opportunities(context, since),
        *_people(context, since),
        *_surveys(context, since),
        *_tickets(context, since),
    ]


def _opportunities(context: BriefContext, since: date) -> list[tuple[date, Line]]:
    found = []
    for item in context.facts.opportunities:
        name = context.named(item.name)
        base = [context.record(item, "name")]
        closed = item.status is not OpportunityStatus.OPEN
        if closed and item.close_date and since < item.close_date <= context.today:
            won = item.status is OpportunityStatus.WON
            es = f"Se {'ganó' if won else 'perdió'} {name} el {context.day(item.close_date)}."
            en = f"{name} was {'won' if won else 'lost'} on {context.day(item.close_date)}."
            cites = [*base, context.record(item, "status"), context.record(item, "close_date")]
            found.append((item.close_date, context.line(es=es, en=en, cites=cites)))
        elif not closed and item.created_on and since < item.created_on <= context.today:
            es, en = (
                f"Se abrió {name} el {context.day(item.created_on)}.",
                f"{name} was opened on {context.day(item.created_on)}.",
            )
            found.append(
                (item.created_on, context.line(es=es, en=en, cites=[*base, context.record(item, "created_on")]))
            )
        elif not closed and item.stage and item.stage_changed_on and since < item.stage_changed_on <= context.today:
            es = f"{name} pasó a «{item.stage}» el {context.day(item.stage_changed_on)}."
            en = f"{name} moved to “{item.stage}” on {context.day(item.stage_changed_on)}."
            cites = [*base, context.record(item, "stage"), context.record(item, "stage_changed_on")]
            found.append((item.stage_changed_on, context.line(es=es, en=en, cites=cites)))
    return found


def _people(context: BriefContext, since: date) -> list[tuple[date, Line]]:
    found = []
    for item in context.facts.contacts:
        if item.left_on and since < item.left_on <= context.today:
            when = context.day(item.left_on)
            title = f" ({item.title})" if item.title else ""
            cites = [context.record(item, "name"), context.record(item, "left_on")]
            cites += [context.record(item, "title")] if item.title else []
            line = context.line(
                es=f"{item.name}{title} dejó la empresa el {when}.",
                en=f"{item.name}{title} left the company on {when}.",
                cites=cites,
            )
            found.append((item.left_on, line))
    return found


def _surveys(context: BriefContext, since: date) -> list[tuple[date, Line]]:
    latest, previous = context.facts.metrics["nps_latest"], context.facts.metrics["nps_previous"]
    if latest.number is None or latest.day is None or latest.day <= since or previous.number is None:
        return []
    if latest.number == previous.number:
        return []
    before, after, when = context.number(previous.number), context.number(latest.number), context.day(latest.day)
    line = context.line(
        es=f"El NPS pasó de {before} a {after} el {when}.",
        en=f"NPS went from {before} to {after} on {when}.",
        cites=[context.metric("nps_latest"), context.metric("nps_previous")],
    )
    return [(latest.day, line)]


def _tickets(context: BriefContext, since: date) -> list[tuple[date, Line]]:
    found = []
    for item in context.facts.tickets:
        opened = item.opened_at.date()
        if item.priority is Priority.P1 and since < opened <= context.today:
            cites = [context.record(item, name) for name in ("subject", "priority", "opened_at", "status")]
            state_es = "ya está cerrado" if item.status is TicketStatus.CLOSED else "sigue abierto"
            state_en = "now closed" if item.status is TicketStatus.CLOSED else "still open"
            line = context.line(
                es=f"Incidencia P1 del {context.day(opened)}, {context.quote(item.subject)}: {state_es}.",
                en=f"P1 ticket of {context.day(opened)}, {context.quote(item.subject)}: {state_en}.",
                cites=cites,
            )
            found.append((opened, line))
    return found


def _texts(context: BriefContext, since: date) -> list[tuple[date, Line]]:
    """The most telling sentence of each of the most telling texts."""
    found = []
    first = since + timedelta(days=1)
    for item in context.reading.most_telling(*_TOPICS, since=first, limit=_TEXTS_SHOWN):
        sentence = item.sentence
        who = sentence.speaker
        day, quote = context.day(sentence.day), context.quote(sentence.text)
        es = f"El {day}, {who}: {quote}" if who else f"El {day}: {quote}"
        en = f"On {day}, {who}: {quote}" if who else f"On {day}: {quote}"
        found.append((sentence.day, context.line(es=es, en=en, cites=[context.sentence(sentence)])))
    return found


def _promises(context: BriefContext, since: date) -> list[tuple[date, Line]]:
    found = []
    for item in context.reading.commitments:
        if item.proof is None or not since < item.proof.day <= context.today:
            continue
        name, day, quote = who_promised(context, item), context.day(item.proof.day), context.quote(item.proof.text)
        kept = item.status is CommitmentStatus.KEPT
        es = f"{name} {'cumplió' if kept else 'no cumplió'} lo prometido, según el texto del {day}: {quote}"
        en = f"{name} {'kept' if kept else 'did not keep'} a promise, going by the text of {day}: {quote}"
        cites = [context.sentence(item.proof), context.sentence(item.sentence)]
        found.append((item.proof.day, context.line(es=es, en=en, cites=cites)))
    return found


def _usage(context: BriefContext) -> list[Line]:
    """Use moves slowly: its change against a quarter ago stands at the end, undated."""
    change = context.facts.number("active_users_change_pct")
    if change is None or abs(change) < _TELLING_CHANGE_PCT:
        return []
    shown = context.format.percent(abs(change))
    return [
        context.line(
            es=f"El uso activo ha {'bajado' if change < 0 else 'subido'} un {shown} respecto a hace un trimestre.",
            en=f"Active use is {'down' if change < 0 else 'up'} {shown} on a quarter ago.",
            cites=[context.metric("active_users_change_pct")],
        )
    ]
