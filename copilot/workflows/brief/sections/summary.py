"""Who they are and the state of the relationship, in two sentences."""

from copilot.domain.records import Lifecycle
from copilot.workflows.brief.context import BriefContext, Line
from copilot.workflows.brief.signals import Signal, signals

_SHOWN = 3
_TROUBLE = {
    None: ("Hay motivos de alerta", "There are warning signs"),
    Lifecycle.CUSTOMER: ("La relación está tensionada", "The relationship is under strain"),
    Lifecycle.PROSPECT: ("La venta no está segura", "The deal is not safe"),
    Lifecycle.CHURNED: ("Lo que hay que saber", "What to know"),
}


def write(context: BriefContext) -> list[Line]:
    """Exactly two sentences."""
    return [_who(context), _state(context)]


def _who(context: BriefContext) -> Line:
    lifecycle = context.facts.account.lifecycle
    if lifecycle is Lifecycle.CHURNED:
        return _former_customer(context)
    if lifecycle is Lifecycle.CUSTOMER:
        return _customer(context)
    return _prospect(context)


def _customer(context: BriefContext) -> Line:
    account = context.facts.account
    clauses: list[str] = []
    cites = [context.record(account, "name"), context.record(account, "lifecycle")]
    if account.customer_since:
        clauses.append(
            context.say(
                es=f"es cliente desde el {context.day(account.customer_since)}",
                en=f"has been a customer since {context.day(account.customer_since)}",
            )
        )
        cites.append(context.record(account, "customer_since"))
    else:
        clauses.append(context.say(es="es cliente", en="is a customer"))
    contract = _contract(context, cites)
    clauses += [contract] if contract else []
    renewal = _renewal(context, cites)
    clauses += [renewal] if renewal else []
    return Line(text=f"{account.name} {context.format.listed(clauses)}.", evidence_ids=tuple(cites))


def _contract(context: BriefContext, cites: list[str]) -> str:
    account = context.facts.account
    seats = ""
    if account.seats_licensed is not None:
        seats = context.count(account.seats_licensed, es=("licencia", "licencias"), en=("seat", "seats"))
        cites.append(context.record(account, "seats_licensed"))
    if account.arr is None:
        return context.say(es=f"tiene {seats}", en=f"has {seats}") if seats else ""
    cites.append(context.record(account, "arr"))
    paid = context.money(account.arr, account.currency)
    if not seats:
        return context.say(es=f"paga {paid} al año", en=f"pays {paid} a year")
    return context.say(es=f"paga {paid} al año por {seats}", en=f"pays {paid} a year for {seats}")


def _renewal(context: BriefContext, cites: list[str]) -> str:
    account, days = context.facts.account, context.facts.number("days_to_renewal")
    if account.renewal_date is None or days is None:
        return ""
    cites += [context.record(account, "renewal_date"), context.metric("days_to_renewal")]
    when, away = context.day(account.renewal_date), context.count(abs(days), es=("día", "días"), en=("day", "days"))
    if days < 0:
        return context.say(
            es=f"según el CRM debía renovar el {when}, hace {away}",
            en=f"was due to renew on {when} according to the CRM, {away} ago",
        )
    if days == 0:
        return context.say(es=f"renueva hoy, {when}", en=f"renews today, {when}")
    return context.say(es=f"renueva el {when}, dentro de {away}", en=f"renews on {when}, {away} from now")


def _former_customer(context: BriefContext) -> Line:
    account = context.facts.account
    cites = [context.record(account, "name"), context.record(account, "lifecycle")]
    spanish, english = f"{account.name} fue cliente", f"{account.name} used to be a customer"
    if account.customer_since:
        cites.append(context.record(account, "customer_since"))
        spanish += f" desde el {context.day(account.customer_since)}"
        english += f" (from {context.day(account.customer_since)})"
    if account.renewal_date and account.renewal_date <= context.today:
        cites.append(context.record(account, "renewal_date"))
        spanish += f" y ya no lo es; la última renovación estaba fijada para el {context.day(account.renewal_date)}"
        english += f" and no longer is; the last renewal was due on {context.day(account.renewal_date)}"
    else:
        spanish, english = f"{spanish} y ya no lo es", f"{english} and no longer is"
    return context.line(es=f"{spanish}.", en=f"{english}.", cites=cites)


def _prospect(context: BriefContext) -> Line:
    account, pipeline = context.facts.account, context.facts.metrics["open_pipeline"]
    number = context.facts.number("open_opportunities") or 0
    cites = [
        context.record(account, "name"),
        context.record(account, "lifecycle"),
        context.metric("open_opportunities"),
    ]
    opportunities = context.count(
        number, es=("oportunidad abierta", "oportunidades abiertas"), en=("open opportunity", "open opportunities")
    )
    what = context.say(es="todavía no es cliente", en="is not a customer yet")
    if account.lifecycle is None:
        what = context.say(es="no consta si es cliente", en="is not marked as a customer or a prospect")
    worth = ""
    if pipeline.number is not None:
        currency = next((item.currency for item in context.facts.open_opportunities if item.currency), None)
        worth = context.say(es=" por ", en=" worth ") + context.money(pipeline.number, currency)
        cites.append(context.metric("open_pipeline"))
    if account.lifecycle is None:
        es = f"De {account.name} {what}; tiene {opportunities}{worth}."
    else:
        es = f"{account.name} {what}: tiene {opportunities}{worth}."
    return context.line(es=es, en=f"{account.name} {what}; it has {opportunities}{worth}.", cites=cites)


def _state(context: BriefContext) -> Line:
    found = signals(context)
    if not found:
        return _no_signals(context)
    bad, good = [item for item in found if item.is_bad], [item for item in found if not item.is_bad]
    if len(bad) >= 2 and sum(item.weight for item in found) < 0:
        es, en = _TROUBLE[context.facts.account.lifecycle]
        return _listed(context, bad, es=es, en=en)
    if bad and good:
        return _mixed(context, good, bad)
    if bad:
        return _listed(context, bad, es="Hay que vigilar una cosa", en="There is one thing to watch")
    if context.facts.account.lifecycle is Lifecycle.CUSTOMER:
        return _listed(context, good, es="La relación va bien", en="The relationship is in good shape")
    return _listed(context, good, es="A favor", en="In favour")


def _listed(context: BriefContext, chosen: list[Signal], *, es: str, en: str) -> Line:
    shown = chosen[:_SHOWN]
    clauses = context.format.listed([item.clause for item in shown])
    cites = [cite for item in shown for cite in item.cites]
    return context.line(es=f"{es}: {clauses}.", en=f"{en}: {clauses}.", cites=cites)


def _mixed(context: BriefContext, good: list[Signal], bad: list[Signal]) -> Line:
    cites = [cite for item in (*good[:2], *bad[:2]) for cite in item.cites]
    up = context.format.listed([item.clause for item in good[:2]])
    down = context.format.listed([item.clause for item in bad[:2]])
    return context.line(
        es=f"Hay de todo: a favor, {up}; en contra, {down}.",
        en=f"The picture is mixed: on the good side, {up}; on the other, {down}.",
        cites=cites,
    )


def _no_signals(context: BriefContext) -> Line:
    cites = [context.metric(name) for name in ("active_users_recent", "nps_latest", "tickets_open", "last_activity")]
    cites = [cite for cite in cites if cite]
    last = context.facts.day("last_activity")
    if last is None:
        return context.line(
            es="No hay uso, encuestas ni actividad con los que juzgar la relación.",
            en="There is no usage, survey or activity to judge the relationship by.",
            cites=cites,
        )
    return context.line(
        es=f"Nada llama la atención, ni para bien ni para mal; la última actividad es del {context.day(last)}.",
        en=f"Nothing stands out, good or bad; the last logged activity was on {context.day(last)}.",
        cites=cites,
    )
