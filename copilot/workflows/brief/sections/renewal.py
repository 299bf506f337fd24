"""Renewal and risk signals, each with its ground."""

from datetime import timedelta

from copilot.domain.records import Lifecycle, OpportunityKind
from copilot.workflows.brief.context import BriefContext, Line
from copilot.workflows.brief.signals import RECENT_TEXT_DAYS, Signal, signals
from copilot.workflows.reading.types import Observation, Side, Topic

_TOPICS = (Topic.RISK, Topic.COMPETITOR, Topic.BUDGET, Topic.INCIDENT)
_QUOTES_SHOWN = 5
_ELSEWHERE = frozenset({"overdue", "disagreement", "renewal_uncovered", "renewal_passed", "expansion", "praise"})


def write(context: BriefContext) -> list[Line]:
    """The renewal, then bad news, then good news, then what people said."""
    lines = [_renewal(context)]
    found = [item for item in signals(context) if item.key not in _ELSEWHERE]
    bad, good = [item for item in found if item.is_bad], [item for item in found if not item.is_bad]
    if bad:
        lines.append(_listed(context, bad, es="En contra", en="Against"))
    if good:
        lines.append(_listed(context, good, es="A favor", en="In favour"))
    lines += [_quote(context, item) for item in _said(context)]
    if len(lines) == 1 and not bad:
        lines.append(_calm(context))
    return lines


def _renewal(context: BriefContext) -> Line:
    account, days = context.facts.account, context.facts.number("days_to_renewal")
    cites = [context.record(account, "renewal_date"), context.metric("days_to_renewal")]
    if account.lifecycle is Lifecycle.CHURNED:
        return context.line(
            es="No hay nada que renovar: la cuenta consta como perdida.",
            en="There is nothing to renew: the account is recorded as churned.",
            cites=[context.record(account, "lifecycle")],
        )
    if account.lifecycle is Lifecycle.PROSPECT:
        return context.line(
            es="Todavía no es cliente, así que no hay renovación a la vista.",
            en="They are not a customer yet, so there is no renewal in sight.",
            cites=[context.record(account, "lifecycle")],
        )
    if account.renewal_date is None or days is None:
        return context.line(
            es="El CRM no dice cuándo renueva.", en="The CRM does not say when it renews.", cites=cites[:1]
        )
    renewals = [item for item in context.facts.open_opportunities if item.kind is OpportunityKind.RENEWAL]
    when, away = context.day(account.renewal_date), context.count(abs(days), es=("día", "días"), en=("day", "days"))
    if days < 0:
        es, en = (
            f"La fecha de renovación del CRM ({when}) pasó hace {away}",
            f"The renewal date in the CRM ({when}) passed {away} ago",
        )
    else:
        es, en = f"Renueva el {when} (faltan {away})", f"It renews on {when} ({away} to go)"
    if renewals:
        first = renewals[0]
        cites += [context.record(first, "name"), context.record(first, "kind"), context.record(first, "status")]
        named = context.named(first.name)
        return context.line(
            es=f"{es}; la lleva la oportunidad {named}.", en=f"{en}; the opportunity {named} covers it.", cites=cites
        )
    cites.append(context.metric("open_opportunities"))
    return context.line(
        es=f"{es} y no hay ninguna oportunidad de renovación abierta.",
        en=f"{en}, and no renewal opportunity is open.",
        cites=cites,
    )


def _listed(context: BriefContext, found: list[Signal], *, es: str, en: str) -> Line:
    clauses = context.format.listed([item.clause for item in found[:5]])
    return context.line(
        es=f"{es}: {clauses}.", en=f"{en}: {clauses}.", cites=[cite for item in found[:5] for cite in item.cites]
    )


def _said(context: BriefContext) -> list[Observation]:
    since = context.today - timedelta(days=RECENT_TEXT_DAYS)
    return list(context.reading.most_telling(*_TOPICS, since=since, limit=_QUOTES_SHOWN))


def _quote(context: BriefContext, item: Observation) -> Line:
    sentence = item.sentence
    speaker = sentence.speaker or context.say(es="se dijo", en="it was said")
    inside = sentence.side is Side.US
    day, quote = context.day(sentence.day), context.quote(sentence.text)
    if sentence.speaker is None:
        es, en = f"El {day} quedó escrito: {quote}", f"Written on {day}: {quote}"
    elif inside:
        es, en = f"{speaker}, de nuestro equipo, el {day}: {quote}", f"{speaker} of our team, on {day}: {quote}"
    else:
        es, en = f"{speaker}, el {day}: {quote}", f"{speaker}, on {day}: {quote}"
    return context.line(es=es, en=en, cites=[context.sentence(sentence)])


def _calm(context: BriefContext) -> Line:
    cites = [context.metric(name) for name in ("active_users_change_pct", "nps_latest", "tickets_open_p1")]
    return context.line(
        es="No se ve ninguna señal de riesgo en los datos ni en los textos.",
        en="Neither the data nor the texts show a risk signal.",
        cites=cites,
    )
