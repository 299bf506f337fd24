"""What is said about deliveries, in both languages: refusals, what happened, and what to check.

Invariant: whoever reads about an outcome that nobody knows is told where to look and for what.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.errors import CopilotError
from copilot.store.releases import Release, ReleaseState

_ERRORS: dict[str, dict[str, tuple[str, str]]] = {
    "not_parked": {
        "es": ("De esta entrega no hay nada que aclarar.", "Vea su estado en la cola."),
        "en": ("There is nothing to settle about this delivery.", "See its state in the queue."),
    },
    "note_required": {
        "es": ("Hay que decir en qué se basa.", "Escriba dónde lo ha comprobado, en 2000 caracteres como mucho."),
        "en": ("It has to be said on what this rests.", "Write where you checked it, in 2,000 characters at most."),
    },
    "perhaps_under_way": {
        "es": (
            "El servidor de correo podría estar recibiendo todavía el mensaje.",
            "Compruébelo a partir de las {time} (UTC).",
        ),
        "en": ("The mail server may still be taking the message.", "Check again from {time} (UTC)."),
    },
    "not_copyable": {
        "es": ("Solo se puede copiar un texto aprobado.", "Espere a que se apruebe."),
        "en": ("Only an approved text can be copied.", "Wait for its approval."),
    },
    "approval_lost": {
        "es": ("La aprobación de este texto ya no vale.", "Pida una nueva aprobación."),
        "en": ("The approval of this text no longer holds.", "Have it approved again."),
    },
    "may_have_left": {
        "es": ("Puede que este texto ya haya salido.", "Aclare primero qué fue de su entrega."),
        "en": ("This text may have left already.", "Find out first what became of its delivery."),
    },
    "delivery_refused": {
        "es": (
            "La entrega de este texto se rechazó, así que tampoco se puede copiar.",
            "Vea el motivo en la cola, corríjalo y pida una nueva aprobación.",
        ),
        "en": (
            "The delivery of this text was refused, so it cannot be copied either.",
            "See why in the queue, correct it, then have it approved again.",
        ),
    },
}

_SAID: dict[str, dict[str, str]] = {
    "undo": {
        "es": "Se puede recuperar todavía; sale como muy pronto {time}.",
        "en": "It can still be recalled; it leaves {time} at the earliest.",
    },
    "undo_waits": {
        "es": "Se puede recuperar todavía. Espera: {what}. Sale como muy pronto {time}.",
        "en": "It can still be recalled. It waits: {what}. It leaves {time} at the earliest.",
    },
    "waits": {
        "es": "Espera: {what}. Sale como muy pronto {time}; entonces se vuelve a mirar.",
        "en": "It waits: {what}. It leaves {time} at the earliest, when it is looked at again.",
    },
    "queued": {
        "es": "Está en la cola de salida; se comprueba por última vez antes de salir.",
        "en": "It is about to leave; it is checked one last time before.",
    },
    "sending": {"es": "Está saliendo en este momento.", "en": "It is leaving at this moment."},
    "recalled": {"es": "Se recuperó antes de salir.", "en": "It was recalled before it left."},
    "smtp": {
        "es": "Entregado al servidor de correo con el Message-ID {message_id}.",
        "en": "Handed to the mail server with the Message-ID {message_id}.",
    },
    "eml": {
        "es": "No hay servidor de correo configurado: el mensaje está en la carpeta {folder} como message.eml, "
        "y lo tiene que enviar una persona.",
        "en": "No mail server is configured: the message is in the folder {folder} as message.eml, "
        "and a person has to send it.",
    },
    "files": {"es": "Escrito en la carpeta {folder}.", "en": "Written to the folder {folder}."},
    "here": {
        "es": "Se queda aquí: no se ha enviado ni escrito en ninguna carpeta.",
        "en": "It stays here: it was sent nowhere and written to no folder.",
    },
    "crm_journal": {
        "es": "Anotado en crm-updates.jsonl para el registro {record} de {system}; falta pasarlo al CRM.",
        "en": "Noted in crm-updates.jsonl for the record {record} of {system}; "
        "it has yet to be carried over to the CRM.",
    },
    "dry_run": {
        "es": "Ensayo: no ha salido nada. Quedó anotado lo que habría salido.",
        "en": "Dry run: nothing left. What would have left was noted down.",
    },
    "parked_mail": {
        "es": "No se sabe si salió. Busque el Message-ID {message_id} en el registro del servidor de correo o en la "
        "carpeta de enviados, y diga después si salió o no.",
        "en": "It is not known whether it left. Look for the Message-ID {message_id} in the mail server's log "
        "or in the Sent folder, then say whether it left or not.",
    },
    "parked": {
        "es": "No se sabe si salió. Compruébelo en el destino, y diga después si salió o no.",
        "en": "It is not known whether it left. Check at its destination, then say whether it left or not.",
    },
    "confirmed": {
        "es": "Una persona comprobó que salió.",
        "en": "A person found out that it had left.",
    },
    "failed": {"es": "No salió nada.", "en": "Nothing left."},
}

_WAITS: dict[str, dict[str, str]] = {
    "contact.quiet_hours": {
        "es": "en casa del destinatario es hora de descanso",
        "en": "it is outside the recipient's working hours",
    },
    "contact.cap_contact": {
        "es": "se ha escrito mucho a este contacto últimamente",
        "en": "this contact was written to often lately",
    },
    "contact.cap_account": {
        "es": "se ha escrito mucho a esta cuenta últimamente",
        "en": "this account was written to often lately",
    },
    "contact.same_day": {
        "es": "otra persona ya ha escrito hoy a este contacto",
        "en": "somebody else wrote to this contact today",
    },
    "mail_unavailable": {
        "es": "el servidor de correo no acepta mensajes ahora",
        "en": "the mail server takes no messages now",
    },
    "unavailable": {"es": "el otro sistema no responde", "en": "the other system does not answer"},
}


def error(kind: type[CopilotError], name: str, viewer: Viewer, **values: str) -> CopilotError:
    """What is refused about a delivery, as the error to raise."""
    words, hint = _ERRORS[name].get(viewer.language) or _ERRORS[name][Language.EN.value]
    return kind(words, hint=hint.format(**values))


def waiting_for(code: str, *, language: str) -> str:
    """What a delivery waits for, in words; a code without words is shown as it is, never left out."""
    texts = _WAITS.get(code)
    return code if texts is None else texts.get(language) or texts[Language.EN.value]


def describe(release: Release, *, language: str, now: datetime, zone: str = "UTC") -> str:
    """How a delivery stands, as one or two sentences; times in the time zone `zone`."""
    name, moment = _situation(release, now)
    values = {key: release.receipt.get(key, "?") for key in ("message_id", "folder", "record", "system")}
    what = waiting_for(release.waits_for or "", language=language)
    texts = _SAID[name]
    said = texts.get(language) or texts[Language.EN.value]
    return said.format(**values, what=what, time=_clock(moment, now, zone, language=language))


def _situation(release: Release, now: datetime) -> tuple[str, datetime | None]:
    match release.state:
        case ReleaseState.QUEUED:
            return _queued(release, now)
        case ReleaseState.RELEASED:
            return ("confirmed" if release.resolved_by else release.receipt.get("channel", "files")), None
        case ReleaseState.PARKED:
            return ("parked_mail" if "message_id" in release.receipt else "parked"), None
        case _:
            return release.state.value, None


def _queued(release: Release, now: datetime) -> tuple[str, datetime | None]:
    """Before it leaves: the time to recall it, and what else it waits for as soon as that is known."""
    undo, wait = release.not_before, release.waits_until
    if undo is not None and undo > now:
        return ("undo", undo) if wait is None else ("undo_waits", max(undo, wait))
    return ("queued", None) if wait is None else ("waits", wait)


def _clock(moment: datetime | None, now: datetime, zone: str, *, language: str) -> str:
    """`at 17:30`, with the day where it is another one."""
    if moment is None:
        return ""
    local = moment.astimezone(ZoneInfo(zone))
    same_day = local.date() == now.astimezone(ZoneInfo(zone)).date()
    name = f" {zone}" if zone == "UTC" else ""
    at, on = ("a las", "el") if language == Language.ES.value else ("at", "on")
    return ("" if same_day else f"{on} {local:%Y-%m-%d} ") + f"{at} {local:%H:%M}{name}"
