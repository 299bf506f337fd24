"""How each signal is computed, for people, in Spanish and English.

Invariant: every signal is here (tested), and its words say what the statements of `copilot.store.signals_sql` do.
"""

from collections.abc import Mapping

from copilot.domain.signals import Signal

FORMULAS: Mapping[Signal, tuple[str, str]] = {
    Signal.USAGE_CHANGE: (
        (
            "media de los 4 últimos puntos semanales de usuarios activos (A) frente a la de los 4 puntos de "
            "13 semanas antes (B): (A - B) / B × 100"
        ),
        (
            "mean of the 4 latest weekly points of active users (A) against that of the 4 points 13 weeks "
            "earlier (B): (A - B) / B × 100"
        ),
    ),
    Signal.USAGE_CHANGE_YEAR: (
        (
            "media de los 4 últimos puntos semanales de usuarios activos (A) frente a la de los 4 puntos de "
            "52 semanas antes (B): (A - B) / B × 100"
        ),
        (
            "mean of the 4 latest weekly points of active users (A) against that of the 4 points 52 weeks "
            "earlier (B): (A - B) / B × 100"
        ),
    ),
    Signal.USAGE_BREADTH: (
        "métricas de uso, aparte de los usuarios activos, con algún uso en las semanas acabadas en los últimos 28 días",
        "usage metrics other than active users with any use in the weeks that ended in the last 28 days",
    ),
    Signal.DAYS_SINCE_USE: (
        "días desde el final de la última semana con algún usuario activo (0: durante ella)",
        "days since the end of the last week with any active user (0: during it)",
    ),
    Signal.SEAT_UTILISATION: (
        "usuarios activos recientes / licencias × 100",
        "recent active users / licensed seats × 100",
    ),
    Signal.TICKETS_OPEN: ("tickets abiertos y sin cerrar ese día", "tickets opened and not closed by that day"),
    Signal.TICKETS_OPEN_URGENT: ("tickets P1 y P2 sin cerrar ese día", "P1 and P2 tickets not closed by that day"),
    Signal.TICKETS_OPENED: ("tickets abiertos en los últimos 90 días", "tickets opened in the last 90 days"),
    Signal.TICKETS_OPENED_CHANGE: (
        "tickets abiertos en los últimos 90 días menos los de los 90 días anteriores",
        "tickets opened in the last 90 days less those of the 90 days before",
    ),
    Signal.OLDEST_TICKET_DAYS: (
        "días desde que se abrió el más antiguo de los tickets abiertos (0: no hay ninguno)",
        "days since the oldest of the open tickets was opened (0: there is none)",
    ),
    Signal.NPS: ("última respuesta NPS de los últimos 365 días", "latest NPS answer of the last 365 days"),
    Signal.NPS_CHANGE: ("última respuesta NPS menos la anterior", "latest NPS answer less the one before"),
    Signal.CSAT: (
        "media de las respuestas CSAT de los últimos 180 días",
        "mean of the CSAT answers of the last 180 days",
    ),
    Signal.CES: ("media de las respuestas CES de los últimos 180 días", "mean of the CES answers of the last 180 days"),
    Signal.CHAMPIONS_LEFT: (
        "contactos registrados como impulsores que se fueron en los últimos 365 días",
        "contacts recorded as champions who left in the last 365 days",
    ),
    Signal.STAKEHOLDERS_LEFT: (
        "contactos que se fueron en los últimos 180 días",
        "contacts who left in the last 180 days",
    ),
    Signal.PEOPLE_HEARD: (
        "personas distintas del cliente en correos, llamadas y reuniones entrantes de los últimos 90 días",
        "different people of the customer in inbound emails, calls and meetings of the last 90 days",
    ),
    Signal.DAYS_SINCE_INBOUND: (
        "días desde el último correo, llamada o reunión entrante, registrado o importado",
        "days since the last inbound email, call or meeting, logged or imported",
    ),
    Signal.INBOUND: (
        "correos, llamadas y reuniones entrantes de los últimos 90 días; cada persona, una vez al día",
        "inbound emails, calls and meetings of the last 90 days; each person once a day",
    ),
    Signal.INBOUND_CHANGE: (
        "contactos del cliente en los últimos 90 días menos los de los 90 días anteriores",
        "times the customer made contact in the last 90 days less those of the 90 days before",
    ),
    Signal.REPLY_DAYS: (
        (
            "mediana de los días desde el último correo nuestro hasta la respuesta, en las respuestas de los "
            "últimos 180 días"
        ),
        "median days from our last email to the answer, among the answers of the last 180 days",
    ),
    Signal.INVOICES_OVERDUE: (
        "facturas emitidas, con el vencimiento pasado y sin pagar ese día",
        "invoices issued, past their due day and not paid on that day",
    ),
    Signal.DAYS_OVERDUE: (
        "días desde el vencimiento de la más antigua de las facturas vencidas (0: no hay ninguna)",
        "days since the oldest of the overdue invoices was due (0: there is none)",
    ),
    Signal.INVOICES_PAID_LATE: (
        "facturas pagadas en los últimos 365 días después de su vencimiento",
        "invoices paid in the last 365 days after their due day",
    ),
    Signal.DAYS_TO_RENEWAL: ("fecha de renovación - ese día, en días", "renewal date - that day, in days"),
    Signal.TENURE_DAYS: ("días desde que es cliente", "days since they became a customer"),
    Signal.EXPANSION_OPEN: ("oportunidades de ampliación abiertas ese día", "expansion opportunities open on that day"),
    Signal.PROMISES_BROKEN: (
        (
            "promesas nuestras de las que un texto dice que no se cumplieron, o cuyo día pasó sin noticia, "
            "en los últimos 180 días"
        ),
        (
            "promises of ours of which a text says that they were not kept, or whose day passed without a "
            "sign, in the last 180 days"
        ),
    ),
    Signal.COMPETITOR_MENTIONS: (
        "frases del cliente de los últimos 180 días que nombran a un competidor",
        "sentences of the customer of the last 180 days that name a competitor",
    ),
    Signal.COMPLAINTS: (
        "frases del cliente de los últimos 180 días que son una queja",
        "sentences of the customer of the last 180 days that are a complaint",
    ),
    Signal.PRAISE: (
        "frases del cliente de los últimos 180 días que son un elogio",
        "sentences of the customer of the last 180 days that are praise",
    ),
    Signal.EXPANSION_MENTIONS: (
        "frases del cliente de los últimos 180 días que hablan de comprar más",
        "sentences of the customer of the last 180 days about buying more",
    ),
}
