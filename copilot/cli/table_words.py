"""Words of the commands for deliveries, delegations, webhooks and notifications, in both languages.

Invariant: both languages say the same things.
"""

from copilot.domain.access import Viewer

TEXTS: dict[str, dict[str, str]] = {
    "es": {
        "empty": "No hay nada que mostrar.",
        "release_columns": "Id|Destino|Estado|En cola|Espera|Busque",
        "resolved_sent": "Anotado: salió.",
        "resolved_unsent": "Anotado: no salió; se entrega de nuevo.",
        "delegation_columns": "Id|De|A|Desde|Hasta|Vigente",
        "delegated": "{name} puede aprobar por usted hasta el {until}. Sigue viendo solo lo que ve.",
        "revoked": "Delegación terminada.",
        "yes": "sí",
        "no": "no",
        "webhook_columns": "Id|Dirección|Eventos|Encendido|Falla desde",
        "secret": "Secreto para comprobar las firmas. No se vuelve a mostrar:",
        "removed": "Webhook borrado.",
        "changed": "Webhook cambiado.",
        "delivery_columns": "Id|Evento|Estado|Intentos|Respuesta|Creada",
        "pinged": "Prueba enviada: {state} {code}",
        "mode.none": "ninguno",
        "mode.at_once": "al momento",
        "mode.digest": "resumen diario a las {hour}:00",
        "wishes": "Correos sobre la cola: {mode} ({zone}). Sin avisar de: {muted}",
        "score_band_columns": "Banda|Ahora|Con el archivo",
        "score_moved_columns": "Cuenta|Ahora|Con el archivo",
        "rfp_columns": "Id|Cuestionario|Cuenta|Estado|Avance|Plazo",
        "question_columns": "N.º|Pregunta|Estado|Respuesta|Fuentes",
        "closest_columns": "N.º|Pregunta|Pasaje|Lo más próximo|Fuente",
        "library_columns": "Id|Pregunta|Respuesta|Estado|Se revisa",
        "score_model_columns": "Id|Puntuación|Entrenado|Les pasó|AUC|Mejora|A tiempo|Estado",
        "finding_columns": "Qué|Una|Otra|Parecido",
        "no_mail": "Esta instalación no envía correo: faltan COPILOT_SMTP_URL o COPILOT_SMTP_FROM.",
    },
    "en": {
        "empty": "Nothing to show.",
        "release_columns": "Id|Destination|State|Queued|Waits|Look for",
        "resolved_sent": "Noted: it was sent.",
        "resolved_unsent": "Noted: it was not sent; it is delivered again.",
        "delegation_columns": "Id|From|To|Since|Until|In force",
        "delegated": "{name} may approve for you until {until}. They still see only what they see.",
        "revoked": "Delegation ended.",
        "yes": "yes",
        "no": "no",
        "webhook_columns": "Id|Address|Events|On|Failing since",
        "secret": "Secret for checking signatures. It is not shown again:",
        "removed": "Webhook removed.",
        "changed": "Webhook changed.",
        "delivery_columns": "Id|Event|State|Attempts|Answer|Created",
        "pinged": "Test sent: {state} {code}",
        "mode.none": "none",
        "mode.at_once": "at once",
        "mode.digest": "daily digest at {hour}:00",
        "wishes": "Emails about the queue: {mode} ({zone}). Not about: {muted}",
        "score_band_columns": "Band|Now|By the file",
        "score_moved_columns": "Account|Now|By the file",
        "rfp_columns": "Id|Questionnaire|Account|State|Progress|Deadline",
        "question_columns": "No.|Question|State|Answer|Sources",
        "closest_columns": "No.|Question|Passage|What comes closest|Source",
        "library_columns": "Id|Question|Answer|State|Review by",
        "score_model_columns": "Id|Score|Trained|Happened to|AUC|Better|In time|State",
        "finding_columns": "What|One|Other|Alike",
        "no_mail": "This installation sends no mail: COPILOT_SMTP_URL or COPILOT_SMTP_FROM is missing.",
    },
}


def say(text: str, viewer: Viewer, **values: object) -> str:
    """A text in the viewer's language."""
    return TEXTS.get(viewer.language, TEXTS["en"])[text].format(**values)
