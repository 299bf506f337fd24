"""Rules about who may be written to, when, and how often."""

TEXTS: dict[str, dict[str, str]] = {
    "contact.opted_out": {
        "es": "{name} pidió el {day} que no le escribamos. No se puede enviar.",
        "en": "{name} asked us on {day} not to write. This cannot be sent.",
    },
    "contact.do_not_contact": {
        "es": "{name} está marcado en el CRM como «no contactar». No se puede enviar.",
        "en": "{name} is marked “do not contact” in the CRM. This cannot be sent.",
    },
    "contact.left_company": {
        "es": "{name} dejó la empresa el {day}. Elija a otra persona.",
        "en": "{name} left the company on {day}. Choose somebody else.",
    },
    "contact.not_of_account": {
        "es": "Un destinatario no es contacto de la cuenta de este borrador. Quítelo o corrija la cuenta.",
        "en": "A recipient is no contact of this draft's account. Remove them, or correct the account.",
    },
    "contact.internal_draft": {
        "es": "Es un borrador interno y tiene destinatarios fuera de la empresa. Quítelos o haga uno para el cliente.",
        "en": "This is an internal draft with recipients outside the company. Remove them, or write one for the "
        "customer.",
    },
    "contact.not_checked": {
        "es": "No se ha podido comprobar si se puede escribir a los destinatarios. Vuelva a crear el borrador.",
        "en": "Whether the recipients may be written to could not be checked. Create the draft again.",
    },
    "contact.no_address": {
        "es": "{name} no tiene correo en el CRM. Añádalo o elija a otra persona.",
        "en": "{name} has no email address in the CRM. Add one, or choose somebody else.",
    },
    "contact.no_consent": {
        "es": "No consta que {name} aceptara recibir correos, y la política lo exige. Regístrelo antes de enviar.",
        "en": "There is no record that {name} agreed to receive email, and policy asks for one. Record it before "
        "sending.",
    },
    "contact.opt_out_words": {
        "es": "{name} escribió el {day} algo que parece pedir que no le escribamos más. "
        "Léalo y, si lo es, registre la baja.",
        "en": "{name} wrote something on {day} that seems to ask us not to contact them. Read it, and record the "
        "opt-out if it is one.",
    },
    "contact.zone_unknown": {
        "es": "No se sabe la hora local de {name}; se usa la nuestra ({zone}).",
        "en": "The local time of {name} is not known; ours is used ({zone}).",
    },
    "contact.quiet_hours": {
        "es": "Para {name} son las {time} ({zone}), fuera del horario de trabajo. El envío espera hasta que empiece.",
        "en": "It is {time} for {name} ({zone}), outside working hours. The delivery waits until they begin.",
    },
    "contact.cap_contact": {
        "es": "{name} ya ha recibido {count} correos o llamadas nuestras en {days} días; el límite es {cap}. "
        "Espere, o envíelo solo si no puede esperar.",
        "en": "{name} already had {count} emails or calls from us within {days} days; the limit is {cap}. "
        "Wait, or send it only if it cannot wait.",
    },
    "contact.cap_contact_pending": {
        "es": "Con lo que está pendiente de aprobar, {name} llegaría a {count} correos o llamadas en {days} días; "
        "el límite es {cap}.",
        "en": "With what waits for approval, {name} would come to {count} emails or calls within {days} days; "
        "the limit is {cap}.",
    },
    "contact.cap_account": {
        "es": "Esta cuenta ya ha recibido {count} correos o llamadas nuestras en {days} días; el límite es {cap}. "
        "Póngase de acuerdo con sus compañeros.",
        "en": "This account already had {count} emails or calls from us within {days} days; the limit is {cap}. "
        "Agree with your colleagues who writes.",
    },
    "contact.cap_account_pending": {
        "es": "Con lo que está pendiente de aprobar, esta cuenta llegaría a {count} correos o llamadas en {days} días; "
        "el límite es {cap}.",
        "en": "With what waits for approval, this account would come to {count} emails or calls within {days} days; "
        "the limit is {cap}.",
    },
    "contact.same_day": {
        "es": "{sender} ya ha escrito o llamado hoy a {name}. Póngase de acuerdo antes de enviar otro mensaje.",
        "en": "{sender} already wrote to or called {name} today. Agree with them before you send another message.",
    },
}
