"""Suggested next steps: imperative, with an owner, each resting on what it answers.

Invariant: a step is derived from a finding of another section; none is suggested for its own sake.
"""

from collections.abc import Callable
from datetime import timedelta

from copilot.domain.records import Lifecycle, OpportunityKind, Stance
from copilot.workflows.brief.context import BriefContext, Line
from copilot.workflows.brief.contradictions import contradictions
from copilot.workflows.brief.sections.commitments import due_cite, texts_read
from copilot.workflows.brief.signals import HIGH_UTILISATION_PCT, RENEWAL_NEAR_DAYS, USAGE_DROP_PCT, signals
from copilot.workflows.brief.text_problems import contested
from copilot.workflows.reading.types import CommitmentStatus, Side, Topic

_SHOWN = 8
_SOON_DAYS = 30
_RECENT_QUESTION_DAYS = 60


def write(context: BriefContext) -> list[Line]:
    """The most pressing first."""
    lines = [line for propose in _PROPOSERS for line in propose(context)]
    return lines[:_SHOWN] or [_none(context)]


def _none(context: BriefContext) -> Line:
    last = context.facts.day("last_activity")
    if last is None:
        return context.line(
            es="Llame a la cuenta y registre la conversación: no consta ninguna actividad.",
            en="Call the account and log the conversation: there is no activity on record.",
            cites=[context.metric("last_activity")],
        )
    return context.line(
        es=f"No hay nada urgente; mantenga el contacto (la última actividad es del {context.day(last)}).",
        en=f"Nothing is pressing; keep in touch (the last activity was on {context.day(last)}).",
        cites=[context.metric("last_activity"), texts_read(context)],
    )


def _is_gone(context: BriefContext) -> bool:
    """Whether they are no longer a customer: nobody waits for a ticket or for use to grow then."""
    return context.facts.account.lifecycle is Lifecycle.CHURNED


def _promises(context: BriefContext) -> list[Line]:
    pending = [
        item
        for item in context.reading.commitments
        if item.by is Side.US and item.status in {CommitmentStatus.MISSED, CommitmentStatus.NO_EVIDENCE}
    ]
    lines = []
    for item in sorted(pending, key=lambda found: -found.sentence.order)[:2]:
        cites = [context.sentence(item.sentence), *due_cite(context, item)]
        day, quote = context.day(item.sentence.day), context.quote(item.sentence.text)
        owner_es = f"{item.who}: cumpla" if item.who else "Cumpla"
        owner_en = f"{item.who}: do" if item.who else "Do"
        lines.append(
            context.line(
                es=f"{owner_es} lo prometido el {day}, o avise al cliente de cuándo lo hará: {quote}",
                en=f"{owner_en} what was promised on {day}, or tell the customer when it will be done: {quote}",
                cites=cites,
            )
        )
    return lines


def _upcoming(context: BriefContext) -> list[Line]:
    """Promises that fall due soon: ours to prepare, theirs to remind of."""
    until = context.today + timedelta(days=_SOON_DAYS)
    soon = [
        item
        for item in context.reading.commitments
        if item.status is CommitmentStatus.OPEN and item.due is not None and context.today <= item.due.day <= until
    ]
    lines = []
    for item in sorted(soon, key=lambda found: (found.due.day if found.due else until, found.sentence.order))[:3]:
        assert item.due is not None  # noqa: S101 - selected above
        cites = [context.sentence(item.sentence), *due_cite(context, item)]
        when, quote = context.day(item.due.day), context.quote(item.sentence.text)
        if item.by is Side.US:
            es, en = (
                f"{item.who or 'Equipo'}: tenga listo para el {when} lo prometido: {quote}",
                f"{item.who or 'Team'}: have what was promised ready for {when}: {quote}",
            )
        else:
            who = item.who or context.say(es="el cliente", en="the customer")
            es, en = (
                f"Siga de cerca lo que prometió {who} para el {when}: {quote}",
                f"Follow up on what {who} promised for {when}: {quote}",
            )
        lines.append(context.line(es=es, en=en, cites=cites))
    return lines


def _room_to_grow(context: BriefContext) -> list[Line]:
    share = context.facts.number("seat_utilisation_pct")
    if share is None or share <= HIGH_UTILISATION_PCT:
        return []
    shown = context.format.percent(share)
    return [
        context.line(
            es=f"Hable de ampliar licencias: ya se usa el {shown}.",
            en=f"Talk about more seats: {shown} are already in use.",
            cites=[context.metric("seat_utilisation_pct")],
        )
    ]


def _urgent_tickets(context: BriefContext) -> list[Line]:
    urgent = context.facts.number("tickets_open_p1")
    if not urgent or _is_gone(context):
        return []
    tickets = context.count(
        urgent, es=("ticket P1 abierto", "tickets P1 abiertos"), en=("open P1 ticket", "open P1 tickets")
    )
    return [
        context.line(
            es=f"Pida a soporte una fecha para {tickets} y désela al cliente.",
            en=f"Get a date from support for {tickets} and give it to the customer.",
            cites=[context.metric("tickets_open_p1")],
        )
    ]


def _questions(context: BriefContext) -> list[Line]:
    recent = [
        item for item in context.reading.questions if (context.today - item.sentence.day).days <= _RECENT_QUESTION_DAYS
    ]
    lines = []
    for item in sorted(recent, key=lambda found: -found.sentence.order)[:2]:
        sentence = item.sentence
        who = sentence.speaker or context.say(es="el cliente", en="the customer")
        day, quote = context.day(sentence.day), context.quote(sentence.text)
        to = "al cliente" if sentence.speaker is None else f"a {who}"
        lines.append(
            context.line(
                es=f"Responda {to}, que preguntó el {day}: {quote}",
                en=f"Answer {who}, who asked on {day}: {quote}",
                cites=[context.sentence(sentence)],
            )
        )
    return lines


def _renewal(context: BriefContext) -> list[Line]:
    account, days = context.facts.account, context.facts.number("days_to_renewal")
    if account.renewal_date is None or days is None or account.lifecycle is Lifecycle.CHURNED:
        return []
    if not 0 <= days <= RENEWAL_NEAR_DAYS:
        return []
    cites = [context.record(account, "renewal_date"), context.metric("days_to_renewal")]
    when, away = context.day(account.renewal_date), context.count(days, es=("día", "días"), en=("day", "days"))
    renewals = [item for item in context.facts.open_opportunities if item.kind is OpportunityKind.RENEWAL]
    if not renewals:
        return [
            context.line(
                es=f"Abra la oportunidad de renovación: vence el {when} y faltan {away}.",
                en=f"Open the renewal opportunity: the term ends on {when}, {away} from now.",
                cites=[*cites, context.metric("open_opportunities")],
            )
        ]
    named = context.named(renewals[0].name)
    return [
        context.line(
            es=f"Cierre las condiciones de {named} antes del {when} (faltan {away}).",
            en=f"Settle the terms of {named} before {when} ({away} to go).",
            cites=[*cites, context.record(renewals[0], "name"), context.record(renewals[0], "kind")],
        )
    ]


def _contradictions(context: BriefContext) -> list[Line]:
    lines, seen = [], set()
    for item in contradictions(context):
        field = contested(context, item)
        if field in seen:
            continue
        seen.add(field)
        if item.in_texts:
            lines.append(
                context.line(
                    es=f"Aclare {field}: ¿{item.recorded} o {item.claimed}?",
                    en=f"Find out {field}: {item.recorded} or {item.claimed}?",
                    cites=item.cites,
                )
            )
            continue
        lines.append(
            context.line(
                es=f"Confirme {field} con el cliente: {item.recorded} en el CRM, {item.claimed} en los textos.",
                en=f"Confirm {field} with the customer: {item.recorded} in the CRM, {item.claimed} in the texts.",
                cites=item.cites,
            )
        )
    return lines[:2]


def _sponsor(context: BriefContext) -> list[Line]:
    left = next((item for item in signals(context) if item.key == "champion_left"), None)
    if left is None:
        return []
    others = [i for i in context.facts.contacts if i.stance is Stance.SUPPORTER and i.left_on is None]
    if others:
        cites = (*left.cites, context.record(others[0], "name"), context.record(others[0], "stance"))
        return [
            context.line(
                es=f"Gane a {others[0].name} como nuevo apoyo: {left.clause}.",
                en=f"Win {others[0].name} over as the new sponsor: {left.clause}.",
                cites=cites,
            )
        ]
    return [
        context.line(
            es=f"Busque a otra persona que defienda el proyecto: {left.clause}.",
            en=f"Find another sponsor: {left.clause}.",
            cites=left.cites,
        )
    ]


def _competitor(context: BriefContext) -> list[Line]:
    found = next((item for item in signals(context) if item.key == "competitor"), None)
    if found is None:
        return []
    name = next(item.subject for item in context.reading.about(Topic.COMPETITOR) if item.subject)
    return [
        context.line(
            es=f"Prepare la comparación con {name} antes de la próxima conversación.",
            en=f"Prepare the comparison with {name} before the next conversation.",
            cites=found.cites,
        )
    ]


def _usage(context: BriefContext) -> list[Line]:
    change = context.facts.number("active_users_change_pct")
    if change is None or change > USAGE_DROP_PCT or _is_gone(context):
        return []
    shown = context.format.percent(abs(change))
    return [
        context.line(
            es=f"Averigüe con los usuarios por qué el uso ha caído un {shown} y acuerde un plan.",
            en=f"Find out from the users why use is down {shown}, and agree a plan.",
            cites=[context.metric("active_users_change_pct")],
        )
    ]


def _overdue(context: BriefContext) -> list[Line]:
    overdue = [i for i in context.facts.open_opportunities if i.close_date is not None and i.close_date < context.today]
    lines = []
    for item in overdue[:2]:
        assert item.close_date is not None  # noqa: S101 - selected above
        name, when = context.named(item.name), context.day(item.close_date)
        lines.append(
            context.line(
                es=f"Ponga una fecha nueva a {name} o ciérrela: la prevista era el {when}.",
                en=f"Give {name} a new date or close it: it was due on {when}.",
                cites=[
                    context.record(item, "name"),
                    context.record(item, "close_date"),
                    context.record(item, "status"),
                ],
            )
        )
    return lines


def _recorded(context: BriefContext) -> list[Line]:
    lines = []
    for item in context.facts.open_opportunities:
        if not item.next_step or (item.close_date is not None and item.close_date < context.today):
            continue
        step, name = context.quote(item.next_step), context.named(item.name)
        lines.append(
            context.line(
                es=f"Dé el paso anotado en {name}: {step}",
                en=f"Take the step on record for {name}: {step}",
                cites=[context.record(item, "next_step"), context.record(item, "name")],
            )
        )
    return lines[:2]


_PROPOSERS: tuple[Callable[[BriefContext], list[Line]], ...] = (
    _promises,
    _urgent_tickets,
    _upcoming,
    _questions,
    _renewal,
    _contradictions,
    _sponsor,
    _competitor,
    _usage,
    _overdue,
    _recorded,
    _room_to_grow,
)
