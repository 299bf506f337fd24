"""What webhooks and notifications tell a person, in both languages.

Invariant: every refusal says what to do next, in the reader's language; no text has a place for a name of a customer
or for a sentence of a draft.
"""

from copilot.domain.language import Language
from copilot.domain.notifications import NotificationKind
from copilot.errors import CopilotError

_URL_HINT = {
    "es": "Escríbala así: https://avisos.empresa.example/ruta.",
    "en": "Give it as https://hooks.company.example/path.",
}
_MESSAGES: dict[str, dict[str, tuple[str, str]]] = {
    "url_unreadable": {
        "es": ("No se puede leer la dirección del webhook.", _URL_HINT["es"]),
        "en": ("The address of the webhook cannot be read.", _URL_HINT["en"]),
    },
    "url_parts": {
        "es": (
            "La dirección del webhook necesita un servidor, y no lleva usuario, contraseña ni fragmento.",
            _URL_HINT["es"],
        ),
        "en": ("The address of the webhook needs a host, and has no user, password or fragment.", _URL_HINT["en"]),
    },
    "url_https": {
        "es": ("La dirección del webhook empieza por https (http solo en localhost).", _URL_HINT["es"]),
        "en": ("The address of the webhook begins with https (http only for localhost).", _URL_HINT["en"]),
    },
    "url_never": {
        "es": ("A esa dirección no se puede llegar nunca.", _URL_HINT["es"]),
        "en": ("That address can never be reached.", _URL_HINT["en"]),
    },
    "url_private": {
        "es": (
            "La dirección del webhook está en esta máquina o en una red privada, y esta instalación no lo permite.",
            "Use una dirección pública, o defina COPILOT_WEBHOOK_PRIVATE_ADDRESSES=true.",
        ),
        "en": (
            "The address of the webhook is on this machine or in a private network, which this installation forbids.",
            "Use a public address, or set COPILOT_WEBHOOK_PRIVATE_ADDRESSES=true.",
        ),
    },
    "admins_only": {
        "es": ("Solo un administrador gestiona los webhooks.", "Pídaselo a uno."),
        "en": ("Only an administrator manages webhooks.", "Ask one."),
    },
    "no_webhook": {
        "es": ("No hay ningún webhook así.", "Vea la lista de webhooks."),
        "en": ("There is no such webhook.", "See the list of webhooks."),
    },
    "no_delivery": {
        "es": ("No hay ninguna entrega así.", "Vea el registro de entregas del webhook."),
        "en": ("There is no such delivery.", "See the webhook's log of deliveries."),
    },
    "webhook_is_off": {
        "es": ("El webhook está apagado.", "Enciéndalo primero."),
        "en": ("The webhook is off.", "Switch it on first."),
    },
    "unknown_events": {
        "es": ("No hay ningún evento así, o falta elegir alguno.", "Elija entre los que se listan."),
        "en": ("There is no such event, or none was chosen.", "Choose from those listed."),
    },
    "too_many_webhooks": {
        "es": ("Ya hay demasiados webhooks.", "Borre los que no use."),
        "en": ("There are too many webhooks already.", "Remove those that nobody uses."),
    },
    "unknown_zone": {
        "es": ("No existe esa zona horaria.", "Escriba un nombre como Europe/Madrid."),
        "en": ("There is no such time zone.", "Give a name like Europe/Madrid."),
    },
    "no_subscription": {
        "es": ("Este enlace no es válido o ya no lo es.", "Cambie los avisos en sus ajustes."),
        "en": ("This link is not valid, or no longer.", "Change the notifications in your settings."),
    },
}

KINDS: dict[NotificationKind, dict[str, str]] = {
    NotificationKind.WAITING: {"es": "Espera su decisión", "en": "Waits for your decision"},
    NotificationKind.ASSIGNED: {"es": "Se le ha asignado", "en": "Assigned to you"},
    NotificationKind.ESCALATED: {"es": "Fuera de plazo", "en": "Overdue"},
    NotificationKind.CHANGES_REQUESTED: {"es": "Le piden cambios", "en": "Changes requested"},
    NotificationKind.APPROVED: {"es": "Aprobado", "en": "Approved"},
    NotificationKind.REJECTED: {"es": "Rechazado", "en": "Rejected"},
    NotificationKind.PARKED: {
        "es": "No se sabe si la entrega salió: alguien tiene que comprobarlo",
        "en": "Nobody can know whether it was delivered: somebody has to look",
    },
    NotificationKind.WEBHOOK_OFF: {
        "es": "Un webhook lleva días fallando y se ha apagado",
        "en": "A webhook failed for days and was switched off",
    },
    NotificationKind.REPORTED: {
        "es": "Quien preguntó ha señalado que la respuesta está mal",
        "en": "Whoever asked reported the answer as wrong",
    },
    NotificationKind.ALERTS: {"es": "Alertas de sus cuentas", "en": "Alerts about your accounts"},
    NotificationKind.SCORES: {
        "es": "Una puntuación se ha aprendido de nuevo; vea los modelos de puntuación",
        "en": "A score was learnt again; see the models of scores",
    },
    NotificationKind.BRIEFS: {"es": "Los informes que encargó", "en": "The briefs you asked for"},
    NotificationKind.RFP_ASSIGNED: {
        "es": "Le han asignado preguntas de un cuestionario",
        "en": "Questions of a questionnaire were assigned to you",
    },
}

MAIL: dict[str, dict[str, str]] = {
    "es": {
        "subject_one": "Cola de aprobación: 1 aviso",
        "subject": "Cola de aprobación: {count} avisos",
        "more": "Y {count} más en la cola.",
        "due": "para el {due}",
        "risk": "riesgo {risk}",
        "queue": "La cola: {link}",
        "why": "Recibe este correo porque participa en la cola de aprobación.",
        "settings": "Cambiar los avisos: {link}",
        "stop": "Dejar de recibirlos: {link}",
        "low": "bajo",
        "medium": "medio",
        "high": "alto",
        "critical": "crítico",
        "brief": "informe de cuenta",
        "meeting_prep": "preparación de reunión",
        "follow_up": "correo de seguimiento",
        "rfp_answer": "respuesta a un cuestionario",
        "churn_alert": "alerta de cuenta",
        "alerts": "{told} nuevas o de vuelta, {held} en espera",
        "briefs": "redactados: {made}; sin cambios: {unchanged}; fallidos: {failed}",
        "after_meeting": "resumen de reunión",
        "crm_update": "cambio en el CRM",
        "chat_answer": "respuesta del chat",
    },
    "en": {
        "subject_one": "Approval queue: 1 notice",
        "subject": "Approval queue: {count} notices",
        "more": "And {count} more in the queue.",
        "due": "due {due}",
        "risk": "{risk} risk",
        "queue": "The queue: {link}",
        "why": "You get this email because you take part in the approval queue.",
        "settings": "Change what you are told: {link}",
        "stop": "Stop these emails: {link}",
        "low": "low",
        "medium": "medium",
        "high": "high",
        "critical": "critical",
        "brief": "account brief",
        "meeting_prep": "meeting preparation",
        "follow_up": "follow-up email",
        "rfp_answer": "questionnaire answer",
        "churn_alert": "account alert",
        "alerts": "{told} new or back again, {held} waiting",
        "briefs": "written: {made}; unchanged: {unchanged}; failed: {failed}",
        "after_meeting": "meeting summary",
        "crm_update": "CRM update",
        "chat_answer": "chat answer",
    },
}


def error(kind: type[CopilotError], name: str, *, language: str) -> CopilotError:
    """What is refused, as the error to raise."""
    words, hint = _MESSAGES[name].get(language) or _MESSAGES[name][Language.EN.value]
    return kind(words, hint=hint)


def mail_words(language: str) -> dict[str, str]:
    """The texts of a mail."""
    return MAIL.get(language) or MAIL[Language.EN.value]
