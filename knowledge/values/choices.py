"""Words that exports use for what the product has a fixed set of values for, in Spanish and English.

Invariant: a word that is not listed is never forced onto a value; it is refused and reported.
"""

from collections.abc import Mapping
from enum import StrEnum

from copilot.domain.records import (
    ActivityKind,
    Direction,
    InvoiceStatus,
    Lifecycle,
    OpportunityKind,
    OpportunityStatus,
    Priority,
    Stance,
    SurveyKind,
    TicketStatus,
)
from knowledge.values.text import fold, listed

_YES = {"true", "yes", "y", "si", "s", "verdadero", "cierto", "1", "x", "✓", "on", "wahr"}
_NO = {"false", "no", "n", "falso", "0", "off", "-"}

_WORDS: dict[type[StrEnum], dict[str, str]] = {
    Lifecycle: {
        "customer": "customer, cliente, client, active, activo, activa, active customer, cliente activo, evangelist, "
        "evangelizador, customer - direct, customer - channel, cliente directo, partner customer, won",
        "prospect": "prospect, prospecto, lead, cliente potencial, oportunidad, opportunity, mql, sql, subscriber, "
        "suscriptor, marketing qualified lead, sales qualified lead, lead calificado para marketing, "
        "lead cualificado para marketing, lead calificado para ventas, lead cualificado para ventas, target, "
        "qualified, proposal, lost, potencial, marketingqualifiedlead, salesqualifiedlead",
        "churned": "churned, churn, former customer, former, excliente, ex-cliente, ex cliente, antiguo cliente, baja, "
        "cancelled, canceled, cancelado, inactive customer, cliente inactivo, inactivo, lost customer, cliente perdido",
    },
    Stance: {
        "champion": "champion, promotor, promotora, campeon, campeona, impulsor, impulsora, defensor, defensora, "
        "promoter, advocate",
        "supporter": "supporter, a favor, partidario, partidaria, favorable, apoyo, supportive, positive, positivo",
        "neutral": "neutral, neutro, neutra, unknown stance",
        "sceptic": "sceptic, skeptic, sceptical, skeptical, esceptico, esceptica, detractor, detractora, critico",
        "blocker": "blocker, bloqueador, bloqueadora, bloqueo, en contra, opuesto, opponent, opositor, opositora",
    },
    OpportunityKind: {
        "new_business": "new business, new, newbusiness, nuevo, nuevo negocio, negocio nuevo, nueva venta, "
        "new customer, nuevo cliente, new logo, cliente nuevo",
        "renewal": "renewal, renovacion, renew, existing customer - renewal, existing business - renewal",
        "expansion": "expansion, upsell, upgrade, cross-sell, cross sell, ampliacion, venta cruzada, venta adicional, "
        "existing customer - upgrade, existing customer - expansion, existing business, existingbusiness, "
        "existing business - upgrade, existing business - expansion, existing business - add-on, "
        "negocio existente, cliente existente, add-on",
    },
    OpportunityStatus: {
        "open": "open, abierto, abierta, en curso, activo, activa",
        "won": "won, ganado, ganada, closed won, cierre ganado, cerrado ganado, closedwon",
        "lost": "lost, perdido, perdida, closed lost, cierre perdido, cerrado perdido, closedlost, descartado",
    },
    ActivityKind: {
        "email": "email, e-mail, correo, correo electronico, mail, email enviado, incoming email, forwarded email, "
        "listemail, outgoing email",
        "call": "call, llamada, phone call, llamada telefonica, phone, telefono",
        "meeting": "meeting, reunion, event, evento, demo, visita, visit, cita, videoconferencia, video call, qbr, "
        "onsite, appointment",
        "note": "note, nota, task, tarea, other, otro, to do, todo, comment, comentario, linkedin message, sms, "
        "whatsapp",
    },
    Direction: {
        "inbound": "inbound, entrante, incoming, inbox, received, recibido, recibida, incoming email, true",
        "outbound": "outbound, saliente, outgoing, outbox, sent, enviado, enviada, outgoing email, false, email",
        "internal": "internal, interno, interna",
    },
    Priority: {
        "P1": "p1, critical, critica, critico, urgent, urgente, blocker, 1, muy alta, highest, sev1, severity 1",
        "P2": "p2, high, alta, alto, 2, sev2, severity 2",
        "P3": "p3, medium, media, medio, normal, 3, sev3, severity 3",
        "P4": "p4, low, baja, bajo, 4, lowest, muy baja, sev4, severity 4",
    },
    TicketStatus: {
        "open": "open, abierto, abierta, new, nuevo, nueva, working, en curso, en progreso, in progress, escalated, "
        "escalado, escalada, reopened, reabierto, assigned, asignado, waiting on us, "
        "esperando nuestra respuesta, esperando por nosotros, a la espera de nosotros, en proceso",
        "pending": "pending, pendiente, on hold, en espera, waiting on contact, esperando al contacto, "
        "esperando respuesta del contacto, waiting on customer, waiting for customer, waiting, "
        "pending customer, pendiente del cliente, esperando al cliente, a la espera del contacto, "
        "en espera de contacto, en espera del contacto",
        "closed": "closed, cerrado, cerrada, resolved, resuelto, resuelta, solved, done, completed, solucionado, "
        "finalizado, closed - resolved",
    },
    InvoiceStatus: {
        "open": "open, abierta, abierto, pending, pendiente, pendiente de pago, pendiente de cobro, unpaid, not paid, "
        "impagada, impagado, impago, no pagada, sin pagar, sent, enviada, enviado, emitida, issued, posted, approved, "
        "aprobada, authorised, authorized, awaiting payment, overdue, past due, vencida, vencido, partially paid, "
        "part paid, partial, pagada parcialmente, pago parcial, parcialmente pagada, outstanding, due, viewed, "
        "disputed, in dispute, en disputa, on hold, retenida, no, false",
        "paid": "paid, pagada, pagado, paid in full, pagada por completo, cobrada, cobrado, settled, saldada, "
        "liquidada, closed, cerrada, conciliada, reconciled, yes, si, true",
        "void": "void, voided, anulada, anulado, cancelled, canceled, cancelada, cancelado, credited, rectificada, "
        "written off, uncollectible, incobrable, draft, borrador, deleted, eliminada",
    },
    SurveyKind: {
        "NPS": "nps, net promoter score, loyalty, fidelizacion, lealtad",
        "CSAT": "csat, customer satisfaction, satisfaccion, satisfaccion del cliente, satisfaction",
        "CES": "ces, customer effort score, esfuerzo, esfuerzo del cliente, customer effort",
    },
}
_WON = {"won", "ganado", "ganada", "ganados", "closedwon"}
_LOST = {"lost", "perdido", "perdida", "perdidos", "closedlost", "descartado", "descartada", "dead", "abandoned"}
_OPEN_STAGES = listed(
    "prospecting, engaging, qualification, qualified, needs analysis, value proposition, id. decision makers, "
    "perception analysis, proposal, proposal/price quote, negotiation, negotiation/review, lead, discovery, demo, "
    "appointment scheduled, qualified to buy, presentation scheduled, decision maker bought-in, contract sent, "
    "cita programada, calificado para comprar, cualificado para comprar, presentacion programada, "
    "el responsable de la toma de decisiones participa, contrato enviado, prospeccion, calificacion, cualificacion, "
    "descubrimiento, propuesta, negociacion, compromiso, commit, evaluation, evaluacion, proposal sent, "
    "propuesta enviada, open, abierta, abierto, verbal, pilot, piloto, decision, validacion, "
    "analisis de necesidades, propuesta de valor"
)


def _lookup(words: Mapping[str, str]) -> dict[str, str]:
    return {fold(word): value for value, listed in words.items() for word in listed.split(",")}


_TABLES = {choice: _lookup(words) for choice, words in _WORDS.items()}


def parse_choice(text: str, *, choice: type[StrEnum]) -> str:
    """The value of `choice` that a word means. Raises ValueError if it is not a word we know."""
    folded = fold(text)
    for member in choice:
        if folded in {fold(member.value), fold(member.value.replace("_", " "))}:
            return member.value
    found = _TABLES.get(choice, {}).get(folded)
    if found is None:
        raise ValueError(text)
    return found


def parse_boolean(text: str) -> bool:
    """Raises ValueError if the word is neither a yes nor a no."""
    folded = fold(text)
    if folded in _YES:
        return True
    if folded in _NO:
        return False
    raise ValueError(text)


def status_of_stage(stage: str) -> tuple[OpportunityStatus, bool]:
    """Status that a stage name means, and whether it is a name we know (an unknown one counts as open)."""
    folded = fold(stage)
    words = set(folded.replace("-", " ").replace("(", " ").replace(")", " ").replace("/", " ").split())
    if words & _WON:
        return OpportunityStatus.WON, True
    if words & _LOST:
        return OpportunityStatus.LOST, True
    return OpportunityStatus.OPEN, folded in _OPEN_STAGES
