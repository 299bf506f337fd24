"""Words of the command that shows a person's day, in both languages.

Invariant: both languages say the same things.
"""

from copilot.domain.language import Language

TEXTS: dict[Language, dict[str, str]] = {
    Language.ES: {
        "meetings": "Reuniones de los próximos días",
        "for_me": "Espera su decisión",
        "returned": "Devuelto para que lo cambie",
        "follow_ups": "Correos de seguimiento por aprobar",
        "mine": "Lo que usted pidió y otros deciden",
        "alerts": "Alertas abiertas",
        "renewals": "Renovaciones de los próximos 90 días, y las de fecha pasada",
        "movement": "Ha cambiado de banda desde la semana pasada",
        "briefs": "Informes de cuenta por aprobar",
        "overdue": "Fuera de plazo",
        "oldest": "Todo lo abierto, lo que antes vence primero",
        "releases": "Entregas que no han salido o no se sabe",
        "webhooks": "Webhooks que fallan",
        "imports": "Lo que la última importación dejó fuera",
        "models": "Modelos por revisar",
        "nothing": "nada",
        "prepared": "preparada",
        "past": "fecha pasada",
        "failing": "falla",
        "switched_off": "apagado por fallar",
        "refused": "sin importar: {count}",
        "rules": "sin modelo: lo hacen las reglas",
        "unchecked": "sin comprobar: `sales-copilot models check`",
        "unfit": "no sirve",
        "checked": "comprobado",
        "role_planner": "Planificador",
        "role_writer": "Redactor",
        "role_judge": "Juez",
        "first_steps": "Primeros pasos: {done} de {all}",
    },
    Language.EN: {
        "meetings": "Meetings of the next days",
        "for_me": "Waits for your decision",
        "returned": "Sent back for you to change",
        "follow_ups": "Follow-up emails to be approved",
        "mine": "What you asked for and others decide",
        "alerts": "Open alerts",
        "renewals": "Renewals of the next 90 days, and those past their day",
        "movement": "In another band since last week",
        "briefs": "Account briefs to be approved",
        "overdue": "Overdue",
        "oldest": "All that is open, the first due first",
        "releases": "Deliveries that did not leave, or nobody knows",
        "webhooks": "Webhooks that fail",
        "imports": "What the last import left out",
        "models": "Models to look at",
        "nothing": "nothing",
        "prepared": "prepared",
        "past": "past its day",
        "failing": "fails",
        "switched_off": "switched off for failing",
        "refused": "not imported: {count}",
        "rules": "no model: rules do it",
        "unchecked": "not checked: `sales-copilot models check`",
        "unfit": "not usable",
        "checked": "checked",
        "role_planner": "Planner",
        "role_writer": "Writer",
        "role_judge": "Judge",
        "first_steps": "First steps: {done} of {all}",
    },
}


def say(key: str, language: Language, **values: object) -> str:
    """One text."""
    return TEXTS[language][key].format(**values)
