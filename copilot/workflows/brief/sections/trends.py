"""Support, usage and satisfaction: the figures and which way they go."""

from decimal import Decimal

from copilot.domain.records import Priority, Survey, SurveyKind, Ticket, TicketStatus
from copilot.workflows.brief.context import BriefContext, Line

_FLAT_PCT = Decimal(3)
_TICKETS_SHOWN = 3
_NAMES = {
    "active_users": ("usuarios activos", "active users"),
    "jobs_completed": ("trabajos completados", "jobs completed"),
}


def write(context: BriefContext) -> list[Line]:
    """Usage, then support, then satisfaction; what is not measured is said once each."""
    return [*_usage(context), *_support(context), *_satisfaction(context)]


def _usage(context: BriefContext) -> list[Line]:
    names = sorted(name.removesuffix("_recent") for name in context.facts.metrics if name.endswith("_recent"))
    measured = [name for name in names if context.facts.number(f"{name}_recent") is not None]
    if not measured:
        return [
            context.line(
                es="No hay datos de uso.", en="There are no usage data.", cites=[context.metric("active_users_recent")]
            )
        ]
    measured.sort(key=lambda name: name != "active_users")
    lines = [_usage_line(context, name) for name in measured[:3]]
    share, seats = context.facts.number("seat_utilisation_pct"), context.facts.account.seats_licensed
    if share is not None and seats is not None:
        shown = context.format.percent(share)
        total = context.count(
            seats, es=("licencia contratada", "licencias contratadas"), en=("licensed seat", "licensed seats")
        )
        lines.append(
            context.line(
                es=f"Eso es el {shown} de las {total}.",
                en=f"That is {shown} of the {total}.",
                cites=[context.metric("seat_utilisation_pct"), context.record(context.facts.account, "seats_licensed")],
            )
        )
        lines = [lines[0], lines[-1], *lines[1:-1]]
    return lines


def _usage_line(context: BriefContext, name: str) -> Line:
    recent, prior, change = (context.facts.number(f"{name}_{part}") for part in ("recent", "prior", "change_pct"))
    assert recent is not None  # noqa: S101 - only measured metrics come here
    what_es, what_en = _NAMES.get(name, (name.replace("_", " "), name.replace("_", " ")))
    cites = [context.metric(f"{name}_recent")]
    now = context.number(recent)
    if prior is None or change is None:
        return context.line(
            es=f"{what_es.capitalize()}: {now} de media en las últimas semanas; faltan puntos para comparar.",
            en=f"{what_en.capitalize()}: {now} on average over the latest weeks; too few points to compare.",
            cites=cites,
        )
    cites += [context.metric(f"{name}_prior"), context.metric(f"{name}_change_pct")]
    before, shown = context.number(prior), context.format.percent(abs(change))
    if abs(change) < _FLAT_PCT:
        es, en = f"se mantienen ({_signed(context, change)})", f"are steady ({_signed(context, change)})"
    elif change < 0:
        es, en = f"han bajado un {shown}", f"have fallen {shown}"
    else:
        es, en = f"han subido un {shown}", f"have risen {shown}"
    return context.line(
        es=f"Los {what_es} {es}: {now} de media por semana frente a {before} hace un trimestre.",
        en=f"{what_en.capitalize()} {en}: {now} a week on average, against {before} a quarter ago.",
        cites=cites,
    )


def _signed(context: BriefContext, change: Decimal) -> str:
    return f"+{context.format.percent(change)}" if change > 0 else context.format.percent(change)


def _support(context: BriefContext) -> list[Line]:
    total, recent, before = (
        context.facts.number(name) or Decimal(0)
        for name in ("tickets_open", "tickets_opened_90d", "tickets_opened_prev_90d")
    )
    cites = [context.metric(name) for name in ("tickets_open", "tickets_opened_90d", "tickets_opened_prev_90d")]
    if not total and not recent and not before:
        return [
            context.line(
                es="No hay tickets abiertos, y no se abrió ninguno en los últimos 90 días ni en los 90 anteriores.",
                en="No ticket is open, and none was opened in the last 90 days or in the 90 before.",
                cites=cites,
            )
        ]
    opened = context.count(recent, es=("ticket nuevo", "tickets nuevos"), en=("new ticket", "new tickets"))
    still = _still_open(context, total, cites)
    if recent == before:
        against = context.say(es="los mismos que en los 90 anteriores", en="as many as in the 90 before")
    else:
        against = context.say(
            es=f"frente a {context.number(before)} en los 90 anteriores",
            en=f"against {context.number(before)} in the 90 before",
        )
    line = context.line(
        es=f"En los últimos 90 días hubo {opened}, {against}; {still}.",
        en=f"There were {opened} in the last 90 days, {against}; {still}.",
        cites=cites,
    )
    return [line, *_urgent(context), *_speed(context)]


def _still_open(context: BriefContext, total: Decimal, cites: list[str]) -> str:
    if not total:
        return context.say(es="ninguno sigue abierto", en="none is still open")
    urgent = context.facts.number("tickets_open_p1") or Decimal(0)
    shown = context.number(total)
    still = context.say(
        es=f"{'sigue' if total == 1 else 'siguen'} {'abierto' if total == 1 else 'abiertos'} {shown}",
        en=f"{shown} {'is' if total == 1 else 'are'} still open",
    )
    cites.append(context.metric("tickets_open_p1"))
    if not urgent:
        return still + context.say(es=", ninguno de prioridad P1", en=", none of them P1")
    return still + context.say(
        es=f", {context.number(urgent)} de prioridad P1", en=f", {context.number(urgent)} of them P1"
    )


def _urgent(context: BriefContext) -> list[Line]:
    waiting = [item for item in context.facts.tickets if item.status is not TicketStatus.CLOSED]
    waiting.sort(key=lambda item: (item.priority or Priority.P4, item.opened_at, item.id))
    return [_ticket(context, item) for item in waiting[:_TICKETS_SHOWN]]


def _ticket(context: BriefContext, ticket: Ticket) -> Line:
    cites = [context.record(ticket, "subject"), context.record(ticket, "opened_at")]
    priority = ""
    if ticket.priority:
        cites.append(context.record(ticket, "priority"))
        priority = f"{ticket.priority.value}, "
    since = context.day(ticket.opened_at.date())
    subject = context.quote(ticket.subject)
    return context.line(
        es=f"Sin cerrar: {subject} ({priority}abierto el {since}).",
        en=f"Still open: {subject} ({priority}opened on {since}).",
        cites=cites,
    )


def _speed(context: BriefContext) -> list[Line]:
    median = context.facts.number("median_days_to_close_180d")
    if median is None:
        return []
    return [
        context.line(
            es=f"La mitad de los tickets de los últimos 180 días se cerró en {context.number(median)} días o menos.",
            en=f"Half of the tickets closed in the last 180 days took {context.number(median)} days or less.",
            cites=[context.metric("median_days_to_close_180d")],
        )
    ]


def _satisfaction(context: BriefContext) -> list[Line]:
    lines = [*_nps(context), *_csat(context)]
    if not lines:
        return [
            context.line(
                es="No hay respuestas de NPS, y en los últimos 180 días ninguna de CSAT.",
                en="There are no NPS answers, and no CSAT answers in the last 180 days.",
                cites=[context.metric("nps_latest"), context.metric("csat_mean_180d")],
            )
        ]
    return [*lines, *_comment(context)]


def _nps(context: BriefContext) -> list[Line]:
    latest, previous = context.facts.metrics["nps_latest"], context.facts.metrics["nps_previous"]
    if latest.number is None or latest.day is None:
        return []
    cites, score = [context.metric("nps_latest")], context.number(latest.number)
    when = context.day(latest.day)
    if previous.number is None or previous.day is None:
        return [
            context.line(
                es=f"NPS: {score}, del {when}; no hay otro anterior.",
                en=f"NPS: {score} on {when}; there is no earlier one.",
                cites=cites,
            )
        ]
    cites.append(context.metric("nps_previous"))
    before, earlier = context.number(previous.number), context.day(previous.day)
    if latest.number == previous.number:
        es, en = (
            f"El NPS repite: {score} el {when}, igual que el {earlier}.",
            f"NPS is unchanged: {score} on {when}, as on {earlier}.",
        )
    elif latest.number < previous.number:
        es = f"El NPS ha bajado de {before} ({earlier}) a {score} ({when})."
        en = f"NPS has dropped from {before} ({earlier}) to {score} ({when})."
    else:
        es = f"El NPS ha subido de {before} ({earlier}) a {score} ({when})."
        en = f"NPS has risen from {before} ({earlier}) to {score} ({when})."
    return [context.line(es=es, en=en, cites=cites)]


def _csat(context: BriefContext) -> list[Line]:
    metric = context.facts.metrics["csat_mean_180d"]
    if metric.number is None or not metric.sample:
        return []
    score = context.number(metric.number)
    answers = context.count(metric.sample, es=("respuesta", "respuestas"), en=("answer", "answers"))
    return [
        context.line(
            es=f"CSAT medio de los últimos 180 días: {score} sobre 5, con {answers}.",
            en=f"Mean CSAT of the last 180 days: {score} out of 5, from {answers}.",
            cites=[context.metric("csat_mean_180d")],
        )
    ]


def _comment(context: BriefContext) -> list[Line]:
    commented = [item for item in context.facts.surveys if item.comment]
    if not commented:
        return []
    survey: Survey = commented[0]
    cites = [
        context.record(survey, "comment"),
        context.record(survey, "answered_on"),
        context.record(survey, "contact_name"),
    ]
    who = survey.contact_name or context.say(es="alguien del cliente", en="somebody at the customer")
    kind = {SurveyKind.NPS: "NPS", SurveyKind.CSAT: "CSAT", SurveyKind.CES: "CES"}[survey.kind]
    when, quote = context.day(survey.answered_on), context.quote(survey.comment or "")
    return [
        context.line(
            es=f"En la encuesta {kind} del {when}, {who} comentó: {quote}",
            en=f"In the {kind} survey of {when}, {who} commented: {quote}",
            cites=cites,
        )
    ]
